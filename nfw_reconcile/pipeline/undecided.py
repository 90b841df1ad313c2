"""What of a policy could not be modelled, with the reason and the place, as far as a verdict may hang on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.compiled import MayAct
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.plan_document import Undecided
from nfw_reconcile.model.policy import HOME_NET, OpaqueGroup, StatefulGroup
from nfw_reconcile.model.rule import Action, UndecidedRule, UndecidedStatelessRule
from nfw_reconcile.sources.links import bare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.engine.compiled import CompiledRule
    from nfw_reconcile.model.policy import Policy
    from nfw_reconcile.pipeline.inputs import Loaded

_SENTENCES: Final = ("invalid ", "empty ", "unknown value: ", "a variable that ")


def undecided(old: Loaded | None, new: Loaded) -> tuple[Undecided, ...]:
    """Give what could not be decided of both policies, each once.

    HOME_NET that nothing gives is left out: a remark says it, with the remedy. So are AWS-managed groups,
    which are conditions and not unknown, and what only alerts.
    """
    before = dict.fromkeys(_of(old)) if old else {}
    after = dict.fromkeys(_of(new))
    sides = {
        found: "both" if found in before and found in after else "old" if found in before else "new"
        for found in (*before, *after)
    }
    return tuple(Undecided(side, reason, where) for (reason, where), side in sides.items())


def missing_names(rule: CompiledRule) -> tuple[str, ...]:
    """Name what is not known of a rule's header."""
    header = rule.header
    addresses = (*header.source.unknown, *header.destination.unknown)
    ports = (
        name
        for p in (header.source_ports, header.destination_ports)
        for name in (*p.missing, *p.missing_unwanted)
    )
    return tuple(dict.fromkeys((*addresses, *ports)))


def _of(side: Loaded) -> Iterable[tuple[str, str]]:
    policy = side.policy
    body = bare(side.bundle.policy.body)
    if isinstance(body, Unresolved):
        yield _said(body.reference), policy.name.label
        return
    yield from _of_settings(policy)
    for reference in policy.stateful:
        yield from _of_group(reference.group)
    for rule in side.deciding:
        yield from _of_rule(rule, policy)
    yield from _of_stateless(policy)


def _said(reference: str) -> str:
    """Make a sentence of a missing value; some names of values are sentences already."""
    if reference.startswith(_SENTENCES) or " is not " in reference:
        return reference
    verb = "are" if reference.startswith("members of ") else "is"
    return f"{reference} {verb} not known"


def _of_settings(policy: Policy) -> Iterable[tuple[str, str]]:
    for missing in (*policy.unresolved, policy.default_actions, policy.stateless_default):
        if isinstance(missing, Unresolved):
            yield _said(missing.reference), policy.name.label


def _of_group(group: StatefulGroup | OpaqueGroup) -> Iterable[tuple[str, str]]:
    label = group.name.label
    if isinstance(group, OpaqueGroup):
        if not group.managed:
            yield group.reason, label
        return
    for entry in group.entries:
        if isinstance(entry, UndecidedRule) and not _only_alerts(entry):
            yield entry.reason, str(entry.where or label)


def _only_alerts(entry: UndecidedRule) -> bool:
    return entry.header is not None and entry.header.action is Action.ALERT


def _of_rule(rule: CompiledRule, policy: Policy) -> Iterable[tuple[str, str]]:
    for name in missing_names(rule):
        if name != HOME_NET:
            yield _said(name), rule.group
    if isinstance(rule.act, MayAct) and (
        not rule.header.protocol.known or _names_unknown_default(rule, policy)
    ):
        yield rule.act.reason, rule.group


def _names_unknown_default(rule: CompiledRule, policy: Policy) -> bool:
    """Say whether the rule stands for a default action whose name this version does not know."""
    return rule.default is not None and not isinstance(policy.default_actions, Unresolved)


def _of_stateless(policy: Policy) -> Iterable[tuple[str, str]]:
    for attached in policy.stateless:
        if isinstance(attached.group, OpaqueGroup):
            yield attached.group.reason, attached.group.name.label
            continue
        for entry in attached.group.entries:
            if isinstance(entry, UndecidedStatelessRule):
                yield entry.reason, attached.group.name.label
