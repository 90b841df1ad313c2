"""What one source knows of the things that another one names.

Configuration knows no ARNs. But the ARN of a thing ends with its kind and its name (Service Authorization Reference,
"Resource types defined by AWS Network Firewall"), so that it is known where anything else that is given says it. And
a live firewall is whole, where a stack of Terraform is a part: what the stack refers to and does not hold is taken as
it is live.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import FirewallRecord, GroupRecord, Inventory, PolicyRecord
from nfw_reconcile.sources.links import group_references
from nfw_reconcile.sources.pairing import lacking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.sources.pairing import Record

_GROUPS: Final = {True: "stateful-rulegroup", False: "stateless-rulegroup"}
Named = TypeVar("Named", FirewallRecord, PolicyRecord, GroupRecord)


def identified(side: Inventory, known: Inventory) -> Inventory:
    """Give a side with the ARNs, accounts and VPCs that ``known`` has of the same things and it has not.

    Where two ARNs end alike, as those of two accounts do, neither is taken. A firewall never moves to another VPC:
    one that did would be another firewall, and end the flows of this one.
    """
    arns = frozenset(_arns(known))
    live = {firewall.name.arn: firewall for firewall in known.firewalls}
    firewalls = (_called(each, "firewall", arns) for each in side.firewalls)
    return replace(
        side,
        firewalls=tuple(_placed(each, live.get(each.name.arn)) for each in firewalls),
        policies=tuple(_called(each, "firewall-policy", arns) for each in side.policies),
        groups=tuple(_called(each, _GROUPS[each.stateful], arns) for each in side.groups),
    )


def completed(side: Inventory, live: Inventory, gone: Inventory) -> Inventory:
    """Give a side of one stack with what other stacks hold of the live firewall: all that it refers to and lacks.

    The firewall itself is added where the side has none. What is in ``gone`` was there before, and is left out on
    purpose.
    """
    side = identified(side, live)
    firewalls = side.firewalls or tuple(lacking((), gone.firewalls, live.firewalls))
    arns = {firewall.policy for firewall in firewalls}
    wanted = [policy for policy in live.policies if policy.name.arn in arns]
    policies = (*side.policies, *lacking(side.policies, gone.policies, wanted))
    named = {reference for policy in policies for reference in group_references(policy.body)}
    members = [group for group in live.groups if group.name.arn in named]
    return Inventory(
        firewalls,
        policies,
        (*side.groups, *lacking(side.groups, gone.groups, members)),
        {**live.prefix_lists, **side.prefix_lists},
        {**live.vpcs, **side.vpcs},
    )


def added(side: Inventory, whole: Inventory) -> tuple[str, ...]:
    """Name what ``whole`` has and ``side`` has not."""
    records = (
        (whole.firewalls, len(side.firewalls)),
        (whole.policies, len(side.policies)),
        (whole.groups, len(side.groups)),
    )
    return tuple(record.name.label for found, own in records for record in found[own:])


def _arns(known: Inventory) -> Iterator[str]:
    """Give every ARN that is said, by the things themselves and by what refers to them."""
    records: tuple[Record, ...] = (*known.firewalls, *known.policies, *known.groups)
    for record in records:
        if record.name.arn is not None:
            yield record.name.arn
    references = (
        *(firewall.policy for firewall in known.firewalls),
        *(reference for policy in known.policies for reference in group_references(policy.body)),
    )
    yield from (each for each in references if isinstance(each, str))


def _called(record: Named, kind: str, arns: Iterable[str]) -> Named:
    name = record.name
    if name.arn is not None or not name.name:
        return record
    found = [arn for arn in arns if arn.endswith(f":{kind}/{name.name}")]
    return replace(record, name=replace(name, arn=found[0])) if len(found) == 1 else record


def _placed(firewall: FirewallRecord, known: FirewallRecord | None) -> FirewallRecord:
    if known is None or firewall.name.arn is None:
        return firewall
    return replace(
        firewall,
        vpc=known.vpc if isinstance(firewall.vpc, Unresolved) else firewall.vpc,
        firewall_id=firewall.firewall_id or known.firewall_id,
        account=firewall.account or known.account,
        region=firewall.region or known.region,
    )
