"""What is measured on: an old and a new policy of 30,000 rules and a million flows, made once for a run."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from benchmarks.measure import FailedError
from benchmarks.rules import draw_access_list, edited, numbered
from benchmarks.snapshots import write_snapshot
from benchmarks.traffic import csv_lines, draw_flows
from nfw_reconcile.pipeline.inputs import Request, read_sides, single
from nfw_reconcile.pipeline.source import FileSource

if TYPE_CHECKING:
    from benchmarks.rules import AccessRule
    from nfw_reconcile.model.inventory import PolicyChange

RULES: Final = 30_000
FLOWS: Final = 1_000_000
_SEED: Final = 7


def program() -> str:
    """Find ``nfw-reconcile`` beside the Python that runs this, else on the PATH."""
    beside = Path(sys.executable).parent / "nfw-reconcile"
    found = str(beside) if beside.exists() else shutil.which("nfw-reconcile")
    if not found:
        raise FailedError("nfw-reconcile is not installed: run `make dev`.")
    return found


@dataclass(frozen=True)
class Change:
    """An old and a new policy, as rules and as snapshot files."""

    folder: Path
    old: list[AccessRule]
    new: list[AccessRule]

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """Give the options that name the two files, which are written first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = (self.folder / "old.json", self.folder / "new.json")
        for file, rules in zip(files, (self.old, self.new), strict=True):
            write_snapshot(file, numbered(rules))
        return ("--old", str(files[0]), "--new", str(files[1]))

    def read(self) -> PolicyChange:
        """Read both files, without looking into rule text."""
        _, old, _, new = self.arguments
        return single(read_sides(Request(old=FileSource(Path(old)), new=FileSource(Path(new)))))


def edit(folder: Path, rules: list[AccessRule]) -> Change:
    """Make the change of 20 edits."""
    return Change(folder, rules, edited(Random(_SEED), rules))


@dataclass(frozen=True)
class Scene:
    """A folder to work in, and how often each figure is taken."""

    folder: Path
    repeats: int
    rules: int = RULES
    flows: int = FLOWS

    @cached_property
    def change(self) -> Change:
        """Draw an access list and edit it."""
        return self.change_of(self.rules)

    def change_of(self, rules: int) -> Change:
        """Draw an access list of some length and edit it."""
        return edit(self.folder / f"access-{rules}", draw_access_list(Random(_SEED), rules))

    @cached_property
    def flow_file(self) -> Path:
        """Write the flows of the old policy as CSV."""
        random = Random(_SEED)
        file = self.folder / "flows.csv"
        self.folder.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as target:
            target.writelines(csv_lines(random, draw_flows(random, self.change.old, self.flows)))
        return file
