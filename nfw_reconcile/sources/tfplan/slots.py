"""Which rule group stands at which place of a policy, where the ARNs are known after apply only.

A plan shows such references as blocks without an ARN, in an order of its own; what they refer to is
in the configuration only, in written order, and not even there for ``dynamic`` blocks. The two are
brought together by what both say (priority, override) and by elimination. Where that leaves more
than one way, and it matters, nothing is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.policy import RuleOrder
from nfw_reconcile.sources.tfplan.instances import RULE_GROUP
from nfw_reconcile.sources.tfplan.node import constant

if TYPE_CHECKING:
    from nfw_reconcile.sources.remarks import Remarks
    from nfw_reconcile.sources.tfplan.instances import Instance
    from nfw_reconcile.sources.tfplan.links import Names
    from nfw_reconcile.sources.tfplan.node import Node

_BLOCKS: Final = {"stateful_rule_group_reference": True, "stateless_rule_group_reference": False}
"""The blocks of a policy that refer to rule groups, and whether to stateful ones; ``awscc`` adds an s."""

_MOST: Final = 100
"""References to groups of one kind that are told apart; AWS allows a policy 20 (developer guide, "Quotas")."""

_ANYTHING: Final = "(anything)"
_UNSET: Final = "(unset)"

Place = tuple[str, str]
"""What tells places apart: priority (where the order of groups counts) and override, as text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reference that must stand somewhere: what it can refer to, and what it says of its place."""

    names: frozenset[str]
    place: Place

    def may_stand_at(self, place: Place) -> bool:
        """Say whether nothing speaks against the place."""
        return all(
            mine == theirs or _ANYTHING in (mine, theirs)
            for mine, theirs in zip(self.place, place, strict=True)
        )


def name_slots(policies: Iterable[Instance], names: Names, remarks: Remarks) -> dict[str, str]:
    """Name the unknown ``resource_arn`` of every policy: ``ADDRESS.arn`` by the attribute's address.

    What cannot be told is left out, with a warning.
    """
    named: dict[str, str] = {}
    pools = {stateful: _pool(names, stateful=stateful) for stateful in _BLOCKS.values()}
    for policy in policies:
        body = policy.node.member("firewall_policy")
        for block in body.blocks():
            for argument, stateful in _BLOCKS.items():
                references = block.member(f"{argument}s" if policy.is_cloud_control else argument)
                by_priority = not stateful or _strict(block)
                found = _name_block(references, policy, names, pools[stateful], by_priority=by_priority)
                named |= found
                _warn(references, found, remarks)
    return named


def _warn(references: Node, found: Mapping[str, str], remarks: Remarks) -> None:
    missing = [path for path in map(_arn_path, _unknown(references)) if path not in found]
    if missing:
        remarks.warn(
            f"{references.path}: which rule group stands where is known after apply only, "
            f"for {len(missing)} of {len(references.elements())} references",
            "What these groups decide is undecided; apply reads the policy again.",
        )


def _pool(names: Names, *, stateful: bool) -> frozenset[str]:
    """Give the names of all groups of one kind whose ARN is not known."""
    return frozenset(
        f"{group.address}.arn"
        for group in names.instances.of(RULE_GROUP)
        if group.member("arn").is_unknown and (group.text("type") == "STATELESS") != stateful
    )


def _name_block(
    references: Node, policy: Instance, names: Names, pool: frozenset[str], *, by_priority: bool
) -> dict[str, str]:
    slots: dict[Place, list[str]] = defaultdict(list)
    for reference in _unknown(references):
        slots[_place_of(reference, by_priority=by_priority)].append(_arn_path(reference))
    count = sum(map(len, slots.values()))
    if not 0 < count <= _MOST:
        return {}
    if policy.is_cloud_control:
        candidates = _mentioned(policy, names, pool)
        is_told = len(candidates) in {0, count}
    else:
        candidates = [
            Candidate(meant, _written_place(block, by_priority=by_priority))
            for block in _blocks(references.expression)
            if (meant := _meant(block, policy, names, pool))
        ]
        is_told = len(candidates) <= count
    if not is_told:
        return {}
    free = pool - {name for candidate in candidates for name in candidate.names if len(candidate.names) == 1}
    dynamic = [Candidate(free, (_ANYTHING, _ANYTHING))] * (count - len(candidates))
    return _assign(slots, _eliminate([*candidates, *dynamic]))


def _unknown(references: Node) -> list[Node]:
    return [one for one in references.elements() if one.member("resource_arn").is_unknown]


def _arn_path(reference: Node) -> str:
    return reference.member("resource_arn").path


def _meant(
    block: Mapping[str, object], policy: Instance, names: Names, pool: frozenset[str]
) -> frozenset[str]:
    """Give what one block of the configuration can refer to; nothing where its ARN is known."""
    expression = block.get("resource_arn")
    if constant(expression) is not None:
        return frozenset()
    groups = names.meant(expression, policy, RULE_GROUP)
    if groups:
        return pool & {f"{group.address}.arn" for group in groups}
    targets = [target for target in names.configuration.targets(expression, policy.module) if target.resource]
    if targets:
        return frozenset({targets[0].text})
    return pool


def _mentioned(policy: Instance, names: Names, pool: frozenset[str]) -> list[Candidate]:
    """Give what a policy of ``awscc`` refers to: its one expression names them all, and tells no places."""
    expression = policy.node.member("firewall_policy").expression
    if names.configuration.holds_more(expression, policy.module):
        return []
    meant = [f"{group.address}.arn" for group in names.meant(expression, policy, RULE_GROUP)]
    others = [
        target.text
        for target in names.configuration.targets(expression, policy.module)
        if target.resource and not any(one.role == RULE_GROUP for one in names.instances.found(target))
        if target.attribute in {"", "id"} or target.attribute.endswith("arn")
    ]
    return [
        Candidate(frozenset({name}), (_ANYTHING, _ANYTHING))
        for name in [*(name for name in meant if name in pool), *others]
    ]


def _eliminate(candidates: list[Candidate]) -> list[Candidate]:
    """Take away from every candidate what another one must be: a policy refers to no group twice."""
    while True:
        taken = {name for one in candidates for name in one.names if len(one.names) == 1}
        fewer = [Candidate(one.names - taken, one.place) if len(one.names) > 1 else one for one in candidates]
        if fewer == candidates:
            return fewer
        candidates = fewer


def _assign(slots: Mapping[Place, list[str]], candidates: list[Candidate]) -> dict[str, str]:
    """Put every candidate that has one kind of place left there, until no more can be told."""
    room = {place: len(paths) for place, paths in slots.items()}
    settled: dict[Place, list[Candidate]] = {place: [] for place in slots}
    pending = list(candidates)
    moved = True
    while moved:
        moved = False
        for place in slots:
            able = [one for one in pending if one.may_stand_at(place)]
            sure = able if len(able) == room[place] else [one for one in able if _only_at(one, place, room)]
            for one in sure[: room[place]]:
                pending.remove(one)
                settled[place].append(one)
                room[place] -= 1
                moved = True
    named: dict[str, str] = {}
    for place, paths in slots.items():
        named |= dict(zip(paths, _told(settled[place]), strict=False))
    return named


def _only_at(candidate: Candidate, place: Place, room: Mapping[Place, int]) -> bool:
    return [other for other in room if room[other] and candidate.may_stand_at(other)] == [place]


def _told(candidates: list[Candidate]) -> list[str]:
    """Give the names that stand at places which nothing tells apart, so that any order is right."""
    together = frozenset[str]().union(*(one.names for one in candidates))
    if len(together) == len(candidates):
        return sorted(together)
    return sorted({name for one in candidates if len(one.names) == 1 for name in one.names})


def _strict(policy: Node) -> bool:
    """Say whether the order of the stateful groups counts; an unknown order counts."""
    for options in policy.member("stateful_engine_options").blocks():
        order = options.member("rule_order")
        if order.is_unknown or order.value == RuleOrder.STRICT:
            return True
    return policy.member("stateful_engine_options").is_unknown


def _place_of(reference: Node, *, by_priority: bool) -> Place:
    priority = _known_text(reference.member("priority")) if by_priority else _ANYTHING
    overrides = reference.member("override")
    actions = [_known_text(override.member("action")) for override in overrides.blocks()]
    return priority, (actions[0] if actions else _known_text(overrides))


def _known_text(node: Node) -> str:
    if node.is_unknown:
        return _ANYTHING
    return _UNSET if node.is_empty or node.value == 0 else str(node.value)


def _written_place(block: Mapping[str, object], *, by_priority: bool) -> Place:
    """Read the place from the configuration; an override that is not there may be a dynamic one."""
    priority = block.get("priority")
    value = constant(priority)
    text = _UNSET if priority is None else _ANYTHING if value is None else str(value)
    overrides = _blocks(block.get("override"))
    action = constant(overrides[0].get("action")) if overrides else None
    return (text if by_priority else _ANYTHING), (_ANYTHING if action is None else str(action))


def _blocks(expression: object) -> list[Mapping[str, object]]:
    if not isinstance(expression, list):
        return []
    return [block for block in expression if isinstance(block, Mapping)]
