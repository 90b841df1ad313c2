"""The calls about rule groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.dispatch import check_token, find
from nfw_reconcile.emulator.names import is_managed
from nfw_reconcile.emulator.paging import page
from nfw_reconcile.emulator.replies import invalid_operation, invalid_request
from nfw_reconcile.emulator.resources import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.emulator.dispatch import Handler
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.resources import World
    from nfw_reconcile.emulator.sync import Rollouts

KINDS: Final = {
    "STATEFUL": "stateful-rulegroup",
    "STATEFUL_DOMAIN": "stateful-rulegroup",
    "STATELESS": "stateless-rulegroup",
}
KEPT_MEMBERS: Final[tuple[str, ...]] = ("Description", "Tags", "EncryptionConfiguration", "SourceMetadata")


class RuleGroupCalls:
    """Answers the Create, Update, Describe, Delete and List calls of rule groups."""

    def __init__(self, world: World, rollouts: Rollouts) -> None:
        """Act on the account's rule groups."""
        self._world = world
        self._rollouts = rollouts

    def handlers(self) -> Mapping[str, Handler]:
        """Give the calls by name."""
        return {
            "CreateRuleGroup": self.create,
            "UpdateRuleGroup": self.update,
            "DescribeRuleGroup": self.describe,
            "DeleteRuleGroup": self.delete,
            "ListRuleGroups": self.list_groups,
        }

    def create(self, params: JsonObject) -> JsonObject:
        """Answer CreateRuleGroup."""
        kind = _kind(params["Type"])
        name = params["RuleGroupName"]
        arn = self._world.names.arn(kind, name)
        if arn in self._world.groups:
            message = f"rule group {name} exists already"
            raise invalid_request(message)
        body = _body(params, None)
        response = {
            "RuleGroupArn": arn,
            "RuleGroupName": name,
            "RuleGroupId": self._world.names.uuid(),
            "Type": params["Type"],
            "Capacity": params["Capacity"],
            "ConsumedCapacity": 0,
            **{member: params[member] for member in KEPT_MEMBERS if member in params},
        }
        record = Record(response, self._world.version(arn, body), self._world.timeline.now)
        if not params.get("DryRun"):
            self._world.groups[arn] = record
        return self._described(record)

    def update(self, params: JsonObject) -> JsonObject:
        """Answer UpdateRuleGroup; the update reaches the zones by and by."""
        record = self._find(params)
        if is_managed(record.arn):
            message = f"{record.arn} is managed by AWS and cannot be updated"
            raise invalid_request(message)
        check_token(record, params["UpdateToken"])
        version = self._world.version(record.arn, _body(params, record))
        changed = {member: params[member] for member in KEPT_MEMBERS if member in params}
        updated = Record({**record.response, **changed}, version, self._world.timeline.now)
        if not params.get("DryRun"):
            self._world.groups[record.arn] = updated
            self._rollouts.updated(record.arn)
        return self._described(updated)

    def describe(self, params: JsonObject) -> JsonObject:
        """Answer DescribeRuleGroup; a managed group may have rules that nobody is shown."""
        record = self._find(params)
        body = {"RuleGroup": dict(record.version.body)} if record.version.body else {}
        return {**body, **self._described(record)}

    def delete(self, params: JsonObject) -> JsonObject:
        """Answer DeleteRuleGroup; refused while a policy refers to the group."""
        record = self._find(params)
        users = self._world.users(record.arn)
        if users:
            message = f"{record.arn} is in use by {', '.join(users)}"
            raise invalid_operation(message)
        answer = self._described(record)["RuleGroupResponse"]
        del self._world.groups[record.arn]
        return {"RuleGroupResponse": {**answer, "RuleGroupStatus": "DELETING"}}

    def list_groups(self, params: JsonObject) -> JsonObject:
        """Answer ListRuleGroups: the account's own, or with ``Scope: MANAGED`` those of AWS."""
        managed = params.get("Scope", "ACCOUNT") == "MANAGED"
        rows = [
            {"Name": record.name, "Arn": arn}
            for arn, record in sorted(self._world.groups.items())
            if is_managed(arn) == managed and params.get("Type", _type(record)) == _type(record)
        ]
        listed, following = page("groups", rows, params, self._world.settings.listing.page_size)
        return {"RuleGroups": listed, **following}

    def _find(self, params: JsonObject) -> Record:
        arn, name, kind = (params.get(m) for m in ("RuleGroupArn", "RuleGroupName", "Type"))
        if arn is None and name is not None and kind is None:
            message = "Type is required where a rule group is named without its ARN"
            raise invalid_request(message)
        groups = {
            each: record
            for each, record in self._world.groups.items()
            if kind is None or _type(record) == kind
        }
        return find(groups, "rule group", arn, name)

    def _described(self, record: Record) -> JsonObject:
        response = {
            **record.response,
            "RuleGroupStatus": "ACTIVE",
            "NumberOfAssociations": len(self._world.users(record.arn)),
        }
        if self._world.settings.tells_modification:
            response["LastModifiedTime"] = record.modified
        return {"UpdateToken": record.version.token, "RuleGroupResponse": response}


def _type(record: Record) -> str:
    by_arn = "STATELESS" if ":stateless-rulegroup/" in record.arn else "STATEFUL"
    return str(record.response.get("Type", by_arn))


def _kind(group_type: str) -> str:
    if group_type not in KINDS:
        message = f"the emulator holds no rule groups of type {group_type}, only {', '.join(KINDS)}"
        raise invalid_request(message)
    return KINDS[group_type]


def _body(params: JsonObject, current: Record | None) -> JsonObject:
    """Give the ``RuleGroup`` of a request, which may have come as plain text in ``Rules``.

    Plain text cannot carry the options of a strict order group, so it cannot update one.
    """
    if ("RuleGroup" in params) == ("Rules" in params):
        message = "give exactly one of RuleGroup and Rules"
        raise invalid_request(message)
    if "RuleGroup" in params:
        body: JsonObject = params["RuleGroup"]
        return body
    options = current.version.body.get("StatefulRuleOptions", {}) if current else {}
    if options.get("RuleOrder") == "STRICT_ORDER":
        message = "Rules cannot update a strict order group: give RuleGroup with StatefulRuleOptions"
        raise invalid_request(message)
    return {"RulesSource": {"RulesString": params["Rules"]}}
