from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.documents import NameKind, NameOrigin
from nfw_reconcile.report.flow_charts import (
    MOST_BARS,
    MOST_NETWORKS,
    MOST_PORTS,
    age_histogram,
    flow_charts,
    place_grid,
    service_bars,
)
from nfw_reconcile.report.names import Names
from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FlowRow

ADDRESSES = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str) | st.just("10.x.x.x#1")
ROWS = st.lists(
    st.builds(
        lambda source, port, protocol, age: make.flow_row(
            make.flow("203.0.113.1", port, source=source, protocol=protocol), age=age
        ),
        ADDRESSES,
        st.integers(0, 65_535),
        st.sampled_from((1, 6, 17, 47)),
        st.none() | st.integers(0, 10**7),
    ),
    max_size=40,
)


def _rows(*sources: str) -> list[FlowRow]:
    return [make.flow_row(make.flow(source=source)) for source in sources]


def test_flows_that_are_all_alike_need_no_picture() -> None:
    assert flow_charts([]) == ()
    assert flow_charts([make.flow_row(age=None)]) == ()


@given(ROWS)
def test_pictures_count_each_flow_once(rows: list[FlowRow]) -> None:
    bars, ages, grid = service_bars(rows), age_histogram(rows), place_grid(rows)
    if bars is not None and bars.rest is None:
        assert sum(bar.value for bar in bars.bars) == len(rows)
    if ages is not None:
        assert sum(each.value for each in ages.bins) == sum(row.age is not None for row in rows)
    if grid is not None:
        assert sum(map(sum, grid.cells)) == len(rows)
        assert len(grid.rows) == len(grid.cells) <= MOST_NETWORKS + 1
        assert {len(row) for row in grid.cells} == {len(grid.columns)}
        assert len(grid.columns) <= MOST_PORTS + 1


def test_most_flows_first_and_the_rest_in_sums() -> None:
    rows = [make.flow_row(make.flow(f"192.0.2.{n}")) for n in range(20) for _ in range(n + 1)]
    bars = service_bars(rows)
    assert bars is not None
    assert [bar.value for bar in bars.bars] == list(range(20, 20 - MOST_BARS, -1))
    assert bars.rest is not None
    assert bars.rest.raw == "and 55 more flows to 10 more services"


@pytest.mark.parametrize(
    ("age", "name"),
    [
        (0, "under 1 minute"),
        (59, "under 1 minute"),
        (60, "1 to 10 minutes"),
        (3_599, "10 to 60 minutes"),
        (3_600, "1 to 6 hours"),
        (86_400, "1 to 7 days"),
        (604_800, "7 days and more"),
    ],
)
def test_spans_of_age(age: int, name: str) -> None:
    chart = age_histogram([make.flow_row(age=age)] * 2)
    assert chart is not None
    assert {each.name: each.value for each in chart.bins if each.value} == {name: 2}


def test_flows_without_an_age_are_told() -> None:
    chart = age_histogram([make.flow_row(age=1), make.flow_row(age=2), make.flow_row(age=None)])
    assert chart is not None
    assert chart.caption.raw == "Time since the first packet of 2 flows, 1 without an age."


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["10.1.2.3", "10.1.3.4"], ["10.1.2.0/24", "10.1.3.0/24"]),
        (["10.2.0.1", "9.0.0.1", "2001:db8::1"], ["9.0.0.0/24", "10.2.0.0/24", "2001:db8::/64"]),
        ([f"10.1.{n}.1" for n in range(16, 48)], ["10.1.16.0/20", "10.1.32.0/20"]),
        (["10.x.x.x#1", "10.x.x.x#2", "172.x.x.x#3"], ["10.x.x.x", "172.x.x.x"]),
    ],
)
def test_networks_are_as_small_as_there_is_room_for(sources: list[str], names: list[str]) -> None:
    grid = place_grid(_rows(*sources))
    assert grid is not None
    assert [label.what.raw for label in grid.rows] == names


def test_services_and_networks_have_the_names_of_their_addresses() -> None:
    known = Names.of(
        [
            make.name("10.1.0.1"),
            make.name("10.1.0.2"),
            make.name("10.2.0.1", "web-1", None, network="app-a in prod"),
            make.name("10.2.0.2", "web-2", None, network="app-a in prod"),
            make.name("10.3.0.1", "batch", None),
            make.name("203.0.113.10", "S3 eu-west-1", None, kind=NameKind.SERVICE, origin=NameOrigin.RANGES),
        ]
    )
    rows = _rows("10.1.0.1", "10.1.0.2", "10.2.0.1", "10.2.0.2", "10.3.0.1", "10.3.0.2")
    bars, grid = service_bars([*rows, make.flow_row(make.flow("192.0.2.1"))], known), place_grid(rows, known)
    assert bars is not None
    assert [bar.label.whole.raw for bar in bars.bars] == [
        "TCP 203.0.113.10:443 (S3 eu-west-1)",
        "TCP 192.0.2.1:443",
    ]
    assert grid is not None
    assert [label.whole.raw for label in grid.rows] == [
        "10.1.0.0/24 (checkout, payments)",
        "10.2.0.0/24 (app-a in prod)",
        "10.3.0.0/24",
    ]


def test_ports_beyond_the_most_common_are_others() -> None:
    rows = [make.flow_row(make.flow(destination_port=port)) for port in range(1, MOST_PORTS + 3)]
    rows += [make.flow_row(make.flow(destination_port=9_999))] * 2
    grid = place_grid(rows)
    assert grid is not None
    assert [name.raw for name in grid.columns] == [
        *(f"TCP {port}" for port in range(1, 10)),
        "TCP 9999",
        "others",
    ]
    assert grid.cells == ((*[1] * 9, 2, 3),)


def test_a_protocol_without_ports_has_one_column() -> None:
    grid = place_grid([make.flow_row(make.flow(destination_port=0, protocol=1)), make.flow_row()])
    assert grid is not None
    assert [name.raw for name in grid.columns] == ["ICMP", "TCP 443"]
