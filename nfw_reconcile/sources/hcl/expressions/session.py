"""What the evaluation of one revision shares: its files, its budget, and what it has to tell."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.expressions.budget import DEEPEST, Budget
from nfw_reconcile.sources.hcl.expressions.weights import Weights
from nfw_reconcile.sources.hcl.placed import MOST_LINES, Record

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from nfw_reconcile.errors import Diagnostic, Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.syntax import Part
    from nfw_reconcile.sources.hcl.trees.tree import Tree

SOUGHT: Final = "?"
"""Before the path of what was asked for, and not read."""

_MOST_KEPT: Final = 200

MOST_PLACED: Final = 3_000_000
"""Lines of all texts that keep their places."""

Reads = dict[str, str]
"""The paths that an evaluation asked for, each with a digest of what is there."""


@dataclass(slots=True)
class Calls:
    """The last calls of functions with exactly these values: loops call again and again for all of a collection.

    Values never change, and those that are kept cannot give their identity to others.
    """

    _kept: dict[tuple[str, tuple[int, ...]], tuple[tuple[Value, ...], Value]] = field(default_factory=dict)

    def of(self, name: str, arguments: Sequence[Value]) -> Value | None:
        """Give what a call gave before."""
        found = self._kept.get((name, tuple(map(id, arguments))))
        return None if found is None else found[1]

    def keep(self, name: str, arguments: Sequence[Value], result: Value) -> None:
        """Keep what a call gave."""
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[name, tuple(map(id, arguments))] = (tuple(arguments), result)


@dataclass(slots=True)
class Session:
    """One evaluation of one revision; ``root`` is the directory of the root module."""

    tree: Tree
    root: str
    workspace: str = "default"
    budget: Budget = field(default_factory=Budget)
    told: dict[Diagnostic, None] = field(default_factory=dict)
    templates: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()
    """Sources of places that are no files of the tree."""
    calls: Calls = field(default_factory=Calls)
    weights: Weights = field(default_factory=Weights)
    record: Record | None = None
    """The object or list that is being evaluated."""
    _lines_to_place: int = MOST_PLACED
    _reads: Reads = field(default_factory=dict)
    _depth: int = 0

    def tell(self, *diagnostics: Diagnostic) -> None:
        """Add diagnostics, each once."""
        self.told |= dict.fromkeys(diagnostics)

    @contextmanager
    def recording(self) -> Generator[Reads]:
        """Collect the paths that are asked for inside the context."""
        before, self._reads = self._reads, {}
        try:
            yield self._reads
        finally:
            self._reads = before | self._reads

    def was_read(self, path: str, content: bytes) -> None:
        """Note that a file was read; ``path`` is that of the tree."""
        self._reads[path] = hashlib.sha256(content).hexdigest()[:16]

    def was_sought(self, path: str, found: str) -> None:
        """Note what was found where existence or names were asked for, and no content."""
        self._reads[f"{SOUGHT}{path}"] = found

    def belongs(self, place: Location) -> bool:
        """Say whether a place is in a file that the repository holds; what Terraform has installed is none."""
        return place.source not in self.foreign and not f"/{place.source}".count("/.terraform/")

    @contextmanager
    def inside(self, place: Location, *, is_list: bool) -> Generator[None]:
        """Evaluate what is written inside of an object or a list."""
        before, self.record = self.record, Record(place, is_list, self.record)
        try:
            yield
        finally:
            self.record = before

    def may_place(self, count: int) -> bool:
        """Account for the places of a text's lines; no further text has any once there were too many."""
        self._lines_to_place -= count
        return count <= MOST_LINES and self._lines_to_place >= 0

    def enter(self, place: Location) -> None:
        """Account for one expression inside another; raises :class:`EvaluationError` where they are too deep."""
        self.budget.step(place)
        self._depth += 1
        if self._depth > DEEPEST:
            raise EvaluationError(f"More than {DEEPEST} expressions stand in each other here.", place)

    def leave(self) -> None:
        """Come out of an expression again; belongs to every :meth:`enter`, whatever it raised."""
        self._depth -= 1
