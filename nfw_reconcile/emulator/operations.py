"""Flow operations: their life, what they find, and what a flush does to it.

Developer guide, "Flow operations": one at a time for each firewall and zone; a flush first marks
the flows as timed out and prunes them later; it cannot be cancelled.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from nfw_reconcile.emulator.filters import any_matches
from nfw_reconcile.emulator.outcomes import COMPLETED, OperationType, Outcome, Status
from nfw_reconcile.emulator.settings import ProtocolText
from nfw_reconcile.model.flow import PROTOCOL_NAMES

if TYPE_CHECKING:
    from nfw_reconcile.emulator.bodies import PolicyBodies
    from nfw_reconcile.emulator.filters import EntryFilter
    from nfw_reconcile.emulator.outcomes import OutcomePlan
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.resources import Endpoint, World
    from nfw_reconcile.emulator.tables import Entry, FlowTables
    from nfw_reconcile.model.addresses import Address
    from nfw_reconcile.model.flow import FiveTuple


@dataclass(slots=True)
class FlowOperation:
    """One accepted operation, and the record of what it did.

    ``scope`` and ``sent_filters`` are as sent; ``in_force`` is what the zone ran when the operation
    was accepted; ``touched`` are the entries that it identified (and, if a flush, marked), as they
    were at ``executed_at``; ``listed`` is what its results hold.
    """

    id: str
    type: OperationType
    firewall: str
    zone: str
    endpoints: tuple[Endpoint, ...]
    scope: JsonObject
    sent_filters: tuple[JsonObject, ...]
    filters: tuple[EntryFilter, ...]
    minimum_age: int | None
    accepted_at: float
    in_force: PolicyBodies | None
    outcome: Outcome = COMPLETED
    status: Status = Status.IN_PROGRESS
    executed_at: float | None = None
    touched: tuple[FiveTuple, ...] = ()
    listed: tuple[JsonObject, ...] = field(default=(), repr=False)


class FlowOperations:
    """Runs flow operations; ``log`` keeps every accepted one for good, the service for 12 hours."""

    def __init__(self, world: World, tables: FlowTables, outcomes: OutcomePlan, seed: int) -> None:
        """``outcomes`` says which operations are to fail."""
        self._world = world
        self._settings = world.settings.operations
        self._tables = tables
        self._outcomes = outcomes
        self._random = random.Random(f"operations/{seed}")  # noqa: S311 - repeatable on purpose
        self.log: list[FlowOperation] = []

    def start(self, operation: FlowOperation) -> None:
        """Accept an operation and plan the rest of its life."""
        operation.outcome = self._outcomes.next_outcome(operation.type)
        self.log.append(operation)
        timeline = self._world.timeline
        timeline.after(self._settings.execute_after, partial(self._execute, operation))
        if not operation.outcome.never_ends:
            timeline.after(self._settings.duration, partial(_end, operation))

    def retained(self, firewall: str) -> list[FlowOperation]:
        """Give the operations that the service still knows, newest first."""
        now = self._world.timeline.now
        return [
            operation
            for operation in reversed(self.log)
            if operation.firewall == firewall and now - operation.accepted_at < self._settings.retention
        ]

    def running(self, firewall: str, zone: str) -> FlowOperation | None:
        """Give the operation that holds a zone, if any."""
        for operation in self.retained(firewall):
            if operation.zone == zone and operation.status is Status.IN_PROGRESS:
                return operation
        return None

    def _execute(self, operation: FlowOperation) -> None:
        operation.executed_at = self._world.timeline.now
        found = [
            (endpoint, entry)
            for endpoint in operation.endpoints
            for entry in self._tables.entries(endpoint)
            if self._is_about(operation, entry)
        ]
        found = found[: math.ceil(len(found) * operation.outcome.touches)]
        operation.touched = tuple(entry.flow for _, entry in found)
        listed = found[: math.ceil(len(found) * operation.outcome.lists)]
        operation.listed = tuple(row for _, entry in listed for row in [self._row(entry)] * self._copies())
        if operation.type is OperationType.FLUSH:
            self._mark(found)

    def _is_about(self, operation: FlowOperation, entry: Entry) -> bool:
        old_enough = entry.age(self._world.timeline.now, self._settings.age) >= (operation.minimum_age or 0)
        listed = not entry.marked or self._lists_marked(operation)
        return old_enough and listed and any_matches(operation.filters, entry.flow)

    def _lists_marked(self, operation: FlowOperation) -> bool:
        return operation.type is OperationType.CAPTURE and self._settings.marked_are_listed

    def _mark(self, found: list[tuple[Endpoint, Entry]]) -> None:
        for endpoint in dict.fromkeys(endpoint for endpoint, _ in found):
            entries = [entry for place, entry in found if place is endpoint]
            self._tables.mark(endpoint, entries)
            prune = partial(self._tables.prune, endpoint, entries)
            self._world.timeline.after(self._settings.prune_after, prune)

    def _copies(self) -> int:
        share = self._world.settings.listing.duplicate_share
        return 2 if self._random.random() < share else 1

    def _row(self, entry: Entry) -> JsonObject:
        """Write an entry in the shape ``Flow``."""
        now, listing = self._world.timeline.now, self._world.settings.listing
        flow = entry.flow
        protocol = str(flow.protocol)
        if listing.protocol is ProtocolText.NAME:
            protocol = PROTOCOL_NAMES.get(flow.protocol, protocol)
        return {
            "SourceAddress": {"AddressDefinition": self._address(flow.source)},
            "DestinationAddress": {"AddressDefinition": self._address(flow.destination)},
            "SourcePort": str(flow.source_port),
            "DestinationPort": str(flow.destination_port),
            "Protocol": protocol,
            "Age": entry.age(now, self._settings.age),
            "PacketCount": entry.packets,
            "ByteCount": entry.bytes,
        }

    def _address(self, address: Address) -> str:
        if not self._world.settings.listing.prefix_length:
            return str(address)
        return f"{address}/{32 if address.family == 4 else 128}"


def _end(operation: FlowOperation) -> None:
    operation.status = operation.outcome.status
