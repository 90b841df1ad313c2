from __future__ import annotations

from dataclasses import replace

import pytest

from nfw_reconcile.act.entries import ListedFlow
from nfw_reconcile.act.lasting import NOT_FORETOLD, listed_again
from nfw_reconcile.act.sighting import JudgedFlow
from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.flow import CapturedFlow
from nfw_reconcile.model.policy import EngineOptions, RuleOrder, StreamExceptionPolicy
from tests import rulesets
from tests.rulesets import flow

CONTINUE = EngineOptions(RuleOrder.STRICT, stream_exception=StreamExceptionPolicy.CONTINUE)
BY_STATE = "drop tcp any any -> any 443 (flow:established; sid:7;)\ndrop tcp any any -> any 80 (sid:8;)"


def again(*texts: str) -> str:
    """Tell of flows that are listed again, as the policy foretells it."""
    new = compile_policy(replace(rulesets.policy(BY_STATE), options=CONTINUE))
    comparison = Comparison(rulesets.compiled(""), new)
    seen = [
        JudgedFlow(
            ListedFlow((CapturedFlow(flow(text)),), 0.0),
            comparison.effect(flow(text)),
            denied=True,
            old=False,
            never_allowed=True,
            attempt=False,
        )
        for text in texts
    ]
    return listed_again(seen, new)


@pytest.mark.parametrize(
    "text",
    ["tcp 10.0.0.1:40000 192.0.2.1:443", "tcp 192.0.2.1:443 10.0.0.1:40000"],
    ids=["as begun", "turned"],
)
def test_flows_that_may_have_lived_on_are_counted_whichever_way_they_are_listed(text: str) -> None:
    said = again(text, "tcp 10.0.0.1:40000 192.0.2.1:80")
    assert (
        "CONTINUE may have let 1 of 2 live on, as the rules foretell: group 1 sid 7 line 1 need not" in said
    )


def test_flows_that_the_rules_end_are_told_apart() -> None:
    assert again("tcp 10.0.0.1:40000 192.0.2.1:80") == NOT_FORETOLD
