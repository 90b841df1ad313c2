"""Which rules change, for people: stateful ones as they were aligned, stateless ones by content and order."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.compiled import CompiledRule, MayAct
from nfw_reconcile.model.plan_document import ChangeKind, RuleChange
from nfw_reconcile.model.policy import OpaqueGroup
from nfw_reconcile.model.texts import rule_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from nfw_reconcile.engine.align import Alignment, RuleDelta
    from nfw_reconcile.model.documents import RuleText
    from nfw_reconcile.pipeline.inputs import Loaded

_NAME: Final = re.compile(r"[$@][A-Za-z]\w*")


def rule_changes(old: Loaded | None, new: Loaded, alignment: Alignment) -> tuple[RuleChange, ...]:
    """Give every change of a rule by content.

    Default actions are left out, because they are settings; so is what stands for rules that are not known,
    because that is undecided, and what such rules may still hold.
    """
    if new.unknown or (old is not None and old.unknown):
        return ()
    lost, found = new.open_groups, old.open_groups if old is not None else frozenset()
    stateful = (_stateful_change(d) for d in alignment.deltas if _is_shown(d, lost, found))
    return (*stateful, *_stateless_changes(_stateless_rules(old) if old else [], _stateless_rules(new)))


def _is_shown(delta: RuleDelta, lost: frozenset[str], found: frozenset[str]) -> bool:
    """Say whether the change is one of rules, and known to be: ``lost``, ``found`` are the groups partly unknown."""
    match delta.old, delta.new:
        case CompiledRule() as old, None:
            return _is_rule(old) and old.group not in lost
        case None, CompiledRule() as new:
            return _is_rule(new) and new.group not in found
        case _:
            return all(_is_rule(rule) for rule in (delta.old, delta.new) if rule is not None)


def _is_rule(rule: CompiledRule) -> bool:
    """Tell a rule from a default action and from what stands for rules that are not known.

    A line that cannot be read stands twice in a policy, as a pass and as a drop, and is one rule.
    """
    if rule.default is not None or rule.ref is None:
        return False
    if not isinstance(rule.act, MayAct):
        return True
    written = rule.ref.text not in ("", rule.act.reason)
    return written and (rule.act.action is not None or rule.act.passing)


def _stateful_change(delta: RuleDelta) -> RuleChange:
    old, new = (side.ref if side else None for side in (delta.old, delta.new))
    return RuleChange(
        delta.kind,
        rule_text(old) if old else None,
        rule_text(new) if new else None,
        " and ".join(changed_names(delta)) if delta.variable else None,
    )


def changed_names(delta: RuleDelta) -> list[str]:
    """Name the variables and references through which a rule of unchanged text changed its meaning."""
    if delta.old is None or delta.new is None:
        return []
    before, after = (
        (h.source, h.source_ports, h.destination, h.destination_ports)
        for h in (delta.old.header, delta.new.header)
    )
    words = (word for word, a, b in zip(delta.new.header_words, before, after, strict=True) if a != b)
    return sorted({name for word in words for name in _NAME.findall(word)})


class _Place(NamedTuple):
    """Where a stateless rule stands, and whether it is sensitive."""

    group: str
    priority: int | None
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class _Stateless:
    """One stateless rule: what it is by content, where it stands, and how it is shown."""

    content: Hashable
    place: _Place
    text: RuleText


def _stateless_rules(side: Loaded) -> list[_Stateless]:
    """Give the rules in the order in which they are tried; a group that is not there holds none."""
    compiled = side.compiled.stateless.rules
    return [
        _Stateless(rule.content, place, replace(rule_text(rule.ref), sensitive=place.sensitive))
        for rule, place in zip(compiled, _places(side), strict=True)
        if place.priority is not None
    ]


def _places(side: Loaded) -> Iterator[_Place]:
    """Give the place of every stateless rule, and one without a priority for a group that is not there."""
    for reference in sorted(side.policy.stateless, key=lambda found: found.priority):
        group = reference.group
        if isinstance(group, OpaqueGroup):
            yield _Place(group.name.label, None)
            continue
        for entry in sorted(group.entries, key=lambda found: found.priority):
            yield _Place(group.name.label, entry.priority, entry.sensitive)


def _stateless_changes(old: Sequence[_Stateless], new: Sequence[_Stateless]) -> Iterable[RuleChange]:
    """Compare two lists of rules: what stands at the same priority of a group is one rule that was edited."""
    kept = SequenceMatcher(None, [r.content for r in old], [r.content for r in new], autojunk=False)
    gone, come = list(old), list(new)
    for block in kept.get_matching_blocks():
        for offset in range(block.size):
            gone.remove(old[block.a + offset])
            come.remove(new[block.b + offset])
    yield from _paired(ChangeKind.MOVED, gone, come, by_content=True)
    yield from _paired(ChangeKind.CHANGED, gone, come, by_content=False)
    yield from (RuleChange(ChangeKind.REMOVED, rule.text, None, None) for rule in gone)
    yield from (RuleChange(ChangeKind.ADDED, None, rule.text, None) for rule in come)


def _paired(
    kind: ChangeKind, gone: list[_Stateless], come: list[_Stateless], *, by_content: bool
) -> Iterator[RuleChange]:
    """Take the pairs of equal content, or of equal place, out of both lists."""
    waiting: defaultdict[Hashable, list[_Stateless]] = defaultdict(list)
    for rule in gone:
        waiting[rule.content if by_content else rule.place[:2]].append(rule)
    for rule in tuple(come):
        candidates = waiting[rule.content if by_content else rule.place[:2]]
        if candidates:
            before = candidates.pop(0)
            gone.remove(before)
            come.remove(rule)
            yield RuleChange(kind, before.text, rule.text, None)
