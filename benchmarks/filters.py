"""How few filters, how fast, and how much too much is looked at: random policy edits over random flows.

A flow goes from a client to a service: its client's port is one that systems give to clients, its service's
port lies below those. Apart from that nothing in a uniform table of flows has any order.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.align import Alignment, align
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.headers import HeaderBox, bits
from nfw_reconcile.engine.region import newly_denied
from nfw_reconcile.engine.region.filters import DeniedRegion
from nfw_reconcile.engine.region.terrain import Terrain
from nfw_reconcile.flows.proof import Listing
from nfw_reconcile.flows.select import Selection, select
from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.filters import FlowFilter
from nfw_reconcile.model.flow import TCP, UDP, FiveTuple
from nfw_reconcile.model.verdict import Effect, Verdict
from nfw_reconcile.pipeline.planning import capture_filters
from tests.rulesets import compiled, numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nfw_reconcile.model.intervals import IntervalSet
    from nfw_reconcile.model.verdict import FlowEffect

EVERYTHING: Final = FlowFilter(Network(4, 0, 0), Network(4, 0, 0))
FIRST_CLIENT_PORT: Final = 32768
_SERVICES: Final = (22, 53, 443, 3306, 5432, 8080)
_WANTED: Final = frozenset({Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED})


@dataclass(frozen=True, slots=True)
class Change:
    """A policy before and after random edits; ``rules`` are those after."""

    rules: tuple[str, ...]
    comparison: Comparison
    alignment: Alignment

    @property
    def changed(self) -> list[HeaderBox]:
        """Give the headers of the changed rules."""
        terrain = Terrain.of(self.comparison, self.alignment)
        return [terrain.boxes[number] for number in bits(terrain.touched)]


@dataclass(frozen=True, slots=True)
class Table:
    """Flows that must go, and flows that must stay."""

    cut: list[FiveTuple]
    keep: list[FiveTuple]


def random_change(random: Random) -> Change:
    """Draw 1 to 4 exceptions and, behind them, 3 to 6 new drops before a pass of everything."""
    exceptions = [f"pass {_header(random)} ()" for _ in range(random.randint(1, 4))]
    drops = [f"drop {_header(random)} ()" for _ in range(random.randint(3, 6))]
    before = [*exceptions, "pass ip any any -> any any ()"]
    after = [*exceptions, *drops, "pass ip any any -> any any ()"]
    return _change(before, after)


def _change(before: list[str], after: list[str]) -> Change:
    old, new = (compiled(numbered(texts), defaults=("aws:drop_strict",)) for texts in (before, after))
    return Change(tuple(after), Comparison(old, new), align(old, new))


def _header(random: Random) -> str:
    while True:
        protocol = random.choice(("tcp", "tcp", "udp", "ip"))
        source, destination = _addresses(random), _addresses(random)
        ports = _ports(random) if protocol != "ip" else "any"
        if (source, destination, ports) != ("any", "any", "any"):
            return f"{protocol} {source} any -> {destination} {ports}"


def _addresses(random: Random) -> str:
    match random.choices(("any", "block", "list", "negated"), (7, 9, 2, 2))[0]:
        case "any":
            return "any"
        case "block":
            return _block(random, 1)
        case "list":
            return f"[{','.join(_block(random, 3) for _ in range(random.randint(2, 4)))}]"
        case _:
            return f"!{_block(random, 2)}"


def _block(random: Random, shortest: int) -> str:
    length = random.randint(shortest, 8)
    return str(Network(4, random.getrandbits(length) << (32 - length), length))


def _ports(random: Random) -> str:
    match random.choices(("any", "service", "range", "list"), (7, 5, 5, 3))[0]:
        case "any":
            return "any"
        case "service":
            return str(random.choice(_SERVICES))
        case "range":
            low = random.randrange(1, FIRST_CLIENT_PORT)
            return f"{low}:{min(FIRST_CLIENT_PORT - 1, low + random.choice((100, 1000, 10_000)))}"
        case _:
            return f"[{','.join(str(random.randrange(1, FIRST_CLIENT_PORT)) for _ in range(3))}]"


def uniform_flow(random: Random) -> FiveTuple:
    """Draw a flow between any two addresses."""
    return FiveTuple(
        random.choice((TCP, TCP, UDP)),
        Address(4, random.getrandbits(32)),
        random.randrange(FIRST_CLIENT_PORT, 61_000),
        Address(4, random.getrandbits(32)),
        random.randrange(1, FIRST_CLIENT_PORT),
    )


def _inside(random: Random, box: HeaderBox) -> FiveTuple:
    """Draw a flow uniformly from those that a header matches; where it leaves the client's port open, a client's."""
    return FiveTuple(
        random.choice(sorted(box.protocol.numbers & {TCP, UDP}) or (TCP, UDP)),
        Address(4, _member(random, box.source.v4)),
        random.randrange(FIRST_CLIENT_PORT, 61_000),
        Address(4, _member(random, box.destination.v4)),
        random.randrange(1, FIRST_CLIENT_PORT)
        if box.any_destination_port
        else _member(random, box.destination_ports),
    )


def _member(random: Random, values: IntervalSet) -> int:
    left = random.randrange(values.size)
    for low, high in values:
        if left <= high - low:
            return low + left
        left -= high - low + 1
    raise AssertionError


@dataclass(frozen=True, slots=True)
class Service:
    """A few servers, one port, and the subnets (/24) that its clients are in."""

    protocol: int
    port: int
    servers: tuple[Network, ...]
    subnets: tuple[Network, ...]

    def flow(self, random: Random) -> FiveTuple:
        """Draw a flow of one of its clients."""
        return FiveTuple(
            self.protocol,
            Address(4, random.choice(self.subnets).value + random.randrange(1, 255)),
            random.randrange(FIRST_CLIENT_PORT, 61_000),
            Address(4, random.choice(self.servers).value),
            self.port,
        )

    def rule(self, action: str) -> str:
        """Write a rule for the service and all its clients."""
        word = "tcp" if self.protocol == TCP else "udp"
        subnets, servers = (",".join(map(str, blocks)) for blocks in (self.subnets, self.servers))
        return f"{action} {word} [{subnets}] any -> [{servers}] {self.port} ()"


def random_services(random: Random, count: int = 60) -> list[Service]:
    """Draw services: 1 to 8 servers in a /24 of 10/8 or outside, and clients in 1 to 6 subnets of 10/8."""
    return [_service(random) for _ in range(count)]


def _service(random: Random) -> Service:
    around = _subnet(random, random.choice((10, 10, 3, 52)))
    servers = [
        Network(4, around.value + random.randrange(1, 255), 32) for _ in range(random.choice((1, 2, 4, 8)))
    ]
    subnets = [_subnet(random, 10) for _ in range(random.choice((1, 3, 6)))]
    return Service(
        random.choice((TCP, TCP, TCP, UDP)), random.choice(_SERVICES), tuple(servers), tuple(subnets)
    )


def _subnet(random: Random, first: int) -> Network:
    return Network(4, first << 24 | random.randrange(16) << 16 | random.randrange(256) << 8, 24)


def clustered_flows(random: Random, services: Sequence[Service]) -> Iterator[FiveTuple]:
    """Draw flows as services make them."""
    while True:
        yield random.choice(services).flow(random)


def service_change(random: Random, services: Sequence[Service], denied: int = 8) -> Change:
    """Deny some services to all their clients; everything is allowed before, and all else after."""
    drops = [service.rule("drop") for service in random.sample(list(services), denied)]
    before = ["pass ip any any -> any any ()"]
    return _change(before, [*drops, *before])


def clustered_table(
    change: Change, flows: Iterator[FiveTuple], count: int = 50_000, denied: int = 10_000
) -> Table:
    """Take flows as they come, until so many are newly denied and the others are not."""
    cut: dict[FiveTuple, None] = {}
    keep: dict[FiveTuple, None] = {}
    while len(cut) < denied or len(keep) < count - denied:
        flow = next(flows)
        newly = change.comparison.effect(flow).effect is Effect.NEWLY_DENIED
        side, most = (cut, denied) if newly else (keep, count - denied)
        if len(side) < most:
            side[flow] = None
    return Table(list(cut), list(keep))


def uniform_table(change: Change, random: Random, count: int = 50_000, denied: int = 10_000) -> Table:
    """Draw flows that the old policy allowed, until so many are newly denied and the others are not.

    Half are drawn from the headers of changed rules, else narrow rules would meet no flow; those in need that
    50 draws for each flow did not find are missing.
    """
    boxes = change.changed
    cut: dict[FiveTuple, None] = {}
    keep: dict[FiveTuple, None] = {}
    for _ in range(50 * count):
        if len(cut) >= denied and len(keep) >= count - denied:
            break
        flow = uniform_flow(random) if random.random() < 0.5 else _inside(random, random.choice(boxes))
        effect = change.comparison.effect(flow)
        if effect.old.verdict is Verdict.ALLOWED:
            side, most = (cut, denied) if effect.effect is Effect.NEWLY_DENIED else (keep, count - denied)
            if len(side) < most:
                side[flow] = None
    return Table(list(cut), list(keep))


@dataclass(frozen=True, slots=True)
class Flush:
    """What one choice came to; seconds are those of the clock that was given."""

    operations: int
    filters: int
    region_safe: int
    seconds: float


def flush(table: Table, clock: Callable[[], float], change: Change | None = None) -> Flush:
    """Choose flush filters for a table, with the region in view where a change is given."""
    start = clock()
    region = DeniedRegion(change.comparison) if change else None
    found: Selection = select(table.cut, table.keep, [EVERYTHING], region=region)
    return Flush(len(found.batches), sum(map(len, found.batches)), len(found.region_safe), clock() - start)


def coin_toss_bound(
    flows: int, denied: int, destination_ports: int, source_ports: int, protocols: int = 2
) -> int:
    """Give a number of filters that is too few for nearly every choice of ``denied`` flows out of ``flows``.

    A union of filters picks one set of flows. On ``flows`` distinct addresses a block can pick at most
    ``2 * flows`` sets (the nodes of a binary tree), on ``n`` ports a range ``n * (n + 1) / 2``. So ``k`` filters
    pick at most ``(their product) ** k`` sets, and there are as many as the binomial coefficient says: with fewer
    filters than this, no more than one choice in 2**64 can be had.
    """

    def ranges(ports: int) -> float:
        return math.log2(ports * (ports + 1) / 2)

    each = 2 * math.log2(2 * flows) + ranges(source_ports) + ranges(destination_ports) + protocols
    choices = math.log2(math.comb(flows, denied))
    return math.ceil((choices - 64) / each)


def apart(table: Table, sample: int = 400) -> list[FiveTuple]:
    """Give flows to cut no two of which fit into one filter: at least so many filters are needed.

    Of two that do, the smallest filter around both matches no flow that must stay, nor a mirror image of one.
    """
    stays = Listing([*table.keep, *(flow.reversed() for flow in table.keep)])
    chosen: list[FiveTuple] = []
    for flow in table.cut[:: max(1, len(table.cut) // sample)]:
        if all(stays.matched(_around(flow, other)).any() for other in chosen):
            chosen.append(flow)
    return chosen


def _around(one: FiveTuple, other: FiveTuple) -> FlowFilter:
    return FlowFilter(
        _block_around(one.source, other.source),
        _block_around(one.destination, other.destination),
        _range_around(one.source_port, other.source_port),
        _range_around(one.destination_port, other.destination_port),
        tuple(sorted({one.protocol, other.protocol})),
    )


def _block_around(one: Address, other: Address) -> Network:
    shift = (one.value ^ other.value).bit_length()
    return Network(4, one.value >> shift << shift, 32 - shift)


def _range_around(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


@dataclass(frozen=True, slots=True)
class OverCapture:
    """Of flows that the old policy allowed: all, those that the capture filters match, and of these the denied ones.

    ``mirrored`` are not denied, but what the other side would begin is: as nobody documents which way round the
    service lists a flow, they have to be looked at.
    """

    filters: int
    flows: int
    matched: int
    denied: int
    mirrored: int

    @property
    def idle(self) -> float:
        """Give the share of all flows that are looked at although the change does not deny them."""
        return (self.matched - self.denied) / self.flows

    @property
    def avoidable(self) -> float:
        """Give the share of all flows that a capture with any number of filters would not look at."""
        return (self.matched - self.denied - self.mirrored) / self.flows


def over_capture(change: Change, flows: Sequence[FiveTuple]) -> OverCapture:
    """Measure what capture filters match of some flows beyond those that a look is for."""
    found = newly_denied(change.comparison, change.alignment)
    filters = capture_filters(change.comparison, change.alignment, found.parts if found.complete else None)
    effect = change.comparison.effect
    allowed = [flow for flow in flows if effect(flow).old.verdict is not Verdict.DENIED]
    matched = Listing(allowed).matched_by_any(filters).tolist()
    wanted = [_is_wanted(effect(flow)) for flow in allowed]
    mirrored = sum(
        _is_wanted(effect(flow.reversed())) and not want for flow, want in zip(allowed, wanted, strict=True)
    )
    missed = sum(want and not seen for want, seen in zip(wanted, matched, strict=True))
    if missed:
        message = f"the capture misses {missed} flows that the change denies"
        raise AssertionError(message)
    return OverCapture(len(filters), len(allowed), sum(matched), sum(wanted), mirrored)


def _is_wanted(effect: FlowEffect) -> bool:
    return effect.effect in _WANTED and effect.old.verdict is not Verdict.DENIED


def over_captures(seeds: Sequence[int], count: int = 20_000) -> Iterator[tuple[OverCapture, OverCapture]]:
    """Measure random edits: uniform flows, then clustered ones."""
    for seed in seeds:
        random = Random(seed)
        change = random_change(random)
        uniform = [uniform_flow(random) for _ in range(count)]
        clustered = list(itertools.islice(clustered_flows(random, random_services(random)), count))
        yield over_capture(change, uniform), over_capture(change, clustered)
