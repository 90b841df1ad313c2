from __future__ import annotations

import pytest

from nfw_reconcile.emulator.iam import read_iam_policy, resource_of
from nfw_reconcile.errors import InputError

ARN = "arn:aws:network-firewall:eu-west-1:111122223333:firewall/main"


def permits(action: str, resource: str, *statements: dict[str, object]) -> bool:
    return read_iam_policy({"Version": "2012-10-17", "Statement": list(statements)}).permits(action, resource)


def allow(action: object, resource: object = "*", effect: str = "Allow") -> dict[str, object]:
    return {"Effect": effect, "Action": action, "Resource": resource}


@pytest.mark.parametrize(
    ("action", "resource", "permitted"),
    [
        ("network-firewall:DescribeFirewall", "*", True),
        ("network-firewall:describefirewall", ARN, True),
        ("network-firewall:Describe*", ARN, True),
        (["ec2:DescribeVpcs", "network-firewall:*"], [f"{ARN}-other", ARN], True),
        ("network-firewall:DescribeFirewal?", ARN.replace("eu-west-1", "*"), True),
        ("network-firewall:DescribeFirewallPolicy", "*", False),
        ("network-firewall:DescribeFirewall", f"{ARN}-other", False),
        ("network-firewall:DescribeFirewall", ARN.upper(), False),
        ("network-firewall:DescribeFirewal[l]", "*", False),
    ],
)
def test_a_call_is_let_through_where_a_statement_speaks_of_it(
    action: object, resource: object, *, permitted: bool
) -> None:
    assert permits("network-firewall:DescribeFirewall", ARN, allow(action, resource)) is permitted


def test_a_denial_goes_before_everything() -> None:
    assert not permits("ec2:DescribeVpcs", "*", allow("*"), allow("ec2:*", effect="Deny"))


def test_who_one_is_may_always_be_asked() -> None:
    assert permits("sts:GetCallerIdentity", "*", allow("ec2:DescribeVpcs"))


def test_one_statement_needs_no_list() -> None:
    assert read_iam_policy({"Statement": allow("ec2:*")}).permits("ec2:DescribeVpcs", "*")


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"Statement": []},
        {"Statement": ["Allow"]},
        {"Statement": [allow("*") | {"Condition": {}}]},
        {"Statement": [allow("*") | {"NotAction": "*"}]},
        {"Statement": [allow("*", effect="allow")]},
        {"Statement": [allow([])]},
        {"Statement": [allow("*", 7)]},
        {"Statement": [allow(["*", 7])]},
    ],
)
def test_what_is_not_understood_is_refused(document: object) -> None:
    with pytest.raises(InputError, match="is not understood"):
        read_iam_policy(document)


def test_a_call_is_about_the_arn_that_it_names() -> None:
    assert resource_of({"FirewallArn": ARN, "AvailabilityZone": "a"}) == ARN
    assert resource_of({"FirewallName": "main"}) == "*"
