"""One firewall as a snapshot: the bodies of the Describe calls, and what EC2 knows about addresses.

The firewall is read before its policy and groups: where a zone's ``UpdateToken`` equals one that was read
later, no newer version can have come between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.aws.faults import EXPECTED, Call, is_denied, read_error, unusable
from nfw_reconcile.aws.replies import UnusableError, read_described
from nfw_reconcile.errors import Diagnostic, warning
from nfw_reconcile.model.documents import FORMAT_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nfw_reconcile.aws.client import Clients

REFERENCES: Final = ("StatelessRuleGroupReferences", "StatefulRuleGroupReferences")
PREFIX_LIST: Final = ":prefix-list/"
MOST_PAGES: Final = 100
"""Pages of a prefix list: it holds 1,000 entries at most (VPC guide, "Quotas"), 100 a page."""

Json = dict[str, Any]
Unread = Callable[[Diagnostic], None]
"""Is told what could not be read, and why; the same may be told again."""


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
    """Give the same, with the members of prefix lists and, where HOME_NET is not set, the VPC's CIDRs.

    What the caller may not read, or what is no longer there, is left out: it is an unknown value then, and
    ``unread`` is told why.
    """
    found = configuration(clients, firewall_arn)
    neighbour = _Neighbour(clients, unread)
    arns = sorted({arn for group in found["rule_groups"] for arn in _prefix_lists(group)})
    lists = {arn: neighbour.entries(arn) for arn in arns}
    found["prefix_lists"] = {arn: cidrs for arn, cidrs in lists.items() if cidrs is not None}
    vpc = found["firewalls"][0]["Firewall"].get("VpcId")
    blocks = neighbour.vpc_cidrs(vpc) if vpc and not _has_home_net(found["policies"][0]) else None
    found["vpcs"] = {} if blocks is None else {vpc: blocks}
    return found


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


def _prefix_lists(group: Json) -> Iterable[str]:
    sets = (group.get("RuleGroup") or {}).get("ReferenceSets") or {}
    arns = (str(each.get("ReferenceArn")) for each in (sets.get("IPSetReferences") or {}).values())
    return (arn for arn in arns if PREFIX_LIST in arn)


def _has_home_net(policy: Json) -> bool:
    variables = policy["FirewallPolicy"].get("PolicyVariables") or {}
    return "HOME_NET" in (variables.get("RuleVariables") or {})


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """EC2, which knows addresses; what it does not tell this caller is ``None``."""

    clients: Clients
    unread: Unread

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

    def _ask(self, call: Call, ask: Callable[..., Json], asked: Json) -> Json | None:
        try:
            return ask(**asked)
        except EXPECTED as problem:
            failure = read_error(problem, call)
            if is_denied(problem) or _is_missing(problem):
                for each in failure.problems:
                    self.unread(warning(each.summary, each.where, each.remedy))
                return None
            raise failure from problem


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


def _is_missing(problem: Exception) -> bool:
    response: Json = getattr(problem, "response", None) or {}  # a connection that was lost has None
    return str(response.get("Error", {}).get("Code", "")).endswith(".NotFound")
