"""Flows as they are listed: half of them inside the rules, half between clients and servers at large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import ICMP, PROTOCOLS_WITH_PORTS, TCP, UDP, FiveTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from random import Random

    from benchmarks.rules import AccessRule
    from nfw_reconcile.model.addresses import Network

_HEADER: Final = "protocol,source,source_port,destination,destination_port,age,packets,bytes,zone"
_NAMES: Final = {TCP: "TCP", UDP: "UDP", ICMP: "ICMP"}
_CLIENT_PORTS: Final = (32768, 60999)


def draw_flows(random: Random, rules: Sequence[AccessRule], count: int) -> Iterator[FiveTuple]:
    """Draw flows one by one; a client's port is ephemeral unless the rule asks for another."""
    for _ in range(count):
        rule = random.choice(rules)
        other = rule if random.random() < 0.5 else random.choice(rules)
        protocol = rule.protocol if rule.protocol in _NAMES else TCP
        ports = (0, 0)
        if protocol in PROTOCOLS_WITH_PORTS:
            ports = (_client_port(random, rule), random.randint(*other.destination_ports))
        yield FiveTuple(
            protocol, _host(random, rule.source), ports[0], _host(random, other.destination), ports[1]
        )


def _client_port(random: Random, rule: AccessRule) -> int:
    low, high = max(rule.source_ports[0], _CLIENT_PORTS[0]), min(rule.source_ports[1], _CLIENT_PORTS[1])
    return random.randint(*((low, high) if low <= high else rule.source_ports))


def _host(random: Random, block: Network) -> Address:
    return Address(4, random.randint(block.value, block.highest))


def draw_clusters(random: Random, rules: Sequence[AccessRule]) -> Iterator[FiveTuple]:
    """Draw flows without end, of each rule between 20 clients and 4 servers on 3 ports."""
    clusters = [_cluster(random, rule) for rule in rules]
    while True:
        yield random.choice(clusters)()


def _cluster(random: Random, rule: AccessRule) -> Callable[[], FiveTuple]:
    clients = [_host(random, rule.source) for _ in range(20)]
    servers = [_host(random, rule.destination) for _ in range(4)]
    services = [random.randint(*rule.destination_ports) for _ in range(3)]
    protocol = rule.protocol if rule.protocol in _NAMES else TCP

    def draw() -> FiveTuple:
        ported = protocol in PROTOCOLS_WITH_PORTS
        ports = (random.randint(*_CLIENT_PORTS), random.choice(services)) if ported else (0, 0)
        return FiveTuple(protocol, random.choice(clients), ports[0], random.choice(servers), ports[1])

    return draw


def csv_lines(random: Random, flows: Iterable[FiveTuple]) -> Iterator[str]:
    """Write a flow file in CSV, as a capture saved by hand would be."""
    yield f"{_HEADER}\n"
    for flow in flows:
        packets = random.randint(1, 5000)
        yield (
            f"{_NAMES[flow.protocol]},{flow.source},{flow.source_port},{flow.destination},"
            f"{flow.destination_port},{random.randint(0, 90_000)},{packets},{packets * 512},eu-west-1a\n"
        )
