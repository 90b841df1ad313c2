"""Stateful rules of the planned policy against the live ones, with what the plan did not know filled in.

A rule with an unknown address equals one live rule that is the same but for that address, and that holds
what is known of it. A group or line whose text was not known equals whatever the live group of that name
holds besides the known rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.compiled import Acts, MayAct
from nfw_reconcile.engine.headers import bits
from nfw_reconcile.model.addresses import AddressSet
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.intervals import IntervalSet
from nfw_reconcile.model.plan_document import ChangeKind
from nfw_reconcile.pipeline.changes import changed_names
from nfw_reconcile.sources.links import bare, holds_unknown, items, member

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.engine.align import RuleDelta
    from nfw_reconcile.engine.compiled import CompiledPolicy, CompiledRule
    from nfw_reconcile.engine.members import Addresses, Ports
    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.model.policy import GroupName
    from nfw_reconcile.pipeline.inputs import Loaded


@dataclass(frozen=True, slots=True)
class Terms:
    """What the other policy is called beside the live one."""

    rule: str
    foreign: str
    was: str
    than: str


PLANNED: Final = Terms("planned", "was not planned", "was planned", "planned")
TERRAFORM: Final = Terms("Terraform's", "is not Terraform's", "is Terraform's", "in Terraform")

Values = TypeVar("Values", AddressSet, IntervalSet)


def rule_differences(planned: Loaded, live: Loaded, terms: Terms = PLANNED) -> Iterable[str]:
    """Say which planned rules are not live, which live ones were not planned, and which stand elsewhere."""
    texts = not planned.sensitive
    for delta in _Unifier(planned, live).deltas():
        if delta.kind is not ChangeKind.MOVED or not planned.policy.unresolved:
            yield _sentence(delta, terms, texts=texts)


def _sentence(delta: RuleDelta, terms: Terms, *, texts: bool) -> str:
    old, new = (_shown(rule, texts=texts) for rule in (delta.old, delta.new))
    match delta.kind:
        case ChangeKind.REMOVED:
            return f"{terms.rule} rule is not live: {old}"
        case ChangeKind.ADDED:
            return f"live rule {terms.foreign}: {new}"
        case ChangeKind.CHANGED if delta.variable and changed_names(delta):
            return f"{' and '.join(changed_names(delta))} stands for other members than {terms.than} in {new}"
        case ChangeKind.CHANGED:
            return f"{terms.rule} rule is not live: {old}; live is {new}"
        case ChangeKind.MOVED:
            return f"rule stands in another place than {terms.than}: {new}"


def _shown(rule: CompiledRule | None, *, texts: bool) -> str:
    if rule is None:
        return ""
    if rule.ref is None:
        return rule.default or rule.group
    return f"{rule.ref} ({rule.ref.text})" if texts else str(rule.ref)


class _Unifier:
    """Takes out of both policies what the plan left open and the live policy fills in."""

    def __init__(self, planned: Loaded, live: Loaded) -> None:
        self._planned = planned
        self._live = live
        self._names = _group_names(planned)
        self._live_names = _group_names(live)
        lists = {planned.policy.name.label} if holds_unknown(_references(planned)) else set()
        self._open = planned.open_groups | lists

    def deltas(self) -> list[RuleDelta]:
        """Give what is left different."""
        first = _deltas(self._planned.compiled, self._live.compiled)
        gone = [d.old for d in first if d.old is not None and d.kind is not ChangeKind.MOVED]
        come = [d.new for d in first if d.new is not None and d.kind is not ChangeKind.MOVED]
        filled = self._filled([rule for rule in gone if not self._is_open(rule)], come)
        taken = {id(rule) for rule in filled.values()}
        open_ones = [rule for rule in gone if self._is_open(rule)]
        absorbed = {
            id(rule)
            for rule in come
            if id(rule) not in taken and any(self._may_stand_for(one, rule) for one in open_ones)
        }
        if not filled and not open_ones:
            return first
        left_out = {id(rule) for rule in open_ones}
        before = [filled.get(id(r), r) for r in self._planned.compiled.rules if id(r) not in left_out]
        after = [rule for rule in self._live.compiled.rules if id(rule) not in absorbed]
        return _deltas(_with(self._planned, before), _with(self._live, after))

    def _filled(self, gone: Sequence[CompiledRule], come: Sequence[CompiledRule]) -> dict[int, CompiledRule]:
        """Give for planned rules (by ``id``) the live ones that they turned out to be.

        Those that can be fewest live ones choose first; of one group and sid is better than of another.
        """
        uncertain = (rule for rule in gone if not rule.header.certain)
        possible = [(rule, [found for found in come if _unifies(rule, found)]) for rule in uncertain]
        filled: dict[int, CompiledRule] = {}
        taken: set[int] = set()
        for rule, candidates in sorted(possible, key=_choices):
            left = [found for found in candidates if id(found) not in taken]
            left.sort(key=lambda found: self._likeness(rule, found), reverse=True)
            if left:
                filled[id(rule)] = left[0]
                taken.add(id(left[0]))
        return filled

    def _likeness(self, rule: CompiledRule, found: CompiledRule) -> tuple[bool, bool]:
        same_sid = rule.ref is not None and found.ref is not None and rule.ref.sid == found.ref.sid
        return self._groups_match(rule.group, found.group), same_sid

    def _is_open(self, rule: CompiledRule) -> bool:
        """Say whether what the rule does was not known, so that it may stand for several live ones."""
        return isinstance(rule.act, MayAct) and rule.group in self._open

    def _may_stand_for(self, placeholder: CompiledRule, rule: CompiledRule) -> bool:
        act = placeholder.act
        if isinstance(act, MayAct) and act.action is not None:
            same_act = rule.act == Acts(act.action)
            if not same_act or not _headers_unify(placeholder, rule):
                return False
        return self._may_be(placeholder.group, rule.group)

    def _may_be(self, planned: str, live: str) -> bool:
        """Say whether a live group may be the one that the plan calls so.

        A group that has no name of AWS's in the plan may be any that no other planned group is; where the
        list of groups itself was not known, any may be in it.
        """
        name = self._names.get(planned)
        if name is None:
            return _lacks_groups(_references(self._planned))
        if name.arn or name.name:
            return self._groups_match(planned, live)
        return not any(self._groups_match(one, live) for one in self._names)

    def _groups_match(self, planned: str, live: str) -> bool:
        mine, theirs = self._names.get(planned), self._live_names.get(live)
        if mine is None or theirs is None:
            return planned == live
        if mine.arn and theirs.arn:
            return mine.arn == theirs.arn
        return bool(mine.name) and mine.name == theirs.name


def _choices(possible: tuple[CompiledRule, list[CompiledRule]]) -> int:
    return len(possible[1])


def _references(side: Loaded) -> Body:
    return member(side.bundle.policy.body, "StatefulRuleGroupReferences")


def _lacks_groups(references: Body) -> bool:
    """Say whether it was not known which groups are in the list at all."""
    return any(isinstance(bare(found), Unresolved) for found in (references, *items(references)))


def _group_names(side: Loaded) -> dict[str, GroupName]:
    return {reference.group.name.label: reference.group.name for reference in side.policy.stateful}


def _with(side: Loaded, rules: Iterable[CompiledRule]) -> CompiledPolicy:
    return replace(side.compiled, rules=tuple(rules))


def _deltas(planned: CompiledPolicy, live: CompiledPolicy) -> list[RuleDelta]:
    """Give the differences between rules that can make one to a verdict."""
    relevant = {
        id(policy.rules[position]) for policy in (planned, live) for position in bits(policy.relevant)
    }
    return [d for d in align(planned, live).deltas if {id(d.old), id(d.new)} & relevant]


def _unifies(planned: CompiledRule, live: CompiledRule) -> bool:
    return planned.act == live.act and planned.meaning == live.meaning and _headers_unify(planned, live)


def _headers_unify(planned: CompiledRule, live: CompiledRule) -> bool:
    mine, theirs = planned.header, live.header
    return (
        (mine.protocol, mine.both_ways) == (theirs.protocol, theirs.both_ways)
        and _addresses_unify(mine.source, theirs.source)
        and _addresses_unify(mine.destination, theirs.destination)
        and _ports_unify(mine.source_ports, theirs.source_ports)
        and _ports_unify(mine.destination_ports, theirs.destination_ports)
    )


def _addresses_unify(planned: Addresses, live: Addresses) -> bool:
    if planned.certain:
        return planned == live
    return _set_unifies(planned.wanted, live.wanted, open_ended=bool(planned.missing)) and _set_unifies(
        planned.unwanted, live.unwanted, open_ended=bool(planned.excluded)
    )


def _ports_unify(planned: Ports, live: Ports) -> bool:
    if planned.certain:
        return planned == live
    return _set_unifies(planned.wanted, live.wanted, open_ended=bool(planned.missing)) and _set_unifies(
        planned.unwanted, live.unwanted, open_ended=bool(planned.missing_unwanted)
    )


def _set_unifies(planned: Values, live: Values, *, open_ended: bool) -> bool:
    """Say whether the live values are the planned ones, and where some were not known at least those."""
    return not planned - live if open_ended else planned == live
