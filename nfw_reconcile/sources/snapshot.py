"""Snapshots: the live policy as a file, in the API's own shapes (DescribeFirewall and its kin)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import FirewallRecord, GroupRecord, Inventory, PolicyRecord
from nfw_reconcile.model.policy import GroupName
from nfw_reconcile.sources.arns import account_and_region
from nfw_reconcile.sources.awsbody import read_body, read_cidrs, read_list, read_object, read_text
from nfw_reconcile.sources.grouptypes import is_stateless_arn, runs_stateful
from nfw_reconcile.sources.remarks import Remarks
from nfw_reconcile.sources.shapes import wrong_type
from nfw_reconcile.sources.tables import FIREWALL_POLICY, RULE_GROUP
from nfw_reconcile.sources.versions import check_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.inventory import Body

SNAPSHOT_KEYS: Final = frozenset({"firewalls", "policies", "rule_groups"})
_V2: Final = "policyv2"
_MEMBERS: Final = ("prefix_lists", "resource_groups")
"""What an IP set reference may name; their ARNs tell them apart."""

_REMEDY: Final = "Write one with `nfw-reconcile snapshot`."


def read_snapshot(data: object, source: str) -> tuple[Inventory, tuple[Diagnostic, ...]]:
    """Read a parsed snapshot; ``source`` names it in messages.

    Every part may be missing. Raises :class:`InputError` with all problems for what is no snapshot,
    and :class:`UnsupportedInput` for a major format version other than 1 and for next generation
    policies and groups.
    """
    remarks = Remarks(source)
    if not isinstance(data, Mapping):
        remarks.stop(str(wrong_type("an object", data)), _REMEDY)
    tree: Mapping[str, object] = data
    check_version(tree, remarks, _REMEDY)
    _refuse_next_generation(tree, remarks)
    inventory = Inventory(
        firewalls=tuple(_firewall(*item, remarks) for item in _items(tree, "firewalls", remarks)),
        policies=tuple(_policy(*item, remarks) for item in _items(tree, "policies", remarks)),
        groups=tuple(_group(*item, remarks) for item in _items(tree, "rule_groups", remarks)),
        prefix_lists={
            name: cidrs
            for member in _MEMBERS
            for name, cidrs in read_cidrs(tree.get(member), member, remarks).items()
        },
        vpcs=read_cidrs(tree.get("vpcs"), "vpcs", remarks),
    )
    remarks.raise_if_any()
    return inventory, tuple(remarks.told)


def _items(
    tree: Mapping[str, object], key: str, remarks: Remarks
) -> Iterator[tuple[Mapping[str, object], str]]:
    """Give the objects of a list, each with its place."""
    for index, item in enumerate(read_list(tree.get(key), key, remarks)):
        path = f"{key}[{index}]"
        if isinstance(item, Mapping):
            yield item, path
        else:
            remarks.problem(path, str(wrong_type("an object", item)))


def _firewall(item: Mapping[str, object], path: str, remarks: Remarks) -> FirewallRecord:
    path = f"{path}.Firewall"
    body = read_object(item.get("Firewall"), path, remarks)
    name = _name(body, "Firewall", path, remarks)
    account, region = account_and_region(name.arn)
    policy = read_text(body, "FirewallPolicyArn", path, remarks)
    return FirewallRecord(
        name,
        policy=policy or Unresolved(f"{name.label}: FirewallPolicyArn"),
        vpc=read_text(body, "VpcId", path, remarks),
        firewall_id=read_text(body, "FirewallId", path, remarks),
        account=account,
        region=region,
    )


def _policy(item: Mapping[str, object], path: str, remarks: Remarks) -> PolicyRecord:
    about = read_object(item.get("FirewallPolicyResponse"), f"{path}.FirewallPolicyResponse", remarks)
    name = _name(about, "FirewallPolicy", f"{path}.FirewallPolicyResponse", remarks)
    body = read_body(item.get("FirewallPolicy"), FIREWALL_POLICY, f"{path}.FirewallPolicy", remarks)
    return PolicyRecord(name, _held(body, f"{name.label}: FirewallPolicy", remarks))


def _group(item: Mapping[str, object], path: str, remarks: Remarks) -> GroupRecord:
    inner = f"{path}.RuleGroupResponse"
    about = read_object(item.get("RuleGroupResponse"), inner, remarks)
    name = _name(about, "RuleGroup", inner, remarks)
    kind = read_text(about, "Type", inner, remarks)
    stateful = not is_stateless_arn(name.arn) if kind is None else runs_stateful(kind, name.label, remarks)
    body = read_body(item.get("RuleGroup"), RULE_GROUP, f"{path}.RuleGroup", remarks)
    return GroupRecord(name, stateful, _held(body, f"{name.label}: RuleGroup", remarks))


def _held(body: Body, place: str, remarks: Remarks) -> Body:
    """Give a body that is there; one that is not is unknown, and not empty."""
    if body is not None:
        return body
    remarks.warn(f"{place}: the snapshot does not hold it", "What it decides is undecided.")
    return Unresolved(place)


def _name(about: Mapping[str, object], prefix: str, path: str, remarks: Remarks) -> GroupName:
    """Read ``PREFIXName`` and ``PREFIXArn``; one of them has to be there."""
    name = read_text(about, f"{prefix}Name", path, remarks)
    arn = read_text(about, f"{prefix}Arn", path, remarks)
    if name is None and arn is None:
        remarks.problem(path, f"{prefix}Name or {prefix}Arn is needed")
    return GroupName(name or arn or path, name, arn)


def _refuse_next_generation(tree: Mapping[str, object], remarks: Remarks) -> None:
    """Refuse next generation policies: their engines decide by other rules (``API: FirewallPolicyV2``)."""
    for path in _next_generation(tree, "", 3):
        remarks.refuse(
            f"{path} belongs to a next generation firewall policy, which this version does not model",
            "Treat its firewall by hand, and leave it out of the snapshot.",
        )


def _next_generation(value: object, path: str, levels: int) -> Iterator[str]:
    """Give the places of members that are named after next generation policies."""
    if levels < 0:
        return
    match value:
        case Mapping():
            for key, one in value.items():
                inner = f"{path}.{key}" if path else str(key)
                if _V2 in str(key).replace("_", "").lower():
                    yield inner
                else:
                    yield from _next_generation(one, inner, levels - 1)
        case list():
            for index, one in enumerate(value):
                yield from _next_generation(one, f"{path}[{index}]", levels)
        case _:
            return
