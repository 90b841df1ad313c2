"""Simulated flow tables: what each endpoint tracks, and what becomes of packets.

Rules are asked about new connections only; a connection that was let through lives on under the
verdict it was given (developer guide, "Managing your firewall"). A packet of a TCP connection that
is not in the table is midstream, and the stream exception policy decides (API:
StatefulEngineOptions). Other protocols know no midstream: the packet begins a new flow.
"""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.tables import Entry
from nfw_reconcile.model.flow import TCP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.emulator.bodies import Judge, PolicyBodies
    from nfw_reconcile.emulator.resources import Endpoint, World
    from nfw_reconcile.emulator.tables import InForce
    from nfw_reconcile.model.flow import FiveTuple

PACKET_BYTES: Final = 500


class Fate(enum.StrEnum):
    """What becomes of a packet: it arrives, is lost without a word, or is answered with a reset."""

    PASSED = "passed"
    DROPPED = "dropped"
    REJECTED = "rejected"


class SimulatedTables:
    """The tables of all endpoints, by endpoint id, in memory (``tables.FlowTables``)."""

    def __init__(
        self,
        world: World,
        seed: int,
        judge: Judge,
        in_force: InForce,
    ) -> None:
        """``in_force`` is asked at every new connection."""
        self._world = world
        self._settings = world.settings.tables
        self._random = random.Random(f"flows/{seed}")  # noqa: S311 - repeatable on purpose
        self._judge = judge
        self._in_force = in_force
        self._tables: dict[str, dict[FiveTuple, Entry]] = {}
        self._known: dict[str, PolicyBodies] = {}

    def attempt(self, endpoint: Endpoint, flow: FiveTuple) -> bool:
        """Open a connection, and say whether it came about.

        A 5-tuple that is tracked already is no new flow: its packets pass without a new verdict.
        """
        if self._touch(endpoint, flow):
            return True
        bodies = self._in_force(endpoint)
        if bodies is None or not self._judge.judge(bodies, flow):
            self._block(endpoint, flow)
            return False
        self._track(endpoint, flow)
        return True

    def traffic(self, endpoint: Endpoint, flow: FiveTuple) -> Fate:
        """Send a packet of a connection that its peers hold to be open; ``flow`` is as it travels."""
        if self._touch(endpoint, flow):
            return Fate.PASSED
        if any(entry.blocked_until is not None for entry in self._found(endpoint, flow)):
            return Fate.DROPPED
        if flow.protocol != TCP:
            return Fate.PASSED if self.attempt(endpoint, flow) else Fate.DROPPED
        return self._midstream(endpoint, flow)

    def put(self, endpoint: Endpoint, entry: Entry) -> None:
        """Add an entry as it is, without asking the rules."""
        self._table(endpoint)[entry.flow] = entry

    def entries(self, endpoint: Endpoint) -> list[Entry]:
        """Give all entries themselves, blocked and marked ones included, in the order of their birth."""
        return list(self._alive(endpoint))

    def mark(self, endpoint: Endpoint, entries: Iterable[Entry]) -> None:  # noqa: ARG002 - each entry knows its place
        """Take the first step of a flush: packets no longer find these entries."""
        for entry in entries:
            entry.marked = True

    def prune(self, endpoint: Endpoint, entries: Iterable[Entry]) -> None:
        """Take entries out of the table, unless something newer is in their place."""
        table = self._table(endpoint)
        for entry in entries:
            if table.get(entry.flow) is entry:
                del table[entry.flow]

    def rules_changed(self, endpoint: Endpoint) -> None:
        """Stop what the new rules stop at once, where the settings have it that they stop anything."""
        before, after = self._known.get(endpoint.id), self._in_force(endpoint)
        if after is None or after is before:
            return
        self._known[endpoint.id] = after
        if before is None or not self._settings.reload_cuts:
            return
        stopped_until = self._world.timeline.now + self._tcp_timeout(endpoint)
        for entry in self._alive(endpoint):
            if entry.blocked_until is None and not self._judge.outlives(before, after, entry.flow):
                entry.blocked_until = stopped_until

    def clear(self, endpoint: Endpoint) -> None:
        """Forget everything about an endpoint, as a restarted engine does."""
        self._tables.pop(endpoint.id, None)

    def _midstream(self, endpoint: Endpoint, flow: FiveTuple) -> Fate:
        """Treat a packet whose connection the table does not know; only ``CONTINUE`` asks the rules."""
        bodies = self._in_force(endpoint)
        policy = "DROP" if bodies is None else bodies.stream_exception_policy
        if bodies is not None and policy == "CONTINUE" and self._survives(bodies, flow):
            self._track(endpoint, flow)
            return Fate.PASSED
        self._block(endpoint, flow)
        return Fate.REJECTED if policy == "REJECT" else Fate.DROPPED

    def _survives(self, bodies: PolicyBodies, flow: FiveTuple) -> bool:
        """Say whether rules that lack the beginning of a connection let it go on."""
        return self._settings.continue_survives or self._judge.goes_on(bodies, flow)

    def _track(self, endpoint: Endpoint, flow: FiveTuple) -> None:
        if self._random.random() < self._settings.reversed_share:
            flow = flow.reversed()
        now = self._world.timeline.now
        for each in (flow, flow.reversed()) if self._settings.mirrored else (flow,):
            self.put(endpoint, Entry(each, now, now))

    def _block(self, endpoint: Endpoint, flow: FiveTuple) -> None:
        if self._settings.stub_seconds > 0:
            now = self._world.timeline.now
            until = now + self._settings.stub_seconds
            self.put(endpoint, Entry(flow, now, now, blocked_until=until))

    def _touch(self, endpoint: Endpoint, flow: FiveTuple) -> bool:
        """Count a packet on every entry of the connection; say whether there is one that passes it."""
        entries = [
            entry for entry in self._found(endpoint, flow) if entry.blocked_until is None and not entry.marked
        ]
        for entry in entries:
            entry.last = self._world.timeline.now
            entry.packets += 1
            entry.bytes += PACKET_BYTES
        return bool(entries)

    def _found(self, endpoint: Endpoint, flow: FiveTuple) -> list[Entry]:
        table = self._table(endpoint)
        keys = dict.fromkeys((flow, flow.reversed()))
        timeout = self._tcp_timeout(endpoint)
        return [table[key] for key in keys if key in table and not self._gone(table[key], timeout)]

    def _alive(self, endpoint: Endpoint) -> Iterator[Entry]:
        timeout = self._tcp_timeout(endpoint)
        return (entry for entry in self._table(endpoint).values() if not self._gone(entry, timeout))

    def _gone(self, entry: Entry, tcp_timeout: float) -> bool:
        now = self._world.timeline.now
        if entry.blocked_until is not None:
            return now >= entry.blocked_until
        idle = tcp_timeout if entry.flow.protocol == TCP else self._settings.other_idle
        return now - entry.last > idle

    def _tcp_timeout(self, endpoint: Endpoint) -> float:
        bodies = self._in_force(endpoint)
        return 350.0 if bodies is None else bodies.tcp_idle_timeout

    def _table(self, endpoint: Endpoint) -> dict[FiveTuple, Entry]:
        return self._tables.setdefault(endpoint.id, {})


@dataclass(frozen=True, slots=True)
class EndpointLine:
    """The way through one endpoint, for a client that need not know of tables."""

    tables: SimulatedTables
    endpoint: Endpoint

    def attempt(self, flow: FiveTuple) -> bool:
        """Open a connection; say whether it came about."""
        return self.tables.attempt(self.endpoint, flow)

    def traffic(self, flow: FiveTuple) -> Fate:
        """Send a packet of an open connection."""
        return self.tables.traffic(self.endpoint, flow)
