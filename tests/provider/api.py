"""The firewall's own resource types by way of AWS's API, as the real provider has them: on the emulator, over HTTP.

Only what a change of policy needs is sent; tags, encryption and protection stay in Terraform's state.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

import boto3
from botocore.exceptions import ClientError

from tests.provider import schemas
from tests.provider.bodies import from_body, shape_named, to_body
from tests.provider.cloud import Settings, text
from tests.provider.values import objects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.provider.store import Store
    from tests.provider.values import Object, Value

Client = Any
"""boto3's client, which has no types."""

POLL: Final = 0.05
POLLS: Final = 1200


class Kind(Protocol):
    """One resource type. ``create`` and ``update`` give the values that the service sets."""

    def create(self, planned: Object) -> Object:
        """Create the object."""
        ...  # pragma: no cover - a protocol has no body

    def update(self, prior: Object, planned: Object) -> Object:
        """Change the object."""
        ...  # pragma: no cover - a protocol has no body

    def read(self, known: Object) -> Object | None:
        """Give the object as it is now; none where it is gone."""
        ...  # pragma: no cover - a protocol has no body

    def delete(self, prior: Object) -> None:
        """Delete the object."""
        ...  # pragma: no cover - a protocol has no body


def kinds(store: Store) -> Mapping[str, Kind]:
    """Give the types that are kept by the service at ``AWS_ENDPOINT_URL_NETWORK_FIREWALL``; nothing is called yet."""
    client = cache(lambda: boto3.client("network-firewall", region_name=Settings().region))
    return {
        "aws_networkfirewall_rule_group": RuleGroups(client),
        "aws_networkfirewall_firewall_policy": Policies(client),
        "aws_networkfirewall_firewall": Firewalls(client, store),
    }


class RuleGroups:
    """``aws_networkfirewall_rule_group``."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client

    def create(self, planned: Object) -> Object:
        reply = self._client().create_rule_group(
            RuleGroupName=planned["name"],
            Type=planned["type"],
            Capacity=planned["capacity"],
            **_rules(planned),
        )
        arn = reply["RuleGroupResponse"]["RuleGroupArn"]
        return {"id": arn, **self._described(arn)}

    def update(self, prior: Object, planned: Object) -> Object:
        arn = prior["arn"]
        self._client().update_rule_group(
            RuleGroupArn=arn, UpdateToken=prior["update_token"], **_rules(planned)
        )
        return self._described(arn)

    def read(self, known: Object) -> Object | None:
        return _unless_gone(lambda: {**known, **self._described(known["arn"])})

    def delete(self, prior: Object) -> None:
        self._client().delete_rule_group(RuleGroupArn=prior["arn"])

    def _described(self, arn: Value) -> Object:
        reply = self._client().describe_rule_group(RuleGroupArn=arn)
        block = schemas.RULE_GROUP.nested["rule_group"].block
        found = from_body(reply["RuleGroup"], block, shape_named("RuleGroup"))
        return {"arn": arn, "update_token": reply["UpdateToken"], "rule_group": [found]}


def _rules(planned: Object) -> dict[str, Any]:
    """Give the rules of a request, which takes them in one form only: ``rules`` goes first, as it is never computed."""
    if text(planned, "rules"):
        return {"Rules": planned["rules"]}
    return {"RuleGroup": to_body(planned["rule_group"], shape_named("RuleGroup"))}


class Policies:
    """``aws_networkfirewall_firewall_policy``."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client

    def create(self, planned: Object) -> Object:
        reply = self._client().create_firewall_policy(
            FirewallPolicyName=planned["name"], FirewallPolicy=_policy(planned)
        )
        arn = reply["FirewallPolicyResponse"]["FirewallPolicyArn"]
        return {"id": arn, **self._described(arn)}

    def update(self, prior: Object, planned: Object) -> Object:
        arn = prior["arn"]
        self._client().update_firewall_policy(
            FirewallPolicyArn=arn, UpdateToken=prior["update_token"], FirewallPolicy=_policy(planned)
        )
        return self._described(arn)

    def read(self, known: Object) -> Object | None:
        return _unless_gone(lambda: {**known, **self._described(known["arn"])})

    def delete(self, prior: Object) -> None:
        self._client().delete_firewall_policy(FirewallPolicyArn=prior["arn"])

    def _described(self, arn: Value) -> Object:
        reply = self._client().describe_firewall_policy(FirewallPolicyArn=arn)
        block = schemas.FIREWALL_POLICY.nested["firewall_policy"].block
        found = from_body(reply["FirewallPolicy"], block, shape_named("FirewallPolicy"))
        return {"arn": arn, "update_token": reply["UpdateToken"], "firewall_policy": [found]}


def _policy(planned: Object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    return to_body(planned["firewall_policy"], shape_named("FirewallPolicy"))


class Firewalls:
    """``aws_networkfirewall_firewall``. Like the provider, a creation waits until the firewall is ready."""

    def __init__(self, client: Callable[[], Client], store: Store) -> None:
        self._client = client
        self._store = store

    def create(self, planned: Object) -> Object:
        subnets = sorted(
            (text(each, "subnet_id") for each in objects(planned["subnet_mapping"])), key=self._zone
        )
        reply = self._client().create_firewall(
            FirewallName=planned["name"],
            FirewallPolicyArn=planned["firewall_policy_arn"],
            VpcId=planned["vpc_id"],
            SubnetMappings=[{"SubnetId": subnet} for subnet in subnets],
        )
        arn = reply["Firewall"]["FirewallArn"]
        self._wait(arn)
        return {"id": arn, "enabled_analysis_types": [], **self._described(arn)}

    def update(self, prior: Object, planned: Object) -> Object:
        self._client().associate_firewall_policy(
            FirewallArn=prior["arn"],
            UpdateToken=prior["update_token"],
            FirewallPolicyArn=planned["firewall_policy_arn"],
        )
        return self._described(prior["arn"])

    def read(self, known: Object) -> Object | None:
        return _unless_gone(lambda: {**known, **self._described(known["arn"])})

    def delete(self, prior: Object) -> None:
        self._client().delete_firewall(FirewallArn=prior["arn"])

    def _zone(self, subnet: str) -> str:
        """Give the zone of a subnet: the emulator, which knows no subnets, places them in their order."""
        with self._store.open() as world:
            return text(world["aws_subnet"][subnet], "availability_zone")

    def _wait(self, arn: str) -> None:
        for _ in range(POLLS):
            status = self._client().describe_firewall(FirewallArn=arn)["FirewallStatus"]
            if status["Status"] == "READY":
                return
            time.sleep(POLL)
        raise TimeoutError(f"{arn} is not ready")

    def _described(self, arn: Value) -> Object:
        reply = self._client().describe_firewall(FirewallArn=arn)
        states: list[Value] = [
            {
                "attachment": [
                    {
                        "endpoint_id": state["Attachment"]["EndpointId"],
                        "subnet_id": state["Attachment"]["SubnetId"],
                    }
                ],
                "availability_zone": zone,
            }
            for zone, state in reply["FirewallStatus"]["SyncStates"].items()
        ]
        return {
            "arn": arn,
            "firewall_policy_arn": reply["Firewall"]["FirewallPolicyArn"],
            "firewall_status": [{"sync_states": states}],
            "update_token": reply["UpdateToken"],
        }


def _unless_gone(read: Callable[[], Object]) -> Object | None:
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
