"""What a snapshot says about a firewall's zones and about the versions of its policy and rule groups.

Shapes: API DescribeFirewall, DescribeFirewallPolicy, DescribeRuleGroup. ``Config`` of a sync state is
keyed by a name in the service model and by an ARN in AWS's samples, so both are understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.errors import ServiceError, error
from nfw_reconcile.model.policy import EngineOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.act.ports import JsonObject

MANAGED_ACCOUNT: Final = "aws-managed"
REFERENCES: Final = ("StatelessRuleGroupReferences", "StatefulRuleGroupReferences")


@dataclass(frozen=True, slots=True)
class ObjectState:
    """What a zone says about one policy or rule group: API PerObjectStatus."""

    status: str
    token: str | None


@dataclass(frozen=True, slots=True)
class ZoneStatus:
    """One zone: the state of its attachment, its endpoint, and its objects by name or ARN."""

    attachment: str | None
    endpoint: str | None
    objects: Mapping[str, ObjectState]

    def state_of(self, arn: str) -> ObjectState | None:
        """Find an object by its ARN, else by the name at the end of it."""
        return self.objects.get(arn) or self.objects.get(arn.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Configuration:
    """A firewall as it was read once.

    ``tokens`` has the policy and every rule group that it refers to, by ARN, with the ``UpdateToken``
    just described (``None`` where there is none to be had: groups of AWS and of partners).
    ``modified_at`` is the latest modification in epoch seconds, ``None`` unless all objects tell theirs.
    ``stream_exception`` is the policy's own word for midstream packets; AWS's default where it has none.
    """

    arn: str
    firewall_id: str
    policy_arn: str
    associations: int
    zones: Mapping[str, ZoneStatus]
    tokens: Mapping[str, str | None]
    modified_at: float | None
    stream_exception: str = str(EngineOptions().stream_exception)


def read_configuration(snapshot: JsonObject, firewall_arn: str) -> Configuration:
    """Read what concerns one firewall.

    Raises ``ServiceError`` if the snapshot does not hold the firewall, its zones and its policy in full.
    """
    try:
        found = _find(snapshot["firewalls"], "Firewall", firewall_arn)
        firewall: JsonObject = found["Firewall"]
        policy_arn = str(firewall["FirewallPolicyArn"])
        policy = _find(snapshot["policies"], "FirewallPolicy", policy_arn)
        groups = {str(each["RuleGroupResponse"]["RuleGroupArn"]): each for each in snapshot["rule_groups"]}
        arns = _references(policy["FirewallPolicy"])
        tokens = {policy_arn: _text(policy.get("UpdateToken"))}
        tokens |= {arn: _text(groups.get(arn, {}).get("UpdateToken")) for arn in arns}
        told = [
            policy["FirewallPolicyResponse"],
            *(_response(groups, arn) for arn in arns if not is_managed(arn)),
        ]
        return Configuration(
            firewall_arn,
            str(firewall["FirewallId"]),
            policy_arn,
            int(firewall.get("NumberOfAssociations") or 0),
            _zones(found["FirewallStatus"]),
            tokens,
            _latest([response.get("LastModifiedTime") for response in told]),
            _stream_exception(policy["FirewallPolicy"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        summary = f"the description of firewall {firewall_arn} is incomplete ({problem})."
        raise ServiceError(error(summary, remedy="Try again; if it stays so, report it.")) from problem


def is_managed(arn: str) -> bool:
    """Say whether a rule group is AWS's own, which changes by itself and has no token of ours."""
    parts = arn.split(":")
    return len(parts) > 4 and parts[4] == MANAGED_ACCOUNT


def _find(listed: Any, kind: str, arn: str) -> JsonObject:  # noqa: ANN401 - JSON
    for each in listed:
        described: JsonObject = each[kind] if kind == "Firewall" else each[f"{kind}Response"]
        if described[f"{kind}Arn"] == arn:
            return each  # type: ignore[no-any-return]
    message = f"{kind} {arn} is missing"
    raise KeyError(message)


def _references(policy: JsonObject) -> tuple[str, ...]:
    listed = [str(each["ResourceArn"]) for member in REFERENCES for each in policy.get(member) or ()]
    return tuple(dict.fromkeys(listed))


def _response(groups: Mapping[str, JsonObject], arn: str) -> JsonObject:
    return groups[arn]["RuleGroupResponse"] if arn in groups else {}


def _stream_exception(policy: JsonObject) -> str:
    options: JsonObject = policy.get("StatefulEngineOptions") or {}
    return str(options.get("StreamExceptionPolicy") or EngineOptions().stream_exception)


def _zones(status: JsonObject) -> dict[str, ZoneStatus]:
    states: JsonObject = status.get("SyncStates") or {}
    if not states:
        message = "it has no zones"
        raise ValueError(message)
    return {str(zone): _zone(state) for zone, state in sorted(states.items())}


def _zone(state: JsonObject) -> ZoneStatus:
    attachment: JsonObject = state.get("Attachment") or {}
    objects = {
        str(name): ObjectState(str(each.get("SyncStatus")), _text(each.get("UpdateToken")))
        for name, each in (state.get("Config") or {}).items()
    }
    return ZoneStatus(_text(attachment.get("Status")), _text(attachment.get("EndpointId")), objects)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _latest(times: list[object]) -> float | None:
    """Give the latest of the times, ISO 8601 or epoch seconds; ``None`` if one is not told."""
    read = [_time(value) for value in times]
    known = [time for time in read if time is not None]
    return max(known) if len(known) == len(read) else None


def _time(value: object) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    return None if value is None else datetime.fromisoformat(str(value)).timestamp()
