from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.filters import MOST_FILTERS, FlowFilter
from nfw_reconcile.model.flow import FiveTuple
from nfw_reconcile.model.verdict import Effect, Verdict
from nfw_reconcile.pipeline.planning import capture_filters, compare, plan_firewall
from tests.bodies import (
    ACTION,
    STRICT,
    bundle,
    change,
    group,
    stateless_group,
    stateless_rule,
)

if TYPE_CHECKING:
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.inventory import Body, PolicyBundle, PolicyChange
    from nfw_reconcile.model.plan_document import Box, FirewallPlan

NO_HOME: Final = Unresolved("HOME_NET")


def flow(text: str) -> FiveTuple:
    """Read ``PROTOCOL SOURCE:PORT DESTINATION:PORT``; IPv4 only."""
    protocol, *ends = text.split()
    (source, source_port), (destination, port) = (end.split(":") for end in ends)
    return FiveTuple(
        int(protocol), Address.parse(source), int(source_port), Address.parse(destination), int(port)
    )


ADDRESSES: Final = (
    "any",
    "$HOME_NET",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "!10.1.0.0/16",
    "[192.0.2.0/24,!192.0.2.9]",
    "2001:db8::/32",
)
PORTS: Final = ("any", "443", "[80,443]", "!443", "1024:")
RULES: Final = st.builds(
    "{} {} {} {} {} {} {} ({}sid:1;)".format,
    st.sampled_from(["pass", "drop", "reject"]),
    st.sampled_from(["tcp", "udp", "icmp", "ip", "tls"]),
    st.sampled_from(ADDRESSES),
    st.sampled_from(PORTS),
    st.sampled_from(["->", "<>"]),
    st.sampled_from(ADDRESSES),
    st.sampled_from(PORTS),
    st.sampled_from(
        [
            "",
            "flow:to_server; ",
            "flow:established; ",
            'tls.sni; content:"a.example"; ',
            "flowbits:set,seen; ",
            "flowbits:isset,seen; ",
        ]
    ),
)
STATELESS: Final = st.builds(
    stateless_rule,
    st.integers(1, 5),
    st.sampled_from(["aws:pass", "aws:drop", "aws:forward_to_sfe"]),
    protocols=st.sampled_from([(), (6,), (17,), (1,)]),
    source=st.sampled_from(["10.0.0.0/8", "192.0.2.0/24"]),
)


@st.composite
def bundles(draw: st.DrawFn, order: str) -> PolicyBundle:
    rules = "\n".join(draw(st.lists(RULES, max_size=4)))
    edge = draw(st.lists(STATELESS, max_size=2))
    defaults: Body = draw(st.sampled_from([["aws:drop_strict"], ["aws:drop_established"], []]))
    home_nets: list[Body] = [["10.0.0.0/8"], ["10.1.0.0/16"], NO_HOME]
    home_net = draw(st.sampled_from(home_nets))
    default = draw(st.sampled_from(["aws:forward_to_sfe", "aws:forward_to_sfe", "aws:pass", "aws:drop"]))
    return bundle(
        group("web", rules),
        stateless_group("edge", *edge),
        order=order,
        defaults=defaults,
        home_net=home_net,
        stateless_default=default,
    )


HOSTS: Final = ("10.1.2.3", "10.9.9.9", "192.0.2.1", "192.0.2.9", "203.0.113.5")
HOSTS_6: Final = ("2001:db8::1", "2001:db9::1")


@st.composite
def flows(draw: st.DrawFn) -> FiveTuple:
    hosts = draw(st.sampled_from([HOSTS, HOSTS, HOSTS_6]))
    protocol = draw(st.sampled_from([6, 6, 17, 58 if hosts is HOSTS_6 else 1, 132]))
    ports = (0, 0) if protocol in {1, 58} else draw(st.tuples(*[st.sampled_from([22, 80, 443, 5000])] * 2))
    source, destination = (Address.parse(draw(st.sampled_from(hosts))) for _ in range(2))
    return FiveTuple(protocol, source, ports[0], destination, ports[1])


def inside(box: Box, found: FiveTuple) -> bool:
    """Say whether a flow lies in a box as the plan file writes it."""

    def port_in(ports: str, port: int) -> bool:
        if ports == "any":
            return True
        bounds = (part.partition(":") for part in ports.split(","))
        return any(int(low) <= port <= int(high or low) for low, _, high in bounds)

    def address_in(blocks_: tuple[str, ...], address: Address) -> bool:
        return any(Network.parse(block).holds(address) for block in blocks_)

    return (
        found.protocol in box.protocols
        and address_in(box.sources, found.source)
        and address_in(box.destinations, found.destination)
        and port_in(box.source_ports, found.source_port)
        and port_in(box.destination_ports, found.destination_port)
    )


def called_for(comparison: Comparison, found: FiveTuple) -> bool:
    """Say whether the effect on a flow calls for a look."""
    effect = comparison.effect(found)
    if effect.effect is Effect.UNDECIDED:
        return effect.old.verdict is not Verdict.DENIED
    return effect.effect in {Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED}


def filters_in(plan: FirewallPlan) -> list[FlowFilter]:
    """Read the capture filters back as AWS would."""

    def ports(text: str) -> tuple[int, int]:
        low, _, high = text.partition(":")
        return (0, 65535) if text == "ANY" else (int(low), int(high or low))

    return [
        FlowFilter(
            Network.parse(each.source),
            Network.parse(each.destination),
            ports(each.source_port),
            ports(each.destination_port),
            each.protocols,
        )
        for each in plan.capture_filters
    ]


@st.composite
def changes(draw: st.DrawFn) -> PolicyChange:
    order = draw(st.sampled_from([STRICT, STRICT, ACTION]))
    return change(draw(bundles(order)), draw(bundles(order)))


@given(changes(), st.lists(flows(), min_size=20, max_size=20))
def test_every_flow_that_is_or_may_be_denied_is_in_the_region_and_would_be_captured(
    found: PolicyChange, drawn: list[FiveTuple]
) -> None:
    plan = plan_firewall(found, None)
    compared = compare(found)
    comparison = compared.comparison
    near, far = filters_in(plan), capture_filters(comparison, compared.alignment, None)
    assert plan.region.complete
    assert len(near) <= MOST_FILTERS
    for each in drawn:
        if called_for(comparison, each):
            effect = comparison.effect(each)
            boxes = [box for p in plan.region.parts if p.effect is effect.effect for box in p.boxes]
            assert any(inside(box, each) for box in boxes)
            for filters in (near, far):
                assert any(one.matches(each) for one in filters)
                assert any(one.matches(each.reversed()) for one in filters)


@pytest.mark.parametrize(
    ("before", "after"),
    [("aws:pass", "aws:forward_to_sfe"), ("aws:forward_to_sfe", "aws:drop"), ("aws:pass", "aws:drop")],
)
def test_another_stateless_default_action_is_a_change_of_every_flow(before: str, after: str) -> None:
    web = group("web", "pass tcp any any -> any 443 (sid:1;)\n")
    found = change(bundle(web, stateless_default=before), bundle(web, stateless_default=after))
    comparison = compare(found).comparison
    plan = plan_firewall(found, None)
    for text in (
        "6 10.0.0.1:5000 192.0.2.1:443",
        "6 10.0.0.1:5000 192.0.2.1:22",
        "17 10.0.0.1:5000 192.0.2.1:53",
    ):
        if called_for(comparison, flow(text)):
            assert any(inside(box, flow(text)) for part in plan.region.parts for box in part.boxes)
            assert any(f.matches(flow(text)) for f in filters_in(plan))


@given(changes())
def test_every_witness_has_the_effect_and_the_causes_of_its_part(found: PolicyChange) -> None:
    comparison = compare(found).comparison
    for part in plan_firewall(found, None).region.parts:
        witness = part.witness
        effect = comparison.effect(
            FiveTuple(
                witness.protocol,
                Address.parse(witness.source),
                witness.source_port,
                Address.parse(witness.destination),
                witness.destination_port,
            )
        )
        assert (effect.effect, effect.flush) == (part.effect, part.flush)
        assert effect.old.cause.default == part.old.default
        assert effect.new.cause.default == part.new.default
        assert int(part.tuples) > 0
        assert any(inside(box, effect.flow) for box in part.boxes)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        pytest.param("pass icmp any any -> any any (sid:1;)", "1 10.0.0.1:0 192.0.2.1:0", id="ICMP"),
        pytest.param("pass ip any any -> any any (sid:1;)", "132 10.0.0.1:5000 192.0.2.1:5000", id="SCTP"),
    ],
)
def test_protocols_other_than_tcp_and_udp_are_captured_too(text: str, denied: str) -> None:
    plan = plan_firewall(change(bundle(group("web", text)), bundle(group("web", ""))), None)
    assert any(found.matches(flow(denied)) for found in filters_in(plan))
