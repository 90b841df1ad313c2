"""What an input holds about firewalls, in AWS's own shapes, before it becomes policies.

Every source (plan JSON, state, snapshot, live API) is brought into this one form: the bodies of
``DescribeFirewallPolicy`` and ``DescribeRuleGroup`` as nested JSON values. Two leaves are added to
JSON: :class:`~nfw_reconcile.model.expressions.Unresolved` for a value that the input does not hold,
and :class:`Sensitive` around a value that Terraform marks as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.places import NOWHERE, GroupPlaces

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location
    from nfw_reconcile.model.policy import GroupName


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A value that may be used to decide, and shown to nobody."""

    value: Body


Body = str | int | float | bool | None | Unresolved | Sensitive | Sequence["Body"] | Mapping[str, "Body"]
"""A JSON value with the two added leaves."""


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """A rule group: ``body`` has the shape of ``API: RuleGroup``; ``stateful`` is ``Type == STATEFUL``.

    ``places`` say where it is written, and are no part of what it is.
    """

    name: GroupName
    stateful: bool
    body: Body
    places: GroupPlaces = field(default=NOWHERE, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """A firewall policy: ``body`` has the shape of ``API: FirewallPolicy``.

    A ``ResourceArn`` in it is an ARN, or an :class:`Unresolved` whose reference is the Terraform
    address of the group with ``.arn`` behind it, where the ARN is only known after apply. ``place`` is
    where the policy begins in a file of the repository, and no part of what it is.
    """

    name: GroupName
    body: Body
    place: Location | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class FirewallRecord:
    """A firewall: what binds a policy to a VPC, an account and zones.

    ``policy`` and ``vpc`` are an ARN and a VPC id, an :class:`Unresolved` that names the Terraform
    attribute, or ``None`` (no VPC: attached to a transit gateway).
    """

    name: GroupName
    policy: str | Unresolved
    vpc: str | Unresolved | None = None
    firewall_id: str | None = None
    account: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that one side (old or new) of an input holds.

    ``prefix_lists`` maps what an IP set reference names, the ARN of a prefix list or of a resource group, or a
    Terraform address, to the list of its CIDRs; ``vpcs`` maps a VPC id, or a Terraform address, to the list of the
    VPC's CIDRs.
    """

    firewalls: tuple[FirewallRecord, ...] = ()
    policies: tuple[PolicyRecord, ...] = ()
    groups: tuple[GroupRecord, ...] = ()
    prefix_lists: Mapping[str, Body] = field(default_factory=dict)
    vpcs: Mapping[str, Body] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PolicyBundle:
    """One policy with all that decides its verdicts: what a plan file stores and a policy is built from.

    ``groups`` holds exactly the groups that the policy refers to and that the input holds.
    ``home_net`` is the stand-in for a policy without a HOME_NET variable (a list of CIDRs), and
    ``home_net_origin`` says for people where it came from.
    """

    policy: PolicyRecord
    groups: tuple[GroupRecord, ...]
    prefix_lists: Mapping[str, Body] = field(default_factory=dict)
    home_net: Body = Unresolved("HOME_NET")
    home_net_origin: str = ""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One firewall's policy before and after; ``None`` for a policy or firewall that is not there."""

    firewall: FirewallRecord | None
    old: PolicyBundle | None
    new: PolicyBundle | None
