from __future__ import annotations

import pytest

from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.exchange import exchange, other_courses
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP
from tests.rulesets import compiled, flow

NAME = 'pass tls any any -> any any (tls.sni; content:"ok.example"; startswith; endswith; sid:1;)'
BOTH_WAYS = "drop ip any any -> any any (flow:established; sid:9;)"
TLS_SPLIT = "a ClientHello in two packets would be denied"


def shape(protocol: int) -> str:
    """Write the packets of a conversation: who sends, with which flags, and ``+`` for data."""
    return " ".join(
        f"{'c' if packet.to_server else 's'}{''.join(sorted(packet.flags, reverse=True))}{'+' * packet.data}"
        for packet in exchange(protocol)
    )


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        (TCP, "cS sSA cA cPA+ sPA+"),
        (UDP, "c+ s+ c+ s+"),
        (SCTP, "c+ s+ c+ s+"),
        (ICMP, "c+ s+"),
        (ICMPV6, "c+ s+"),
        (47, "c s c s"),
    ],
)
def test_the_packets_of_a_conversation(protocol: int, expected: str) -> None:
    assert shape(protocol) == expected


def test_a_flow_is_established_by_the_third_packet_of_tcp_and_by_the_first_answer_of_others() -> None:
    assert [packet.established for packet in exchange(TCP)] == [False, False, False, True, True]
    assert [packet.established for packet in exchange(UDP)] == [False, True, True, True]
    assert [packet.established for packet in exchange(47)] == [False] * 4


def test_the_copy_of_the_packet_that_completes_a_handshake_finds_the_flow_established() -> None:
    assert [packet.again().established for packet in exchange(TCP)] == [False, False, True, True, True]
    assert [packet.again() for packet in exchange(UDP)] == list(exchange(UDP))


def test_other_courses_begin_as_the_usual_one_does() -> None:
    for protocol in (TCP, UDP):
        for course in other_courses(protocol):
            assert course.packets[0] == exchange(protocol)[0]
    assert other_courses(ICMP) == ()


@pytest.mark.parametrize(
    ("rules", "text", "notes"),
    [
        ((NAME, BOTH_WAYS), "tcp 10.0.1.10:40000 192.0.2.10:443", (TLS_SPLIT,)),
        ((NAME, "drop ip any any -> any any (sid:9;)"), "tcp 10.0.1.10:40000 192.0.2.10:443", ()),
        (("drop tls any any -> any any (sid:1;)",), "tcp 10.0.1.10:40000 192.0.2.10:443", ()),
        ((BOTH_WAYS,), "udp 10.0.1.10:40000 192.0.2.10:514", ("one-way traffic would be allowed",)),
        (("drop udp any any -> any any (sid:1;)",), "udp 10.0.1.10:40000 192.0.2.10:514", ()),
        (
            ('pass tcp any any -> any 25 (content:"EHLO"; flow:to_server; sid:1;)', BOTH_WAYS),
            "tcp 10.0.1.10:40000 192.0.2.10:25",
            ("a server that speaks first would be denied",),
        ),
        (("pass tcp any any -> any 25 (sid:1;)", BOTH_WAYS), "tcp 10.0.1.10:40000 192.0.2.10:25", ()),
    ],
)
def test_a_verdict_carries_a_note_where_another_course_would_fare_differently(
    rules: tuple[str, ...], text: str, notes: tuple[str, ...]
) -> None:
    policy = compiled("\n".join(rules))
    found = Comparison(policy, policy).effect(flow(text))
    assert found.old.notes == found.new.notes == notes


def test_where_there_was_no_policy_there_is_nothing_to_remark() -> None:
    found = Comparison(None, compiled(NAME, BOTH_WAYS)).effect(flow("tcp 10.0.1.10:40000 192.0.2.10:443"))
    assert (found.old.notes, found.new.notes) == ((), (TLS_SPLIT,))


def test_an_established_default_says_that_a_split_hello_is_dropped() -> None:
    policy = compiled(NAME, defaults=("aws:drop_established",))
    found = Comparison(policy, policy).effect(flow("tcp 10.0.1.10:40000 192.0.2.10:443"))
    assert found.new.notes == (TLS_SPLIT,)
