"""Make ``plan.json`` of every example, and of the demo, again: apply its ``old/``, plan its ``new/``.

python -m tests.provider.regenerate [NAME]...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.provider.terraform import CHECKOUT, JsonObject, StandIn, unavailable

EXAMPLES: Final = CHECKOUT / "examples"
DEMO: Final = CHECKOUT / "nfw_reconcile" / "cli" / "demo" / "story"
TIMESTAMP: Final = "2025-01-01T00:00:00Z"
"""Stands in for the moment of planning, so that the same example gives the same bytes."""


def pinned(plan: JsonObject) -> JsonObject:
    """Take out of a plan what differs from run to run: its moment, and the order of one list.

    Terraform gives ``relevant_attributes`` in the order of a hash table.
    """
    fixed = {**plan, "timestamp": TIMESTAMP}
    if "relevant_attributes" in plan:
        fixed["relevant_attributes"] = sorted(plan["relevant_attributes"], key=json.dumps)
    return fixed


def example_plan(example: Path) -> JsonObject:
    """Plan one example's change, as its ``plan.json`` holds it."""
    with TemporaryDirectory(prefix="nfw-reconcile-") as directory:
        stand_in = StandIn(Path(directory))
        stand_in.apply(example / "old")
        return pinned(stand_in.plan(example / "new"))


def main(names: list[str]) -> int:
    """Write the plans of the named examples, or of all."""
    if (missing := unavailable()) is not None:
        sys.stderr.write(f"cannot regenerate: {missing}\n")
        return 1
    for folder in [EXAMPLES / name for name in names] or [
        DEMO,
        *sorted(p.parent for p in EXAMPLES.glob("*/old")),
    ]:
        document = json.dumps(example_plan(folder), indent=1)
        (folder / "plan.json").write_text(f"{document}\n", encoding="utf-8")
        sys.stderr.write(f"{folder.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
