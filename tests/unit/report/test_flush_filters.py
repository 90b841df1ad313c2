from __future__ import annotations

import dataclasses

from nfw_reconcile.model.documents import FilterSafety
from nfw_reconcile.model.result_document import OperationType, ZoneResult
from nfw_reconcile.report.blocks import Bullets, Table
from nfw_reconcile.report.flush_filters import flush_filters
from tests import builders as make


def _zone(*safeties: FilterSafety | None) -> ZoneResult:
    filters = tuple(
        dataclasses.replace(make.flow_filter(port=str(port)), safety=safety)
        for port, safety in enumerate(safeties, 1)
    )
    flush = make.operation(OperationType.FLUSH, filters=filters)
    return make.zone_result(operations=(make.operation(), flush, flush))


def test_a_run_without_a_flush_has_none() -> None:
    assert flush_filters([make.zone_result(operations=(make.operation(),))], 9) is None


def test_each_filter_is_told_once_with_why_it_is_safe() -> None:
    section = flush_filters([_zone(FilterSafety.REGION, FilterSafety.FLOW)], 9)
    assert section is not None
    assert (section.title, section.blocks) == ("Flush filters (2)", ())
    why, table = section.extra
    assert isinstance(why, Bullets)
    assert [bullet.label for bullet in why.items] == ["region-safe", "flow-safe"]
    assert isinstance(table, Table)
    assert [(row[0].raw, row[4].raw, row[-1].raw) for row in table.rows] == [
        ("eu-west-1a", "1", "region-safe"),
        ("eu-west-1a", "2", "flow-safe"),
    ]


def test_only_what_is_there_is_explained_and_the_rest_counted() -> None:
    section = flush_filters([_zone(FilterSafety.REGION, FilterSafety.REGION)], 1)
    assert section is not None
    why, table = section.extra
    assert isinstance(why, Bullets)
    assert [bullet.label for bullet in why.items] == ["region-safe"]
    assert isinstance(table, Table)
    assert table.rest is not None
    assert table.rest.raw == "and 1 more filter"


def test_a_filter_of_which_nothing_is_known_says_so() -> None:
    section = flush_filters([_zone(None)], 9)
    assert section is not None
    (table,) = section.extra
    assert isinstance(table, Table)
    assert table.rows[0][-1].raw == "-"
