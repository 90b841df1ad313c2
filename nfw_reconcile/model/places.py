"""Where in a repository a rule group and its rules are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Location


@dataclass(frozen=True, slots=True)
class GroupPlaces:
    """Places of one rule group: paths are relative to the root of the repository, lines are 1-based.

    ``group`` is where the group itself begins, and ``source`` the argument that its rules come from, which stands for
    every rule without a place of its own. ``lines`` are those of the rule text, the first one first; ``stateful`` is by
    the index of the rule, ``targets`` by the name in the domain list, ``stateless`` by priority.
    """

    group: Location | None = None
    source: Location | None = None
    lines: tuple[Location | None, ...] = ()
    stateful: Mapping[int, Location] = field(default_factory=dict)
    targets: Mapping[str, Location] = field(default_factory=dict)
    stateless: Mapping[int, Location] = field(default_factory=dict)

    def of_line(self, line: int | None) -> Location | None:
        """Give the place of the rule that begins in a line of the text."""
        known = self.lines[line - 1] if line is not None and 0 < line <= len(self.lines) else None
        return known or self.otherwise

    def of_stateful(self, index: int) -> Location | None:
        """Give the place of a rule that is a block."""
        return self.stateful.get(index) or self.otherwise

    def of_target(self, name: str) -> Location | None:
        """Give the place of a domain list's entry."""
        return self.targets.get(name) or self.otherwise

    def of_stateless(self, priority: int) -> Location | None:
        """Give the place of a stateless rule."""
        return self.stateless.get(priority) or self.otherwise

    @property
    def otherwise(self) -> Location | None:
        """Give the place of what has none of its own."""
        return self.source or self.group


NOWHERE: Final = GroupPlaces()
