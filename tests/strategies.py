"""Values at which sets of addresses and ports go wrong, and strategies that draw from them first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from nfw_reconcile.model.addresses import HIGHEST_ADDRESS, Address, AddressSet, Family, Network
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter
from nfw_reconcile.model.flow import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.intervals import HIGHEST_PORT, Interval, IntervalSet

if TYPE_CHECKING:
    from collections.abc import Sequence

NASTY_PORTS: Final = (0, 1, 2, 79, 80, 81, 443, 1023, 1024, 32767, 32768, HIGHEST_PORT - 1, HIGHEST_PORT)
"""Both ends, neighbours, and both sides of powers of two."""

NASTY_ADDRESSES: Final[dict[Family, tuple[int, ...]]] = {
    4: (
        0, 1, 2**24 - 1, 2**24, *range(10 << 24, (10 << 24) + 4), 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1,
    ),
    6: (
        0, 1, 2**32 - 1, 2**32, 2**64 - 1, 2**64, 2**127 - 1, 2**127,
        *range(0x20010DB8 << 96, (0x20010DB8 << 96) + 4), 2**128 - 2, 2**128 - 1,
    ),
}  # fmt: skip
"""Both ends, runs of neighbours, both sides of powers of two, and of what another width would cut off."""

families: Final[st.SearchStrategy[Family]] = st.sampled_from((4, 6))
ports: Final = st.one_of(st.sampled_from(NASTY_PORTS), st.integers(0, HIGHEST_PORT))
protocols: Final = st.sampled_from((TCP, UDP, SCTP, ICMP, ICMPV6))


def values(family: Family) -> st.SearchStrategy[int]:
    """Draw an address of a family as a number."""
    return st.one_of(st.sampled_from(NASTY_ADDRESSES[family]), st.integers(0, HIGHEST_ADDRESS[family]))


def addresses(family: Family) -> st.SearchStrategy[Address]:
    """Draw an address of a family."""
    return values(family).map(lambda value: Address(family, value))


def ranges(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Interval]:
    """Draw a closed interval that is not empty."""
    return st.tuples(numbers, numbers).map(lambda pair: (min(pair), max(pair)))


def interval_sets(numbers: st.SearchStrategy[int] = ports) -> st.SearchStrategy[IntervalSet]:
    """Draw a set of up to five intervals."""
    return st.lists(ranges(numbers), max_size=5).map(IntervalSet.of)


def address_sets() -> st.SearchStrategy[AddressSet]:
    """Draw a set of addresses of both families."""
    return st.builds(AddressSet, interval_sets(values(4)), interval_sets(values(6)))


@st.composite
def networks(draw: st.DrawFn, family: Family) -> Network:
    """Draw a block of any length."""
    bits = 32 if family == 4 else 128
    length = draw(st.one_of(st.sampled_from((0, 1, 8, 24, bits - 1, bits)), st.integers(0, bits)))
    return Network(family, draw(values(family)) >> (bits - length) << (bits - length), length)


@st.composite
def filters(draw: st.DrawFn, family: Family) -> FlowFilter:
    """Draw a filter of one family, often with a field that matches all."""
    port_ranges = st.one_of(st.just(ANY_PORT), ranges(ports))
    chosen = draw(st.one_of(st.just(()), st.lists(protocols, max_size=3, unique=True).map(tuple)))
    return FlowFilter(
        draw(networks(family)),
        draw(networks(family)),
        draw(port_ranges),
        draw(port_ranges),
        tuple(sorted(chosen)),
    )


@st.composite
def flows(draw: st.DrawFn, family: Family | None = None) -> FiveTuple:
    """Draw a flow; one without ports has 0 for both."""
    chosen = draw(families) if family is None else family
    protocol = draw(protocols)
    chosen_ports = ports if protocol in PROTOCOLS_WITH_PORTS else st.just(0)
    return FiveTuple(
        protocol, draw(addresses(chosen)), draw(chosen_ports), draw(addresses(chosen)), draw(chosen_ports)
    )


def around(*sets: IntervalSet) -> Sequence[int]:
    """Give the values at which membership of some sets can change, and those beside them."""
    edges = {edge for found in sets for low, high in found for edge in (low - 1, low, high, high + 1)}
    return sorted(edge for edge in {*edges, 0, HIGHEST_PORT} if edge >= 0)
