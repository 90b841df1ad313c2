from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.region.filters import DeniedRegion
from nfw_reconcile.errors import NfwReconcileError
from nfw_reconcile.flows.select import Selection, select
from nfw_reconcile.model.filters import ANY_PORT, MOST_FILTERS
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.verdict import Effect
from tests.rulesets import compiled, numbered
from tests.unit.engine.test_random_edits import FLOWS
from tests.unit.flows.notation import flow, flow_filter
from tests.unit.flows.regions import beyond, comparisons
from tests.unit.flows.samples import Sample, clustered, uniform
from tests.unit.flows.strategies import EVERYTHING, filters, flows, odd_flows

if TYPE_CHECKING:
    from random import Random

    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

INTERNET = "ip 0.0.0.0/0 -> 0.0.0.0/0"

CASES = {
    "nothing goes": ([], ["tcp 10.0.0.1@50000 -> 10.9.0.1@443"], [INTERNET], []),
    "one flow is one host a side and its ports": (
        ["tcp 10.0.0.1@50000 -> 10.9.0.1@443"],
        [],
        [INTERNET],
        ["tcp 10.0.0.1/32@50000 -> 10.9.0.1/32@443"],
    ),
    "a filter is no larger than its flows": (
        ["tcp 10.0.0.1@50000 -> 10.9.0.1@443", "tcp 10.0.0.6@50007 -> 10.9.0.1@443"],
        ["tcp 10.0.0.1@50003 -> 10.9.0.1@22"],
        [INTERNET],
        ["tcp 10.0.0.0/29@50000:50007 -> 10.9.0.1/32@443"],
    ),
    "a client that must stay parts the filters": (
        [f"tcp 10.0.0.{host}@{50000 + host % 2} -> 10.9.0.1@443" for host in (0, 1, 3, 4)],
        ["tcp 10.0.0.2@50000 -> 10.9.0.1@443", "tcp 10.0.0.2@50001 -> 10.9.0.1@443"],
        [INTERNET],
        [
            "tcp 10.0.0.0/31@50000:50001 -> 10.9.0.1/32@443",
            "tcp 10.0.0.3/32@50001 -> 10.9.0.1/32@443",
            "tcp 10.0.0.4/32@50000 -> 10.9.0.1/32@443",
        ],
    ),
    "the mirror image of one that must stay is left alone": (
        ["tcp 10.0.0.1@443 -> 10.0.0.3@443", "tcp 10.0.0.1@443 -> 10.0.0.1@443"],
        ["tcp 10.0.0.2@443 -> 10.0.0.1@443"],
        [INTERNET],
        ["tcp 10.0.0.1/32@443 -> 10.0.0.1/32@443", "tcp 10.0.0.1/32@443 -> 10.0.0.3/32@443"],
    ),
    "protocols are named": (
        ["tcp 10.0.0.1@53 -> 10.9.0.1@53", "udp 10.0.0.1@53 -> 10.9.0.1@53"],
        [],
        [INTERNET],
        ["tcp,udp 10.0.0.1/32@53 -> 10.9.0.1/32@53"],
    ),
    "ICMP has no ports to tell by": (
        ["icmp 10.0.0.1 -> 10.9.0.1"],
        ["tcp 10.0.0.1@50000 -> 10.9.0.1@443"],
        [INTERNET],
        ["icmp 10.0.0.1/32 -> 10.9.0.1/32"],
    ),
    "nothing crosses what was captured": (
        ["tcp 10.0.0.1@50000 -> 10.9.0.1@443", "tcp 10.0.0.1@50000 -> 10.9.1.1@443"],
        [],
        ["tcp 0.0.0.0/0 -> 10.9.0.0/24@443", "tcp 0.0.0.0/0 -> 10.9.1.0/24@443"],
        ["tcp 10.0.0.1/32@50000 -> 10.9.0.1/32@443", "tcp 10.0.0.1/32@50000 -> 10.9.1.1/32@443"],
    ),
    "families are apart": (
        ["tcp 10.0.0.1@50000 -> 10.9.0.1@443", "tcp 2001:db8::1@50000 -> 2001:db8::9@443"],
        [],
        [INTERNET, "ip ::/0 -> ::/0"],
        ["tcp 10.0.0.1/32@50000 -> 10.9.0.1/32@443", "tcp 2001:db8::1/128@50000 -> 2001:db8::9/128@443"],
    ),
}


@pytest.mark.parametrize(("cut", "keep", "within", "filters"), CASES.values(), ids=CASES)
def test_worked_examples(cut: list[str], keep: list[str], within: list[str], filters: list[str]) -> None:
    chosen = select(
        [flow(each) for each in cut], [flow(each) for each in keep], list(map(flow_filter, within))
    )
    assert [each for batch in chosen.batches for each in batch] == sorted(map(flow_filter, filters))
    assert chosen.uncovered == ()


def test_flows_that_were_not_looked_at_are_told() -> None:
    inside, outside = flow("tcp 10.0.0.1@1 -> 10.9.0.1@443"), flow("tcp 10.0.0.1@1 -> 10.8.0.1@443")
    chosen = select([outside, inside], [], [flow_filter("tcp 0.0.0.0/0 -> 10.9.0.0/24")])
    assert chosen.uncovered == (outside,)
    assert chosen.batches == ((flow_filter("tcp 10.0.0.1/32@1 -> 10.9.0.1/32@443"),),)


def test_nothing_looked_at_is_nothing_flushed() -> None:
    found = flow("tcp 10.0.0.1@1 -> 10.9.0.1@443")
    assert select([found], [], []) == Selection((), (found,))


@pytest.mark.parametrize("mirrored", [False, True])
def test_flow_cannot_both_go_and_stay(mirrored: bool) -> None:  # noqa: FBT001 - a column
    found = flow("tcp 10.0.0.1@50000 -> 10.9.0.1@443")
    stays = found.reversed() if mirrored else found
    with pytest.raises(NfwReconcileError, match=r"1 flows were said both .*: TCP 10\.0\.0\.1:50000 -> 10"):
        select([found], [stays], EVERYTHING)


def test_message_names_some_of_many_flows() -> None:
    many = [flow(f"tcp 10.0.0.{host}@1 -> 10.9.0.1@443") for host in range(7)]
    with pytest.raises(NfwReconcileError, match=r"7 flows .*10\.0\.0\.4:1 -> 10\.9\.0\.1:443, \.\.\.\."):
        select(many, many, EVERYTHING)


def test_more_filters_than_fit_are_several_operations() -> None:
    """Every second host goes, and those between stay: no two can share a filter."""
    hosts = [flow(f"tcp 10.0.0.{host}@1 -> 10.9.0.1@443") for host in range(90)]
    chosen = select(hosts[::2], hosts[1::2], EVERYTHING)
    assert [len(batch) for batch in chosen.batches] == [20, 20, 5]


@pytest.mark.parametrize(
    ("most", "filters"),
    [
        (1, ["tcp 10.0.0.0/30@1 -> 10.9.0.0/30@1"]),
        (2, ["tcp 10.0.0.0/32@1 -> 10.9.0.0/32@1", "tcp 10.0.0.3/32@1 -> 10.9.0.3/32@1"]),
    ],
)
def test_filters_are_joined_where_that_saves_an_operation(most: int, filters: list[str]) -> None:
    """Grown around either flow, a filter goes so far on one side that the other side cannot follow."""
    cut = [flow("tcp 10.0.0.0@1 -> 10.9.0.0@1"), flow("tcp 10.0.0.3@1 -> 10.9.0.3@1")]
    keep = [flow("tcp 10.0.0.9@1 -> 10.9.0.1@1"), flow("tcp 10.0.0.1@1 -> 10.9.0.9@1")]
    chosen = select(cut, keep, EVERYTHING, most_per_operation=most)
    assert chosen.batches == (tuple(map(flow_filter, filters)),)


def test_protocols_without_ports_are_not_joined_into_restricted_ports() -> None:
    cut = [flow("icmp 10.0.0.1 -> 10.9.0.1"), flow("tcp 10.0.0.1@80 -> 10.9.0.1@80")]
    within = [flow_filter("icmp,tcp 10.0.0.0/8@0:99 -> 10.0.0.0/8")]
    chosen = select(cut, [], within, most_per_operation=1)
    assert chosen.batches == (
        (flow_filter("icmp 10.0.0.1/32@0:99 -> 10.9.0.1/32"),),
        (flow_filter("tcp 10.0.0.1/32@80 -> 10.9.0.1/32@80"),),
    )


def test_what_fails_the_last_check_is_not_returned() -> None:
    with pytest.raises(NfwReconcileError, match="1 of 1 flush operations hold no filter or more than 0"):
        select([flow("tcp 10.0.0.1@1 -> 10.9.0.1@443")], [], EVERYTHING, most_per_operation=0)


def check(
    cut: list[FiveTuple],
    keep: list[FiveTuple],
    within: list[FlowFilter],
    most: int,
    denied: DeniedRegion | None = None,
) -> Selection:
    """Select, and hold every promise against it with nothing but what a filter matches."""
    chosen = select(cut, keep, within, most_per_operation=most, region=denied)
    found = [each for batch in chosen.batches for each in batch]
    for each in cut:
        looked_at = any(around.matches(each) for around in within)
        assert looked_at == (each not in chosen.uncovered)
        assert looked_at <= any(one.matches(each) for one in found)
    for one in found:
        assert not any(one.matches(each) or one.reversed().matches(each) for each in keep)
        assert any(around.covers(one) for around in within)
        assert any(one.matches(each) for each in cut)
        assert one.protocols
        assert not one.matches_everything
    assert all(1 <= len(batch) <= most for batch in chosen.batches)
    assert found == sorted(set(found))
    return chosen


def parted(found: list[FiveTuple], share: int) -> Sample:
    """Let every connection go or stay as a whole, whichever way round it is listed."""
    going = set(sorted({each.canonical() for each in found})[::share])
    return Sample(
        [each for each in found if each.canonical() in going],
        [each for each in found if each.canonical() not in going],
    )


WITHIN = st.one_of(st.just(list(EVERYTHING)), st.lists(filters(), max_size=4))
MOST = st.sampled_from((1, 2, 20))


@given(st.lists(flows(), max_size=40), st.integers(1, 4), WITHIN, MOST)
def test_every_promise_is_kept(
    found: list[FiveTuple], share: int, within: list[FlowFilter], most: int
) -> None:
    cut, keep = parted(found, share)
    chosen = check(cut, keep, within, most)
    if within == list(EVERYTHING):
        for one in (one for batch in chosen.batches for one in batch):
            with_ports = PROTOCOLS_WITH_PORTS.issuperset(one.protocols)
            assert with_ports or one.source_ports == one.destination_ports == ANY_PORT


@given(st.lists(odd_flows(), max_size=40), st.integers(1, 4), WITHIN, MOST)
def test_every_promise_is_kept_whatever_ports_are_listed(
    found: list[FiveTuple], share: int, within: list[FlowFilter], most: int
) -> None:
    check(*parted(found, share), within, most)


@given(st.lists(flows(), max_size=40), st.integers(1, 4), WITHIN, MOST, st.randoms(use_true_random=False))
def test_outcome_depends_on_the_sets_alone(
    found: list[FiveTuple], share: int, within: list[FlowFilter], most: int, random: Random
) -> None:
    cut, keep = parted(found, share)
    chosen = select(cut, keep, within, most_per_operation=most)
    cut, keep, within = [*cut, *cut[:3]], [*keep, *keep[:3]], [*within, *within[:1]]
    for each in (cut, keep, within):
        random.shuffle(each)
    assert select(cut, keep, within, most_per_operation=most) == chosen


@pytest.mark.parametrize("seed", range(3))
def test_flows_of_services_need_few_operations(seed: int) -> None:
    cut, keep = clustered(3000, seed=seed)
    chosen = check(cut, keep, list(EVERYTHING), MOST_FILTERS)
    assert len(cut) > 300
    assert len(chosen.batches) <= 2


def test_flows_without_any_order_need_fewer_filters_than_flows() -> None:
    cut, keep = uniform(600)
    chosen = check(cut, keep, list(EVERYTHING), MOST_FILTERS)
    assert sum(map(len, chosen.batches)) < len(cut) * 0.8


DROPS = (
    "drop tcp 10.0.0.0/9 any -> 192.0.2.0/24 443 (flow:to_server;)",
    "drop tcp 10.128.0.0/9 any -> 198.51.100.0/24 443 (flow:to_server;)",
)
DENIED = [
    flow(f"tcp 10.{net}.0.{host}@{50000 + host} -> {server}.1@443")
    for net, server in ((1, "192.0.2"), (200, "198.51.100"))
    for host in (1, 9)
]


def region(*rules: str) -> DeniedRegion:
    return DeniedRegion(Comparison(compiled(), compiled(numbered(rules))))


def test_region_safe_filters_are_preferred_where_there_is_room() -> None:
    """One filter around both services would do, but no rule denies what lies between them."""
    assert len(select(DENIED, [], EVERYTHING).batches[0]) == 1
    chosen = select(DENIED, [], EVERYTHING, region=region(*DROPS))
    assert chosen.batches == (
        (
            flow_filter("tcp 10.1.0.0/28@50001:50009 -> 192.0.2.1/32@443"),
            flow_filter("tcp 10.200.0.0/28@50001:50009 -> 198.51.100.1/32@443"),
        ),
    )
    assert chosen.region_safe == set(chosen.batches[0])


def test_region_safe_filters_cost_no_operation() -> None:
    chosen = select(DENIED, [], EVERYTHING, region=region(*DROPS), most_per_operation=1)
    ((only,),) = chosen.batches
    assert only not in chosen.region_safe


def test_a_filter_is_tagged_even_where_nothing_was_to_be_preferred() -> None:
    chosen = select(DENIED[:1], [], EVERYTHING, region=region("drop ip any any -> any any ()"))
    assert [each in chosen.region_safe for batch in chosen.batches for each in batch] == [True]


def test_flows_outside_of_the_region_are_covered_all_the_same() -> None:
    """Possibly denied flows are flushed on request, and no filter around them is inside the region."""
    chosen = select(DENIED, [], EVERYTHING, region=region(DROPS[0]))
    assert [each in chosen.region_safe for batch in chosen.batches for each in batch] == [False]


@given(comparisons(), st.randoms(use_true_random=False), st.sampled_from((1, 3, 20)))
def test_every_promise_is_kept_with_the_region_in_view(
    comparison: Comparison, random: Random, most: int
) -> None:
    listed = list({each.canonical(): each for each in random.sample(FLOWS, 40)}.values())
    cut = [each for each in listed if comparison.effect(each).effect is Effect.NEWLY_DENIED]
    keep = [each for each in listed if each not in cut]
    chosen = check(cut, keep, list(EVERYTHING), most, DeniedRegion(comparison))
    assert chosen.region_safe <= {each for batch in chosen.batches for each in batch}
    for found in chosen.region_safe:
        assert beyond(comparison, found) == []
    random.shuffle(cut)
    random.shuffle(keep)
    again = select(cut, keep, EVERYTHING, most_per_operation=most, region=DeniedRegion(comparison))
    assert again == chosen
