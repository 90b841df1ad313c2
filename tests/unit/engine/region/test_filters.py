from __future__ import annotations

import pytest
from hypothesis import given

from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.region.budget import OutOfStepsError
from nfw_reconcile.engine.region.filters import DeniedRegion, Survey
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.filters import FlowFilter
from tests.rulesets import compiled, flow, numbered
from tests.unit.engine.test_random_edits import FLOWS
from tests.unit.flows.notation import flow_filter
from tests.unit.flows.regions import beyond, comparisons, filters

DROP = "drop tcp 10.0.0.0/8 any -> 192.0.2.0/24 443 (sid:1;)"
CLIENT = flow("tcp 10.0.0.1:50000 192.0.2.1:443")


def survey(*new: str, old: tuple[str, ...] = (), most_steps: int = 100_000) -> Survey:
    comparison = Comparison(compiled(numbered(old)), compiled(numbered(new)))
    return Survey(DeniedRegion(comparison), most_steps)


@pytest.mark.parametrize(
    ("sought", "stray"),
    [
        ("tcp 10.0.0.0/8 -> 192.0.2.0/24@443", None),
        ("tcp 10.1.0.0/16@1024:65535 -> 192.0.2.1/32@443", None),
        ("tcp 10.0.0.0/8 -> 192.0.2.0/24@443:444", "tcp 10.0.0.1:50000 192.0.2.1:444"),
        ("tcp 10.0.0.0/8 -> 192.0.2.0/23@443", "tcp 10.0.0.1:50000 192.0.3.0:443"),
        ("tcp 0.0.0.0/0 -> 192.0.2.1/32@443", "tcp 9.255.255.255:50000 192.0.2.1:443"),
        ("tcp,udp 10.0.0.0/8 -> 192.0.2.0/24@443", "udp 10.0.0.1:50000 192.0.2.1:443"),
    ],
)
def test_what_strays_is_as_near_as_can_be(sought: str, stray: str | None) -> None:
    expected = None if stray is None else flow(stray)
    assert survey(DROP).stray(flow_filter(sought), CLIENT) == expected


def test_a_filter_of_all_protocols_holds_every_protocol_that_is_listed() -> None:
    whole = flow_filter("ip 10.0.0.0/8 -> 192.0.2.0/24")
    assert survey("drop ip 10.0.0.0/8 any -> 192.0.2.0/24 any (sid:1;)").stray(whole, CLIENT) is None
    only_tcp = survey("drop tcp 10.0.0.0/8 any -> 192.0.2.0/24 any (sid:1;)")
    assert only_tcp.stray(whole, CLIENT) == flow("icmp 10.0.0.1 192.0.2.1")


def test_a_flow_is_taken_as_it_is_listed() -> None:
    """A rule that looks at the client's packets only lets a connection begin on the other side."""
    one_way = survey("drop tcp 10.0.0.0/8 any -> 192.0.2.0/24 443 (flow:to_server; sid:1;)")
    assert one_way.stray(flow_filter("tcp 10.0.0.1/32 -> 192.0.2.1/32@443"), CLIENT) is None
    mirrored = flow_filter("tcp 192.0.2.1/32@443 -> 10.0.0.1/32@50000")
    assert one_way.stray(mirrored, CLIENT.reversed()) == CLIENT.reversed()


def test_what_was_denied_before_is_outside() -> None:
    exact = flow_filter("tcp 10.0.0.1/32@50000 -> 192.0.2.1/32@443")
    assert survey(DROP, old=(DROP,)).stray(exact, CLIENT) == CLIENT


@pytest.mark.parametrize("behind", ["", "drop ip any any -> any any (sid:2;)"])
def test_unknown_members_prove_nothing(behind: str) -> None:
    """Even where a later rule denies what they do not: one flow would stand for others that ask another question."""
    rules = f"drop tcp $HOME_NET any -> any any (sid:1;)\n{behind}"
    unknown = Comparison(compiled(), compiled(rules, home_net=Unresolved("HOME_NET")))
    exact = flow_filter("tcp 10.0.0.1/32@50000 -> 192.0.2.1/32@443")
    assert Survey(DeniedRegion(unknown)).stray(exact, CLIENT) == CLIENT


def test_addresses_of_two_families_are_never_inside() -> None:
    mixed = FlowFilter(
        flow_filter("ip 10.0.0.0/8 -> 10.0.0.0/8").source, flow_filter("ip ::/0 -> ::/0").source
    )
    assert survey("drop ip any any -> any any (sid:1;)").stray(mixed, CLIENT) == CLIENT


def test_without_steps_nothing_is_said() -> None:
    with pytest.raises(OutOfStepsError):
        survey(DROP, most_steps=5).stray(flow_filter("tcp 10.0.0.0/8 -> 192.0.2.0/24@443"), CLIENT)


@given(comparisons(), filters)
def test_a_filter_without_strays_lies_in_the_region(comparison: Comparison, found: FlowFilter) -> None:
    region = DeniedRegion(comparison)
    near = next((each for each in FLOWS if found.matches(each)), None)
    if near is None:
        return
    stray = Survey(region).stray(found, near)
    if stray is None:
        assert beyond(comparison, found) == []
    else:
        assert found.matches(stray)
        assert not region.contains(stray)
