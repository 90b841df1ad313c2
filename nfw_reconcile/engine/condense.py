"""Fewer rules and names that stand for all: what makes long lists of domains and contents cheap to judge.

A name, or a content, counts only through the rules that it makes match. Rules that pass or drop alike
and stand together may change places without any flow noticing (:mod:`nfw_reconcile.engine.align`), so
two names that make rules of the same kinds match, in the same such stretches of both policies, have
the same outcome. One of them is tried for all; a rule that no tried name or content can make match is
left out. The verdicts of all worlds together stay the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from nfw_reconcile.engine.compiled import Acts
from nfw_reconcile.engine.conditions import NameIs, OpaqueIs, Reach
from nfw_reconcile.engine.questions import FRESH_LABEL, NameMatch
from nfw_reconcile.model.rule import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from nfw_reconcile.engine.compiled import CompiledRule
    from nfw_reconcile.engine.conditions import Condition
    from nfw_reconcile.engine.questions import Names

V = TypeVar("V")


class Lists(NamedTuple):
    """The rules of one policy whose headers match the initiator's, and the responder's packets, in order."""

    forward: Sequence[CompiledRule]
    backward: Sequence[CompiledRule]


@dataclass(frozen=True, slots=True)
class Condensed:
    """The rules of each policy, and the names, that are enough to work the effect on a flow out."""

    sides: tuple[Lists, ...]
    names: tuple[str, ...]


def condense(sides: Sequence[Lists], names: Sequence[str]) -> Condensed:
    """Leave out what something else stands for. ``names`` tell all name conditions of the rules apart."""
    uses = _Uses()
    for number, side in enumerate(sides):
        uses.collect(side.forward, (number, "to server"))
        uses.collect(side.backward, (number, "to client"))
    tried = _one_of_each(sorted(names, key=_plain_first), uses.of_name)
    contents = frozenset(_one_of_each(uses.contents, uses.of_content))
    told = frozenset(question for name in tried for question in uses.questions_of(name))
    kept = tuple(
        Lists(
            tuple(_possible(side.forward, "to server", told, contents)),
            tuple(_possible(side.backward, "to client", told, contents)),
        )
        for side in sides
    )
    return Condensed(kept, tuple(tried))


def _plain_first(name: str) -> tuple[bool, str]:
    return FRESH_LABEL in name, name


Content = tuple[str, str]
"""The text of an opaque condition, and the direction of the packets that it is asked about."""

_Place = tuple[int, str]
"""The number of a policy, and a direction."""


class _Uses:
    """Where the names and contents of some lists of rules count: for each the kinds of rule and stretches."""

    def __init__(self) -> None:
        self.contents: dict[Content, set[Hashable]] = defaultdict(set)
        self._questions: dict[Names, set[Hashable]] = defaultdict(set)
        self._by_value: dict[tuple[NameMatch, bool, str], list[Names]] = defaultdict(list)

    def collect(self, rules: Sequence[CompiledRule], place: _Place) -> None:
        """Take in one list."""
        for use, rule in _stretches(rules, place):
            names = [condition for condition in rule.meaning.conditions if isinstance(condition, NameIs)]
            opaque = [condition for condition in rule.meaning.conditions if isinstance(condition, OpaqueIs)]
            for name in names:
                alone = len(names) == 1 and not name.negated
                self._add(name.names, (use, _kind(rule, name)) if alone else (place, id(rule)))
            for content in opaque:
                kind = (use, content.carrier, _kind(rule, content)) if len(opaque) == 1 else (place, id(rule))
                self.contents[content.text, place[1]].add(kind)

    def _add(self, names: Names, use: Hashable) -> None:
        if names not in self._questions:
            self._by_value[names.match, names.case_sensitive, names.value].append(names)
        self._questions[names].add(use)

    def of_name(self, name: str) -> frozenset[Hashable]:
        """Give where a name counts."""
        return frozenset(use for question in self.questions_of(name) for use in self._questions[question])

    def of_content(self, content: Content) -> frozenset[Hashable]:
        """Give where a content counts."""
        return frozenset(self.contents[content])

    def questions_of(self, name: str) -> Iterator[Names]:
        """Give the questions that a name answers with yes, looking up instead of asking all."""
        for sensitive, text in ((True, name), (False, name.lower())):
            yield from self._by_value.get((NameMatch.EXACT, sensitive, text), ())
            for start in range(len(text)):
                yield from self._by_value.get((NameMatch.SUFFIX, sensitive, text[start:]), ())
                if start == 0 or text[start - 1] == ".":
                    yield from self._by_value.get((NameMatch.DOMAIN, sensitive, text[start:]), ())


def _stretches(rules: Sequence[CompiledRule], place: _Place) -> Iterator[tuple[Hashable, CompiledRule]]:
    """Give each rule with its stretch: rules next to each other whose order no packet notices."""
    number, last = 0, None
    for rule in rules:
        manner = _manner(rule)
        if manner is None or manner != last:
            number += 1
        last = manner
        yield (place, number), rule


_DENIES: Final = "denies"


def _manner(rule: CompiledRule) -> Hashable:
    """Give what rules must share to change places unnoticed; ``None`` for a rule that may not."""
    if not isinstance(rule.act, Acts) or rule.meaning.reach is Reach.UNSURE:
        return None
    return rule.meaning.reach if rule.act.action is Action.PASS else _DENIES


def _kind(rule: CompiledRule, asked: NameIs | OpaqueIs) -> Hashable:
    """Give all that a rule does and asks, besides one condition."""
    others = frozenset(condition for condition in rule.meaning.conditions if condition is not asked)
    header = None if rule.header.certain else rule.header
    return _manner(rule), replace(rule.meaning, conditions=()), others, header


def _one_of_each(values: Iterable[V], uses: Callable[[V], frozenset[Hashable]]) -> list[V]:
    """Give one value for each way in which values count; those that count nowhere need none."""
    chosen: dict[frozenset[Hashable], V] = {}
    for value in values:
        chosen.setdefault(uses(value), value)
    chosen.pop(frozenset(), None)
    return list(chosen.values())


def _possible(
    rules: Sequence[CompiledRule], direction: str, told: frozenset[Names], contents: frozenset[Content]
) -> Iterator[CompiledRule]:
    """Give the rules that some name and content that is tried can make match."""
    for rule in rules:
        if all(_may_hold(condition, direction, told, contents) for condition in rule.meaning.conditions):
            yield rule


def _may_hold(
    condition: Condition, direction: str, told: frozenset[Names], contents: frozenset[Content]
) -> bool:
    match condition:
        case NameIs(names=names, negated=False):
            return names in told
        case OpaqueIs(text=text):
            return (text, direction) in contents
        case _:
            return True
