from __future__ import annotations

import copy
from typing import Any

import pytest

from nfw_reconcile.act.configuration import Configuration, read_configuration
from nfw_reconcile.errors import ServiceError

BASE = "arn:aws:network-firewall:us-east-1:111122223333"
FIREWALL, POLICY, GROUP = (
    f"{BASE}:firewall/edge",
    f"{BASE}:firewall-policy/main",
    f"{BASE}:stateful-rulegroup/ports",
)
MANAGED = "arn:aws:network-firewall:us-east-1:aws-managed:stateful-rulegroup/Botnet"
SNAPSHOT: dict[str, Any] = {
    "firewalls": [
        {
            "Firewall": {"FirewallArn": FIREWALL, "FirewallId": "id", "FirewallPolicyArn": POLICY},
            "FirewallStatus": {
                "SyncStates": {
                    "b": {"Attachment": {"Status": "READY", "EndpointId": "vpce-1"}},
                    "a": {"Config": {"ports": {"SyncStatus": "PENDING", "UpdateToken": "t"}}},
                }
            },
        }
    ],
    "policies": [
        {
            "FirewallPolicyResponse": {
                "FirewallPolicyArn": POLICY,
                "LastModifiedTime": "2026-01-01T00:00:00Z",
            },
            "FirewallPolicy": {
                "StatefulRuleGroupReferences": [{"ResourceArn": GROUP}, {"ResourceArn": MANAGED}]
            },
            "UpdateToken": "p",
        }
    ],
    "rule_groups": [
        {"RuleGroupResponse": {"RuleGroupArn": GROUP, "LastModifiedTime": 1767225700.0}, "UpdateToken": "g"}
    ],
}


def read(change: str = "", value: object = None) -> Configuration:
    snapshot = copy.deepcopy(SNAPSHOT)
    if change:
        holder: Any = snapshot
        *path, last = change.split(".")
        for step in path:
            holder = holder[int(step) if step.isdecimal() else step]
        if value is None:
            del holder[last]
        else:
            holder[last] = value
    return read_configuration(snapshot, FIREWALL)


def test_a_firewall_is_read_with_its_zones_and_tokens() -> None:
    found = read()
    assert list(found.zones) == ["a", "b"]
    assert found.zones["b"].endpoint == "vpce-1"
    assert found.tokens == {POLICY: "p", GROUP: "g", MANAGED: None}
    state = found.zones["a"].state_of(GROUP)
    assert state is not None
    assert (state.status, state.token) == ("PENDING", "t")
    assert found.associations == 0


def test_the_last_modification_is_that_of_the_latest_object() -> None:
    assert read().modified_at == 1767225700.0


@pytest.mark.parametrize("missing", ["policies.0.FirewallPolicyResponse", "rule_groups.0.RuleGroupResponse"])
def test_it_is_not_known_unless_every_object_tells_it(missing: str) -> None:
    assert read(f"{missing}.LastModifiedTime").modified_at is None


@pytest.mark.parametrize(
    "missing",
    [
        "firewalls",
        "firewalls.0.Firewall.FirewallId",
        "firewalls.0.FirewallStatus",
        "firewalls.0.FirewallStatus.SyncStates",
        "firewalls.0.Firewall.FirewallArn",
        "policies.0.FirewallPolicy",
        "rule_groups",
    ],
)
def test_a_description_that_is_not_whole_is_an_error(missing: str) -> None:
    with pytest.raises(ServiceError, match="incomplete"):
        read(missing)


def test_a_policy_of_another_name_is_not_the_firewalls() -> None:
    with pytest.raises(ServiceError, match=r"FirewallPolicy .* is missing"):
        read("firewalls.0.Firewall.FirewallPolicyArn", f"{BASE}:firewall-policy/other")


@pytest.mark.parametrize("options", [{}, {"RuleOrder": "STRICT_ORDER"}])
def test_the_stream_exception_policy_is_aws_default_where_none_is_set(options: object) -> None:
    assert read("policies.0.FirewallPolicy.StatefulEngineOptions", options).stream_exception == "DROP"


def test_the_stream_exception_policy_is_given_as_it_is_written() -> None:
    found = read("policies.0.FirewallPolicy.StatefulEngineOptions", {"StreamExceptionPolicy": "NEWER"})
    assert found.stream_exception == "NEWER"
