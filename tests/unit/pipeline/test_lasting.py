"""Warnings of flows that a flush would not end: exact where they can be, general where not, never both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.engine.region import RegionFound
from nfw_reconcile.flows.aftermath import ON_OTHERS, ON_TCP
from nfw_reconcile.model.flow import CapturedFlow
from nfw_reconcile.model.inventory import PolicyRecord, Sensitive
from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.pipeline.inputs import load
from nfw_reconcile.pipeline.lasting import flush_warnings
from nfw_reconcile.pipeline.planning import SeenFlows, plan_firewall
from tests.bodies import bundle, called, change, group, policy_body
from tests.rulesets import flow

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body, PolicyBundle

CONTINUE: Final = StreamExceptionPolicy.CONTINUE
BY_STATE: Final = "drop tcp any any -> any 443 (flow:established,to_server; sid:7;)"
BY_HEADER: Final = "drop tcp any any -> any 443 (sid:7;)"
PASS: Final = "pass ip any any -> any any (sid:9;)"
HTTPS: Final = ("tcp 10.0.0.1:40000 192.0.2.1:443", "tcp 10.0.0.2:40000 192.0.2.1:443")
WEB: Final = "tcp 10.0.0.3:40000 192.0.2.1:80"
SYSLOG: Final = "udp 10.0.0.1:40000 192.0.2.1:514"


def policy(rules: Body, told: StreamExceptionPolicy = CONTINUE) -> PolicyBundle:
    web = group("web", rules)
    options: Body = {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": str(told)}
    body = {**policy_body(web, defaults=()), "StatefulEngineOptions": options}
    return bundle(web, of=PolicyRecord(called("firewall-policy", "egress"), body))


def told(new: Body, *flows: str, old: Body = "", exceptions: StreamExceptionPolicy = CONTINUE) -> list[str]:
    """Plan, with flows that were looked at where there are any, and give all remarks."""
    seen = SeenFlows("a file", [CapturedFlow(flow(text)) for text in flows]) if flows else None
    plan = plan_firewall(change(policy(old, exceptions), policy(new, exceptions)), seen)
    return [remark.text for remark in plan.remarks]


def test_flows_that_were_looked_at_are_counted_with_the_rule_and_an_example() -> None:
    (text,) = told(BY_STATE, *HTTPS, WEB)
    assert text.startswith(
        "2 of the 2 TCP connections to be flushed, TCP 10.0.0.1:40000 -> 192.0.2.1:443 among them,"
    )
    assert "the stream exception policy is CONTINUE, and web sid 7 line 1 need not match" in text


def test_only_those_that_may_live_on_are_counted() -> None:
    rules = f"drop tcp 10.0.0.1 any -> any 443 (sid:6;)\n{BY_STATE}"
    (text,) = told(rules, *HTTPS)
    assert text.startswith("1 of the 2 TCP connections to be flushed, TCP 10.0.0.2:40000 ->")
    assert "sid 6" not in text


def test_without_flows_the_region_tells() -> None:
    (text,) = told(BY_STATE)
    assert text.startswith("all of the newly denied TCP connections, TCP ")
    assert ":443 for example, may live on once flushed" in text
    assert "web sid 7 line 1" in text


def test_a_part_of_the_region_is_some_of_it() -> None:
    (text,) = told(f"drop tcp 10.0.0.1 any -> any 443 (sid:6;)\n{BY_STATE}")
    assert text.startswith("some of the newly denied TCP connections, TCP ")
    assert "web sid 7 line 2" in text


def test_flows_that_all_end_do_not_hide_what_the_region_tells() -> None:
    rules = f"drop tcp 10.0.0.1 any -> any 443 (sid:6;)\n{BY_STATE}"
    (text,) = told(rules, HTTPS[0])
    assert text.startswith("some of the newly denied TCP connections")


def test_many_rules_are_named_up_to_a_few() -> None:
    ports = range(1, 7)
    rules = "\n".join(f"drop tcp any any -> any {port} (flow:established; sid:{port};)" for port in ports)
    (text,) = told(
        f"{rules}\n",
        *(f"tcp 10.0.0.1:40000 192.0.2.1:{port}" for port in ports),
    )
    assert "web sid 1 line 1, web sid 2 line 2, web sid 3 line 3 and 3 more need not match" in text


def test_a_header_alone_is_not_enough_where_the_other_direction_is_passed() -> None:
    (text,) = told(f"{BY_HEADER}\n{PASS}", *HTTPS)
    assert text.startswith("2 of the 2 TCP connections to be flushed")


def test_what_is_sensitive_has_no_example() -> None:
    (text,) = told(Sensitive(BY_STATE))
    assert text.startswith("all of the newly denied TCP connections may live on once flushed")


@pytest.mark.parametrize("rules", [BY_HEADER, "drop ip any any -> any 443 (sid:7;)"])
@pytest.mark.parametrize("flows", [(), HTTPS])
def test_nothing_is_said_where_a_flush_ends_everything(rules: str, flows: tuple[str, ...]) -> None:
    assert told(rules, *flows) == []


@pytest.mark.parametrize(
    ("exceptions", "expected"),
    [
        (StreamExceptionPolicy.DROP, [ON_TCP[StreamExceptionPolicy.DROP].summary]),
        (StreamExceptionPolicy.REJECT, []),
    ],
)
def test_under_drop_and_reject_tcp_ends(exceptions: StreamExceptionPolicy, expected: list[str]) -> None:
    assert told(BY_STATE, *HTTPS, exceptions=exceptions) == expected


@pytest.mark.parametrize("exceptions", list(StreamExceptionPolicy))
def test_other_protocols_live_on_where_the_server_may_begin(exceptions: StreamExceptionPolicy) -> None:
    rules = "drop udp any any -> any 514 (flow:to_server; sid:8;)"
    (text,) = told(rules, SYSLOG, WEB, exceptions=exceptions)
    assert text.startswith(
        "1 of the 1 flows without a handshake (UDP, ICMP) to be flushed, UDP 10.0.0.1:40000 ->"
    )
    assert "web sid 8 line 1 need not match what the other side begins" in text
    (text,) = told(rules, exceptions=exceptions)
    assert text.startswith("some of the newly denied flows without a handshake (UDP, ICMP), UDP ")


def test_other_protocols_that_end_whoever_begins_need_no_word() -> None:
    assert told("drop udp any any -> any 514 (sid:8;)", SYSLOG) == []


def test_what_may_be_denied_is_warned_about_in_general() -> None:
    payload = 'drop ip any any -> any any (content:"x"; sid:7;)'
    assert told(f"{payload}") == [ON_TCP[CONTINUE].summary, ON_OTHERS.summary]


def test_a_general_warning_is_not_repeated_where_an_exact_one_is_given() -> None:
    rules = f'{BY_STATE.splitlines()[0]}\ndrop tcp any any -> any any (content:"x"; sid:8;)'
    texts = told(rules)
    assert len(texts) == 1
    assert texts[0].startswith("all of the newly denied TCP connections")


def test_a_region_that_was_not_enumerated_is_warned_about_in_general() -> None:
    old, new = load(policy("")), load(policy(BY_HEADER))
    said = list(flush_warnings(old, new, RegionFound((), complete=False), []))
    assert said == [ON_TCP[CONTINUE], ON_OTHERS]
