"""Every distinct header of an old and a new policy, and which of them belong to changed rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nfw_reconcile.engine.headers import HeaderBox, bits, vector_of
from nfw_reconcile.engine.region.neighbours import Neighbours
from nfw_reconcile.engine.stateless import EVERY_PACKET

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from nfw_reconcile.engine.align import Alignment
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.effect import Comparison


@dataclass(frozen=True, slots=True)
class PolicyHeaders:
    """Where the headers of one policy stand: for the number of each, the places of the rules that have it.

    Behind the stateless rules stands their default action, with the header of every packet.
    """

    policy: CompiledPolicy
    stateful: Mapping[int, Sequence[int]]
    stateless: Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Terrain:
    """Every distinct header of both policies and both engines; ``touched`` marks those of changed rules.

    ``sides`` holds the new policy, and behind it the old one where there was one.
    """

    boxes: tuple[HeaderBox, ...]
    touched: int
    sides: tuple[PolicyHeaders, ...]

    @classmethod
    def of(cls, comparison: Comparison, alignment: Alignment) -> Terrain:
        """Collect the headers; rules with equal headers share one bit."""
        numbers: dict[HeaderBox, int] = {}
        touched: set[int] = set()
        sides: list[PolicyHeaders] = []
        for policy, *tables in _tables(comparison, alignment):
            places: list[dict[int, list[int]]] = []
            for boxes, changed in tables:
                found = [numbers.setdefault(box, len(numbers)) for box in boxes]
                touched.update(found[position] for position in bits(changed))
                places.append(_places(found))
            sides.append(PolicyHeaders(policy, *places))
        return cls(tuple(numbers), vector_of(sorted(touched)), tuple(sides))

    @property
    def everything(self) -> int:
        """Give the number of the header that every packet matches: that of the stateless default action."""
        return self.boxes.index(EVERY_PACKET)

    @cached_property
    def neighbours(self) -> Neighbours:
        """Give the index of the headers by what they may share flows with, made at first use."""
        return Neighbours(self.boxes)


def any_touched(comparison: Comparison, alignment: Alignment) -> bool:
    """Say whether a rule or a default action is changed that can make a difference: less work than a terrain."""
    old, new = comparison.old, comparison.new
    stateful = alignment.touched_new & new.relevant
    if old is not None:
        stateful |= alignment.touched_old & old.relevant
    return bool(stateful) or any(_stateless_touched(comparison))


def _places(numbers: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        found[number].append(place)
    return dict(found)


_Table = tuple[list[HeaderBox], int]
"""The headers of some rules in their order, and which of the rules are changed, as a bit vector."""


def _tables(comparison: Comparison, alignment: Alignment) -> list[tuple[CompiledPolicy, _Table, _Table]]:
    old, new = comparison.old, comparison.new
    stateless_old, stateless_new = _stateless_touched(comparison)
    tables = [_table(new, alignment.touched_new, stateless_new)]
    if old is not None:
        tables.append(_table(old, alignment.touched_old, stateless_old))
    return tables


def _table(policy: CompiledPolicy, stateful: int, stateless: int) -> tuple[CompiledPolicy, _Table, _Table]:
    boxes = [rule.header.box() for rule in policy.rules]
    return policy, (boxes, stateful & policy.relevant), (_stateless_boxes(policy), stateless)


def _stateless_boxes(policy: CompiledPolicy) -> list[HeaderBox]:
    """Give the headers of the stateless rules, and behind them that of the default action."""
    return [*(rule.box for rule in policy.stateless.rules), EVERY_PACKET]


def _stateless_touched(comparison: Comparison) -> tuple[int, int]:
    """Mark the stateless rules that are not the same on both sides, all where their order changed, and the default."""
    old, new = comparison.old, comparison.new
    if old is None:
        return 0, 0
    before = [rule.content for rule in old.stateless.rules]
    after = [rule.content for rule in new.stateless.rules]
    common = set(before) & set(after)
    if [c for c in before if c in common] != [c for c in after if c in common]:
        common = set()
    default = old.stateless.default != new.stateless.default
    return _changed(before, common, default=default), _changed(after, common, default=default)


def _changed(contents: list[Hashable], common: set[Hashable], *, default: bool) -> int:
    rules = vector_of(n for n, content in enumerate(contents) if content not in common)
    return rules | default << len(contents)
