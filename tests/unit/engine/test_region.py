from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.region import Part, newly_denied
from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.flow import ICMP, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.policy import GroupName, StatelessGroup, StatelessReference
from nfw_reconcile.model.rule import StatelessAction, StatelessRule
from nfw_reconcile.model.verdict import Effect, Engine, Verdict
from tests.rulesets import Settings, compiled, flow, numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy

# Everything outside of four addresses and three ports is dropped first, in both policies, so that all flows that
# a change can deny may be listed. The replies of a flow meet the same drops, so both of its ends lie inside.
FENCE: Final = (
    "drop ip6 any any -> any any ()",
    "drop ip ![10.0.0.0/30] any -> any any ()",
    "drop ip any any -> ![10.0.0.0/30] any ()",
    "drop ip any ![1:3] -> any any ()",
    "drop ip any any -> any ![1:3] ()",
)
INSIDE: Final = [Address.parse(f"10.0.0.{host}") for host in range(4)]
PORTED: Final = [
    FiveTuple(protocol, source, source_port, destination, destination_port)
    for protocol, source, destination in product((TCP, UDP, SCTP), INSIDE, INSIDE)
    for source_port, destination_port in product((1, 2, 3), repeat=2)
]
PORTLESS: Final = [
    FiveTuple(ICMP, source, 0, destination, 0) for source, destination in product(INSIDE, INSIDE)
]
FLOWS: Final = (*PORTED, *PORTLESS)
DENIALS: Final = frozenset({Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED})

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
closings = st.sampled_from(((), ("aws:drop_strict",), ("aws:drop_established",)))


def fenced(texts: Sequence[str], defaults: tuple[str, ...]) -> CompiledPolicy:
    return compiled(numbered([*FENCE, *texts]), defaults=defaults)


def parts_of(old: CompiledPolicy | None, new: CompiledPolicy) -> tuple[Part, ...]:
    found = newly_denied(Comparison(old, new), align(old, new))
    assert found.complete
    return found.parts


@given(rule_lists, rule_lists, rule_lists, closings)
def test_the_region_counts_every_flow_that_a_change_denies(
    shared: list[str], before: list[str], after: list[str], defaults: tuple[str, ...]
) -> None:
    old, new = fenced([*before, *shared], defaults), fenced([*shared, *after], defaults)
    comparison = Comparison(old, new)
    counted: Counter[tuple[object, ...]] = Counter()
    for part in newly_denied(comparison, align(old, new)).parts:
        counted[part.key.effect, part.key.flush, part.key.old, part.key.new, part.protocol] += part.count
    listed: Counter[tuple[object, ...]] = Counter()
    for each in FLOWS:
        found = comparison.effect(each)
        if found.effect in DENIALS and found.old.verdict is not Verdict.DENIED:
            listed[found.effect, found.flush, found.old.cause, found.new.cause, each.protocol] += 1
    assert counted == listed


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


def stateless(*found: StatelessRule) -> tuple[StatelessReference, ...]:
    return (StatelessReference(StatelessGroup(GroupName("stateless"), found), 1),)


def test_a_stateless_drop_is_in_the_region_and_is_not_flushed() -> None:
    rule = StatelessRule(1, StatelessAction.DROP, (Network.parse("10.0.0.1/32"),), protocols=frozenset({TCP}))
    parts = parts_of(compiled(), compiled(stateless=stateless(rule)))
    assert {part.key.new.engine for part in parts} == {Engine.STATELESS}
    assert not any(part.key.flush for part in parts)
    # Its packets are those of an initiator and of a responder; a flow from the host to itself has both.
    assert sum(part.count for part in parts) == (2 * 2**32 - 1) * 2**32


def test_a_changed_stateless_default_denies_all_that_no_rule_passes() -> None:
    rule = StatelessRule(
        1, StatelessAction.PASS, (Network.parse("10.0.0.0/8"),), (Network.parse("10.0.0.0/8"),)
    )
    old = compiled(stateless=stateless(rule))
    new = compiled(stateless=stateless(rule), stateless_default=StatelessAction.DROP)
    found = [part for part in parts_of(old, new) if part.protocol == ICMP]
    assert sum(part.count for part in found) == 2**64 - 2**48


def test_over_its_budget_the_region_is_said_to_be_not_enumerated() -> None:
    old, new = compiled(), compiled("drop tcp any any -> any any (sid:1;)")
    found = newly_denied(Comparison(old, new), align(old, new), most_steps=10)
    assert (found.parts, found.complete) == ((), False)


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
