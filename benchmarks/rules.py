"""Access rules of one header each, as text for Suricata and as the boxes that traffic is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.flow import ICMP, PROTOCOLS_WITH_PORTS, TCP, UDP
from nfw_reconcile.model.intervals import HIGHEST_PORT

if TYPE_CHECKING:
    from random import Random

    from nfw_reconcile.model.flow import FiveTuple

Range = tuple[int, int]
"""A closed range of ports."""

ANY_PORT: Final[Range] = (0, HIGHEST_PORT)
ANY_PROTOCOL: Final = 0
ANYWHERE: Final = Network(4, 0, 0)

_WORDS: Final = {ANY_PROTOCOL: "ip", TCP: "tcp", UDP: "udp", ICMP: "icmp"}


@dataclass(frozen=True, slots=True)
class AccessRule:
    """A header-only rule over IPv4; ``protocol`` 0 is any."""

    action: str
    protocol: int
    source: Network
    source_ports: Range
    destination: Network
    destination_ports: Range

    def matches(self, flow: FiveTuple) -> bool:
        """Say whether the opening packet of a flow matches."""
        return (
            self.protocol in {ANY_PROTOCOL, flow.protocol}
            and self.source.holds(flow.source)
            and self.destination.holds(flow.destination)
            and _hold(self.source_ports, flow.source_port, flow.protocol)
            and _hold(self.destination_ports, flow.destination_port, flow.protocol)
        )

    def text(self, sid: int) -> str:
        """Write the rule as Suricata reads it."""
        word = _WORDS.get(self.protocol, "ip")
        number = "" if self.protocol in _WORDS else f"ip_proto:{self.protocol}; "
        return (
            f"{self.action} {word} {_block(self.source)} {_ports(self.source_ports)} -> "
            f"{_block(self.destination)} {_ports(self.destination_ports)} ({number}sid:{sid};)"
        )


def _hold(ports: Range, port: int, protocol: int) -> bool:
    """Say whether a port lies in a range; a packet without ports is matched by ``any`` only."""
    return ports == ANY_PORT or (protocol in PROTOCOLS_WITH_PORTS and ports[0] <= port <= ports[1])


def _block(network: Network) -> str:
    if network.length == 0:
        return "any"
    return str(network).removesuffix("/32")


def _ports(ports: Range) -> str:
    low, high = ports
    if ports == ANY_PORT:
        return "any"
    return str(low) if low == high else f"{low}:{high}"


def numbered(rules: list[AccessRule]) -> list[str]:
    """Write the rules one a line; their places, from 1, are their sids."""
    return [rule.text(sid) for sid, rule in enumerate(rules, 1)]


_SERVICES: Final = (443, 443, 443, 80, 80, 22, 53, 123, 25, 3306, 5432, 6379, 8080, 8443, 9200, 3389)
_LENGTHS: Final = (16, 20, 22, 24, 24, 24, 26, 28, 32, 32, 32)


def draw_access_list(random: Random, count: int) -> list[AccessRule]:
    """Draw distinct rules as access lists hold them: sites of 10/8 to services, most of them passes.

    The number of sites and services grows with the number of rules, as it does in real lists.
    """
    sites = [_inside(random, Network(4, 10 << 24, 8), 16) for _ in range(max(4, count // 150))]
    services = [_inside(random, ANYWHERE, random.choice(_LENGTHS)) for _ in range(max(8, count // 6))]
    rules: dict[AccessRule, None] = {}
    while len(rules) < count:
        rules[_draw(random, sites, services)] = None
    return list(rules)


def _draw(random: Random, sites: list[Network], services: list[Network]) -> AccessRule:
    protocol = random.choice((*(TCP,) * 14, *(UDP,) * 4, ICMP, ANY_PROTOCOL))
    source = (
        ANYWHERE
        if random.random() < 0.004
        else _inside(random, random.choice(sites), random.choice(_LENGTHS))
    )
    destination = ANYWHERE if random.random() < 0.004 else random.choice(services)
    ported = protocol in {TCP, UDP}
    ports = _draw_ports(random) if ported and random.random() < 0.9 else ANY_PORT
    source_ports = (1024, HIGHEST_PORT) if ported and random.random() < 0.03 else ANY_PORT
    action = "pass" if random.random() < 0.75 else random.choice(("drop", "drop", "reject"))
    return AccessRule(action, protocol, source, source_ports, destination, ports)


def _draw_ports(random: Random) -> Range:
    if random.random() < 0.75:
        port = random.choice(_SERVICES)
        return port, port
    low = random.randint(1, HIGHEST_PORT - 1)
    return low, min(HIGHEST_PORT, low + random.choice((0, 0, 1, 10, 100, 1000)))


def _inside(random: Random, block: Network, length: int) -> Network:
    """Draw a block of the given length, or of the outer block's where that is longer."""
    length = max(length, block.length)
    value = random.randint(block.value, block.highest)
    return Network(4, value >> (32 - length) << (32 - length), length)


def edited(random: Random, rules: list[AccessRule]) -> list[AccessRule]:
    """Give the rules after 20 edits that deny: 8 passes gone, 4 turned into drops, 4 narrowed, 4 new drops early."""
    passes = [n for n, rule in enumerate(rules) if rule.action == "pass" and rule.destination.length < 32]
    chosen = random.sample(passes, 16)
    gone, turned, narrowed = set(chosen[:8]), set(chosen[8:12]), set(chosen[12:])
    after: list[AccessRule] = []
    for number, rule in enumerate(rules):
        if number in turned:
            after.append(replace(rule, action="drop"))
        elif number in narrowed:
            block = rule.destination
            after.append(replace(rule, destination=Network(4, block.value, block.length + 1)))
        elif number not in gone:
            after.append(rule)
    for _ in range(4):
        like = random.choice(rules)
        drop = replace(like, action="drop", source=ANYWHERE, source_ports=ANY_PORT)
        after.insert(random.randrange(len(rules) // 4), drop)
    return after
