"""What of a policy could not be modelled, with the reason and the place, as far as a verdict may hang on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.compiled import MayAct
from nfw_reconcile.model.expressions import Unresolved, without_digests
from nfw_reconcile.model.plan_document import Undecided
from nfw_reconcile.model.policy import HOME_NET, OpaqueGroup, StatefulGroup
from nfw_reconcile.model.rule import Action, UndecidedRule, UndecidedStatelessRule
from nfw_reconcile.sources.links import bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nfw_reconcile.engine.compiled import CompiledRule
    from nfw_reconcile.errors import Location
    from nfw_reconcile.model.policy import Policy
    from nfw_reconcile.pipeline.inputs import Loaded

    Places = Mapping[str, Location | None]

_SENTENCES: Final = ("invalid ", "empty ", "unknown value: ", "a variable that ")


def undecided(old: Loaded | None, new: Loaded) -> tuple[Undecided, ...]:
    """Give what could not be decided of both policies, each once.

    HOME_NET that nothing gives is left out: a remark says it, with the remedy. So are AWS-managed groups,
    which are conditions and not unknown, and what only alerts.
    """
    before = _once_each(_of(old)) if old else {}
    after = _once_each(_of(new))
    sides = {
        found: "both" if found in before and found in after else "old" if found in before else "new"
        for found in (*before, *after)
    }
    return tuple(_undecided(side, *found, after.get(found)) for found, side in sides.items())


class _Part(NamedTuple):
    """What is not decided: why, where that is, and where that is written in the repository."""

    reason: str
    where: str
    written: Location | None = None


def _once_each(parts: Iterable[_Part]) -> dict[tuple[str, str], Location | None]:
    found: dict[tuple[str, str], Location | None] = {}
    for part in parts:
        found[part.reason, part.where] = found.get((part.reason, part.where)) or part.written
    return found


def _undecided(side: str, reason: str, where: str, written: Location | None) -> Undecided:
    file, line = (None, None) if written is None else (written.source, written.line)
    return Undecided(side, without_digests(reason), where, file, line)


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


def _of(side: Loaded) -> Iterable[_Part]:
    policy = side.policy
    body = bare(side.bundle.policy.body)
    if isinstance(body, Unresolved):
        yield _Part(_said(body.reference), policy.name.label, side.bundle.policy.place)
        return
    groups = {group.name.label: group.places.group for group in side.bundle.groups}
    for reason in _of_settings(policy):
        yield _Part(reason, policy.name.label, side.bundle.policy.place)
    for reference in policy.stateful:
        yield from _of_group(reference.group, groups)
    for rule in side.deciding:
        yield from _of_rule(rule, policy)
    yield from _of_stateless(policy, groups)


def _said(reference: str) -> str:
    """Make a sentence of a missing value; some names of values are sentences already."""
    if reference.startswith(_SENTENCES) or " is not " in reference:
        return reference
    verb = "are" if reference.startswith("members of ") else "is"
    return f"{reference} {verb} not known"


def _of_settings(policy: Policy) -> Iterable[str]:
    for missing in (*policy.unresolved, policy.default_actions, policy.stateless_default):
        if isinstance(missing, Unresolved):
            yield _said(missing.reference)


def _of_group(group: StatefulGroup | OpaqueGroup, places: Places) -> Iterable[_Part]:
    label = group.name.label
    if isinstance(group, OpaqueGroup):
        if not group.managed:
            yield _Part(group.reason, label, places.get(label))
        return
    for entry in group.entries:
        if isinstance(entry, UndecidedRule) and not _only_alerts(entry):
            yield _Part(entry.reason, str(entry.where or label), entry.written)


def _only_alerts(entry: UndecidedRule) -> bool:
    return entry.header is not None and entry.header.action is Action.ALERT


def _of_rule(rule: CompiledRule, policy: Policy) -> Iterable[_Part]:
    written = rule.ref.written if rule.ref is not None else None
    for name in missing_names(rule):
        if name != HOME_NET:
            yield _Part(_said(name), rule.group, written)
    if isinstance(rule.act, MayAct) and (
        not rule.header.protocol.known or _names_unknown_default(rule, policy)
    ):
        yield _Part(rule.act.reason, rule.group, written)


def _names_unknown_default(rule: CompiledRule, policy: Policy) -> bool:
    """Say whether the rule stands for a default action whose name this version does not know."""
    return rule.default is not None and not isinstance(policy.default_actions, Unresolved)


def _of_stateless(policy: Policy, places: Places) -> Iterable[_Part]:
    for attached in policy.stateless:
        if isinstance(attached.group, OpaqueGroup):
            label = attached.group.name.label
            yield _Part(attached.group.reason, label, places.get(label))
            continue
        for entry in attached.group.entries:
            if isinstance(entry, UndecidedStatelessRule):
                yield _Part(entry.reason, attached.group.name.label, entry.written)
