"""Which rules change, for people: stateful ones as they were aligned, stateless ones by content and order."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.documents import ChangeKind, RuleChange, RuleText
from nfw_reconcile.model.policy import OpaqueGroup
from nfw_reconcile.pipeline.texts import rule_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from nfw_reconcile.engine.align import Alignment, RuleDelta
    from nfw_reconcile.pipeline.inputs import Loaded

_NAME: Final = re.compile(r"[$@][A-Za-z]\w*")


def rule_changes(old: Loaded | None, new: Loaded, alignment: Alignment) -> tuple[RuleChange, ...]:
    """Give every change of a rule by content; default actions are left out, because they are settings."""
    stateful = (_stateful_change(delta) for delta in alignment.deltas if _is_rule(delta))
    return (*stateful, *_stateless_changes(_stateless_rules(old) if old else [], _stateless_rules(new)))


def _is_rule(delta: RuleDelta) -> bool:
    return all(side is None or side.default is None for side in (delta.old, delta.new))


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


@dataclass(frozen=True, slots=True)
class _Stateless:
    """One stateless rule: what it is by content, the place that its priority gives it, and how it is shown."""

    content: Hashable
    place: tuple[str, int]
    text: RuleText


def _stateless_rules(side: Loaded) -> list[_Stateless]:
    """Give the rules in the order in which they are tried."""
    compiled = side.compiled.stateless.rules
    return [
        _Stateless(rule.content, place, RuleText(rule.ref.group, None, None, rule.ref.text, sensitive))
        for rule, (place, sensitive) in zip(compiled, _places(side), strict=True)
    ]


def _places(side: Loaded) -> Iterator[tuple[tuple[str, int], bool]]:
    """Give the place of every stateless rule, and whether it is sensitive; a group that is not there has one."""
    for reference in sorted(side.policy.stateless, key=lambda found: found.priority):
        group = reference.group
        if isinstance(group, OpaqueGroup):
            yield (group.name.label, 0), False
            continue
        for entry in sorted(group.entries, key=lambda found: found.priority):
            yield (group.name.label, entry.priority), entry.sensitive


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
        waiting[rule.content if by_content else rule.place].append(rule)
    for rule in tuple(come):
        candidates = waiting[rule.content if by_content else rule.place]
        if candidates:
            before = candidates.pop(0)
            gone.remove(before)
            come.remove(rule)
            yield RuleChange(kind, before.text, rule.text, None)
