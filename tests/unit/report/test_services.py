from __future__ import annotations

from nfw_reconcile.report.services import service_table, services
from tests import builders as make


def test_flows_are_summed_up_by_service_and_causes() -> None:
    near, far = make.flow("192.0.2.1"), make.flow("192.0.2.2")
    found = services(
        [
            make.flow_row(near, age=10, size=5),
            make.flow_row(far, age=None, size=None),
            make.flow_row(make.flow("192.0.2.1", source="10.1.0.6"), age=99, size=None),
            make.flow_row(near, new=make.by_default()),
        ]
    )
    told = [(each.name.text, each.flows, each.bytes, each.oldest, each.sources) for each in found]
    assert told == [
        ("TCP 192.0.2.1:443", 2, 5, 99, ("10.1.0.5", "10.1.0.6")),
        ("TCP 192.0.2.1:443", 1, 12_000, 3_600, ("10.1.0.5",)),
        ("TCP 192.0.2.2:443", 1, None, None, ("10.1.0.5",)),
    ]


def test_what_is_left_out_is_counted() -> None:
    rows = [
        make.flow_row(make.flow(f"192.0.2.{n}", source_port=port)) for n in range(5) for port in range(n + 1)
    ]
    table = service_table(rows, 2)
    assert [row[2].raw for row in table.rows] == ["5", "4"]
    assert table.rest is not None
    assert table.rest.raw == "and 6 more flows to 3 more services"
    assert service_table(rows, 5).rest is None


def test_the_order_does_not_depend_on_the_order_of_the_flows() -> None:
    rows = [make.flow_row(make.flow(f"192.0.2.{n}")) for n in range(9)]
    assert service_table(rows, 9) == service_table(rows[::-1], 9)
