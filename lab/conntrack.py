"""Real connections as the flow table of the emulator: what Linux's connection tracking knows of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from lab.network import FIREWALL, PASSED, QUEUE_BITS, inside
from lab.rules import suricata_rules
from lab.sandbox import run
from nfw_reconcile.emulator.tables import Entry
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, UDP, FiveTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lab.gateway import Gateway
    from nfw_reconcile.emulator.bodies import PolicyBodies
    from nfw_reconcile.emulator.resources import Endpoint
    from nfw_reconcile.emulator.tables import InForce

_LIST: Final = (*inside(FIREWALL), "conntrack", "-L", "-o", "xml,ktimestamp")
_NAMES: Final = {TCP: "tcp", UDP: "udp"}
_ENDED: Final = frozenset({"TIME_WAIT", "CLOSE"})
_NANOSECONDS: Final = 1e9


@dataclass(frozen=True, slots=True)
class Tracked:
    """A connection as the system knows it; ``packets`` and ``bytes`` are those of both directions."""

    flow: FiveTuple
    began: float
    packets: int
    bytes: int
    mark: int
    state: str | None

    @property
    def queue(self) -> int:
        """Give the number of the engine that decides about it."""
        return self.mark & QUEUE_BITS

    @property
    def lives(self) -> bool:
        """Say whether its engine let a packet through, and it has not come to its end since."""
        return bool(self.mark & PASSED) and self.state not in _ENDED


def read_connections(xml: str) -> Iterator[Tracked]:
    """Read what ``conntrack -L -o xml,ktimestamp`` writes: its TCP and UDP connections."""
    for element in ET.fromstring(xml) if xml.strip() else ():  # noqa: S314 - a program of the system wrote it
        sides = {meta.get("direction"): meta for meta in element.iterfind("meta")}
        original, about = sides["original"], sides["independent"]
        protocol = int(_member(original, "layer4").attrib["protonum"])
        if protocol in _NAMES:
            counters = [_member(sides[side], "counters") for side in ("original", "reply")]
            yield Tracked(
                _flow(protocol, original),
                int(_text(about, "timestamp/start")) / _NANOSECONDS,
                sum(int(_text(each, "packets")) for each in counters),
                sum(int(_text(each, "bytes")) for each in counters),
                int(about.findtext("mark", "0")),
                about.findtext("state"),
            )


def _flow(protocol: int, meta: ET.Element) -> FiveTuple:
    source, destination = (Address.parse(_text(meta, f"layer3/{end}")) for end in ("src", "dst"))
    ports = (int(_text(meta, f"layer4/{end}")) for end in ("sport", "dport"))
    return FiveTuple(protocol, source, next(ports), destination, next(ports))


def _member(element: ET.Element, path: str) -> ET.Element:
    found = element.find(path)
    if found is None:
        raise ValueError(f"conntrack writes no {path} in {ET.tostring(element, encoding='unicode')}")
    return found


def _text(element: ET.Element, path: str) -> str:
    return _member(element, path).text or ""


class ConntrackTables:
    """The flow table of the lab's one endpoint (``tables.FlowTables``).

    ``Age``, packets and bytes of a connection that lives on after it was flushed are counted from the flush on, as
    those of a new entry.
    """

    def __init__(self, gateway: Gateway, in_force: InForce) -> None:
        """Begin before the first rules."""
        self._gateway = gateway
        self._in_force = in_force
        self._enforced: PolicyBodies | None = None
        self._flushed: dict[FiveTuple, Tracked] = {}

    def entries(self, endpoint: Endpoint) -> list[Entry]:  # noqa: ARG002 - there is one endpoint
        """List the connections that their engine knows, eldest first."""
        living = (each for each in read_connections(run(*_LIST)) if each.lives)
        return [self._entry(each) for each in sorted(living, key=lambda each: each.began)]

    def mark(self, endpoint: Endpoint, entries: Iterable[Entry]) -> None:  # noqa: ARG002
        """Move the connections to an engine that has never seen them."""
        chosen = {entry.flow for entry in entries}
        queue = self._gateway.fresh()
        now = time.time()
        for each in read_connections(run(*_LIST)):
            if each.flow in chosen:
                _move(each.flow, queue)
                self._flushed[each.flow] = replace(each, began=now)

    def prune(self, endpoint: Endpoint, entries: Iterable[Entry]) -> None:
        """Do nothing: an engine that never saw a connection has nothing to forget."""

    def rules_changed(self, endpoint: Endpoint) -> None:
        """Give the engines other rules, where other rules are in force; before its VPC is known, there are none."""
        bodies = self._in_force(endpoint)
        if bodies is not None and bodies is not self._enforced and bodies.vpc_cidrs:
            self._enforced = bodies
            self._gateway.enforce(suricata_rules(bodies), bodies.stream_exception_policy)

    def clear(self, endpoint: Endpoint) -> None:
        """Do nothing: engines whose options change have been started anew, and know nothing."""

    def _entry(self, tracked: Tracked) -> Entry:
        before = self._flushed.get(tracked.flow)
        if before is None or before.began < tracked.began:
            return Entry(tracked.flow, tracked.began, tracked.began, tracked.packets, tracked.bytes)
        packets, size = tracked.packets - before.packets, tracked.bytes - before.bytes
        return Entry(tracked.flow, before.began, before.began, packets, size)


def _move(flow: FiveTuple, queue: int) -> None:
    """Have another engine asked about a connection, which no engine has let through yet."""
    ends = ("-s", str(flow.source), "-d", str(flow.destination))
    ports = ("--sport", str(flow.source_port), "--dport", str(flow.destination_port))
    update = ("conntrack", "-U", "-p", _NAMES[flow.protocol], *ends, *ports, "--mark", str(queue))
    run(*inside(FIREWALL), *update)
