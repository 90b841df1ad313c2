"""Every row of "Warnings before apply": what is hit besides what is denied, and what a flush does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.act.configuration import Configuration
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.act.preflight import preflight
from nfw_reconcile.errors import Severity
from nfw_reconcile.model.documents import Level
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.inventory import PolicyRecord
from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.pipeline.planning import plan_firewall
from tests.bodies import (
    ACTION,
    bundle,
    called,
    change,
    group,
    policy_body,
    stateless_group,
    stateless_rule,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body, GroupRecord, PolicyBundle

WEB: Final = group("web", "pass tcp any any -> any 443 (sid:1;)")
DENY_ALL: Final = group("web", "")
DNS: Final = group("web", "pass udp any any -> any 53 (sid:1;)")


def texts(old: PolicyBundle | None, new: PolicyBundle) -> list[str]:
    return [remark.text for remark in plan_firewall(change(old, new), None).remarks]


def with_member(name: str, value: Body, *groups: GroupRecord) -> PolicyBundle:
    body = {**policy_body(*groups), name: value}
    return bundle(*groups, of=PolicyRecord(called("firewall-policy", "egress"), body))


def exception_policy(value: str, *groups: GroupRecord) -> PolicyBundle:
    options: Body = {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": value}
    return with_member("StatefulEngineOptions", options, *groups)


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [
        (
            "StatefulEngineOptions",
            {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "REJECT"},
            "stream exception",
        ),
        (
            "StatefulEngineOptions",
            {"RuleOrder": "STRICT_ORDER", "FlowTimeouts": {"TcpIdleTimeoutSeconds": 60}},
            "TCP idle timeout",
        ),
    ],
)
def test_engine_options_that_change_hit_every_connection(member: str, value: Body, named: str) -> None:
    (text,) = texts(bundle(WEB), with_member(member, value, WEB))
    assert named in text
    assert "every connection is hit" in text


def test_another_rule_order_hits_every_connection() -> None:
    found = texts(bundle(WEB, order=ACTION), bundle(WEB))
    assert any("rule order changes: AWS restarts the stateful engine" in text for text in found)


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [
        ("TLSInspectionConfigurationArn", "arn:tls", "TLS inspection"),
        ("Route53ResolvedIPValidation", "ENABLED", "resolved IP validation"),
    ],
)
def test_inspection_that_changes_interrupts_connections(member: str, value: Body, named: str) -> None:
    (text,) = texts(bundle(WEB), with_member(member, value, WEB))
    assert text == f"{named} changes: every connection in its scope is interrupted."


# --- stateless pass to forward -----------------------------------------------------------------

PING: Final = stateless_rule(5, "aws:pass", protocols=(1,))
SSH: Final = stateless_rule(10, "aws:pass", protocols=(6,), to_port=22)
REPLIES: Final = stateless_rule(11, "aws:pass", protocols=(6,))
MIDSTREAM: Final = "existing TCP connections turn midstream at once"


def edge(*rules: Body, default: str = "aws:forward_to_sfe") -> PolicyBundle:
    return bundle(WEB, stateless_group("edge", *rules), stateless_default=default)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(edge(REPLIES), edge(), id="a pass goes"),
        pytest.param(edge(SSH), edge(), id="a pass of one direction goes"),
        pytest.param(
            edge(REPLIES),
            edge(stateless_rule(11, "aws:forward_to_sfe", protocols=(6,))),
            id="a pass becomes a forward",
        ),
        pytest.param(
            edge(REPLIES),
            edge(stateless_rule(9, "aws:forward_to_sfe", protocols=(6,), source="192.0.2.0/24"), REPLIES),
            id="a forward comes before",
        ),
        pytest.param(edge(PING, default="aws:pass"), edge(PING), id="the default forwards"),
    ],
)
def test_what_stateless_rules_passed_and_now_forward_turns_midstream(
    old: PolicyBundle, new: PolicyBundle
) -> None:
    assert any(MIDSTREAM in text for text in texts(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(edge(REPLIES), edge(REPLIES), id="nothing changes"),
        pytest.param(
            edge(REPLIES),
            edge(stateless_rule(5, "aws:drop", source="192.0.2.0/24"), REPLIES),
            id="a drop comes",
        ),
        pytest.param(
            edge(REPLIES), edge(stateless_rule(11, "aws:drop", protocols=(6,))), id="a pass becomes a drop"
        ),
        pytest.param(
            edge(REPLIES), edge(stateless_rule(99, "aws:pass", protocols=(6,))), id="only the priority"
        ),
        pytest.param(edge(PING), edge(), id="no TCP was passed"),
        pytest.param(edge(), edge(REPLIES), id="forward becomes pass"),
    ],
)
def test_nothing_is_said_where_nothing_turns_midstream(old: PolicyBundle, new: PolicyBundle) -> None:
    assert not any(MIDSTREAM in text for text in texts(old, new))


# --- what a flush does -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [("DROP", "clients of flushed TCP connections hang"), ("REJECT", "")],
)
def test_what_the_stream_exception_policy_does_to_flushed_connections(value: str, said: str) -> None:
    found = texts(exception_policy(value, WEB), exception_policy(value, DENY_ALL))
    assert found == [
        text for text in found if f"the stream exception policy is {value}" in text and said in text
    ]
    assert len(found) == bool(said)


def test_udp_alone_says_nothing_of_tcp() -> None:
    assert not any("stream exception" in text for text in texts(bundle(DNS), bundle(DENY_ALL)))


def test_a_stateless_drop_needs_no_flush_and_no_advice_about_one() -> None:
    assert texts(edge(), edge(stateless_rule(9, "aws:drop", protocols=(6, 17)))) == []


def test_a_change_that_denies_nothing_needs_no_advice() -> None:
    assert texts(bundle(DENY_ALL), bundle(WEB)) == []
    assert texts(bundle(WEB), bundle(WEB)) == []


def test_what_may_be_denied_is_warned_about_too() -> None:
    name = 'drop tls any any -> any any (tls.sni; content:"example.com"; endswith; sid:1;)'
    old, new = group("web", ""), group("web", name)
    (text,) = texts(bundle(old, defaults=()), bundle(new, defaults=()))
    assert "stream exception policy is DROP" in text


SILENT: Final = Configuration("arn", "id", "policy", 0, {}, {}, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(WEB, DENY_ALL, id="TCP"),
        pytest.param(DNS, DENY_ALL, id="UDP"),
        pytest.param(group("web", "pass ip any any -> any any (sid:1;)"), DENY_ALL, id="any protocol"),
        pytest.param(DENY_ALL, WEB, id="nothing"),
    ],
)
@pytest.mark.parametrize("policy", list(StreamExceptionPolicy))
def test_the_run_has_nothing_to_add_to_the_warnings_of_its_plan(
    policy: StreamExceptionPolicy, old: GroupRecord, new: GroupRecord
) -> None:
    before, after = exception_policy(policy.value, old), exception_policy(policy.value, new)
    plan = plan_firewall(change(before, after), None)
    live = replace(SILENT, stream_exception=policy.value)
    found = preflight(plan, live, ActOptions(), None, 0.0).found
    assert {each.severity for each in found} <= {Severity.NOTE}
    on_tcp = any(box.protocols in {(), (TCP,)} for part in plan.region.parts for box in part.boxes)
    assert bool(found) is (on_tcp and policy is StreamExceptionPolicy.REJECT)


def test_managed_groups_are_named_once_with_what_they_are_taken_for() -> None:
    threats = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/Threats"
    found = with_member("StatefulRuleGroupReferences", [{"ResourceArn": threats, "Priority": 1}])
    plan = plan_firewall(change(found, found), None)
    (remark,) = plan.remarks
    assert remark.level is Level.NOTE
    assert "Threats" in remark.text
    assert "pass nothing" in remark.remedy
    assert plan.undecided == ()
