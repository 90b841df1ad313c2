"""Clients that keep talking: what applications behind the firewall do, tick by tick."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from nfw_reconcile.emulator.flows import Fate
from nfw_reconcile.errors import UsageError
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import HIGHEST_PORT

if TYPE_CHECKING:
    from nfw_reconcile.model.flow import FiveTuple

FIRST_UNPRIVILEGED_PORT: Final = 1024


class Line(Protocol):
    """A way through one endpoint of a firewall."""

    def attempt(self, flow: FiveTuple) -> bool:
        """Open a connection; say whether it came about."""
        ...  # pragma: no cover - a protocol has no body

    def traffic(self, flow: FiveTuple) -> Fate:
        """Send a packet of an open connection."""
        ...  # pragma: no cover - a protocol has no body


class ClientState(enum.StrEnum):
    """How a client's connection fares, as the client sees it."""

    NEW = "new"
    CONNECTED = "connected"
    HANGING = "hanging"
    RESET = "reset"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Moment:
    """A change of state: when, to what, and on which 5-tuple."""

    time: float
    state: ClientState
    flow: FiveTuple


@dataclass(slots=True)
class Client:
    """One client with one connection at a time.

    It sends a packet every ``interval`` seconds (``None``: it connects and is silent). With
    ``reconnects`` it opens a new connection at once after a reset, after ``patience`` seconds
    without an answer, and every ``interval`` while it is refused; each from a source port that is
    ``port_step`` higher (0: from the same one). ``history`` holds every change of state. A client
    that is made ``CONNECTED`` stands for a connection that the firewall tracks already.
    """

    flow: FiveTuple
    interval: float | None = 5.0
    reconnects: bool = False
    patience: float = 30.0
    port_step: int = 1
    state: ClientState = ClientState.NEW
    history: list[Moment] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse an interval that would let a client act for ever in one moment."""
        if self.interval is not None and self.interval <= 0:
            summary = f"a client cannot act every {self.interval} seconds"
            raise UsageError.of(summary, remedy="Use an interval above 0.")

    @classmethod
    def chatty(cls, flow: FiveTuple, interval: float = 5.0) -> Client:
        """Build a client that goes on sending whatever happens, and never connects again."""
        return cls(flow, interval)

    @classmethod
    def idle(cls, flow: FiveTuple) -> Client:
        """Build a client that connects and then says nothing, so that its flow times out."""
        return cls(flow, None)

    @classmethod
    def reconnecting(cls, flow: FiveTuple, interval: float = 5.0, port_step: int = 1) -> Client:
        """Build a client that connects again whenever its connection is lost or refused."""
        return cls(flow, interval, reconnects=True, port_step=port_step)

    def wake(self, now: float, line: Line) -> float | None:
        """Do what is due now; give the moment to be woken next, or ``None`` for never."""
        match self.state:
            case ClientState.NEW:
                self._connect(now, line)
            case ClientState.CONNECTED | ClientState.HANGING:
                self._send(now, line)
            case ClientState.RESET | ClientState.REFUSED:
                self._connect_again(now, line)
        given_up = self.state in {ClientState.RESET, ClientState.REFUSED} and not self.reconnects
        return None if self.interval is None or given_up else now + self.interval

    def _connect(self, now: float, line: Line) -> None:
        connected = line.attempt(self.flow)
        self._become(ClientState.CONNECTED if connected else ClientState.REFUSED, now)

    def _connect_again(self, now: float, line: Line) -> None:
        if self.flow.protocol in PROTOCOLS_WITH_PORTS:
            port = self.flow.source_port + self.port_step
            self.flow = self.flow._replace(
                source_port=port if port <= HIGHEST_PORT else FIRST_UNPRIVILEGED_PORT
            )
        self._connect(now, line)

    def _send(self, now: float, line: Line) -> None:
        match line.traffic(self.flow):
            case Fate.PASSED:
                self._become(ClientState.CONNECTED, now)
            case Fate.REJECTED:
                self._become(ClientState.RESET, now)
                if self.reconnects:
                    self._connect_again(now, line)
            case Fate.DROPPED:
                self._become(ClientState.HANGING, now)
                if self.reconnects and now - self.history[-1].time >= self.patience:
                    self._connect_again(now, line)

    def _become(self, state: ClientState, now: float) -> None:
        """Note a change; a refusal on yet another port is one too."""
        if state is not self.state or (self.history and self.history[-1].flow != self.flow):
            self.history.append(Moment(now, state, self.flow))
        self.state = state
