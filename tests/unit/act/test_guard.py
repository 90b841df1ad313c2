from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.act.guard import Budget, Tally, View, check_filters
from nfw_reconcile.errors import LimitExceeded, Refused
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.documents import Limits
from nfw_reconcile.model.filters import FlowFilter
from nfw_reconcile.model.flow import TCP, FiveTuple
from tests.unit.act.scene import ALLOWED, CAPTURE_FILTERS, DENIED, SERVERS, flow

CUT = tuple(flow(host) for host in (1, 2, 3))
KEPT = tuple(flow(host, ALLOWED) for host in (1, 2, 3))
VIEW = View(CAPTURE_FILTERS, CUT, KEPT)
APPROVED = frozenset(each.canonical() for each in CUT)
GOOD = FlowFilter(Network.parse("10.0.0.0/24"), SERVERS, (0, 65535), (DENIED, DENIED), (TCP,))


def keys(*hosts: int) -> frozenset[FiveTuple]:
    return frozenset(flow(host).canonical() for host in hosts)


def test_a_filter_that_matches_only_what_must_go_passes() -> None:
    check_filters([GOOD], VIEW, APPROVED)


@pytest.mark.parametrize(
    ("filters", "view", "approved", "told"),
    [
        ([], VIEW, APPROVED, "there are 0 filters"),
        ([GOOD] * 21, VIEW, APPROVED, "there are 21 filters"),
        (
            [FlowFilter(Network.parse("0.0.0.0/0"), Network.parse("0.0.0.0/0"))],
            VIEW,
            APPROVED,
            "matches every flow",
        ),
        (
            [FlowFilter(Network.parse("0.0.0.0/0"), SERVERS, protocols=(TCP,))],
            VIEW,
            APPROVED,
            "reaches beyond",
        ),
        ([FlowFilter(GOOD.source, SERVERS, protocols=(TCP,))], VIEW, APPROVED, "which must stay"),
        ([GOOD], View(CAPTURE_FILTERS, CUT, (flow(9, DENIED).reversed(),)), APPROVED, "which must stay"),
        ([GOOD], VIEW, keys(1, 2), "over the limits"),
        ([GOOD], View(CAPTURE_FILTERS, (), KEPT), APPROVED, "matches no flow that must go"),
    ],
)
def test_no_other_filter_leaves(
    filters: list[FlowFilter], view: View, approved: frozenset[FiveTuple], told: str
) -> None:
    with pytest.raises(Refused, match=told):
        check_filters(filters, view, approved)


def test_every_problem_is_told_at_once() -> None:
    wide = FlowFilter(Network.parse("0.0.0.0/0"), Network.parse("0.0.0.0/0"))
    with pytest.raises(Refused) as caught:
        check_filters([wide] * 21, VIEW, APPROVED)
    assert len(caught.value.problems) == 1 + 21 * 3


def budget(
    most: int = 10, percent: float | None = None, cidrs: tuple[str, ...] = (), ports: tuple[str, ...] = ()
) -> Budget:
    return Budget(Limits(most, percent, cidrs, ports))


def test_the_sum_of_all_zones_counts_and_nothing_is_approved_over_it() -> None:
    found = budget(3)
    with pytest.raises(LimitExceeded, match="4 flows would be flushed, more than the 3 allowed"):
        found.approve([Tally("a", 10, keys(1, 2)), Tally("b", 10, keys(1, 2))])
    assert found.approved("a") == frozenset()


def test_a_later_look_adds_only_what_is_new() -> None:
    found = budget(3)
    found.approve([Tally("a", 10, keys(1, 2))])
    found.approve_more("a", keys(2, 3))
    assert found.approved("a") == keys(1, 2, 3)
    with pytest.raises(LimitExceeded):
        found.approve_more("a", keys(4))
    assert found.approved("a") == keys(1, 2, 3)


@pytest.mark.parametrize(("percent", "passes"), [(20.0, True), (19.9, False), (100.0, True), (0.0, False)])
def test_the_share_is_of_all_flows_captured(percent: float, passes: bool) -> None:  # noqa: FBT001
    tallies = [Tally("a", 5, keys(1, 2)), Tally("b", 5, frozenset())]
    if passes:
        budget(percent=percent).approve(tallies)
        return
    with pytest.raises(LimitExceeded, match="2 of the 10 flows captured"):
        budget(percent=percent).approve(tallies)


@pytest.mark.parametrize(
    ("cidrs", "ports"),
    [
        (("10.0.0.2/32",), ()),
        (("192.0.2.0/24", "2001:db8::/32"), ()),
        ((), ("5432",)),
        ((), ("40000:40001",)),
    ],
)
def test_protected_flows_are_never_approved(cidrs: tuple[str, ...], ports: tuple[str, ...]) -> None:
    with pytest.raises(LimitExceeded, match="protected"):
        budget(cidrs=cidrs, ports=ports).approve([Tally("a", 9, keys(1, 2))])


def test_what_is_over_a_limit_asks_for_no_other_plan_and_says_what_to_do() -> None:
    found = budget(0, percent=0.0, cidrs=("10.0.0.0/8",))
    with pytest.raises(LimitExceeded) as caught:
        found.approve([Tally("a", 9, keys(1, 2))])
    remedies = [problem.remedy for problem in caught.value.problems]
    assert ["--max-flows" in remedies[0], "--max-percent" in remedies[1], "configuration" in remedies[2]] == [
        True
    ] * 3
    assert all("apply the same plan" in each for each in remedies)


def test_all_limits_that_are_exceeded_are_told() -> None:
    with pytest.raises(LimitExceeded) as caught:
        budget(0, 1.0, ("10.0.0.0/8",)).approve([Tally("a", 9, keys(1))])
    assert len(caught.value.problems) == 3


@given(st.lists(st.tuples(st.sampled_from("abc"), st.frozensets(st.integers(1, 9)))), st.integers(0, 9))
def test_what_is_approved_never_exceeds_the_limit(asked: list[tuple[str, frozenset[int]]], most: int) -> None:
    found = budget(most)
    for zone, hosts in asked:
        with suppress(LimitExceeded):
            found.approve_more(zone, keys(*hosts))
        assert sum(len(found.approved(each)) for each in "abc") <= most
