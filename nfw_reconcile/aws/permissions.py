"""What each command has to be permitted in AWS, as an IAM policy with nothing in it that is not called.

The flow operations know one resource, the firewall; a capture has the access level *Write* (service authorization
reference, "Actions, resources, and condition keys for AWS Network Firewall"). What EC2 tells of addresses is
optional: without it HOME_NET or the members of a prefix list may be undecided, or addresses lack names in reports.
So is what tells of resource groups, which few rules refer to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.errors import UsageError, error

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION: Final = "2012-10-17"
ANY_FIREWALL: Final = "arn:*:network-firewall:*:*:firewall/*"

_FIREWALL_ARN: Final = re.compile(
    r"arn:(?P<partition>[\w-]+):network-firewall:(?P<region>[\w-]+):\d{12}:firewall/.+"
)

_READ: Final = ("network-firewall:DescribeFirewall",)
_READ_POLICIES: Final = ("network-firewall:DescribeFirewallPolicy", "network-firewall:DescribeRuleGroup")
_LOOK: Final = (
    "network-firewall:DescribeFlowOperation",
    "network-firewall:ListFlowOperationResults",
    "network-firewall:ListFlowOperations",
    "network-firewall:StartFlowCapture",
)
_FLUSH: Final = ("network-firewall:StartFlowFlush",)
_ADDRESSES: Final = ("ec2:DescribeVpcs", "ec2:GetManagedPrefixListEntries")
_GROUPS: Final = (
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "resource-groups:GetGroupQuery",
    "resource-groups:ListGroupResources",
    "tag:GetResources",
)
"""What reading the members of resource groups takes; the last is what ListGroupResources asks itself (its API page)."""

_NAMES: Final = (
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
_ANYTHING: Final = "*"


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a command needs on the firewall, on its policy and groups, and what it can do without.

    ``names`` is what ``--aws-names`` asks; a command without that option asks none of it. ``groups`` is asked only
    where a rule group refers to a resource group.
    """

    firewall: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Give the actions without which the command fails."""
        return (*self.firewall, *self.policies)


_NOTHING: Final = Permissions()
_SEES: Final = Permissions(_READ, _READ_POLICIES, _ADDRESSES, _GROUPS)
_LOOKS: Final = Permissions((*_READ, *_LOOK), _READ_POLICIES, _ADDRESSES, _GROUPS)
_LOOKS_AND_NAMES: Final = replace(_LOOKS, names=_NAMES)
_FLUSHES: Final = Permissions((*_READ, *_LOOK, *_FLUSH), _READ_POLICIES, _ADDRESSES, _GROUPS)

NEEDED: Final = {
    "plan": Permissions(names=_NAMES),
    "plan --capture": _LOOKS_AND_NAMES,
    "classify": _NOTHING,
    "explain": _NOTHING,
    "apply": _FLUSHES,
    "resume": _FLUSHES,
    "status": _NOTHING,
    "verify": _LOOKS,
    "sweep": _LOOKS_AND_NAMES,
    "snapshot": _SEES,
    "show": _NOTHING,
}
"""By command; a journal in S3 comes on top of it."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a journal in S3 is: ``prefix`` without a slash at its ends, or empty."""

    name: str
    prefix: str


def iam_policy(
    command: str,
    firewall: str | None,
    journal: Bucket | None,
    *,
    names: bool = False,
    groups: bool = False,
) -> dict[str, Any]:
    """Give the policy document for a command on one firewall (by ARN) or on any.

    ``names``: with what ``--aws-names`` asks; ``groups``: with what reading resource groups takes. Raises
    ``UsageError`` for a command or an ARN that is none, and where the command asks for no names or reads no groups.
    """
    needed = NEEDED.get(command)
    if needed is None:
        summary = f"--for {command} is no command with permissions of its own."
        raise UsageError(error(summary, None, f"Give one of: {', '.join(NEEDED)}."))
    if names and not needed.names:
        raise _needless("--with-names", f"{command} asks EC2 for no names.", lambda each: each.names)
    if groups and not needed.groups:
        summary = f"{command} reads no resource groups."
        raise _needless("--with-resource-groups", summary, lambda each: each.groups)
    arn, policies = _resources(firewall)
    statements = [
        _statement("Firewall", needed.firewall, arn),
        _statement("PolicyAndGroups", needed.policies, *policies),
        _statement("Addresses", needed.optional, _ANYTHING),
        _statement("ResourceGroups", needed.groups if groups else (), _ANYTHING),
        _statement("Names", needed.names if names else (), _ANYTHING),
        *(_journal_statements(journal) if journal else ()),
    ]
    return {"Version": VERSION, "Statement": [each for each in statements if each["Action"]]}


def _needless(option: str, summary: str, asked: Callable[[Permissions], tuple[str, ...]]) -> UsageError:
    having = ", ".join(name for name, each in NEEDED.items() if asked(each))
    return UsageError(error(summary, None, f"{option} is for {having}."))


def _resources(firewall: str | None) -> tuple[str, tuple[str, ...]]:
    """Give the firewall's ARN, and those of policies and groups: of any account, because they may be shared."""
    if firewall is None:
        partition = region = _ANYTHING
    elif match := _FIREWALL_ARN.fullmatch(firewall):
        partition, region = match["partition"], match["region"]
    else:
        summary = f"--firewall {firewall} is not the ARN of a firewall."
        remedy = "It looks like arn:aws:network-firewall:eu-west-1:111122223333:firewall/main."
        raise UsageError(error(summary, None, remedy))
    kinds = ("firewall-policy", "stateful-rulegroup", "stateless-rulegroup")
    return firewall or ANY_FIREWALL, tuple(
        f"arn:{partition}:network-firewall:{region}:*:{kind}/*" for kind in kinds
    )


def _journal_statements(journal: Bucket) -> list[dict[str, Any]]:
    bucket = f"arn:*:s3:::{journal.name}"
    below = f"{bucket}/{journal.prefix}/*" if journal.prefix else f"{bucket}/*"
    return [
        _statement("Journal", ("s3:GetObject", "s3:PutObject"), below),
        _statement("JournalList", ("s3:ListBucket",), bucket),
    ]


def _statement(sid: str, actions: tuple[str, ...], *resources: str) -> dict[str, Any]:
    listed = sorted(resources)
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": listed[0] if len(listed) == 1 else listed,
    }
