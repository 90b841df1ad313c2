"""Flow tables such as real services make: many clients, few servers, fixed ports on one side only."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, UDP, FiveTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRIVATE = 10
_SERVICE_PORTS = (22, 25, 53, 80, 443, 514, 3306, 5432, 6379, 8080)


class Sample(NamedTuple):
    """Flows that must go and flows that must stay."""

    cut: list[FiveTuple]
    keep: list[FiveTuple]


class _Service(NamedTuple):
    protocol: int
    port: int
    servers: list[Address]
    subnets: list[tuple[int, int, int]]
    denied_subnets: int


def clustered(count: int, *, services: int = 60, denied: int = 8, seed: int = 1) -> Sample:
    """Give ``count`` flows to that many services, some of which are denied to some or all of their clients.

    A service is 1 to 8 servers of one /24 and clients of 1 to 6 others; one flow in ten is listed the
    other way round.
    """
    random = Random(seed)  # noqa: S311 - nothing secret
    known = [_service(random, denied=number < denied) for number in range(services)]
    found: dict[FiveTuple, bool] = {}
    for flow, goes in _flows(random, known):
        if len(found) == count:
            break
        if flow.reversed() not in found:
            found[flow] = goes
    return Sample(
        [flow for flow, goes in found.items() if goes], [flow for flow, goes in found.items() if not goes]
    )


def uniform(count: int, *, seed: int = 1) -> Sample:
    """Give flows without any order, every fifth of which must go: no service makes such flows."""
    random = Random(seed)  # noqa: S311 - nothing secret
    flows = {
        FiveTuple(
            random.choice((TCP, TCP, UDP)),
            Address(4, (_PRIVATE << 24) | random.getrandbits(24)),
            random.randrange(1024, 65536),
            Address(4, random.getrandbits(32)),
            random.choice(_SERVICE_PORTS),
        )
        for _ in range(count)
    }
    ordered = sorted(flows)
    return Sample(ordered[::5], [flow for position, flow in enumerate(ordered) if position % 5])


def _service(random: Random, *, denied: bool) -> _Service:
    subnet = _subnet(random) if random.random() < 0.6 else (random.choice((3, 34, 52)), *_octets(random))
    subnets = [_subnet(random) for _ in range(random.choice((1, 3, 6)))]
    return _Service(
        random.choice((TCP, TCP, TCP, UDP)),
        random.choice(_SERVICE_PORTS),
        [_host(random, subnet) for _ in range(random.choice((1, 2, 4, 8)))],
        subnets,
        random.choice((len(subnets), (len(subnets) + 1) // 2)) if denied else 0,
    )


def _flows(random: Random, services: list[_Service]) -> Iterator[tuple[FiveTuple, bool]]:
    while True:
        service = random.choice(services)
        subnet = random.randrange(len(service.subnets))
        flow = FiveTuple(
            service.protocol,
            _host(random, service.subnets[subnet]),
            random.randrange(32768, 61000),
            random.choice(service.servers),
            service.port,
        )
        goes = subnet < service.denied_subnets
        yield (flow.reversed() if random.random() < 0.1 else flow), goes


def _octets(random: Random) -> tuple[int, int]:
    return random.randrange(256), random.randrange(256)


def _subnet(random: Random) -> tuple[int, int, int]:
    return _PRIVATE, random.randrange(16), random.randrange(256)


def _host(random: Random, subnet: tuple[int, ...]) -> Address:
    return Address(4, int.from_bytes((*subnet, random.randrange(1, 255))))
