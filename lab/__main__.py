"""``make lab``: real connections through a real Suricata, before and after a change of rules. Needs root on Linux."""

from __future__ import annotations

import argparse
import faulthandler
import sys
from pathlib import Path
from typing import Final

from lab.account import RULE_ORDERS
from lab.record import Scenario
from lab.sandbox import FailedError, enter, furnish, is_inside, lacking
from lab.story import play
from lab.suricata import MIDSTREAM
from lab.table import as_json, as_text
from nfw_reconcile.errors import NfwReconcileError
from tests.provider.terraform import unavailable

LONGEST: Final = 180.0
"""Seconds after which a lab that did not end by itself is ended, and tells where it stood."""


def main(arguments: list[str]) -> int:
    """Play a scenario in a sandbox; gives the exit code: 0 where what happened is what was foretold."""
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    parser.add_argument("--rule-order", choices=RULE_ORDERS, default=RULE_ORDERS[0])
    parser.add_argument("--stream-exception-policy", choices=MIDSTREAM, default="REJECT")
    parser.add_argument(
        "--by-api", action="store_true", help="update the rules by calls of the API, without Terraform"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what happened to a file as well")
    chosen = parser.parse_args(arguments)
    if missing := lacking():
        sys.stderr.write("".join(f"lab: {each}\n" for each in missing))
        return 1
    if not is_inside():
        return enter([sys.executable, "-m", "lab", *arguments])
    terraform = not chosen.by_api and unavailable() is None
    faulthandler.dump_traceback_later(LONGEST, exit=True)
    try:
        furnish()
        record = play(Scenario(chosen.rule_order, chosen.stream_exception_policy, terraform), _say)
    except (FailedError, NfwReconcileError) as wrong:
        sys.stderr.write(f"lab: {wrong}\n")
        return 1
    sys.stdout.write(as_text(record))
    if chosen.json is not None:
        chosen.json.write_text(as_json(record), encoding="utf-8")
    return 0 if record.as_foretold else 1


def _say(text: str) -> None:
    sys.stderr.write(f"lab: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
