from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.flows.proof import Listing, faults
from tests.unit.flows.notation import flow, flow_filter
from tests.unit.flows.strategies import filters, flows, odd_flows

if TYPE_CHECKING:
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

CUT = flow("tcp 10.0.0.1@50000 -> 10.9.0.1@443")
KEEP = flow("tcp 10.0.0.2@50000 -> 10.9.0.1@443")
CAPTURED = "tcp 10.0.0.0/8 -> 10.9.0.0/24"
EXACT = "tcp 10.0.0.1/32@50000 -> 10.9.0.1/32@443"


def found(*batches: list[str], within: str = CAPTURED) -> list[str]:
    problems = faults(
        [[flow_filter(each) for each in batch] for batch in batches],
        cut=[CUT],
        keep=[KEEP],
        within=[flow_filter(within)],
        most=2,
    )
    return [problem.summary for problem in problems]


def test_what_is_right_has_no_faults() -> None:
    assert found([EXACT]) == []


@pytest.mark.parametrize(
    ("batches", "within", "summary"),
    [
        ([], CAPTURED, "The flush filters miss 1 of 1 flows that must go."),
        (
            [[EXACT, "tcp 10.0.0.2/32 -> 10.9.0.0/24"]],
            CAPTURED,
            "The flush filters match 1 of 1 flows that must stay.",
        ),
        (
            [[EXACT, "tcp 10.9.0.1/32@443 -> 10.0.0.2/32"]],
            "tcp 10.0.0.0/8 -> 10.0.0.0/8",
            "The flush filters match 1 of 1 flows that must stay.",
        ),
        (
            [["ip 10.0.0.1/32 -> 10.9.0.1/32"]],
            CAPTURED,
            "1 of 1 flush filters reach beyond what was captured.",
        ),
        (
            [[EXACT, "ip ::/0 -> ::/0"]],
            "ip ::/0 -> ::/0",
            "1 of 2 flush filters match every flow.",
        ),
        ([[EXACT] * 3], CAPTURED, "1 of 1 flush operations hold no filter or more than 2."),
        ([[EXACT], []], CAPTURED, "1 of 2 flush operations hold no filter or more than 2."),
    ],
)
def test_each_fault_is_told(batches: list[list[str]], within: str, summary: str) -> None:
    assert summary in found(*batches, within=within)


def test_all_faults_are_told_at_once() -> None:
    assert len(found(["ip 10.0.0.2/32 -> 0.0.0.0/0"], [])) == 4


@given(st.lists(filters(), max_size=8), st.lists(st.one_of(flows(), odd_flows()), max_size=20))
def test_a_listing_matches_as_the_filter_does(many: list[FlowFilter], sample: list[FiveTuple]) -> None:
    listing = Listing(sample)
    for one in many:
        assert listing.matched(one).tolist() == [one.matches(each) for each in sample]
    assert listing.matched_by_any(many).tolist() == [
        any(one.matches(each) for one in many) for each in sample
    ]
