from __future__ import annotations

import ipaddress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.addresses import (
    ANY_ADDRESS,
    HIGHEST_ADDRESS,
    NO_ADDRESS,
    Address,
    AddressSet,
    Family,
    Network,
    everything,
    range_to_networks,
)
from tests.strategies import address_sets, addresses, families, networks, ranges, values

ADDRESSES = families.flatmap(addresses)
NETWORKS = families.flatmap(networks)
SETS = address_sets()
RANGES = families.flatmap(lambda family: st.tuples(st.just(family), ranges(values(family))))


@given(ADDRESSES)
def test_an_address_is_read_as_it_is_written(address: Address) -> None:
    assert Address.parse(str(address)) == address


@given(NETWORKS)
def test_a_block_is_read_as_it_is_written(network: Network) -> None:
    assert Network.parse(str(network)) == network


@given(NETWORKS, st.integers(0))
def test_host_bits_are_cleared(network: Network, host: int) -> None:
    inside = Address(network.family, network.value + host % (network.highest - network.value + 1))
    assert Network.parse(f"{inside}/{network.length}") == network


@pytest.mark.parametrize("text", ["", "10.0.0.256", "10.0.0.0/33", "::/129", "x"])
def test_what_is_no_block_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Network.parse(text)


@given(families.flatmap(lambda family: st.tuples(networks(family), addresses(family))))
def test_a_block_holds_what_the_standard_library_says(pair: tuple[Network, Address]) -> None:
    network, address = pair
    expected = ipaddress.ip_address(str(address)) in ipaddress.ip_network(str(network))
    assert network.holds(address) == expected


@given(families.flatmap(lambda family: st.tuples(networks(family), networks(family))))
def test_a_block_covers_another_exactly_if_it_holds_both_its_ends(pair: tuple[Network, Network]) -> None:
    one, other = pair
    ends = (Address(other.family, other.value), Address(other.family, other.highest))
    assert one.covers(other) == all(one.holds(end) for end in ends)


def test_no_block_says_anything_about_the_other_family() -> None:
    assert not everything(4).holds(Address(6, 0))
    assert not everything(6).covers(everything(4))


@given(RANGES)
def test_a_range_is_split_as_the_standard_library_does(drawn: tuple[Family, tuple[int, int]]) -> None:
    family, (low, high) = drawn
    kind = ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address
    expected = [str(block) for block in ipaddress.summarize_address_range(kind(low), kind(high))]
    assert [str(block) for block in range_to_networks(family, low, high)] == expected


@given(RANGES)
def test_blocks_fill_a_range_without_gap_or_overlap(drawn: tuple[Family, tuple[int, int]]) -> None:
    family, (low, high) = drawn
    blocks = range_to_networks(family, low, high)
    assert blocks[0].value == low
    assert blocks[-1].highest == high
    assert all(one.highest + 1 == other.value for one, other in pairwise(blocks))


@given(RANGES)
def test_no_two_blocks_could_be_one(drawn: tuple[Family, tuple[int, int]]) -> None:
    family, (low, high) = drawn
    blocks = range_to_networks(family, low, high)
    for one, other in pairwise(blocks):
        size = one.highest - one.value + 1
        assert one.length != other.length or one.value % (2 * size) != 0


def test_an_empty_range_has_no_blocks() -> None:
    assert range_to_networks(4, 1, 0) == []


@given(SETS)
def test_a_set_is_the_union_of_its_blocks(found: AddressSet) -> None:
    assert AddressSet.of(found.networks()) == found


@given(SETS, SETS, ADDRESSES)
def test_union_intersection_and_difference_hold_what_they_say(
    a: AddressSet, b: AddressSet, address: Address
) -> None:
    in_a, in_b = address in a, address in b
    assert (address in a | b) == (in_a or in_b)
    assert (address in a & b) == (in_a and in_b)
    assert (address in a - b) == (in_a and not in_b)


@given(SETS)
def test_nothing_and_everything(found: AddressSet) -> None:
    assert found & ANY_ADDRESS == found
    assert found - ANY_ADDRESS == NO_ADDRESS
    assert bool(found) == (found != NO_ADDRESS)


@given(families)
def test_everything_is_the_whole_family(family: Family) -> None:
    assert AddressSet.of([everything(family)]).family(family) == ANY_ADDRESS.family(family)
    assert everything(family).highest == HIGHEST_ADDRESS[family]
