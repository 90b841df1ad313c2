"""What becomes of flushed flows; the tables are those that real Suricata is held to as well (tests/oracle)."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.engine import forgotten
from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.forgotten import Forgetting, resumptions, with_after_flush
from nfw_reconcile.engine.region import newly_denied
from nfw_reconcile.model.flow import ICMP, SCTP, TCP, UDP
from nfw_reconcile.model.policy import (
    GroupName,
    OpaqueGroup,
    StatelessGroup,
    StatelessReference,
    StreamExceptionPolicy,
)
from nfw_reconcile.model.rule import StatelessAction, StatelessRule, TcpFlags
from nfw_reconcile.model.verdict import AfterFlush, Effect
from tests.realities import REALITIES, resumed
from tests.rulesets import compiled, flow
from tests.tables import ForgottenCase, forgotten_cases, said

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.model.flow import FiveTuple

DROP, CONTINUE, REJECT = (StreamExceptionPolicy(name) for name in ("DROP", "CONTINUE", "REJECT"))
ENDS, LIVES = AfterFlush.ENDS, AfterFlush.MAY_LIVE_ON
HTTPS: Final = flow("tcp 10.0.1.10:40000 192.0.2.10:443")
SYSLOG: Final = flow("udp 10.0.1.10:40000 192.0.2.10:514")
DNS: Final = flow("udp 10.0.1.10:53 192.0.2.10:53")


def after(
    policy: CompiledPolicy, tried: FiveTuple = HTTPS, told: StreamExceptionPolicy = CONTINUE
) -> AfterFlush:
    return Forgetting(policy, told).after_flush(tried)


@pytest.mark.parametrize("case", forgotten_cases(), ids=lambda case: case.title)
def test_a_policy_does_with_forgotten_conversations_what_the_table_says(case: ForgottenCase) -> None:
    forgetting = Forgetting(compiled(case.text, defaults=case.defaults), CONTINUE)
    for turned, expected in case.spoken.items():
        for name, text in expected.items():
            reality = REALITIES[name]
            way = next(way for way in resumptions(reality.flow.protocol) if way.turned == turned)
            assert said(resumed(forgetting, reality, way)) == text, (name, turned)
    found = {name: forgetting.after_flush(REALITIES[name].flow) for name in case.after}
    assert found == case.after


def test_no_two_cases_have_one_title() -> None:
    titles = [case.title for case in forgotten_cases()]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        (TCP, 8),
        (UDP, 2),
        (SCTP, 1),
        (ICMP, 1),
        (47, 1),
    ],
)
def test_the_ways_in_which_a_conversation_may_go_on(protocol: int, expected: int) -> None:
    ways = resumptions(protocol)
    assert len(set(ways)) == len(ways) == expected
    assert any(way.turned for way in ways)
    packets = [packet for way in ways for packet in way.course.packets]
    assert all(packet.midstream == (protocol == TCP) for packet in packets)
    if protocol == TCP:
        assert not any(packet.established or packet.detected or "S" in packet.flags for packet in packets)
        assert all(sum(packet.data for packet in way.course.packets) == 2 for way in ways)


# --- the stream exception policy ----------------------------------------------------------------


@pytest.mark.parametrize(("told", "expected"), [(DROP, ENDS), (REJECT, ENDS), (CONTINUE, LIVES)])
def test_only_continue_lets_tcp_live_on(told: StreamExceptionPolicy, expected: AfterFlush) -> None:
    assert after(compiled("", defaults=("aws:drop_established",)), HTTPS, told) is expected


@pytest.mark.parametrize("told", list(StreamExceptionPolicy))
def test_other_protocols_know_no_stream_exception(told: StreamExceptionPolicy) -> None:
    assert after(compiled("drop udp any any -> any 514 (sid:1;)"), SYSLOG, told) is ENDS
    assert after(compiled("drop udp any any -> any 514 (flow:to_server; sid:1;)"), SYSLOG, told) is LIVES


def test_the_policy_brings_its_own_stream_exception_policy() -> None:
    assert Forgetting(compiled("")).after_flush(HTTPS) is ENDS


# --- stateless rules ------------------------------------------------------------------------------


def stateless(*rules: StatelessRule) -> tuple[StatelessReference, ...]:
    return (StatelessReference(StatelessGroup(GroupName("edge"), rules), 1),)


ACKNOWLEDGED: Final = (TcpFlags(frozenset({"ACK"}), frozenset({"SYN", "ACK"})),)


@pytest.mark.parametrize(
    ("action", "told", "expected"),
    [
        (StatelessAction.PASS, DROP, LIVES),
        (StatelessAction.PASS, CONTINUE, LIVES),
        (StatelessAction.DROP, CONTINUE, ENDS),
        (StatelessAction.DROP, DROP, ENDS),
        (StatelessAction.FORWARD, DROP, ENDS),
        (StatelessAction.FORWARD, CONTINUE, ENDS),
    ],
)
def test_what_the_stateless_engine_does_with_the_packets_of_a_living_connection(
    action: StatelessAction, told: StreamExceptionPolicy, expected: AfterFlush
) -> None:
    living = StatelessRule(1, action, protocols=frozenset({TCP}), tcp_flags=ACKNOWLEDGED)
    policy = compiled("drop tcp any any -> any any (sid:1;)", stateless=stateless(living))
    assert after(policy, HTTPS, told) is expected


def test_what_only_one_side_sends_to_the_stateful_engine_is_not_sure_to_end() -> None:
    there = StatelessRule(1, StatelessAction.PASS, source_ports=((443, 443),), protocols=frozenset({TCP}))
    policy = compiled("drop tcp any any -> any any (sid:1;)", stateless=stateless(there))
    assert after(policy) is LIVES


def test_a_stateless_default_that_passes_is_no_end() -> None:
    policy = compiled("drop ip any any -> any any (sid:1;)", stateless_default=StatelessAction.PASS)
    assert {after(policy, tried, told) for tried in (HTTPS, SYSLOG) for told in (DROP, CONTINUE)} == {LIVES}


# --- what is not known ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ('drop tcp any any -> any any (content:"x"; sid:1;)', LIVES),
        ("drop tcp any any -> any any (flowbits:isset,seen; sid:1;)", LIVES),
        ('pass tcp any any -> any any (content:"x"; sid:1;)\ndrop ip any any -> any any (sid:2;)', LIVES),
        ('alert tcp any any -> any any (content:"x"; sid:1;)\ndrop ip any any -> any any (sid:2;)', ENDS),
        ("pass tcp any any -> @unknown any (sid:1;)\ndrop ip any any -> any any (sid:2;)", LIVES),
        ("drop tcp any any -> @unknown any (sid:1;)", LIVES),
        ("drop tcp any any -> @unknown any (sid:1;)\ndrop ip any any -> any any (sid:2;)", ENDS),
    ],
)
def test_it_ends_only_where_it_ends_whatever_is_said_and_whatever_is_not_known(
    rules: str, expected: AfterFlush
) -> None:
    assert after(compiled(rules)) is expected


def test_a_managed_group_ends_nothing_for_sure_and_saves_nothing() -> None:
    managed = OpaqueGroup(GroupName("threats"), managed=True, reason="not read")
    assert after(compiled(managed)) is LIVES
    assert after(compiled(managed, "drop ip any any -> any any (sid:1;)")) is ENDS


def test_more_payload_conditions_than_are_looked_at_are_no_end() -> None:
    asked = " ".join(f'content:"{n}"; depth:{n + 1};' for n in range(3))
    rules = [
        f'pass tcp any any -> any any (content:"x{n}"; {asked} flow:to_server; sid:{n};)\n'
        f'drop tcp any any -> any any (content:"y{n}"; flow:to_server; sid:{100 + n};)'
        for n in range(1, 14)
    ]
    assert after(compiled("\n".join(rules), "drop ip any any -> any any (sid:999;)")) is LIVES


def test_a_reply_that_suricata_may_know_for_one_leaves_the_directions_as_they_were() -> None:
    policy = compiled("drop ip 192.0.2.0/24 any -> any any (flow:to_server; sid:1;)")
    assert after(policy, DNS._replace(protocol=SCTP)) is ENDS
    assert after(policy, DNS) is LIVES


# --- the same for all flows of a kind ------------------------------------------------------------


def test_what_is_kept_of_answers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgotten, "MOST_KEPT", 2)
    rules = "\n".join(f"drop tcp any any -> any {port} (sid:{port};)" for port in range(1, 9))
    kept, fresh = Forgetting(compiled(rules), CONTINUE), compiled(rules)
    tried = [HTTPS._replace(destination_port=port) for port in (1, 2, 3, 9, 2, 1)]
    assert [kept.after_flush(each) for each in tried] == [after(fresh, each) for each in tried]


def test_an_effect_tells_what_becomes_of_the_flow_where_a_flush_is_called_for() -> None:
    old = compiled(
        "pass tcp any any -> any [80,443] (flow:to_server; sid:1;)", defaults=("aws:drop_established",)
    )
    new = compiled("pass tcp any any -> any 80 (flow:to_server; sid:1;)", defaults=("aws:drop_established",))
    comparison, forgetting = Comparison(old, new), Forgetting(new, CONTINUE)
    cut, kept = comparison.effect(HTTPS), comparison.effect(HTTPS._replace(destination_port=80))
    assert (cut.effect, kept.effect) == (Effect.NEWLY_DENIED, Effect.STILL_ALLOWED)
    assert with_after_flush(cut, forgetting).after_flush is LIVES
    assert with_after_flush(kept, forgetting) == kept
    assert (cut.after_flush, kept.after_flush) == (None, None)


def test_the_region_counts_what_may_live_on_as_flows_listed_one_by_one() -> None:
    """Few addresses and a range of ports, so that all flows of the region can be listed."""
    random = Random(31)  # noqa: S311 - the same in every run
    hosts = [f"10.0.0.{n}" for n in range(3)]
    scope = f"[{','.join(hosts)}]"
    counted = 0
    for _ in range(12):
        rules = [
            f"{random.choice(('pass', 'drop'))} udp {random.choice(hosts)} any -> {random.choice(('any', *hosts))} "
            f"{random.choice(('any', '53', '50:53'))} ({random.choice(('', 'flow:to_server; '))}sid:{sid};)"
            for sid in range(2, 6)
        ]
        wide = f"udp {scope} 50:53 -> {scope} 50:53"
        old = compiled(f"pass {wide} (sid:1;)", defaults=("aws:drop_strict",))
        new = compiled("\n".join(rules), f"drop {wide} (flow:to_server; sid:1;)")
        found = newly_denied(Comparison(old, new), align(old, new))
        forgetting, comparison = Forgetting(new), Comparison(old, new)
        listed = [
            flow(f"udp {source}:{here} {destination}:{there}")
            for source, destination in [*permutations(hosts, 2), *zip(hosts, hosts, strict=True)]
            for here in range(50, 54)
            for there in range(50, 54)
        ]
        denied = [each for each in listed if comparison.effect(each).flush]
        living = [each for each in denied if forgetting.after_flush(each) is LIVES]
        assert found.complete
        assert sum(part.living for part in found.parts) == len(living)
        survivors = [part.survivor for part in found.parts if part.survivor is not None]
        assert set(survivors) <= set(living)
        assert bool(survivors) == bool(living)
        counted += len(living)
    assert counted
