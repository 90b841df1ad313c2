from __future__ import annotations

import pytest

from nfw_reconcile.errors import Severity
from nfw_reconcile.flows.aftermath import ON_OTHERS, ON_TCP, after_flush
from nfw_reconcile.model.flow import ICMP, TCP, UDP
from nfw_reconcile.model.policy import StreamExceptionPolicy


@pytest.mark.parametrize(
    ("policy", "severity", "felt"),
    [
        (StreamExceptionPolicy.DROP, Severity.WARNING, "hang until their own timeout"),
        (StreamExceptionPolicy.REJECT, Severity.NOTE, "get a reset at their next packet"),
        (StreamExceptionPolicy.CONTINUE, Severity.WARNING, "a flushed connection goes on"),
    ],
)
def test_what_clients_of_tcp_feel_is_said_for_every_policy(
    policy: StreamExceptionPolicy, severity: Severity, felt: str
) -> None:
    (said,) = after_flush(frozenset({TCP}), policy)
    assert (said.severity, said) == (severity, ON_TCP[policy])
    assert f"the stream exception policy is {policy}" in said.summary
    assert felt in said.summary
    assert said.remedy


@pytest.mark.parametrize("protocols", [{UDP}, {ICMP}, {UDP, ICMP}])
def test_other_protocols_have_no_reset(protocols: set[int]) -> None:
    assert list(after_flush(frozenset(protocols), StreamExceptionPolicy.REJECT)) == [ON_OTHERS]


@pytest.mark.parametrize("protocols", [None, frozenset({TCP, UDP})])
def test_both_are_said_where_both_may_be_flushed(protocols: frozenset[int] | None) -> None:
    policy = StreamExceptionPolicy.DROP
    assert list(after_flush(protocols, policy)) == [ON_TCP[policy], ON_OTHERS]


def test_nothing_is_said_where_nothing_is_flushed() -> None:
    assert list(after_flush(frozenset(), StreamExceptionPolicy.DROP)) == []
