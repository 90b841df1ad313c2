from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.region.filters import DeniedRegion, Survey
from nfw_reconcile.flows.guide import Guide
from nfw_reconcile.flows.table import FlowTable
from nfw_reconcile.model.flow import TCP, UDP, FiveTuple
from tests.rulesets import compiled, numbered
from tests.unit.engine.test_random_edits import FLOWS
from tests.unit.flows.notation import flow, flow_filter
from tests.unit.flows.regions import beyond, comparisons

EVERYTHING = flow_filter("ip 0.0.0.0/0 -> 0.0.0.0/0")
CLIENT = flow("tcp 10.0.0.1@50000 -> 192.0.2.1@443")


def guide(*new: str, keep: tuple[str, ...] = (), most_steps: int = 100_000) -> Guide:
    comparison = Comparison(compiled(), compiled(numbered(["pass udp any any -> any 53 ()", *new])))
    table = FlowTable.of((4, 4), [flow(each) for each in keep])
    return Guide(EVERYTHING, (TCP, UDP), Survey(DeniedRegion(comparison), most_steps), table)


@pytest.mark.parametrize(
    ("rule", "filters"),
    [
        (
            "drop tcp 10.0.0.0/8 any -> 192.0.2.0/24 443 (flow:to_server;)",
            {"tcp 10.0.0.0/8 -> 192.0.2.0/24@443"},
        ),
        (
            "drop ip 10.0.0.0/8 any -> 192.0.2.0/24 any (flow:to_server;)",
            {"tcp 10.0.0.0/8 -> 192.0.2.0/24", "tcp,udp 10.0.0.0/8 -> 192.0.2.0/24@54:65535"},
        ),
        (
            "drop tcp !10.0.0.128/25 any -> 192.0.2.0/24 [80,443:450] (flow:to_server;)",
            {"tcp 10.0.0.0/25 -> 192.0.2.0/24@443:450"},
        ),
    ],
)
def test_a_rule_is_one_filter_however_few_flows_there_are(rule: str, filters: set[str]) -> None:
    assert set(guide(rule).grow(CLIENT)) == set(map(flow_filter, filters))


def test_what_must_stay_is_avoided_even_inside_the_region() -> None:
    """Its mirror image may have been listed, or the flow be too young to be judged by the old rules."""
    kept = "tcp 10.0.0.9@50000 -> 192.0.2.1@443"
    grown = guide("drop tcp 10.0.0.0/8 any -> 192.0.2.1 443 (flow:to_server;)", keep=(kept,)).grow(CLIENT)
    assert grown
    assert not any(each.matches(flow(kept)) for each in grown)


def test_around_a_flow_that_is_not_in_the_region_nothing_grows() -> None:
    assert guide("drop tcp 10.0.0.0/8 any -> 192.0.2.0/24 80 ()").grow(CLIENT) == []


@pytest.mark.parametrize("most_steps", [0, 200, 700])
def test_without_steps_nothing_is_given_that_was_not_shown_to_be_inside(most_steps: int) -> None:
    grown = guide(
        "drop tcp 10.0.0.0/8 any -> 192.0.2.0/24 443 (flow:to_server;)", most_steps=most_steps
    ).grow(CLIENT)
    assert set(grown) <= {flow_filter("tcp 10.0.0.0/8 -> 192.0.2.0/24@443")}


@given(comparisons(), st.sampled_from(FLOWS), st.lists(st.sampled_from(FLOWS), max_size=5))
def test_what_grows_is_inside_and_leaves_alone_what_must_stay(
    comparison: Comparison, seed: FiveTuple, keep: list[FiveTuple]
) -> None:
    stays = [each for each in keep if each != seed]
    survey = Survey(DeniedRegion(comparison))
    for grown in Guide(EVERYTHING, (TCP, UDP), survey, FlowTable.of((4, 4), stays)).grow(seed):
        assert grown.matches(seed)
        assert beyond(comparison, grown) == []
        assert not any(grown.matches(each) for each in stays)
