from __future__ import annotations

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.model.policy import EngineOptions, RuleOrder, StreamExceptionPolicy
from nfw_reconcile.model.rule import StatelessAction
from nfw_reconcile.sources.policy.body import Node
from nfw_reconcile.sources.policy.options import (
    fingerprint,
    read_default_actions,
    read_engine_options,
    read_stateless_default,
)
from nfw_reconcile.sources.policy.reading import Reading

OPTIONS: dict[str, tuple[Body, EngineOptions]] = {
    "missing": (None, EngineOptions()),
    "empty": ({"RuleOrder": None, "StreamExceptionPolicy": "", "FlowTimeouts": {}}, EngineOptions()),
    "all": (
        {
            "RuleOrder": "STRICT_ORDER",
            "StreamExceptionPolicy": "REJECT",
            "FlowTimeouts": {"TcpIdleTimeoutSeconds": 6000},
        },
        EngineOptions(RuleOrder.STRICT, StreamExceptionPolicy.REJECT, 6000),
    ),
    "a sensitive one": (
        {"StreamExceptionPolicy": Sensitive("CONTINUE")},
        EngineOptions(stream_exception=StreamExceptionPolicy.CONTINUE),
    ),
}


@pytest.mark.parametrize(("body", "expected"), OPTIONS.values(), ids=OPTIONS.keys())
def test_engine_options(body: Body, expected: EngineOptions) -> None:
    reading = Reading("policy")
    read = read_engine_options(Node.of(body, "StatefulEngineOptions"), reading)
    assert (read.options, read.order_not_known) == (expected, None)
    assert reading.report == []


def test_aws_s_defaults() -> None:
    assert EngineOptions() == EngineOptions(RuleOrder.ACTION, StreamExceptionPolicy.DROP, 350)


NOT_KNOWN: dict[str, tuple[Body, Unresolved | None, int]] = {
    "all": (Unresolved("x"), Unresolved("x.RuleOrder"), 2),
    "the order": ({"RuleOrder": Unresolved("x")}, Unresolved("x"), 0),
    "a new order": (
        {"RuleOrder": "RANDOM"},
        Unresolved("unknown value: StatefulEngineOptions.RuleOrder is 'RANDOM'"),
        1,
    ),
    "no object": ("text", Unresolved("unknown value: StatefulEngineOptions is not an object"), 4),
    "the exception policy": ({"StreamExceptionPolicy": Unresolved("x")}, None, 1),
    "the timeout": ({"FlowTimeouts": {"TcpIdleTimeoutSeconds": "x"}}, None, 1),
}


@pytest.mark.parametrize(("body", "order", "told"), NOT_KNOWN.values(), ids=NOT_KNOWN.keys())
def test_only_an_order_that_is_not_known_decides_verdicts(
    body: Body, order: Unresolved | None, told: int
) -> None:
    reading = Reading("policy")
    read = read_engine_options(Node.of(body, "StatefulEngineOptions"), reading)
    assert (read.options, read.order_not_known) == (EngineOptions(), order)
    assert len(reading.report) == told


DEFAULTS: dict[str, tuple[Body, object]] = {
    "missing": (None, ()),
    "sorted, once each": (
        ["aws:drop_strict", "aws:alert_strict", "aws:drop_strict"],
        ("aws:alert_strict", "aws:drop_strict"),
    ),
    "a new one is kept": (["aws:drop_tomorrow"], ("aws:drop_tomorrow",)),
    "unknown": (Unresolved("x"), Unresolved("x")),
    "an unknown one": (["aws:drop_strict", Unresolved("x")], Unresolved("x")),
    "not valid": ("aws:drop_strict", Unresolved("invalid Actions")),
}


@pytest.mark.parametrize(("body", "expected"), DEFAULTS.values(), ids=DEFAULTS.keys())
def test_stateful_default_actions(body: Body, expected: object) -> None:
    assert read_default_actions(Node.of(body, "Actions"), Reading("policy")) == expected


STATELESS: dict[str, tuple[Body, object, int]] = {
    "one": (["aws:pass"], StatelessAction.PASS, 0),
    "beside a custom action": (["Metric", "aws:forward_to_sfe"], StatelessAction.FORWARD, 0),
    "unknown": (Unresolved("x"), Unresolved("x"), 0),
    "missing": (None, Unresolved("invalid Actions"), 1),
    "two": (["aws:pass", "aws:drop"], Unresolved("invalid Actions"), 1),
}


@pytest.mark.parametrize(("body", "expected", "told"), STATELESS.values(), ids=STATELESS.keys())
def test_stateless_default_actions(body: Body, expected: object, told: int) -> None:
    reading = Reading("policy")
    assert read_stateless_default(Node.of(body, "Actions"), reading) == expected
    assert len(reading.report) == told


def test_a_fingerprint_is_equal_for_equal_settings_only() -> None:
    first: Body = {"Action": "DROP", "Ranges": ["10.0.0.0/8", Unresolved("x")], "Strict": True}
    same: Body = {"Strict": True, "Ranges": ["10.0.0.0/8", Unresolved("x")], "Action": "DROP"}
    other: Body = {"Action": "DROP", "Ranges": [Unresolved("x"), "10.0.0.0/8"], "Strict": True}
    prints = [fingerprint(Node.of(body, "a")) for body in (first, same, other)]
    assert prints[0] == prints[1] != prints[2]
    assert fingerprint(Node.of("arn:x", "a")) == "arn:x"
    assert fingerprint(Node.of({}, "a")) is None


def test_a_fingerprint_shows_nothing_sensitive() -> None:
    shown = fingerprint(Node.of({"Ranges": [Sensitive("10.9.8.0/24")]}, "a"))
    assert shown is not None
    assert shown.startswith("sha256:")
    assert shown == fingerprint(Node.of(Sensitive({"Ranges": ["10.9.8.0/24"]}), "a"))
    assert shown != fingerprint(Node.of(Sensitive({"Ranges": ["10.9.9.0/24"]}), "a"))
