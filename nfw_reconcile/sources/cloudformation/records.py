"""Firewalls, policies and rule groups of a template as records of an inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, FirewallRecord, GroupRecord, PolicyRecord
from nfw_reconcile.sources.arns import account_and_region
from nfw_reconcile.sources.cloudformation.template import here
from nfw_reconcile.sources.grouptypes import runs_stateful
from nfw_reconcile.sources.links import bare
from nfw_reconcile.sources.tables import FIREWALL_POLICY, RULE_GROUP

if TYPE_CHECKING:
    from nfw_reconcile.sources.cloudformation.resources import Resource, Workshop

_REMEDY: Final = "Correct the template, or give the parameter that it comes from with --var."


def read_group(group: Resource, workshop: Workshop) -> GroupRecord:
    """Read a rule group."""
    stateful = _is_stateful(group, workshop)
    path = "stateful-rulegroup" if stateful else "stateless-rulegroup"
    name = workshop.called(group, "RuleGroupName", path)
    body = workshop.value(group, "RuleGroup", RULE_GROUP, group.name)
    return GroupRecord(name, stateful, workshop.perhaps(group, _held(body, group, "RuleGroup", workshop)))


def read_policy(policy: Resource, workshop: Workshop) -> PolicyRecord:
    """Read a firewall policy."""
    name = workshop.called(policy, "FirewallPolicyName", "firewall-policy")
    body = workshop.value(policy, "FirewallPolicy", FIREWALL_POLICY, policy.name)
    return PolicyRecord(name, workshop.perhaps(policy, _held(body, policy, "FirewallPolicy", workshop)))


def read_firewall(firewall: Resource, workshop: Workshop) -> FirewallRecord:
    """Read a firewall. One that may be there is taken to be: without it there are no flows to judge."""
    name = workshop.called(firewall, "FirewallName", "firewall")
    account, region = account_and_region(name.arn)
    policy = workshop.text(firewall, "FirewallPolicyArn")
    return FirewallRecord(
        name,
        policy=policy or Unresolved(f"{firewall.name}.FirewallPolicyArn"),
        vpc=workshop.text(firewall, "VpcId"),
        account=account or _given(workshop, "AWS::AccountId"),
        region=region or _given(workshop, "AWS::Region"),
    )


def _given(workshop: Workshop, name: str) -> str | None:
    return workshop.evaluator.given.get(name)


def _is_stateful(group: Resource, workshop: Workshop) -> bool:
    kind = workshop.text(group, "Type")
    if isinstance(kind, str):
        return runs_stateful(kind, f"Resources.{group.name}", workshop.remarks)
    place = here(workshop.remarks, group.properties.get("Type", group.tree))
    place.problem(f"Resources.{group.name}.Properties.Type", "STATEFUL or STATELESS is needed", _REMEDY)
    return True


def _held(body: Body, resource: Resource, name: str, workshop: Workshop) -> Body:
    """Give a body that is there; one that is not is unknown, and not empty."""
    content = bare(body)
    is_held = isinstance(content, Unresolved) or (
        isinstance(content, dict) and (name != "RuleGroup" or "RulesSource" in content)
    )
    if is_held:
        return body
    here(workshop.remarks, resource.tree).warn(
        f"Resources.{resource.name}: the template does not hold its {name}", "What it decides is undecided."
    )
    return Unresolved(f"{resource.name}.{name} of {workshop.evaluator.template.mark}")
