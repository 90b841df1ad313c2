"""Random policies and flows that are likely to meet, for the engine and for Suricata alike.

Everything is drawn from a small world of addresses and ports, so that most flows meet several rules.
What two engines may be compared on is drawn here on purpose: rules of every scope, negated lists, the
replies' direction, packet conditions, variables of groups and policies, default actions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.policy import (
    EngineOptions,
    GroupName,
    Policy,
    RuleOrder,
    StatefulGroup,
    StatefulReference,
)
from nfw_reconcile.sources.suricata import parse_addresses, parse_ports, parse_rules
from tests.oracle.rules import Rules
from tests.oracle.wire import GRE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

V4: Final = ("10.0.1.10", "10.0.1.11", "10.0.2.10", "10.1.0.5", "192.0.2.10", "198.51.100.7")
V6: Final = ("2001:db8:1::10", "2001:db8:1::11", "2001:db8:2::10", "fd00::5")
PORTS: Final = (53, 80, 85, 443, 1024, 8080, 40000, 65535)

_V4_BLOCKS: Final = (
    *V4, "10.0.1.0/24", "10.0.0.0/16", "10.0.0.0/8", "0.0.0.0/0", "10.0.1.10/31", "192.0.2.0/24",
    "10.0.1.10-10.0.1.11", "10.0.1.11-10.0.2.10", "10.0.0.0-10.0.1.255",
)  # fmt: skip
_V6_BLOCKS: Final = (*V6, "2001:db8:1::/48", "2001:db8::/32", "::/0", "2001:db8:1::10/127", "fd00::/8")
_PORT_RANGES: Final = (*map(str, PORTS), "80:90", ":80", "85:", "1024:65535", "50:60", "0:79", "443:444")
_HOME_NETS: Final = (
    "[10.0.0.0/8]", "[10.0.1.0/24,2001:db8:1::/48]", "10.0.1.10", "[2001:db8::/32]", "[10.0.0.0/8,!10.0.2.0/24]",
)  # fmt: skip

_PROTOCOLS: Final = (
    *("tcp",) * 12, *("ip",) * 8, *("udp",) * 6, *("icmp",) * 3, "icmpv4", "icmpv6", "sctp", "sctp", "ip4",
    "ip6", "pkthdr", "tcp-pkt", "tcp-stream",
)  # fmt: skip
_ACTIONS: Final = (*("pass",) * 7, *("drop",) * 8, *("reject",) * 2, *("alert",) * 3)
_FLOW: Final = (
    "to_server", "to_client", "from_client", "from_server", "established", "not_established", "stateless",
    "established,to_server", "to_client, established", "not_established,to_server", "to_client,not_established",
    "stateless,to_server", "no_stream", "no_frag,to_client",
)  # fmt: skip
_TCP_OPTIONS: Final = (
    "flags:S;", "flags:SA;", "flags:A;", "flags:PA;", "flags:S,12;", "flags:+A;", "flags:*SA;", "flags:!A;",
    "flags:!SA,CE;", "flags:P,A;", "dsize:0;", "dsize:>0;", "dsize:!0;",
)  # fmt: skip
_IP_OPTIONS: Final = (
    "ip_proto:6;",
    "ip_proto:!6;",
    "ip_proto:17;",
    "ip_proto:!17;",
    "ip_proto:47;",
    "ip_proto:>16;",
)
_LABELS: Final = ('msg:"a label";', "noalert;", "rev:3;", "metadata:k v;", "flowbits:set,mark;")


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """A rule group: rules as text, without sids, and its own variables."""

    rules: tuple[str, ...]
    ip_sets: Mapping[str, str] = field(default_factory=dict)
    port_sets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DrawnPolicy:
    """A policy that both engines can be given. ``sids`` are those of all rules, in written order."""

    groups: tuple[DrawnGroup, ...]
    sids: tuple[int, ...]
    home_net: str
    strict: bool
    defaults: tuple[str, ...] = ()

    def without(self, number: int) -> DrawnPolicy:
        """Give the policy without one of its rules, counted over all groups."""
        groups: list[DrawnGroup] = []
        at = 0
        for group in self.groups:
            kept = tuple(rule for n, rule in enumerate(group.rules, at) if n != number)
            groups.append(DrawnGroup(kept, group.ip_sets, group.port_sets))
            at += len(group.rules)
        sids = self.sids[:number] + self.sids[number + 1 :]
        return DrawnPolicy(tuple(groups), sids, self.home_net, self.strict, self.defaults)

    def model(self) -> Policy:
        """Give the policy to the engine under test, through the parser of rule text."""
        order = RuleOrder.STRICT if self.strict else RuleOrder.ACTION
        references = tuple(
            StatefulReference(
                StatefulGroup(
                    GroupName(f"group {number}"),
                    parse_rules("\n".join(rules), f"group {number}"),
                    order,
                    {name: parse_addresses(value) for name, value in group.ip_sets.items()},
                    {name: parse_ports(value) for name, value in group.port_sets.items()},
                ),
                number + 1,
            )
            for number, (group, rules) in enumerate(self._numbered())
        )
        return Policy(
            GroupName("drawn"),
            EngineOptions(order),
            references,
            self.defaults,
            home_net=parse_addresses(self.home_net),
        )

    def suricata(self) -> Rules:
        """Give the policy to Suricata, which knows no groups: their names are made unique."""
        addresses = {"HOME_NET": self.home_net, "EXTERNAL_NET": "!$HOME_NET"}
        ports: dict[str, str] = {}
        lines: list[str] = []
        for number, (group, rules) in enumerate(self._numbered()):
            own = {*group.ip_sets, *group.port_sets}
            addresses |= {f"G{number}_{name}": value for name, value in group.ip_sets.items()}
            ports |= {f"G{number}_{name}": value for name, value in group.port_sets.items()}
            lines += [_renamed(rule, own, f"G{number}_") for rule in rules]
        return Rules.of(lines, self.defaults, addresses, ports, strict=self.strict)

    def _numbered(self) -> list[tuple[DrawnGroup, list[str]]]:
        sids = iter(self.sids)
        return [
            (group, [f"{rule.removesuffix(')')}sid:{next(sids)};)" for rule in group.rules])
            for group in self.groups
        ]


def _renamed(rule: str, names: set[str], prefix: str) -> str:
    return re.sub(r"\$(\w+)", lambda found: f"${prefix if found[1] in names else ''}{found[1]}", rule)


def draw_policy(random: Random, *, strict: bool) -> DrawnPolicy:
    """Draw a policy of one or two groups with up to eight rules each."""
    width = random.choice((0.3, 0.6, 0.9))
    groups = tuple(_draw_group(random, width) for _ in range(random.choice((1, 1, 2))))
    count = sum(len(group.rules) for group in groups)
    sids = tuple(range(1, count + 1)) if strict else tuple(random.sample(range(1, 1000), count))
    defaults: tuple[str, ...] = ()
    if strict and random.random() < 0.6:
        defaults = (random.choice(("aws:drop_strict", "aws:drop_established", "aws:drop_established")),)
    if defaults and random.random() < 0.3:
        defaults = (*defaults, random.choice(("aws:alert_strict", "aws:alert_established")))
    return DrawnPolicy(groups, sids, random.choice(_HOME_NETS), strict, defaults)


def _draw_group(random: Random, width: float) -> DrawnGroup:
    ip_sets: dict[str, str] = {}
    if random.random() < 0.5:
        ip_sets["NET"] = _address_list(random)
    if random.random() < 0.15:
        ip_sets["HOME_NET"] = random.choice(_HOME_NETS)
    port_sets = {"PORTS": _port_list(random)} if random.random() < 0.4 else {}
    drawer = _RuleDrawer(random, width, tuple(ip_sets), tuple(port_sets))
    rules: list[str] = []
    for _ in range(random.randint(1, 5)):
        rules += drawer.pair() if random.random() < 0.25 else [drawer.rule()]
    return DrawnGroup(tuple(rules), ip_sets, port_sets)


class _RuleDrawer:
    """Draws the rules of one group. ``width`` is how likely a field is ``any``."""

    def __init__(
        self, random: Random, width: float, ip_sets: tuple[str, ...], port_sets: tuple[str, ...]
    ) -> None:
        self._random = random
        self._width = width
        self._networks = [f"${name}" for name in {*ip_sets, "HOME_NET", "EXTERNAL_NET"}]
        self._networks.sort()
        self._port_sets = [f"${name}" for name in port_sets]

    def rule(self) -> str:
        """Draw one rule of any kind."""
        random = self._random
        protocol = random.choice(_PROTOCOLS)
        return self._line(random.choice(_ACTIONS), protocol, self._fields(protocol), self._options(protocol))

    def pair(self) -> list[str]:
        """Draw two rules whose verdict hangs on which packets the second is tried.

        The first passes some packets of a flow and not the flow. The second is tried on the others: it
        drops what belongs to a handshake, or its header holds a negation. A header-only rule without one
        would be tried on the first packets only.
        """
        random = self._random
        protocol = random.choice(("tcp", "tcp", "udp", "ip", "icmp"))
        source, ports, arrow, destination, service = self._fields(protocol)
        state = random.choice(
            ("not_established", "to_server", "not_established,to_server", "to_client", "established")
        )
        negated = f"!{random.choice(_V4_BLOCKS[:6])}"
        opening = self._line("pass", protocol, (source, ports, arrow, destination, service), f"flow:{state};")
        if protocol == "tcp" and random.random() < 0.25:
            opening = opening.replace(f"flow:{state}", random.choice(("flags:S", "flags:*SA")))
            closing = random.choice(("flow:not_established;", "flow:not_established,to_server;", "flags:A;"))
            return [
                opening,
                self._line("drop", protocol, (source, ports, arrow, destination, service), closing),
            ]
        fields = (negated, ports, arrow, destination, service)
        if random.random() < 0.5:
            fields = (source, ports, arrow, negated, service)
        return [opening, self._line(random.choice(("drop", "pass", "reject")), protocol, fields, "")]

    def _fields(self, protocol: str) -> tuple[str, str, str, str, str]:
        random = self._random
        arrow = "<>" if random.random() < 0.15 else "->"
        ported = not protocol.startswith("icmp") or random.random() < 0.1
        near, far = (self._ports(), self._ports()) if ported else ("any", "any")
        if ported and random.random() < 0.5:
            near = "any"
        return self._address(), near, arrow, self._address(), far

    def _line(self, action: str, protocol: str, fields: tuple[str, str, str, str, str], options: str) -> str:
        return f"{action} {protocol} {' '.join(fields)} ({options})"

    def _address(self) -> str:
        random = self._random
        if random.random() < self._width:
            return "any"
        kind = random.random()
        if kind < 0.3:
            name = random.choice(self._networks)
            return f"!{name}" if random.random() < 0.2 else name
        if kind < 0.6:
            return random.choice(_V4_BLOCKS)
        if kind < 0.7:
            return random.choice(_V6_BLOCKS)
        return _address_list(random)

    def _ports(self) -> str:
        random = self._random
        if random.random() < self._width:
            return "any"
        kind = random.random()
        if kind < 0.2 and self._port_sets:
            return random.choice(self._port_sets)
        return random.choice(_PORT_RANGES) if kind < 0.7 else _port_list(random)

    def _options(self, protocol: str) -> str:
        random = self._random
        options = ""
        if random.random() < 0.4:
            options += f"flow:{random.choice(_FLOW)};"
        if protocol == "tcp" and random.random() < 0.15:
            options += random.choice(_TCP_OPTIONS)
        if protocol == "ip" and random.random() < 0.4:
            options += random.choice(_IP_OPTIONS)
        if random.random() < 0.15:
            options += random.choice(_LABELS)
        if random.random() < 0.15:
            options += f"priority:{random.randint(1, 4)};"
        return options


def _address_list(random: Random) -> str:
    """Draw a list of one family or both, with blocks taken out, nested, or negated as a whole.

    Suricata refuses a list of which nothing is left; mostly, what is taken out is narrow.
    """
    blocks = random.choice((_V4_BLOCKS, _V4_BLOCKS, _V6_BLOCKS, _V4_BLOCKS + _V6_BLOCKS))
    wanted = random.sample(blocks, random.randint(1, 3))
    narrow = [block for block in blocks if "/" not in block and "-" not in block]
    others = blocks if random.random() < 0.1 else [block for block in narrow if block not in wanted]
    unwanted = random.sample(others, min(len(others), random.choice((0, 0, 1, 2))))
    taken_out = [f"!{block}" for block in unwanted]
    match random.randrange(5):
        case 0:
            return f"[{','.join([*wanted, *taken_out])}]"
        case 1:
            return f"[[{','.join(wanted)}]{''.join(f',{block}' for block in taken_out)}]"
        case 2 if unwanted:
            return f"[{','.join(wanted)},![{','.join(unwanted)}]]"
        case 3:
            return f"![{','.join([*wanted, *taken_out])}]"
        case _:
            return f"![{','.join(wanted)}]"


def _port_list(random: Random) -> str:
    wanted = random.sample(_PORT_RANGES, random.randint(1, 3))
    others = [port for port in PORTS if str(port) not in wanted]
    unwanted = random.sample(others, random.choice((0, 0, 1, 2)))
    inner = ",".join([*wanted, *(f"!{port}" for port in unwanted)])
    if not unwanted and random.random() < 0.3:
        return f"![{inner}]"
    return f"[{inner}]"


def draw_flows(random: Random, count: int) -> list[FiveTuple]:
    """Draw flows of which no two are the same or each other's mirror image."""
    flows: dict[FiveTuple, FiveTuple] = {}
    while len(flows) < count:
        flow = _draw_flow(random)
        flows.setdefault(flow.canonical(), flow)
    return list(flows.values())


def _draw_flow(random: Random) -> FiveTuple:
    family = V6 if random.random() < 0.25 else V4
    source, destination = (Address.parse(text) for text in random.sample(family, 2))
    protocol = random.choice((*(TCP,) * 6, *(UDP,) * 4, SCTP, ICMP, GRE))
    if protocol == ICMP and source.family == 6:
        protocol = ICMPV6
    if protocol not in {TCP, UDP, SCTP}:
        return FiveTuple(protocol, source, 0, destination, 0)
    source_port = random.choice((*PORTS, 50000, 50001, 50002))
    return FiveTuple(protocol, source, source_port, destination, random.choice(PORTS))
