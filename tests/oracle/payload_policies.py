"""Random rules about payload, and conversations of which everything is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.questions import OTHER, UNDETECTED
from tests.oracle.payloads import payload_of
from tests.realities import Reality
from tests.rulesets import flow

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

NAMES: Final = (
    "", "example.com", "www.example.com", "a.www.example.com", "badexample.com", "example.org", "Example.COM",
    "www.EXAMPLE.com", "com", "example", "xn--bcher-kva.example",
)  # fmt: skip
_VALUES: Final = (
    "example.com",
    ".example.com",
    "www.example.com",
    ".com",
    "com",
    "example",
    ".example.org",
    "ample.com",
)
_PORTS: Final = {
    "tls": (443, 8443),
    "http1": (80, 8080),
    "dns": (53,),
    "ssh": (22,),
    UNDETECTED: (443, 9),
    OTHER: (443, 514),
}
_BUFFERS: Final = {"tls": "tls.sni", "http1": "http.host", "dns": "dns.query"}
_HEADERS: Final = {"tls": ("tls", "tcp"), "http1": ("http", "tcp"), "dns": ("dns", "ip")}
_FROM_CLIENT: Final = (*_BUFFERS.values(), "http.method", "ssl_state:client_hello")
_FLOW: Final = (
    "",
    "",
    "flow:to_server;",
    "flow:established;",
    "flow:established,to_server;",
    "flow:to_client;",
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition that the engine keeps as it is written, the protocols of its rules, and when it is true.

    ``holds`` is about the client's data, ``answers`` about the server's.
    """

    text: str
    headers: tuple[str, ...]
    holds: Callable[[Reality], bool]
    answers: Callable[[Reality], bool] = lambda _: False


def _named(application: str, holds: Callable[[str], bool]) -> Callable[[Reality], bool]:
    return lambda real: real.application == application and bool(real.name) and holds(real.name)


def _requested(reality: Reality) -> bool:
    return reality.application == "http1"


def _sent(data: bytes) -> tuple[Callable[[Reality], bool], Callable[[Reality], bool]]:
    return lambda real: data in payload_of(real).client, lambda real: data in payload_of(real).server


_RAW: Final = ("tcp", "tcp-pkt", "tcp-stream", "ip", "udp")

_OPAQUE: Final = (
    Clause('tls.sni; content:"ample"', _HEADERS["tls"], _named("tls", lambda name: "ample" in name)),
    Clause(
        'tls.sni; content:"www"; startswith',
        _HEADERS["tls"],
        _named("tls", lambda name: name.startswith("www")),
    ),
    Clause(
        'http.host; content:"ample.c"',
        _HEADERS["http1"],
        _named("http1", lambda name: "ample.c" in name.lower()),
    ),
    Clause('http.header_names; content:"|0d 0a|"; startswith', _HEADERS["http1"], _requested, _requested),
    Clause(
        'dns.query; content:"xn--"; startswith',
        _HEADERS["dns"],
        _named("dns", lambda name: name[:4] == "xn--"),
    ),
    Clause('http.method; content:"POST"', _HEADERS["http1"], lambda _: False),
    Clause('content:"example"', _RAW, *_sent(b"example")),
    Clause('content:"hello"; depth:5', _RAW, *_sent(b"hello")),
)


def draw_realities(random: Random, count: int) -> list[Reality]:
    """Draw conversations, each with a source port of its own."""
    return [_draw_reality(random, 40_000 + number) for number in range(count)]


def _draw_reality(random: Random, source_port: int) -> Reality:
    application = random.choice(("tls", "tls", "http1", "http1", "dns", "ssh", UNDETECTED, OTHER))
    name = random.choice(NAMES) if application in _BUFFERS else ""
    # Over UDP, Suricata gives up on a protocol at the first datagram.
    udp = application == OTHER or (application == "dns" and random.random() < 0.5)
    transport = "udp" if udp else "tcp"
    if application == "dns" and not name:
        name = "example.com"
    server = random.choice(("10.0.2.10", "192.0.2.10"))
    tuple_ = flow(f"{transport} 10.0.1.10:{source_port} {server}:{random.choice(_PORTS[application])}")
    real = Reality(tuple_, application, name)
    return replace(
        real,
        holds=frozenset(clause.text for clause in _OPAQUE if clause.holds(real)),
        answers=frozenset(clause.text for clause in _OPAQUE if clause.answers(real)),
    )


def draw_rules(random: Random) -> list[str]:
    """Draw up to six rules, most of them about payload; the last one is often a broad drop."""
    rules = [_draw_rule(random) for _ in range(random.randint(1, 5))]
    closing = (
        "drop tcp any any -> any any (flow:established,to_server;)",
        "drop tcp any any -> any any (flow:established;)",
        "drop ip any any -> any any ()",
        "pass tcp any any -> any any (flow:established,to_server;)",
    )
    return [*rules, random.choice(closing)] if random.random() < 0.8 else rules


def _draw_rule(random: Random) -> str:
    action = random.choice(("pass", "pass", "drop", "reject", "alert"))
    protocol, options = random.choice((_draw_name, _draw_name, _draw_opaque, _draw_protocol, _draw_plain))(
        random
    )
    source, destination = random.choice(
        (("any", "any"), ("any", "any"), ("$HOME_NET", "$EXTERNAL_NET"), ("any", "!10.0.2.0/24"))
    )
    port = random.choice(("any", "any", "443", "80", "!80"))
    header = f"{source} any -> {destination} {port}" if random.random() < 0.9 else f"any {port} -> any any"
    asks_client = any(keyword in options for keyword in _FROM_CLIENT)  # Suricata refuses these with to_client
    flow_options = [option for option in _FLOW if not (asks_client and "to_client" in option)]
    return f"{action} {protocol} {header} ({options}{random.choice(flow_options)})"


def _draw_name(random: Random) -> tuple[str, str]:
    application = random.choice(tuple(_BUFFERS))
    value = random.choice(_VALUES)
    negation = "!" if random.random() < 0.15 else ""
    words = "dotprefix; " if value.startswith(".") else ""
    refined = random.choice(("endswith;", "endswith;", "startswith; endswith;")) if not words else "endswith;"
    if application != "http1" and random.random() < 0.6:
        refined += " nocase;"
    hello = "ssl_state:client_hello; " if application == "tls" and random.random() < 0.2 else ""
    text = f'{hello}{_BUFFERS[application]}; {words}content:{negation}"{value}"; {refined} '
    return random.choice(_HEADERS[application]), text


def _draw_opaque(random: Random) -> tuple[str, str]:
    clause = random.choice(_OPAQUE)
    return random.choice(clause.headers), f"{clause.text}; "


def _draw_protocol(random: Random) -> tuple[str, str]:
    if random.random() < 0.5:
        return random.choice(("tls", "http", "dns", "ssh")), ""
    if random.random() < 0.3:
        return "tls", "ssl_state:client_hello; "
    negation = random.choice(("", "!"))
    return random.choice(
        ("tcp", "ip")
    ), f"app-layer-protocol:{negation}{random.choice(('tls', 'http', 'dns', 'ssh'))}; "


def _draw_plain(random: Random) -> tuple[str, str]:
    return random.choice(("tcp", "udp", "ip")), ""
