"""The emulator: the service, and a network around it whose connections are simulated."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nfw_reconcile.emulator.clients import ClientState
from nfw_reconcile.emulator.flows import EndpointLine, Fate, SimulatedTables
from nfw_reconcile.emulator.service import Place, Service
from nfw_reconcile.emulator.tables import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.emulator.bodies import Judge
    from nfw_reconcile.emulator.clients import Client
    from nfw_reconcile.emulator.resources import World
    from nfw_reconcile.emulator.settings import EmulatorSettings
    from nfw_reconcile.emulator.tables import InForce
    from nfw_reconcile.model.flow import FiveTuple


class Emulator(Service):
    """The service with simulated traffic: connections are opened, and talk, as they are told.

    Clients that were added act when they are due, as all else does (``Service``).
    """

    def __init__(
        self,
        clock: Callable[[], float],
        seed: int,
        judge: Judge,
        settings: EmulatorSettings | None = None,
    ) -> None:
        """Begin with an empty account, without traffic. ``judge`` decides about new connections."""

        def simulated(world: World, in_force: InForce) -> SimulatedTables:
            self._tables = SimulatedTables(world, seed, judge, in_force)
            return self._tables

        super().__init__(clock, seed, simulated, settings)

    def attempt(self, place: Place, flow: FiveTuple) -> bool:
        """Open a connection, and say whether the rules that the zone runs now let it."""
        with self._lock:
            self._catch_up()
            return self._tables.attempt(self._at(place), flow)

    def traffic(self, place: Place, flow: FiveTuple) -> Fate:
        """Send a packet of an open connection; ``flow`` is as the packet travels."""
        with self._lock:
            self._catch_up()
            return self._tables.traffic(self._at(place), flow)

    def put_flow(
        self, place: Place, flow: FiveTuple, *, age: float = 0, packets: int = 1, size: int = 60
    ) -> None:
        """Add an entry that began ``age`` seconds ago and had a packet just now; no rule is asked."""
        with self._lock:
            self._catch_up()
            now = self._timeline.now
            self._tables.put(self._at(place), Entry(flow, now - age, now, packets, size))

    def add_client(self, place: Place, client: Client) -> None:
        """Let a client live behind an endpoint from now on; a new one connects at once."""
        with self._lock:
            self._catch_up()
            line = EndpointLine(self._tables, self._at(place))
            if client.state is ClientState.NEW:
                self._wake(client, line)
            elif client.interval is not None:
                self._timeline.after(client.interval, partial(self._wake, client, line))

    def _wake(self, client: Client, line: EndpointLine) -> None:
        again = client.wake(self._timeline.now, line)
        if again is not None:
            self._timeline.at(again, partial(self._wake, client, line))
