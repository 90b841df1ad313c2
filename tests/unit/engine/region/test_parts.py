from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.region import Part, newly_denied
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.flow import ICMP, SCTP, TCP, UDP
from nfw_reconcile.model.policy import GroupName, StatelessGroup, StatelessReference
from nfw_reconcile.model.rule import StatelessAction, StatelessRule
from nfw_reconcile.model.verdict import Effect, Engine
from tests.fenced import OTHERS, counted, fenced, listed
from tests.rulesets import Settings, compiled, flow

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledPolicy

addresses = st.sampled_from(("any", "10.0.0.1", "10.0.0.2/31", "!10.0.0.3", "[10.0.0.0/30,!10.0.0.0]"))
ports = st.sampled_from(("any", "1", "2:3", "!2", "[1,3]"))
options = st.sampled_from(
    (
        "",
        "",
        "flow:to_server;",
        "flow:established;",
        "flow:established,to_server;",
        'tls.sni; content:"a";',
        "new:1;",
        "ip_proto:17;",
    )
)
rules = st.builds(
    "{} {} {} {} {} {} {} ({})".format,
    st.sampled_from(("pass", "drop", "reject")),
    st.sampled_from(("ip", "tcp", "udp", "icmp", "sctp", "tls")),
    addresses,
    ports,
    st.sampled_from(("->", "->", "<>")),
    addresses,
    ports,
    options,
)
rule_lists = st.lists(rules, max_size=4)


def stateless(*found: StatelessRule) -> tuple[StatelessReference, ...]:
    return (StatelessReference(StatelessGroup(GroupName("stateless"), found), 1),)


closings = st.sampled_from(((), ("aws:drop_strict",), ("aws:drop_established",)))


def parts_of(old: CompiledPolicy | None, new: CompiledPolicy) -> tuple[Part, ...]:
    found = newly_denied(Comparison(old, new), align(old, new))
    assert found.complete
    return found.parts


@st.composite
def stateless_rules(draw: st.DrawFn) -> tuple[StatelessReference, ...]:
    """Draw at most two rules; what they pass lies within the fence, as it does not get there."""
    hosts = st.sampled_from(((Network.parse("10.0.0.1/32"),), (Network.parse("10.0.0.0/30"),)))
    protocols = st.sampled_from((frozenset({TCP}), frozenset({UDP})))
    actions = st.sampled_from(tuple(StatelessAction))
    found = draw(st.lists(st.tuples(actions, hosts, hosts, protocols), max_size=2))
    return stateless(
        *(
            StatelessRule(priority, action, sources, destinations, ((1, 3),), ((1, 3),), numbers)
            for priority, (action, sources, destinations, numbers) in enumerate(found, 1)
        )
    )


NO_STATELESS: Final = st.just(stateless())


@given(
    rule_lists,
    rule_lists,
    rule_lists,
    st.sampled_from(((), OTHERS)),
    closings,
    NO_STATELESS | stateless_rules(),
    NO_STATELESS | stateless_rules(),
)
def test_the_region_counts_every_flow_that_a_change_denies(  # noqa: PLR0913, PLR0917 - all that a change is made of
    shared: list[str],
    before: list[str],
    after: list[str],
    others: tuple[str, ...],
    defaults: tuple[str, ...],
    stateless_before: tuple[StatelessReference, ...],
    stateless_after: tuple[StatelessReference, ...],
) -> None:
    old = fenced(*before, *shared, *others, defaults=defaults, stateless=stateless_before)
    new = fenced(*shared, *after, *others, defaults=defaults, stateless=stateless_after)
    assert counted(old, new) == listed(old, new)


def test_a_narrowed_source_denies_what_it_lost() -> None:
    old = compiled("pass tcp 10.0.0.0/16 any -> 192.0.2.0/24 443 (sid:1;)", defaults=("aws:drop_strict",))
    new = compiled("pass tcp 10.0.1.0/24 any -> 192.0.2.0/24 443 (sid:1;)", defaults=("aws:drop_strict",))
    (part,) = parts_of(old, new)
    assert (part.key.effect, part.key.flush) == (Effect.NEWLY_DENIED, True)
    assert (str(part.key.old), str(part.key.new)) == ("group 1 sid 1 line 1", "aws:drop_strict")
    assert part.count == (2**16 - 2**8) * 2**8 * 2**16
    assert Network.parse("10.0.1.0/24") not in part.sources.networks()
    assert [str(network) for network in part.destinations.networks()] == ["192.0.2.0/24"]
    assert list(part.destination_ports) == [(443, 443)]


def test_a_dropped_reply_denies_the_flows_that_it_answers() -> None:
    old = compiled("pass ip any any -> any any (flow:to_server; sid:1;)")
    new = compiled(
        "pass ip any any -> any any (flow:to_server; sid:1;)\ndrop tcp any 443 -> any any (sid:2;)"
    )
    parts = [part for part in parts_of(old, new) if part.family == 4]
    assert {tuple(part.destination_ports) for part in parts} == {((443, 443),)}
    assert sum(part.count for part in parts) == 2**32 * 2**32 * 2**16


def test_nothing_that_was_denied_before_is_in_the_region() -> None:
    old, new = (
        compiled("drop tcp any any -> any any (sid:1;)"),
        compiled("drop ip any any -> any any (sid:1;)"),
    )
    assert {part.protocol for part in parts_of(old, new)} == {UDP, SCTP, ICMP, 58}


def test_where_there_was_no_policy_nothing_is_newly_denied() -> None:
    assert parts_of(None, compiled("drop ip any any -> any any (sid:1;)")) == ()


def test_a_possible_denial_names_its_conditions() -> None:
    name = 'tls.sni; content:"a.example"; startswith; endswith; nocase;'
    new = compiled(f"drop tls 10.0.0.1 any -> 192.0.2.1 443 ({name} sid:1;)")
    (part,) = parts_of(compiled(), new)
    assert part.key.effect is Effect.POSSIBLY_DENIED
    assert part.conditions == ("application protocol is tls", "tls.sni is a.example")


def test_a_stateless_drop_is_in_the_region_and_is_not_flushed() -> None:
    rule = StatelessRule(1, StatelessAction.DROP, (Network.parse("10.0.0.1/32"),), protocols=frozenset({TCP}))
    parts = parts_of(compiled(), compiled(stateless=stateless(rule)))
    assert {part.key.new.engine for part in parts} == {Engine.STATELESS}
    assert not any(part.key.flush for part in parts)
    # Its packets are those of an initiator and of a responder; a flow from the host to itself has both.
    assert sum(part.count for part in parts) == (2 * 2**32 - 1) * 2**32


def test_a_rule_for_another_protocol_leaves_half_seen_flows_as_they_were() -> None:
    one, hosts = (Network.parse("10.0.0.1/32"),), (Network.parse("10.0.0.0/30"),)
    half = StatelessRule(1, StatelessAction.PASS, one, hosts, ((1, 3),), ((1, 3),), frozenset({TCP}))
    old, new = (
        fenced(*rules, stateless=stateless(half))
        for rules in ((), ("drop ip any any -> any 1 (ip_proto:17;)",))
    )
    assert {part.protocol for part in parts_of(old, new)} == {UDP}
    assert counted(old, new) == listed(old, new)


def test_a_changed_stateless_default_denies_all_that_no_rule_passes() -> None:
    rule = StatelessRule(
        1, StatelessAction.PASS, (Network.parse("10.0.0.0/8"),), (Network.parse("10.0.0.0/8"),)
    )
    old = compiled(stateless=stateless(rule))
    new = compiled(stateless=stateless(rule), stateless_default=StatelessAction.DROP)
    found = [part for part in parts_of(old, new) if part.protocol == ICMP]
    assert sum(part.count for part in found) == 2**64 - 2**48


def test_a_region_is_empty_where_nothing_is_denied() -> None:
    drop = compiled("drop tcp any any -> any any (sid:1;)")
    assert newly_denied(Comparison(drop, drop), align(drop, drop)).is_empty
    assert not newly_denied(Comparison(compiled(), drop), align(compiled(), drop)).is_empty


def test_over_its_budget_the_region_is_said_to_be_not_enumerated() -> None:
    old, new = compiled(), compiled("drop tcp any any -> any any (sid:1;)")
    found = newly_denied(Comparison(old, new), align(old, new), most_steps=10)
    assert (found.parts, found.complete) == ((), False)
    assert not found.is_empty


def test_a_witness_reads_well() -> None:
    found = parts_of(compiled(), compiled("drop tcp any any -> any 443 (flow:to_server; sid:1;)"))
    assert found[0].witness == flow("tcp 198.51.100.10:49152 203.0.113.20:443")


def test_no_class_is_judged_by_a_flow_from_an_address_to_itself() -> None:
    kept = "pass tcp $HOME_NET any -> $EXTERNAL_NET any (sid:2;)"
    home: Settings = {"home_net": Unresolved("HOME_NET"), "defaults": ("aws:drop_strict",)}
    old = compiled(f"{kept}\npass tcp any any -> 10.0.0.0/24 any (sid:4;)", **home)
    found = parts_of(old, compiled(kept, **home))
    assert found
    assert all(part.witness.source != part.witness.destination for part in found)
