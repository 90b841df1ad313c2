"""The peer: the installed Suricata, over a capture file and over rules alone."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

from benchmarks.measure import Ended, FailedError, Pace, run
from tests.oracle.conversation import conversation
from tests.oracle.wire import pcap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from nfw_reconcile.model.flow import FiveTuple

# Nothing is logged, so that Suricata does no more than what is compared.
_CONFIGURATION: Final = """\
%YAML 1.1
---
vars: { address-groups: { HOME_NET: "[10.0.0.0/8]", EXTERNAL_NET: "!$HOME_NET" }, port-groups: {} }
outputs: []
exception-policy: ignore
stream: { checksum-validation: no, inline: auto, midstream: false, midstream-policy: ignore }
"""
_ELAPSED: Final = re.compile(r"time elapsed ([0-9.]+)s")


def is_there() -> bool:
    """Say whether Suricata is installed."""
    return shutil.which("suricata") is not None


class Suricata:
    """One folder with rules, from which Suricata is run. Needs no rights: packets come from a file."""

    def __init__(self, folder: Path, lines: Sequence[str]) -> None:
        """Write rules and configuration."""
        self._folder = folder
        (folder / "out").mkdir(parents=True, exist_ok=True)
        (folder / "suricata.yaml").write_text(_CONFIGURATION, encoding="utf-8")
        (folder / "policy.rules").write_text("\n".join(lines), encoding="utf-8")
        (folder / "none.config").touch()

    def _command(self, *arguments: str | Path) -> list[str | Path]:
        none = self._folder / "none.config"
        return [
            *("suricata", "-v", "-c", self._folder / "suricata.yaml", "-S", self._folder / "policy.rules"),
            *("-l", self._folder / "out", "--set", f"classification-file={none}"),
            *("--set", f"reference-config-file={none}", *arguments),
        ]

    def write_capture(self, flows: Iterable[FiveTuple]) -> None:
        """Write the packets of the flows' conversations, one conversation after the other."""
        packets = (packet for flow in flows for packet in conversation(flow))
        (self._folder / "flows.pcap").write_bytes(pcap(packets))

    def pace(self, flows: Sequence[FiveTuple]) -> Pace:
        """Run the flows through the rules; loading the rules is not counted."""
        self.write_capture(flows[:1])
        loading = self._run().processor
        self.write_capture(flows)
        ended = self._run()
        found = _ELAPSED.search(ended.said)
        if found is None:
            raise FailedError(f"Suricata does not tell how long it took: {ended.said[-500:]}")
        return Pace(len(flows) / float(found[1]), len(flows) / max(0.001, ended.processor - loading))

    def _run(self) -> Ended:
        capture = self._folder / "flows.pcap"
        return run(self._command("--runmode", "single", "-r", capture, "-k", "none", "--simulate-ips"))

    def test_seconds(self) -> float:
        """Let Suricata load the rules and end (``-T``)."""
        return run(self._command("-T")).seconds
