from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.region import newly_denied
from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.filters import MOST_FILTERS
from nfw_reconcile.model.flow import CapturedFlow, FiveTuple
from nfw_reconcile.model.inventory import PolicyChange, Sensitive
from nfw_reconcile.model.verdict import Effect, Verdict
from nfw_reconcile.pipeline.planning import SeenFlows, capture_filters, compare, plan_firewall
from tests.bodies import (
    ACTION,
    STRICT,
    blocks,
    bundle,
    change,
    firewall,
    group,
    ip_sets,
    policy,
    references,
    rule_block,
    stateless_group,
    stateless_rule,
)

if TYPE_CHECKING:
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.documents import Box, FirewallPlan
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.inventory import Body, PolicyBundle

PASS_WEB: Final = "pass tcp any any -> any 443 (sid:1;)"


def planned(old: PolicyBundle | None, new: PolicyBundle) -> FirewallPlan:
    return plan_firewall(change(old, new), None)


def flow(text: str) -> FiveTuple:
    """Read ``PROTOCOL SOURCE:PORT DESTINATION:PORT``; IPv4 only."""
    protocol, *ends = text.split()
    (source, source_port), (destination, port) = (end.split(":") for end in ends)
    return FiveTuple(
        int(protocol), Address.parse(source), int(source_port), Address.parse(destination), int(port)
    )


# --- the plan as a whole -----------------------------------------------------------------------


def test_a_plan_names_firewall_policy_digests_and_changes() -> None:
    egress = policy("egress", group("web", PASS_WEB))
    prod = firewall("prod", egress)
    old, new = bundle(group("web", PASS_WEB)), bundle(group("web", PASS_WEB.replace("443", "8443")))
    plan = plan_firewall(PolicyChange(prod, old, new), None)
    assert plan.firewall.arn == prod.name.arn
    assert (plan.firewall.account, plan.firewall.region) == (prod.account, prod.region)
    assert plan.old_digest != plan.new_digest
    assert [str(c.kind) for c in plan.rule_changes] == ["changed"]
    assert {part.effect for part in plan.region.parts} == {Effect.NEWLY_DENIED}
    assert plan.region.complete
    assert plan.flows is None


def test_no_change_is_an_empty_plan() -> None:
    same = bundle(group("web", PASS_WEB))
    plan = planned(same, same)
    assert plan.old_digest == plan.new_digest
    assert (plan.rule_changes, plan.setting_changes, plan.region.parts, plan.capture_filters, plan.remarks) == (
        (), (), (), (), (),
    )  # fmt: skip


def test_a_policy_that_is_new_denies_nothing_that_lives_and_says_so() -> None:
    plan = planned(None, bundle(group("web", PASS_WEB)))
    assert plan.region.parts == ()
    assert [remark.text for remark in plan.remarks] == [
        "there was no policy before: no flow can have been allowed by it."
    ]


def test_a_policy_that_was_not_known_before_is_not_taken_for_one_that_denied_everything() -> None:
    before = replace(policy("egress"), body=Unresolved("the old policy"))
    plan = planned(bundle(of=before), bundle(group("web", PASS_WEB)))
    assert plan.region.parts
    assert plan.capture_filters
    assert [(found.side, found.reason) for found in plan.undecided] == [
        ("old", "the old policy is not known")
    ]


def test_a_policy_that_is_not_known_after_leaves_what_was_allowed_undecided() -> None:
    after = replace(policy("egress"), body=Unresolved("the new policy"))
    plan = planned(bundle(group("web", PASS_WEB)), bundle(of=after))
    assert {part.effect for part in plan.region.parts} == {Effect.UNDECIDED}
    assert not any(part.flush for part in plan.region.parts)


def test_a_deleted_policy_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="deleted"):
        compare(PolicyChange(None, bundle(), None))


def test_what_is_too_large_to_enumerate_is_said_and_its_headers_are_captured() -> None:
    old = bundle(
        group("web", PASS_WEB), stateless_group("edge", stateless_rule(1, "aws:pass", protocols=(6,)))
    )
    new = bundle(group("web", PASS_WEB))
    compared = compare(change(old, new))
    found = capture_filters(compared.comparison, compared.alignment, None)
    assert any(f.matches(flow("6 10.0.0.1:5000 192.0.2.1:22")) for f in found)


# --- flows that were looked at -----------------------------------------------------------------


def test_flows_are_counted_by_effect_and_the_telling_ones_are_kept() -> None:
    old, new = bundle(group("web", PASS_WEB)), bundle(group("web", PASS_WEB.replace("443", "8443")))
    texts = (
        "6 10.0.0.1:5000 192.0.2.1:443",
        "6 10.0.0.1:5001 192.0.2.1:8443",
        "17 10.0.0.1:5002 192.0.2.1:53",
    )
    flows = [CapturedFlow(flow(text), 10, 20, 30, "eu-west-1a") for text in texts]
    plan = plan_firewall(change(old, new), SeenFlows("a test", flows, complete=False))
    assert plan.flows is not None
    assert (plan.flows.looked_at, plan.flows.complete, plan.flows.source) == (3, False, "a test")
    assert {(c.effect, c.flows, c.to_flush, c.packets, c.bytes) for c in plan.flows.counts} == {
        (Effect.NEWLY_DENIED, 1, 1, 20, 30),
        (Effect.NEWLY_ALLOWED, 1, 0, 20, 30),
        (Effect.STILL_DENIED, 1, 0, 20, 30),
    }
    (row,) = plan.flows.rows
    assert (row.flow.destination_port, row.zone, row.flush) == (443, "eu-west-1a", True)
    assert (row.old_verdict, row.new_verdict) == (Verdict.ALLOWED, Verdict.DENIED)


# --- HOME_NET ----------------------------------------------------------------------------------

NO_HOME: Final = Unresolved("HOME_NET")


def home_net_remarks(plan: FirewallPlan) -> list[int]:
    return [n for n, remark in enumerate(plan.remarks) if remark.text.startswith("HOME_NET ")]


@pytest.mark.parametrize("name", ["$HOME_NET", "$EXTERNAL_NET", "[$HOME_NET,192.0.2.0/24]"])
def test_a_home_net_that_is_not_known_is_said_once_and_first_where_a_rule_depends_on_it(name: str) -> None:
    web = group("web", f"pass tcp {name} any -> any 443 (sid:1;)\npass tcp any any -> {name} 80 (sid:2;)")
    new = bundle(web, bundle_group := group("odd", "no rule at all"), home_net=NO_HOME)
    plan = planned(bundle(web, bundle_group, home_net=NO_HOME), new)
    assert home_net_remarks(plan) == [0]
    assert "--home-net" in plan.remarks[0].remedy
    assert not any("HOME_NET" in found.reason for found in plan.undecided)


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(bundle(group("web", PASS_WEB), home_net=NO_HOME), id="no rule names it"),
        pytest.param(
            bundle(group("web", "alert tcp $HOME_NET any -> any 443 (sid:1;)"), home_net=NO_HOME),
            id="an alert does",
        ),
        pytest.param(
            bundle(
                group(
                    "web",
                    "pass tcp $HOME_NET any -> any 443 (sid:1;)",
                    RuleVariables=ip_sets(HOME_NET=["10.0.0.0/8"]),
                ),
                home_net=NO_HOME,
            ),
            id="the group has its own",
        ),
        pytest.param(bundle(group("web", "pass tcp $HOME_NET any -> any 443 (sid:1;)")), id="it is known"),
    ],
)
def test_nothing_is_said_of_home_net_where_nothing_depends_on_it(new: PolicyBundle) -> None:
    assert home_net_remarks(planned(new, new)) == []


# --- sensitive ---------------------------------------------------------------------------------

SECRET: Final = Sensitive("10.66.0.0/16")


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(
            bundle(group("web", Sensitive("pass tcp 10.66.0.0/16 any -> any 443 (sid:1;)"))), id="rules text"
        ),
        pytest.param(
            bundle(group("web", "pass tcp $C any -> any 443 (sid:1;)", RuleVariables=ip_sets(C=[SECRET]))),
            id="an IP set",
        ),
        pytest.param(
            bundle(
                group("web", "pass tcp @L any -> any 443 (sid:1;)", ReferenceSets=references(L="arn:list")),
                prefix_lists={"arn:list": [SECRET]},
            ),
            id="a prefix list",
        ),
        pytest.param(
            bundle(group("web", "pass tcp $HOME_NET any -> any 443 (sid:1;)"), home_net=[SECRET]),
            id="HOME_NET",
        ),
        pytest.param(
            bundle(blocks("web", rule_block("PASS", ("TCP", SECRET, "ANY", "ANY", "443"), ("sid", "1")))),
            id="a block",
        ),
        pytest.param(
            bundle(
                group("web", PASS_WEB), stateless_group("edge", stateless_rule(1, "aws:drop", source=SECRET))
            ),
            id="a stateless rule",
        ),
    ],
)
def test_the_region_and_the_filters_of_a_sensitive_change_are_marked(new: PolicyBundle) -> None:
    plan = planned(bundle(group("web", PASS_WEB)), new)
    assert plan.region.parts
    assert all(part.sensitive for part in plan.region.parts)
    assert plan.capture_filters
    assert all(found.sensitive for found in plan.capture_filters)
    changed = [rule for c in plan.rule_changes for rule in (c.old, c.new) if rule and "10.66" in rule.text]
    assert all(rule.sensitive for rule in changed)
    backwards = planned(new, bundle(group("web", "")))
    assert all(part.sensitive for part in backwards.region.parts)


def test_a_plan_without_sensitive_values_marks_nothing() -> None:
    plan = planned(bundle(group("web", PASS_WEB)), bundle(group("web", "")))
    assert not any(part.sensitive for part in plan.region.parts)
    assert not any(found.sensitive for found in plan.capture_filters)


# --- what is looked at covers what is denied ---------------------------------------------------

ADDRESSES: Final = (
    "any",
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


def filters_of(found: PolicyChange, *, enumerated: bool) -> tuple[FlowFilter, ...]:
    compared = compare(found)
    if not enumerated:
        return capture_filters(compared.comparison, compared.alignment, None)
    parts = newly_denied(compared.comparison, compared.alignment).parts
    return capture_filters(compared.comparison, compared.alignment, parts)


@st.composite
def changes(draw: st.DrawFn) -> PolicyChange:
    order = draw(st.sampled_from([STRICT, STRICT, ACTION]))
    return change(draw(bundles(order)), draw(bundles(order)))


@given(changes(), st.lists(flows(), min_size=20, max_size=20))
def test_every_flow_that_is_or_may_be_denied_is_in_the_region_and_would_be_captured(
    found: PolicyChange, drawn: list[FiveTuple]
) -> None:
    plan = plan_firewall(found, None)
    comparison = compare(found).comparison
    near, far = (filters_of(found, enumerated=enumerated) for enumerated in (True, False))
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
            assert any(f.matches(flow(text)) for f in filters_of(found, enumerated=True))


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
    ("old", "new", "denied"),
    [
        pytest.param(
            group("web", "pass icmp any any -> any any (sid:1;)"),
            group("web", ""),
            "1 10.0.0.1:0 192.0.2.1:0",
            id="ICMP",
        ),
        pytest.param(
            group("web", "pass ip any any -> any any (sid:1;)"),
            group("web", ""),
            "132 10.0.0.1:5000 192.0.2.1:5000",
            id="SCTP",
        ),
    ],
)
def test_protocols_without_tcp_are_captured_too(old: object, new: object, denied: str) -> None:
    plan = planned(bundle(old), bundle(new))  # type: ignore[arg-type]
    numbers = {number for found in plan.capture_filters for number in found.protocols}
    assert flow(denied).protocol in numbers or not numbers
