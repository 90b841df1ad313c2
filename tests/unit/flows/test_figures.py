"""The figures of ``benchmarks/filters.py`` on small tables: what is measured must be true first."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.filters import (
    apart,
    clustered_flows,
    clustered_table,
    coin_toss_bound,
    flush,
    over_captures,
    random_change,
    random_services,
    service_change,
    uniform_table,
)


def no_clock() -> float:
    return 0.0


@pytest.mark.parametrize("seed", range(1, 4))
def test_random_edits_over_uniform_flows_need_few_operations(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - nothing secret
    change = random_change(random)
    table = uniform_table(change, random, 1500, 300)
    assert len(table.cut) == 300
    found = flush(table, no_clock, change)
    assert len(apart(table, 60)) <= found.filters <= 60
    assert found.region_safe > 0


def test_denied_services_are_one_operation() -> None:
    random = Random(1)  # noqa: S311 - nothing secret
    services = random_services(random)
    change = service_change(random, services)
    table = clustered_table(change, clustered_flows(random, services), 1500, 300)
    assert flush(table, no_clock, change).operations == 1


def test_captures_miss_nothing_and_look_at_little_more_than_they_must() -> None:
    for uniform, clustered in over_captures(range(1, 4), 500):
        for found in (uniform, clustered):
            assert found.denied <= found.matched
            assert found.avoidable <= 0.1


def test_no_200_filters_cut_flows_by_the_toss_of_a_coin() -> None:
    assert coin_toss_bound(50_000, 10_000, 65_536, 65_536) > 200
    assert coin_toss_bound(50_000, 10_000, 10, 65_536) > coin_toss_bound(50_000, 10_000, 65_536, 65_536)
    assert coin_toss_bound(100, 1, 10, 10) <= 1
