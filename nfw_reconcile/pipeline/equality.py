"""Is the live policy the planned one? By meaning: comments, white space, sids and messages are no difference.

What the plan did not know unifies with whatever is live, and nothing else does: a rule with an unknown
address equals any live rule that is the same but for that address; a group whose text was not known
equals any group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.compiled import Acts, MayAct
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.policy import OpaqueGroup, StatefulGroup
from nfw_reconcile.model.rule import UndecidedRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.engine.align import RuleDelta
    from nfw_reconcile.engine.compiled import CompiledRule
    from nfw_reconcile.engine.members import Addresses, Ports
    from nfw_reconcile.model.policy import GroupName, Policy
    from nfw_reconcile.pipeline.inputs import Loaded


def differences(planned: Loaded, live: Loaded) -> tuple[str, ...]:
    """Say in words where the live policy is not the planned one; empty if it is."""
    if planned.compiled.digest == live.compiled.digest and not _option_differences(
        planned.policy, live.policy
    ):
        return ()
    alignment = align(planned.compiled, live.compiled)
    gone = [d.old for d in alignment.deltas if d.old is not None and d.old.decides and not _same_place(d)]
    come = [d.new for d in alignment.deltas if d.new is not None and d.new.decides and not _same_place(d)]
    open_groups = _open_groups(planned.policy, live.policy)
    unmatched = _unify(gone, come, open_groups)
    moved = [d for d in alignment.deltas if _same_place(d)]
    return (
        *_option_differences(planned.policy, live.policy),
        *_stateless_differences(planned, live),
        *unmatched,
        *(f"{d.new.ref} stands in another place" for d in moved if d.new is not None),
    )


def _same_place(delta: RuleDelta) -> bool:
    """Say whether the rule is on both sides, in another order."""
    return delta.old is not None and delta.new is not None and delta.old.content == delta.new.content


def _option_differences(planned: Policy, live: Policy) -> tuple[str, ...]:
    found: list[str] = []
    pairs = (
        ("rule order", planned.options.rule_order, live.options.rule_order),
        ("stream exception policy", planned.options.stream_exception, live.options.stream_exception),
    )
    found += [f"{name} is {b}, planned {a}" for name, a, b in pairs if a is not b]
    if (
        not isinstance(planned.default_actions, Unresolved)
        and planned.default_actions != live.default_actions
    ):
        found.append(
            f"stateful default actions are {live.default_actions}, planned {planned.default_actions}"
        )
    if planned.stateless_default != live.stateless_default and not isinstance(
        planned.stateless_default, Unresolved
    ):
        found.append(
            f"stateless default action is {live.stateless_default}, planned {planned.stateless_default}"
        )
    return tuple(found)


def _stateless_differences(planned: Loaded, live: Loaded) -> tuple[str, ...]:
    if any(rule.unknown is not None for rule in planned.compiled.stateless.rules):
        return ()
    before = [rule.content for rule in planned.compiled.stateless.rules]
    after = [rule.content for rule in live.compiled.stateless.rules]
    return () if before == after else ("stateless rules are not the planned ones",)


def _open_groups(planned: Policy, live: Policy) -> frozenset[str]:
    """Give the labels, on both sides, of groups whose rules the plan did not know."""
    names = [reference.group.name for reference in planned.stateful if _is_open(reference.group)]
    labels = {name.label for name in names}
    live_names: Iterable[GroupName] = (reference.group.name for reference in live.stateful)
    return frozenset(labels | {found.label for found in live_names if any(_same(found, n) for n in names)})


def _is_open(group: StatefulGroup | OpaqueGroup) -> bool:
    if isinstance(group, OpaqueGroup):
        return not group.managed
    return any(isinstance(entry, UndecidedRule) and entry.header is None for entry in group.entries)


def _same(one: GroupName, other: GroupName) -> bool:
    return bool((one.arn and one.arn == other.arn) or (one.name and one.name == other.name))


def _unify(gone: list[CompiledRule], come: list[CompiledRule], open_groups: frozenset[str]) -> list[str]:
    come = [rule for rule in come if rule.group not in open_groups]
    missing: list[str] = []
    for rule in gone:
        if rule.group in open_groups:
            continue
        partner = next((found for found in come if _unifies(rule, found)), None)
        if partner is None:
            missing.append(f"planned rule is not live: {_shown(rule)}")
        else:
            come.remove(partner)
    return [*missing, *(f"live rule was not planned: {_shown(rule)}" for rule in come)]


def _shown(rule: CompiledRule) -> str:
    if rule.ref is None:
        return rule.default or rule.group
    return str(rule.ref)


def _unifies(planned: CompiledRule, live: CompiledRule) -> bool:
    if isinstance(planned.act, MayAct):
        return planned.act.action is None or planned.act == live.act or _same_act(planned.act, live)
    mine, theirs = planned.header, live.header
    fields: tuple[tuple[Addresses | Ports, Addresses | Ports], ...] = (
        (mine.source, theirs.source),
        (mine.source_ports, theirs.source_ports),
        (mine.destination, theirs.destination),
        (mine.destination_ports, theirs.destination_ports),
    )
    free = _referring_fields(planned, live)
    return (
        planned.act == live.act
        and planned.meaning == live.meaning
        and (mine.protocol, mine.both_ways) == (theirs.protocol, theirs.both_ways)
        and all(free[n] or _field_unifies(a, b) for n, (a, b) in enumerate(fields))
    )


def _referring_fields(planned: CompiledRule, live: CompiledRule) -> tuple[bool, bool, bool, bool]:
    """Mark the fields that name an IP set reference on both sides: AWS moves its members without any change here."""
    mine, theirs = (rule.header_words for rule in (planned, live))
    both = [a == b and "@" in a for a, b in zip(mine, theirs, strict=True)]
    return both[0], both[1], both[2], both[3]


def _same_act(planned: MayAct, live: CompiledRule) -> bool:
    return isinstance(live.act, Acts) and live.act.action is planned.action


def _field_unifies(planned: Addresses | Ports, live: Addresses | Ports) -> bool:
    return planned == live or not planned.certain
