"""Firewalls, policies and rule groups of one side as records of an inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, FirewallRecord, GroupRecord, PolicyRecord, Sensitive
from nfw_reconcile.sources.arns import account_and_region
from nfw_reconcile.sources.grouptypes import is_stateless_arn, runs_stateful
from nfw_reconcile.sources.shapes import Scalar
from nfw_reconcile.sources.tables import FIREWALL_POLICY, RULE_GROUP
from nfw_reconcile.sources.tfplan.objects import converter_of

if TYPE_CHECKING:
    from nfw_reconcile.sources.remarks import Remarks
    from nfw_reconcile.sources.tfplan.convert import Converter
    from nfw_reconcile.sources.tfplan.instances import Instance
    from nfw_reconcile.sources.tfplan.links import Names


def read_group(instance: Instance, names: Names, remarks: Remarks) -> GroupRecord:
    """Read a rule group.

    ``rules`` wins where it is set: the provider sends it, and leaves what it read into ``rule_group``
    before as it was.
    """
    converter = converter_of(instance, names, remarks)
    rules = converter.convert(instance.node.member("rules"), Scalar.TEXT)
    if rules is not None:
        return GroupRecord(
            instance.called(), _is_stateful(instance, remarks), {"RulesSource": {"RulesString": rules}}
        )
    body = converter.convert(instance.node.member("rule_group"), RULE_GROUP)
    if not _holds_rules(body):
        place = f"{instance.address}.rule_group"
        remarks.warn(f"{place}: the input does not hold the rules", "What the group decides is undecided.")
        body = Unresolved(place)
    return GroupRecord(instance.called(), _is_stateful(instance, remarks), body)


def _holds_rules(body: Body) -> bool:
    content = body.value if isinstance(body, Sensitive) else body
    return isinstance(content, Unresolved) or (isinstance(content, dict) and "RulesSource" in content)


def _is_stateful(instance: Instance, remarks: Remarks) -> bool:
    node = instance.node.member("type")
    kind, arn = instance.text("type"), instance.text("arn")
    if kind is not None:
        return runs_stateful(kind, instance.address, remarks)
    if arn is None and not node.is_unknown:
        remarks.problem(node.path, "STATEFUL or STATELESS is needed")
    return not is_stateless_arn(arn)


def read_policy(instance: Instance, names: Names, remarks: Remarks) -> PolicyRecord:
    """Read a firewall policy."""
    converter = converter_of(instance, names, remarks)
    body = converter.convert(instance.node.member("firewall_policy"), FIREWALL_POLICY)
    if body is None:
        place = f"{instance.address}.firewall_policy"
        remarks.warn(f"{place}: the input does not hold the policy", "All that it decides is undecided.")
        body = Unresolved(place)
    return PolicyRecord(instance.called(), body)


def read_firewall(instance: Instance, names: Names, remarks: Remarks) -> FirewallRecord:
    """Read a firewall: its links as ids where they are known, else named by Terraform address."""
    converter = converter_of(instance, names, remarks)
    account, region = account_and_region(instance.text("arn"))
    return FirewallRecord(
        name=instance.called(),
        policy=_link(converter, instance, "firewall_policy_arn")
        or Unresolved(f"{instance.address}.firewall_policy_arn"),
        vpc=_link(converter, instance, "vpc_id"),
        firewall_id=instance.text("firewall_id"),
        account=account,
        region=region or instance.text("region") or instance.region,
    )


def _link(converter: Converter, instance: Instance, attribute: str) -> str | Unresolved | None:
    """Read an identifier; that it is sensitive makes no difference to what it is linked to."""
    body = converter.convert(instance.node.member(attribute), Scalar.TEXT)
    content = body.value if isinstance(body, Sensitive) else body
    return content if isinstance(content, str | Unresolved) else None
