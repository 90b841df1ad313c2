"""boto3 clients that are made once and answered by one emulator after another, with a hook at every call.

Making the clients takes longer than ten runs. So they are attached to an :class:`Exchange`, which passes
every request on to the emulator of the run that is under way, counts it, and lets things happen before
the service sees it and after the reply to it has come.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from nfw_reconcile.aws.client import Clients
from nfw_reconcile.emulator.faults import AlteredFault, ErrorFault, GarbleFault, LossFault
from nfw_reconcile.emulator.neighbours import refusal_text
from nfw_reconcile.emulator.replies import Garble, Loss
from nfw_reconcile.emulator.transport import attach
from nfw_reconcile.emulator.wire import BINARY_NOISE, HTML_PAGE, XML_TYPE
from tests.unit.act.scene import REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.emulator.clock import VirtualClock
    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.emulator.faults import Fault

CALL_TIMEOUT: Final = 60.0
"""Seconds after which a client gives a call up; the longest of all its calls."""

SERVICES: Final = ("network-firewall", "network-firewall", "ec2", "sts", "resource-groups")
GARBLED: Final = {
    Garble.TRUNCATED: b"<DescribeVpcsResponse><vpcSet><item>",
    Garble.HTML: HTML_PAGE,
    Garble.EMPTY: b"",
    Garble.BINARY: BINARY_NOISE,
}


@dataclass(frozen=True)
class WireCall:
    """One request of a run: its number among all of the run (from 1), and where the emulator logged it.

    ``logged`` is its number in ``Emulator.requests``; ``None`` for calls of EC2 and STS, which are not logged.
    """

    number: int
    operation: str
    logged: int | None


class Wires:
    """What one run's requests go through. Calls are numbered from 1, those of EC2 and STS among them."""

    def __init__(self, emulator: Emulator, clock: VirtualClock) -> None:
        self.emulator = emulator
        self.clock = clock
        self.calls: list[WireCall] = []
        self._current: int | None = None
        self._before: defaultdict[int, list[Callable[[], object]]] = defaultdict(list)
        self._after: defaultdict[int, list[Callable[[], object]]] = defaultdict(list)
        self._neighbours: list[tuple[Callable[[WireCall], bool], Fault]] = []

    def take_over(self) -> None:
        """Let the clients' requests come here from now on."""
        _exchange()[0].wires = self

    @property
    def current(self) -> int:
        """The number of the call that the service is answering now; 0 while it answers none of the run."""
        return self._current or 0

    def at_call(self, number: int, action: Callable[[], object], *, after: bool = False) -> None:
        """Let something happen right before the service sees a call, or right after its reply has come.

        An action may change the account, move the clock or raise a ``BaseException`` that is no
        ``Exception`` (botocore takes an ``Exception`` for a failure of the network): then the run is
        killed at that boundary. What it asks of the emulator is no call of the run.
        """
        (self._after if after else self._before)[number].append(action)

    def strike_neighbours(self, when: Callable[[WireCall], bool], fault: Fault) -> None:
        """Let calls of EC2 and STS go wrong; the emulator's own faults do not reach them."""
        self._neighbours.append((when, fault))

    def arrive(self, request: AWSPreparedRequest, read_timeout: float) -> AWSResponse | None:
        """Count a request; answer it only where a call of EC2 or STS is to go wrong."""
        target = request.headers.get("X-Amz-Target")
        neighbour = target is None
        number = len(self.calls) + 1
        operation = _action(request) if target is None else str(target, "ascii").partition(".")[2]
        self.calls.append(WireCall(number, operation, None))
        for action in self._before[number]:
            action()
        if neighbour:
            fault = next((fault for when, fault in self._neighbours if when(self.calls[-1])), None)
            return None if fault is None else self._wrong(fault, request, read_timeout)
        self.calls[-1] = WireCall(number, operation, self.emulator.call_count + 1)
        self._current = number
        return None

    def answered(self) -> None:
        """Note that the reply to the last request has come, or will never come."""
        self._current = None
        for action in self._after[len(self.calls)]:
            action()

    def _wrong(self, fault: Fault, request: AWSPreparedRequest, read_timeout: float) -> AWSResponse | None:
        match fault:
            case ErrorFault(refusal=refusal):
                return _response(request, refusal.status, refusal_text(refusal).encode())
            case LossFault(kind=Loss.RESET):
                raise ConnectionClosedError(endpoint_url=request.url)
            case LossFault():
                self.clock.sleep(read_timeout)
                raise ReadTimeoutError(endpoint_url=request.url)
            case GarbleFault(kind=kind):
                return _response(request, 200, GARBLED[kind])
            case AlteredFault():
                return None


@dataclass(frozen=True)
class _Raw:
    body: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.body


def _response(request: AWSPreparedRequest, status: int, body: bytes) -> AWSResponse:
    headers = {"Content-Type": XML_TYPE, "Content-Length": str(len(body))}
    return AWSResponse(request.url, status, headers, _Raw(body))


def _action(request: AWSPreparedRequest) -> str:
    body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
    return body.partition(b"Action=")[2].partition(b"&")[0].decode()


class Exchange:
    """Stands in an emulator's place for clients that outlive it."""

    def __init__(self) -> None:
        self.wires: Wires | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the emulator has
        return getattr(self._now.emulator, name)

    @property
    def _now(self) -> Wires:
        assert self.wires is not None, "no run is under way"
        return self.wires

    def arrive(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        return self._now.arrive(request, CALL_TIMEOUT)

    def answered(self, **_: object) -> None:
        self._now.answered()

    def sleep(self, seconds: float) -> None:
        self._now.clock.sleep(seconds)


@cache
def _exchange() -> tuple[Exchange, Clients]:
    exchange = Exchange()
    return exchange, Clients(REGION, *(_client(service, exchange) for service in SERVICES))


def _client(service: str, exchange: Exchange) -> Any:  # noqa: ANN401 - boto3 has no types
    """Give a client that sends once, so that no real time passes; unsigned, which is quicker."""
    config = Config(
        signature_version=UNSIGNED,
        retries={"mode": "standard", "total_max_attempts": 1},
        read_timeout=CALL_TIMEOUT,
        ignore_configured_endpoint_urls=True,
        proxies={},
        user_agent="simulation",
    )
    made = boto3.client(service, region_name=REGION, config=config)
    name = made.meta.service_model.service_id.hyphenize()
    made.meta.events.register(f"before-send.{name}", exchange.arrive)  # ahead of the emulator's own
    attach(made, exchange, sleep=exchange.sleep)  # type: ignore[arg-type]  # it has all that an emulator has
    made.meta.events.register("response-received", exchange.answered)
    return made


def connect(emulator: Emulator, clock: VirtualClock) -> tuple[Wires, Clients]:
    """Give the clients, answered by this emulator until other wires take over."""
    wires = Wires(emulator, clock)
    wires.take_over()
    return wires, _exchange()[1]


def connected(emulator: Emulator, clock: VirtualClock) -> Clients:
    """Give the clients alone, for whoever counts no calls; one account at a time."""
    return connect(emulator, clock)[1]
