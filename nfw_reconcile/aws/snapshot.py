"""One firewall as a snapshot: the bodies of the Describe calls, and what other services know about addresses.

The firewall is read before its policy and groups: where a zone's ``UpdateToken`` equals one that was read
later, no newer version can have come between.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.aws.faults import EXPECTED, Call, read_error, unusable
from nfw_reconcile.aws.optional import Asker, Unread
from nfw_reconcile.aws.replies import UnusableError, read_described
from nfw_reconcile.aws.resourcegroups import ResourceGroups, is_resource_group
from nfw_reconcile.errors import warning
from nfw_reconcile.model.documents import FORMAT_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nfw_reconcile.aws.client import Clients

REFERENCES: Final = ("StatelessRuleGroupReferences", "StatefulRuleGroupReferences")
PREFIX_LIST: Final = ":prefix-list/"
MOST_PAGES: Final = 100
"""Pages of a prefix list: it holds 1,000 entries at most (VPC guide, "Quotas"), 100 a page."""

MOST_CIDRS: Final = 1_000_000
"""CIDRs of all references of a firewall; of more, the service takes the first (developer guide, "Limits for IP set
references"), and does not say which these are."""

Json = dict[str, Any]


def configuration(clients: Clients, firewall_arn: str) -> Json:
    """Give a snapshot of the firewall, its policy and the groups that the policy refers to; raises ``ServiceError``."""
    firewall = _described(clients, "Firewall", firewall_arn)
    policy = _described(clients, "FirewallPolicy", firewall["Firewall"]["FirewallPolicyArn"])
    groups = [_described(clients, "RuleGroup", arn) for arn in _references(policy["FirewallPolicy"])]
    return {
        "format_version": FORMAT_VERSION,
        "firewalls": [firewall],
        "policies": [policy],
        "rule_groups": groups,
    }


def snapshot(clients: Clients, firewall_arn: str, unread: Unread) -> Json:
    """Give the same, with the members of IP set references and, where HOME_NET is not set, the VPC's CIDRs.

    What the caller may not read, or what is no longer there, is left out: it is an unknown value then, and
    ``unread`` is told why.
    """
    found = configuration(clients, firewall_arn)
    asker = Asker(unread)
    found.update(_members(found["rule_groups"], clients, asker))
    vpc = found["firewalls"][0]["Firewall"].get("VpcId")
    blocks = None
    if vpc and not _has_home_net(found["policies"][0]):
        blocks = _Neighbour(clients, asker).vpc_cidrs(vpc)
    found["vpcs"] = {} if blocks is None else {vpc: blocks}
    return found


def _members(groups: Iterable[Json], clients: Clients, asker: Asker) -> Json:
    """Give the CIDRs of each prefix list and, if there are any, of each resource group that rule groups refer to."""
    uses = Counter(arn for group in groups for arn in _references_to_sets(group))
    lists, resources = _Neighbour(clients, asker), ResourceGroups(clients, asker)
    read = {
        "prefix_lists": {arn: lists.entries(arn) for arn in sorted(uses) if PREFIX_LIST in arn},
        "resource_groups": {arn: resources.addresses(arn) for arn in sorted(uses) if is_resource_group(arn)},
    }
    total = sum(uses[arn] * len(cidrs or ()) for found in read.values() for arn, cidrs in found.items())
    if total > MOST_CIDRS:
        summary = f"the IP set references hold {total:,} CIDRs, and a firewall takes {MOST_CIDRS:,} of them."
        asker.unread(warning(summary, None, "Which ones is not known, so that none counts: refer to fewer."))
        return {"prefix_lists": {}}
    known = {
        member: {arn: cidrs for arn, cidrs in found.items() if cidrs is not None}
        for member, found in read.items()
    }
    return known if known["resource_groups"] else {"prefix_lists": known["prefix_lists"]}


def _described(clients: Clients, kind: str, arn: str) -> Json:
    call = Call("network-firewall", f"Describe{kind}", arn)
    operations: Mapping[str, Callable[..., Json]] = {
        "Firewall": clients.reads.describe_firewall,
        "FirewallPolicy": clients.reads.describe_firewall_policy,
        "RuleGroup": clients.reads.describe_rule_group,
    }
    try:
        return read_described(operations[kind](**{f"{kind}Arn": arn}), kind, arn)
    except UnusableError as problem:
        raise unusable(call, str(problem)) from problem
    except EXPECTED as problem:
        raise read_error(problem, call) from problem


def _references(policy: Json) -> list[str]:
    listed = [str(each["ResourceArn"]) for member in REFERENCES for each in policy.get(member) or ()]
    return list(dict.fromkeys(listed))


def _references_to_sets(group: Json) -> Iterable[str]:
    sets = (group.get("RuleGroup") or {}).get("ReferenceSets") or {}
    return (str(each.get("ReferenceArn")) for each in (sets.get("IPSetReferences") or {}).values())


def _has_home_net(policy: Json) -> bool:
    variables = policy["FirewallPolicy"].get("PolicyVariables") or {}
    return "HOME_NET" in (variables.get("RuleVariables") or {})


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """EC2, which knows addresses; what it does not tell this caller is ``None``."""

    clients: Clients
    asker: Asker

    def entries(self, arn: str) -> list[str] | None:
        """Give the CIDRs of a managed prefix list, sorted."""
        call = Call("ec2", "GetManagedPrefixListEntries", arn)
        asked: Json = {"PrefixListId": arn.rpartition("/")[2]}
        cidrs: list[str] = []
        for _ in range(MOST_PAGES):
            reply = self._ask(call, self.clients.ec2.get_managed_prefix_list_entries, asked)
            if reply is None:
                return None
            cidrs += [str(each["Cidr"]) for each in reply.get("Entries") or ()]
            if not reply.get("NextToken"):
                return sorted(cidrs)
            asked["NextToken"] = reply["NextToken"]
        raise unusable(call, f"more than {MOST_PAGES} pages")

    def vpc_cidrs(self, vpc: str) -> list[str] | None:
        """Give all CIDRs that are associated with a VPC, sorted."""
        call = Call("ec2", "DescribeVpcs", vpc)
        reply = self._ask(call, self.clients.ec2.describe_vpcs, {"VpcIds": [vpc]})
        found = next((each for each in (reply or {}).get("Vpcs") or () if each.get("VpcId") == vpc), None)
        return None if found is None else _associated(found)

    def _ask(self, call: Call, send: Callable[..., Json], asked: Json) -> Json | None:
        return self.asker.ask(call, lambda: send(**asked))


def _associated(vpc: Json) -> list[str]:
    blocks = [
        each.get(name)
        for member, name, state in (
            ("CidrBlockAssociationSet", "CidrBlock", "CidrBlockState"),
            ("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState"),
        )
        for each in vpc.get(member) or ()
        if (each.get(state) or {}).get("State") == "associated"
    ]
    return sorted({str(block) for block in (*blocks, vpc.get("CidrBlock")) if block})
