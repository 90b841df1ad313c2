"""What reading a policy or group needs besides its body, and the lists of members that both hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.errors import Location, warning
from nfw_reconcile.model.expressions import Expression, Group, Unresolved
from nfw_reconcile.model.places import NOWHERE, GroupPlaces
from nfw_reconcile.sources.policy.body import NotValid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.sources.policy.body import Node


@dataclass(frozen=True, slots=True)
class Reading:
    """The label of what is read, the prefix lists at hand, and the warnings so far."""

    label: str
    prefix_lists: Mapping[str, Body] = field(default_factory=dict)
    report: list[Diagnostic] = field(default_factory=list)
    places: GroupPlaces = NOWHERE

    def warn(self, summary: str, remedy: str) -> None:
        """Add a warning about what is read."""
        self.report.append(warning(summary, Location(self.label), remedy))


def read_members(
    node: Node, parse: Callable[[str], Expression], reading: Reading, *, empty: Expression
) -> Expression:
    """Read a list of definitions (or one): a single expression, else a group; ``empty`` for none.

    What is unknown or does not parse is an ``Unresolved`` in its place; the latter with a warning.
    """
    if node.unresolved is not None:
        return node.unresolved
    if node.missing:
        return empty
    try:
        items = [node] if isinstance(node.value, str) else node.items()
    except NotValid as why:
        return _not_valid(node, why.reason, reading)
    members = tuple(_member(item, parse, reading) for item in items)
    return members[0] if len(members) == 1 else Group(members)


def _member(item: Node, parse: Callable[[str], Expression], reading: Reading) -> Expression:
    if item.unresolved is not None:
        return item.unresolved
    try:
        return parse(item.text())
    except NotValid as why:
        return _not_valid(item, why.reason, reading)
    except ValueError as bad:
        detail = "its value is sensitive" if item.sensitive else str(bad)
        return _not_valid(item, f"{item.path} cannot be read: {detail}", reading)


def _not_valid(node: Node, reason: str, reading: Reading) -> Unresolved:
    reading.warn(reason, "Correct it; what depends on it is undecided.")
    return Unresolved(f"invalid {node.path}" if node.sensitive else f"invalid {node.path} {node.shown}")
