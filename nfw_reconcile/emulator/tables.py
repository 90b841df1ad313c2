"""Flow tables: what the service asks of whatever tracks the connections, simulated or real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from nfw_reconcile.emulator.settings import AgeMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nfw_reconcile.emulator.bodies import PolicyBodies
    from nfw_reconcile.emulator.resources import Endpoint
    from nfw_reconcile.model.flow import FiveTuple

FIRST_PACKET_BYTES: Final = 60

InForce: TypeAlias = "Callable[[Endpoint], PolicyBodies | None]"
"""Gives what decides at an endpoint at the moment of asking; ``None`` before its zone was first in sync."""


@dataclass(slots=True)
class Entry:
    """One entry of a table; ``flow.source`` sent the first packet that the engine saw.

    ``blocked_until`` is set on an entry that passes nothing, and says when it goes. ``marked`` is
    the first phase of a flush: the engine takes the flow for gone, and prunes it later.
    """

    flow: FiveTuple
    born: float
    last: float
    packets: int = 1
    bytes: int = FIRST_PACKET_BYTES
    blocked_until: float | None = None
    marked: bool = False

    def age(self, now: float, mode: AgeMode) -> int:
        """Give the age in whole seconds, rounded down."""
        match mode:
            case AgeMode.SINCE_FIRST_PACKET:
                return int(now - self.born)
            case AgeMode.SINCE_LAST_PACKET:
                return int(now - self.last)
            case AgeMode.FIRST_TO_LAST_PACKET:
                return int(self.last - self.born)


class FlowTables(Protocol):
    """The flow tables of all endpoints, and the engines behind them."""

    def entries(self, endpoint: Endpoint) -> Sequence[Entry]:
        """Give all entries, blocked and marked ones included, in the order of their birth."""
        ...  # pragma: no cover - a protocol has no body

    def mark(self, endpoint: Endpoint, entries: Iterable[Entry]) -> None:
        """Take the first step of a flush: from now on the engine does not know the flows."""
        ...  # pragma: no cover

    def prune(self, endpoint: Endpoint, entries: Iterable[Entry]) -> None:
        """Take the second step: take marked entries out, unless something newer is in their place."""
        ...  # pragma: no cover

    def rules_changed(self, endpoint: Endpoint) -> None:
        """Take note that what is in force at an endpoint may be no longer what it was."""
        ...  # pragma: no cover

    def clear(self, endpoint: Endpoint) -> None:
        """Forget everything about an endpoint, as a restarted engine does."""
        ...  # pragma: no cover
