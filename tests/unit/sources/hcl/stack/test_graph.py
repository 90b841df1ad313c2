"""Lazy evaluation: each node once, dependencies first, cycles seen, digests that follow what counts."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.stack.graph import Computation, Graph, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

DEPTH = 20_000


def sums(needs: Mapping[int, list[int]]) -> tuple[Graph[int, int], list[int]]:
    """Give a graph in which a node is one more than the sum of what it needs, and the order of computation."""
    order: list[int] = []

    def compute(node: int) -> Computation[int, int]:
        total = 1
        for need in needs.get(node, []):
            total += yield need
        order.append(node)
        return total

    return Graph(compute, lambda _: 0), order


def test_a_chain_of_any_length_is_computed_without_a_stack() -> None:
    graph, order = sums({node: [node + 1] for node in range(DEPTH)})
    assert graph.outcome(0) == DEPTH + 1
    assert order == list(range(DEPTH, -1, -1))


@given(st.dictionaries(st.integers(0, 20), st.lists(st.integers(0, 20), max_size=4)))
def test_every_node_is_computed_once_whatever_refers_to_it(edges: dict[int, list[int]]) -> None:
    acyclic = {node: [need for need in needs if need > node] for node, needs in edges.items()}
    graph, order = sums(acyclic)
    for node in range(21):
        assert graph.outcome(node) == 1 + sum(graph.outcome(need) for need in acyclic.get(node, []))
    assert len(order) == len(set(order))


@given(st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=3)))
def test_every_cycle_ends_and_names_itself(edges: dict[int, list[int]]) -> None:
    chains: list[list[int]] = []
    graph, _ = sums(edges)

    def closed(chain: list[int]) -> int:
        chains.append(chain)
        return 0

    graph.cycle = closed
    for node in range(7):
        graph.outcome(node)
    for chain in chains:
        assert chain[0] == chain[-1]
        assert all(need in edges[node] for node, need in itertools.pairwise(chain))


def test_the_digest_of_a_known_value_tells_the_value_alone() -> None:
    one, other = Result(values.number(3), "1 + 2"), Result(values.number(3), "3")
    assert one.digest() == other.digest() != Result(values.number(4), "3").digest()


def test_the_digest_of_an_unknown_value_tells_how_it_is_made() -> None:
    def made(says: str = "x", need: int = 1, content: str = "c") -> str:
        deep = Result(values.number(need))
        between = Result(values.unknown("var.u"), "same", (deep,))
        return Result(values.unknown("var.u"), says, (between,), {"f": content}).digest()

    assert made() == made()
    assert len({made(), made(says="y"), made(need=2), made(content="d")}) == 4


def test_files_are_those_of_all_that_a_value_is_made_of() -> None:
    deep = Result(values.number(1), reads={"a": "1", "?sought": "there"})
    assert Result(
        values.number(2), needs=(Result(values.number(3), needs=(deep,)), deep), reads={"b": "2"}
    ).files() == {
        "a",
        "b",
    }
