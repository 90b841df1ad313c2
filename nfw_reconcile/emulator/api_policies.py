"""The calls about firewall policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.dispatch import check_token, find
from nfw_reconcile.emulator.names import is_managed
from nfw_reconcile.emulator.paging import page
from nfw_reconcile.emulator.replies import invalid_operation, invalid_request
from nfw_reconcile.emulator.resources import Record, references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.emulator.dispatch import Handler
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.resources import Version, World
    from nfw_reconcile.emulator.sync import Rollouts

KEPT_MEMBERS: Final[tuple[str, ...]] = ("Description", "Tags", "EncryptionConfiguration")


class PolicyCalls:
    """Answers the Create, Update, Describe, Delete and List calls of firewall policies."""

    def __init__(self, world: World, rollouts: Rollouts) -> None:
        """Act on the account's policies."""
        self._world = world
        self._rollouts = rollouts

    def handlers(self) -> Mapping[str, Handler]:
        """Give the calls by name."""
        return {
            "CreateFirewallPolicy": self.create,
            "UpdateFirewallPolicy": self.update,
            "DescribeFirewallPolicy": self.describe,
            "DeleteFirewallPolicy": self.delete,
            "ListFirewallPolicies": self.list_policies,
        }

    def create(self, params: JsonObject) -> JsonObject:
        """Answer CreateFirewallPolicy."""
        name = params["FirewallPolicyName"]
        arn = self._world.names.arn("firewall-policy", name)
        if arn in self._world.policies:
            message = f"firewall policy {name} exists already"
            raise invalid_request(message)
        version = self._checked(arn, params["FirewallPolicy"])
        response = {
            "FirewallPolicyName": name,
            "FirewallPolicyArn": arn,
            "FirewallPolicyId": self._world.names.uuid(),
            **{member: params[member] for member in KEPT_MEMBERS if member in params},
        }
        record = Record(response, version, self._world.timeline.now)
        if not params.get("DryRun"):
            self._world.policies[arn] = record
        return self._described(record)

    def update(self, params: JsonObject) -> JsonObject:
        """Answer UpdateFirewallPolicy; the update reaches the zones by and by."""
        record = self._find(params)
        check_token(record, params["UpdateToken"])
        version = self._checked(record.arn, params["FirewallPolicy"])
        changed = {member: params[member] for member in KEPT_MEMBERS if member in params}
        updated = Record({**record.response, **changed}, version, self._world.timeline.now)
        if not params.get("DryRun"):
            self._world.policies[record.arn] = updated
            self._rollouts.updated(record.arn)
        return self._described(updated)

    def describe(self, params: JsonObject) -> JsonObject:
        """Answer DescribeFirewallPolicy."""
        record = self._find(params)
        return {**self._described(record), "FirewallPolicy": dict(record.version.body)}

    def delete(self, params: JsonObject) -> JsonObject:
        """Answer DeleteFirewallPolicy; refused while a firewall uses the policy."""
        record = self._find(params)
        if self._users(record):
            message = f"{record.arn} is in use by {', '.join(self._users(record))}"
            raise invalid_operation(message)
        answer = self._described(record)["FirewallPolicyResponse"]
        del self._world.policies[record.arn]
        return {"FirewallPolicyResponse": {**answer, "FirewallPolicyStatus": "DELETING"}}

    def list_policies(self, params: JsonObject) -> JsonObject:
        """Answer ListFirewallPolicies."""
        rows = [{"Name": each.name, "Arn": arn} for arn, each in sorted(self._world.policies.items())]
        listed, following = page("policies", rows, params, self._world.settings.listing.page_size)
        return {"FirewallPolicies": listed, **following}

    def _checked(self, arn: str, body: JsonObject) -> Version:
        """Make a version of a policy all of whose rule groups exist."""
        version = self._world.version(arn, body)
        missing = [
            group
            for group in references(version)
            if group not in self._world.groups and not is_managed(group)
        ]
        if missing:
            message = f"the policy refers to rule groups that do not exist: {', '.join(missing)}"
            raise invalid_request(message)
        return version

    def _find(self, params: JsonObject) -> Record:
        arn, name = params.get("FirewallPolicyArn"), params.get("FirewallPolicyName")
        return find(self._world.policies, "firewall policy", arn, name)

    def _users(self, record: Record) -> list[str]:
        return [arn for arn, each in self._world.firewalls.items() if each.policy == record.arn]

    def _described(self, record: Record) -> JsonObject:
        response = {
            **record.response,
            "FirewallPolicyStatus": "ACTIVE",
            "NumberOfAssociations": len(self._users(record)),
        }
        if self._world.settings.tells_modification:
            response["LastModifiedTime"] = record.modified
        return {"UpdateToken": record.version.token, "FirewallPolicyResponse": response}
