from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.names import LONGEST_NAME, PrefixTable, name_problem


def _blocks() -> st.SearchStrategy[Network]:
    """Give blocks that often lie in each other: of few addresses, and of both families."""
    near = st.integers(0, 2**8 - 1)
    v4 = st.builds(lambda low, length: Network.parse(f"10.0.0.{low}/{length}"), near, st.integers(0, 32))
    v6 = st.builds(
        lambda low, length: Network.parse(f"2001:db8::{low:x}/{length}"), near, st.integers(0, 128)
    )
    return v4 | v6


def _addresses() -> st.SearchStrategy[Address]:
    near = st.integers(0, 2**8 - 1)
    return near.map(lambda low: Address.parse(f"10.0.0.{low}")) | near.map(
        lambda low: Address.parse(f"2001:db8::{low:x}")
    )


@given(st.lists(_blocks(), max_size=12), _addresses())
def test_the_longest_prefix_is_the_one_that_a_loop_over_all_finds(
    blocks: list[Network], address: Address
) -> None:
    table = PrefixTable.of((block, number) for number, block in enumerate(blocks))
    holding = [(-block.length, number) for number, block in enumerate(blocks) if block.holds(address)]
    first: dict[int, int] = {}
    for length, number in sorted(holding):
        first.setdefault(length, number)
    assert list(table.matches(address)) == list(first.values())
    assert table.longest(address) == next(iter(first.values()), None)


def test_an_empty_table_knows_nothing() -> None:
    assert PrefixTable[str].of(()).longest(Address.parse("10.0.0.1")) is None


def test_what_can_be_a_name() -> None:
    assert name_problem("x" * LONGEST_NAME, "name") is None
    assert (
        name_problem("x" * (LONGEST_NAME + 1), "name") == "the name has 201 characters, and 200 are the most"
    )
    assert name_problem("\t ", "owner") == "the owner is empty"
