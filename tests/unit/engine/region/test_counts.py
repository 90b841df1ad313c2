"""The region's size against two oracles that share nothing with it: decision diagrams, and flows listed one by one.

The rules are those of :mod:`benchmarks.rules`, the diagrams are the peer of ``benchmarks/bdd.py``.
"""

from __future__ import annotations

from itertools import chain, pairwise, product
from math import prod
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks import bdd
from benchmarks.clipping import PROTOCOLS, BoxList
from benchmarks.regions import flows_over_ipv4
from benchmarks.rules import ANY_PORT, ANYWHERE, AccessRule, draw_access_list, edited, numbered
from benchmarks.snapshots import DEFAULT
from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.region import newly_denied
from nfw_reconcile.model.addresses import HIGHEST_ADDRESS, Address, Network
from nfw_reconcile.model.flow import ICMP, PROTOCOLS_WITH_PORTS, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.intervals import HIGHEST_PORT
from tests.rulesets import compiled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GRE: Final = 47
MOST_NODES: Final = 1 << 18


class Piece(NamedTuple):
    """Values of a field that no rule tells apart: the lowest, and how many."""

    value: int
    size: int


networks = st.sampled_from(
    (ANYWHERE, ANYWHERE, *map(Network.parse, ("10.0.0.0/30", "10.0.0.2/31", "10.0.0.3/32", "128.0.0.0/1")))
)
ports = st.sampled_from((ANY_PORT, ANY_PORT, (0, 0), (80, 80), (53, 443), (1024, HIGHEST_PORT)))
protocols = st.sampled_from((0, 0, TCP, TCP, UDP, ICMP, SCTP, GRE))
actions = st.sampled_from(("pass", "pass", "pass", "drop", "reject"))
access_rules = st.builds(AccessRule, actions, protocols, networks, ports, networks, ports)


@st.composite
def changes(draw: st.DrawFn) -> tuple[list[AccessRule], list[AccessRule]]:
    """Draw rules, and after the change new ones before some of them, in any order and more than once."""
    old = draw(st.lists(access_rules, min_size=2, max_size=4))
    return old, [
        *draw(st.lists(access_rules, max_size=2)),
        *draw(st.lists(st.sampled_from(old), max_size=4)),
    ]


def enumerated(old: list[AccessRule], new: list[AccessRule]) -> int:
    before, after = (compiled("\n".join(numbered(rules)), defaults=(DEFAULT,)) for rules in (old, new))
    found = newly_denied(Comparison(before, after), align(before, after))
    assert found.complete
    return flows_over_ipv4(found)


def by_diagrams(old: list[AccessRule], new: list[AccessRule]) -> int:
    return bdd.newly_denied(BoxList(old), BoxList(new), MOST_NODES).flows


def listed(old: Sequence[AccessRule], new: Sequence[AccessRule]) -> int:
    return sum(size for flow, size in classes([*old, *new]) if allowed(old, flow) and not allowed(new, flow))


def allowed(rules: Sequence[AccessRule], flow: FiveTuple) -> bool:
    """Try the rules on the initiator's packet, then on the answer to TCP, as the default lets handshakes through."""
    packets = (flow, flow.reversed()) if flow.protocol == TCP else (flow,)
    actions = (rule.action for packet in packets for rule in rules if rule.matches(packet))
    return next(actions, "drop") == "pass"


def classes(rules: Sequence[AccessRule]) -> Iterable[tuple[FiveTuple, int]]:
    """List one flow of each class that no rule tells apart, and how many flows it has."""
    blocks = [block for rule in rules for block in (rule.source, rule.destination)]
    hosts = pieces(((block.value, block.highest) for block in blocks), HIGHEST_ADDRESS[4])
    ranges = (found for rule in rules for found in (rule.source_ports, rule.destination_ports))
    doors = pieces(ranges, HIGHEST_PORT)
    for protocol in PROTOCOLS:
        some = doors if protocol in PROTOCOLS_WITH_PORTS else [Piece(0, 1)]
        for found in product(hosts, some, hosts, some):
            source, source_port, destination, destination_port = (piece.value for piece in found)
            ends = (Address(4, source), source_port, Address(4, destination), destination_port)
            yield FiveTuple(protocol, *ends), prod(piece.size for piece in found)


def pieces(ranges: Iterable[tuple[int, int]], highest: int) -> list[Piece]:
    edges = sorted({0, highest + 1, *chain.from_iterable((low, high + 1) for low, high in ranges)})
    return [Piece(low, after - low) for low, after in pairwise(edges)]


EVERY_IP: Final = AccessRule("pass", 0, ANYWHERE, ANY_PORT, ANYWHERE, ANY_PORT)
PORT_0: Final = AccessRule("pass", 0, ANYWHERE, (0, 0), ANYWHERE, ANY_PORT)
ANSWERS: Final = AccessRule("pass", TCP, ANYWHERE, (80, 80), ANYWHERE, ANY_PORT)
NEW_DROP: Final = AccessRule("drop", UDP, ANYWHERE, ANY_PORT, ANYWHERE, (53, 443))


@given(changes())
@example(([PORT_0], []))
@example(([ANSWERS], []))
@example(([EVERY_IP], [NEW_DROP, EVERY_IP]))
@example(([EVERY_IP, NEW_DROP], [NEW_DROP, EVERY_IP]))
def test_region_diagrams_and_listing_count_the_same(
    change: tuple[list[AccessRule], list[AccessRule]],
) -> None:
    assert enumerated(*change) == by_diagrams(*change) == listed(*change)


@pytest.mark.parametrize("draw", range(3))
def test_region_and_diagrams_count_the_same_of_long_lists(draw: int, seed: int) -> None:
    random = Random(f"{seed} {draw}")  # noqa: S311 - nothing secret
    old = draw_access_list(random, 300)
    new = edited(random, old)
    count = enumerated(old, new)
    assert count == by_diagrams(old, new)
    assert count > 0
