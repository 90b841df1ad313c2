from __future__ import annotations

import pytest

from nfw_reconcile.engine.conditions import (
    ApplicationIs,
    Carrier,
    ClientHello,
    Condition,
    DataSize,
    FlagMatch,
    FlowState,
    Meaning,
    NameIs,
    OpaqueIs,
    ProtocolNumbers,
    Reach,
    Stateful,
    TcpFlagsAre,
    When,
)
from nfw_reconcile.engine.protocols import protocol_match
from nfw_reconcile.engine.questions import NameMatch, Names
from nfw_reconcile.engine.semantics import meaning_of
from nfw_reconcile.model.rule import StatefulRule
from nfw_reconcile.sources.suricata import parse_rule
from tests.rule_types import TypedRule, meant, read, typed_rules

TLS = ApplicationIs(frozenset({"tls"}))
HTTP = ApplicationIs(frozenset({"http1", "http2"}))


def meaning(options: str, protocol: str = "tcp") -> Meaning:
    rule = parse_rule(f"drop {protocol} any any -> any any ({options})", None)
    assert isinstance(rule, StatefulRule)
    return meaning_of(rule.options, protocol_match(protocol), negated_address=False)


def conditions(options: str, protocol: str = "tcp") -> tuple[Condition, ...]:
    return meaning(options, protocol).conditions


@pytest.mark.parametrize("row", typed_rules(), ids=lambda row: f"{row.protocol} {row.options}")
def test_a_rule_has_the_type_that_suricata_gives_it(row: TypedRule) -> None:
    assert read(row.rule(), negated=False) == meant(row.kind, row.protocol)
    kind = "like_ip_only" if row.kind == "ip_only" else row.kind
    assert read(row.rule(negated=True), negated=True) == meant(kind, row.protocol)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("to_server", FlowState(to_server=True, of_flow=False)),
        ("from_client", FlowState(to_server=True, of_flow=False)),
        ("to_client", FlowState(to_server=False, of_flow=False)),
        ("from_server", FlowState(to_server=False, of_flow=False)),
        ("established", FlowState(established=True)),
        ("not_established", FlowState(established=False)),
        ("stateless", FlowState()),
        ("Established , To_Server", FlowState(to_server=True, established=True)),
        ("to_client,not_established", FlowState(to_server=False, established=False)),
        ("no_stream", FlowState(of_flow=False)),
        ("no_frag", FlowState()),
    ],
)
def test_the_flow_keyword(value: str, state: FlowState) -> None:
    found = meaning(f"flow:{value};")
    assert found.flow == state
    assert found.conditions == ()


def test_packets_that_no_conversation_of_ours_has_are_opaque() -> None:
    assert conditions("flow:only_frag;") == (OpaqueIs("flow:only_frag", Carrier.ANY),)
    assert OpaqueIs("flow:only_stream", Carrier.ANY) in conditions('flow:only_stream; content:"x";')


def test_an_unknown_word_of_the_flow_keyword_leaves_the_reach_open() -> None:
    found = meaning("flow:to_server,sideways;")
    assert found.reach is Reach.UNSURE
    assert found.conditions == (Stateful("flow:sideways"),)


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("6", {6}),
        ("!6", set(range(256)) - {6}),
        ("<2", {0, 1}),
        (">253", {254, 255}),
        ("TCP", {6}),
        ("! udp", set(range(256)) - {17}),
        ("gre", {47}),
    ],
)
def test_protocol_numbers(value: str, numbers: set[int]) -> None:
    assert conditions(f"ip_proto:{value};", "ip") == (ProtocolNumbers(frozenset(numbers)),)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("S", TcpFlagsAre(frozenset("S"))),
        ("SA", TcpFlagsAre(frozenset("SA"))),
        ("0", TcpFlagsAre(frozenset())),
        ("+SA", TcpFlagsAre(frozenset("SA"), how=FlagMatch.ALL)),
        ("SA+", TcpFlagsAre(frozenset("SA"), how=FlagMatch.ALL)),
        ("*SF", TcpFlagsAre(frozenset("SF"), how=FlagMatch.ANY)),
        ("!A", TcpFlagsAre(frozenset("A"), how=FlagMatch.NOT_ALL)),
        ("S,12", TcpFlagsAre(frozenset("S"), frozenset("CE"))),
        ("!S, CE", TcpFlagsAre(frozenset("S"), frozenset("CE"), FlagMatch.NOT_ALL)),
    ],
)
def test_tcp_flags(value: str, wanted: TcpFlagsAre) -> None:
    assert conditions(f"flags:{value};") == (wanted,)


@pytest.mark.parametrize("value", ["s", "S,", "+S+", "X"])
def test_flags_that_cannot_be_read_are_opaque(value: str) -> None:
    assert conditions(f"flags:{value};") == (OpaqueIs(f"flags:{value}", Carrier.ANY),)


# Which of a conversation's SYN, SYN/ACK, ACK and data packets match: measured on Suricata 7.0.10.
@pytest.mark.parametrize(
    ("value", "matched"),
    [
        ("S", "1000"), ("SA", "0100"), ("A", "0010"), ("PA", "0001"), ("+S", "1100"), ("*SA", "1100"),
        ("+A", "0111"), ("!S", "0000"), ("!SA", "1000"), ("!A", "1000"), ("!PA", "1110"), ("*P", "0001"),
        ("S,A", "1100"), ("A,S", "0110"), ("P,A", "0001"), ("PA,A", "0000"), ("!S,A", "0000"), ("0", "0000"),
        ("0,A", "0000"), ("!0", "1111"), ("*0", "0000"), ("+0", "0000"), ("12", "0000"), ("!12", "0000"),
    ],
)  # fmt: skip
def test_flags_match_as_in_suricata(value: str, matched: str) -> None:
    (condition,) = conditions(f"flags:{value};")
    assert isinstance(condition, TcpFlagsAre)
    assert "".join(str(int(condition.holds(frozenset(flags)))) for flags in ("S", "SA", "A", "PA")) == matched


@pytest.mark.parametrize(
    ("option", "condition"),
    [
        ("dsize:>0;", DataSize(has_data=True)),
        ("dsize:!0;", DataSize(has_data=True)),
        ("dsize:0;", DataSize(has_data=False)),
        ("dsize:>100;", OpaqueIs("dsize:>100", Carrier.ANY)),
        ("itype:8;", OpaqueIs("itype:8", Carrier.ANY)),
        ("geoip:src,US;", OpaqueIs("geoip:src,US", Carrier.ANY)),
        ("app-layer-protocol:tls;", TLS),
        ("app-layer-protocol:!http;", ApplicationIs(HTTP.applications, negated=True)),
        ("app-layer-protocol:failed;", OpaqueIs("app-layer-protocol:failed", Carrier.DATA)),
        ("threshold:type limit,track by_src,count 1,seconds 60;",
         Stateful("threshold:type limit,track by_src,count 1,seconds 60")),
        ("flowbits:isset,a;", Stateful("flowbits:isset,a")),
        ("stream_size:server,<,10;", OpaqueIs("stream_size:server,<,10", Carrier.ANY)),
        ("decode-event:ipv4.pkt_too_small;", OpaqueIs("decode-event:ipv4.pkt_too_small", Carrier.ANY)),
        ("xbits:isnotset,a,track ip_src;", Stateful("xbits:isnotset,a,track ip_src")),
    ],
)  # fmt: skip
def test_one_option_is_one_condition(option: str, condition: Condition) -> None:
    assert conditions(option) == (condition,)


@pytest.mark.parametrize("option", ["flowbits:set,a;", "flowbits:noalert;", "xbits:set,a,track ip_src;"])
def test_what_only_leaves_something_behind_is_no_condition(option: str) -> None:
    assert conditions(option) == ()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('content:"x"; nocase; depth:3;', (OpaqueIs('content:"x"; nocase; depth:3', Carrier.DATA),)),
        # A content that is looked for behind another is part of what both ask together.
        ('content:"a"; content:"b"; within:5;', (OpaqueIs('content:"a"; content:"b"; within:5', Carrier.DATA),)),
        ('content:"a"; fast_pattern;', (OpaqueIs('content:"a"', Carrier.DATA),)),
        ('http.uri; content:"a"; http.method; content:"GET";',
         (HTTP, OpaqueIs('http.uri; content:"a"', Carrier.REQUEST),
          HTTP, OpaqueIs('http.method; content:"GET"', Carrier.REQUEST))),
        # A buffer is looked into up to the next one, whatever stands between.
        ('http.uri; flow:to_server; content:"a";', (HTTP, OpaqueIs('http.uri; content:"a"', Carrier.REQUEST))),
        ('content:"a"; http_uri;', (HTTP, OpaqueIs('content:"a"; http_uri', Carrier.REQUEST))),
        ('content:"200"; http_stat_code;', (HTTP, OpaqueIs('content:"200"; http_stat_code', Carrier.RESPONSE))),
        ('http.stat_code; content:"200";', (HTTP, OpaqueIs('http.stat_code; content:"200"', Carrier.RESPONSE))),
        ('file.data; content:"a";', (OpaqueIs('file.data; content:"a"', Carrier.DATA),)),
        ('tls.cert_subject; content:"a";', (TLS, OpaqueIs('tls.cert_subject; content:"a"', Carrier.RESPONSE))),
        ("ssl_state:client_hello;", (ClientHello(),)),
        ("ssl_state:server_hello;", (TLS, OpaqueIs("ssl_state:server_hello", Carrier.DATA))),
        ("urilen:>5;", (HTTP, OpaqueIs("urilen:>5", Carrier.REQUEST))),
        ("aws_url_category:Malware;", (OpaqueIs("aws_url_category:Malware", Carrier.REQUEST),)),
        ('tls.sni; content:"a.example"; startswith; endswith; nocase;',
         (NameIs(Names("tls.sni", NameMatch.EXACT, "a.example")),)),
        ('tls.sni; content:"a";', (TLS, OpaqueIs('tls.sni; content:"a"', Carrier.REQUEST))),
    ],
)  # fmt: skip
def test_contents_are_read_with_the_buffer_they_look_into(
    options: str, expected: tuple[Condition, ...]
) -> None:
    assert conditions(options) == expected


def test_the_protocol_of_the_header_is_a_condition() -> None:
    assert conditions("", "tls") == (TLS,)
    assert conditions("", "http") == (HTTP,)
    assert conditions("", "http1") == (ApplicationIs(frozenset({"http1"})),)


def test_labels_say_nothing() -> None:
    options = 'msg:"x"; sid:1; rev:2; gid:3; classtype:a; reference:url,a.example; metadata:a b; priority:1; noalert;'
    assert meaning(options) == Meaning(When.FIRST, Reach.FLOW)


def test_a_keyword_that_is_not_known_leaves_the_reach_open() -> None:
    found = meaning("brand_new:5; flow:to_server;")
    assert (found.when, found.reach) == (When.EVERY, Reach.UNSURE)
    assert found.conditions == (OpaqueIs("brand_new:5", Carrier.ANY),)
