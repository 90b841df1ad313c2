"""Ignore entries cover all of a finding or none of it, and change nothing but how it is shown."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.config.settings import IgnoreEntry
from nfw_reconcile.model.addresses import AddressSet, Network
from nfw_reconcile.model.documents import Level
from nfw_reconcile.model.intervals import IntervalSet
from nfw_reconcile.model.plan_document import Acceptance, PlanDocument
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.pipeline.ignoring import with_ignored
from nfw_reconcile.pipeline.saved import document_bytes
from tests import builders as make
from tests.unit.report.scenes import PASS_DNS, SCENES

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FlowRow
    from nfw_reconcile.model.plan_document import RegionPart

LAST_DAY = date(2025, 6, 1)
"""The day on which the plans of the builders are made."""


def blocks(*texts: str) -> AddressSet:
    return AddressSet.of(map(Network.parse, texts))


def ports(*ranges: tuple[int, int]) -> IntervalSet:
    return IntervalSet.of(ranges)


def entry(**given: Any) -> IgnoreEntry:  # noqa: ANN401 - the fields of an entry
    narrowed = given or {"destination_ports": ports((443, 443))}
    return IgnoreEntry("payments", "CHG-1", narrowed.pop("until", LAST_DAY), **narrowed)


def plan(*parts: RegionPart, rows: tuple[FlowRow, ...] = (), **given: Any) -> PlanDocument:  # noqa: ANN401
    flows = make.flows_seen(*rows) if rows else None
    return make.plan_document(make.firewall_plan(*(parts or (make.region_part(),)), flows=flows, **given))


def marked(document: PlanDocument, *entries: IgnoreEntry) -> list[bool]:
    (found,) = with_ignored(document, entries).firewalls
    return [bool(part.ignored) for part in found.region.parts]


COVERING = {
    "its port": {"destination_ports": ports((443, 443))},
    "its port among others": {"destination_ports": ports((80, 80), (400, 500))},
    "its block": {"sources": blocks("10.1.0.0/16")},
    "a wider block": {"sources": blocks("10.0.0.0/8")},
    "its block in two halves": {"sources": blocks("10.1.0.0/17", "10.1.128.0/17")},
    "all of the other side": {"destinations": blocks("0.0.0.0/0")},
    "any source port": {"source_ports": ports((0, 65535))},
    "its protocol, too": {"protocol": 6, "destination_ports": ports((443, 443))},
    "its mirror image": {"source_ports": ports((443, 443)), "destinations": blocks("10.1.0.0/16")},
    "its firewall": {"firewall": "prod-egress", "sources": blocks("10.1.0.0/16")},
}


@pytest.mark.parametrize("given", COVERING.values(), ids=COVERING)
def test_an_entry_that_holds_all_of_a_finding_covers_it(given: dict[str, Any]) -> None:
    assert marked(plan(), entry(**given)) == [True]


NARROWER = {
    "another port": {"destination_ports": ports((444, 444))},
    "half of its block": {"sources": blocks("10.1.0.0/17")},
    "one family of the other side": {"destinations": blocks("::/0")},
    "some source ports": {"source_ports": ports((1024, 65535))},
    "another protocol": {"protocol": 17, "destination_ports": ports((443, 443))},
    "each of its sides a half": {"sources": blocks("0.0.0.0/1"), "destinations": blocks("10.1.0.0/16")},
    "another firewall": {"firewall": "test", "sources": blocks("10.1.0.0/16")},
}


@pytest.mark.parametrize("given", NARROWER.values(), ids=NARROWER)
def test_an_entry_that_leaves_anything_out_covers_nothing(given: dict[str, Any]) -> None:
    document = plan()
    assert document_bytes(with_ignored(document, [entry(**given)])) == document_bytes(document)


def test_entries_cover_together_and_all_of_them_are_named() -> None:
    part = make.region_part(make.box(port="443"), make.box(port="8443"))
    other = dataclasses.replace(entry(destination_ports=ports((8443, 8443))), owner="web")
    (found,) = with_ignored(plan(part), [entry(), other]).firewalls
    accepted = [Acceptance("payments", "CHG-1", "2025-06-01"), Acceptance("web", "CHG-1", "2025-06-01")]
    assert list(found.region.parts[0].ignored) == accepted
    assert marked(plan(part), entry()) == [False]


def test_a_finding_of_several_parts_is_covered_as_a_whole_or_not_at_all() -> None:
    parts = (make.region_part(), make.region_part(make.box(port="8443")))
    assert marked(plan(*parts), entry()) == [False, False]
    elsewhere = make.region_part(make.box(port="53"), old=make.by_rule(PASS_DNS), new=make.by_default())
    assert marked(plan(parts[0], elsewhere), entry()) == [True, False]


def test_a_flow_that_no_entry_holds_uncovers_its_finding() -> None:
    inside, outside = make.flow_row(), make.flow_row(make.flow("203.0.113.10", 8443))
    assert marked(plan(rows=(inside,)), entry()) == [True]
    assert marked(plan(rows=(inside, outside)), entry()) == [False]
    assert marked(plan(rows=(make.flow_row(outside.flow, effect=Effect.POSSIBLY_DENIED),)), entry()) == [True]


def test_what_may_be_denied_can_be_covered_too() -> None:
    assert marked(plan(make.region_part(effect=Effect.POSSIBLY_DENIED)), entry()) == [True]


def test_nothing_is_covered_where_there_may_be_more_or_it_may_not_be_shown() -> None:
    assert marked(plan(complete=False), entry()) == [False]
    assert marked(plan(make.region_part(sensitive=True)), entry()) == [False]
    bare = dataclasses.replace(make.region_part(), boxes=())
    assert marked(plan(bare), entry()) == [False]
    unbounded = make.region_part(dataclasses.replace(make.box(), sources=()))
    assert marked(plan(unbounded), entry(sources=blocks("10.0.0.0/8"))) == [False]


def test_the_last_day_counts_and_after_it_a_warning_names_the_entry() -> None:
    ended = entry(until=date(2025, 5, 31), protocol=6, destination_ports=ports((443, 443), (8000, 8100)))
    assert marked(plan(), entry(until=LAST_DAY, destination_ports=ports((443, 443)))) == [True]
    assert marked(plan(), ended) == [False]
    (remark,) = with_ignored(plan(), [ended]).remarks
    assert remark.level is Level.WARNING
    assert remark.text == (
        "the ignore entry of payments for TCP from any to any ports 443,8000:8100 ended on 2025-05-31 and does not "
        "count."
    )
    assert "renew" in remark.remedy


@given(
    scene=st.sampled_from(
        ["tighten", "only-possible", "unused", "three-firewalls", "sensitive", "home-net-unknown"]
    ),
    narrowed=st.sampled_from([*COVERING.values(), *NARROWER.values()]),
    day=st.dates(date(2025, 5, 1), date(2025, 7, 1)),
)
def test_entries_change_marks_and_warnings_and_nothing_else(
    scene: str, narrowed: dict[str, Any], day: date
) -> None:
    document = SCENES[scene]()
    assert isinstance(document, PlanDocument)
    found = with_ignored(document, [entry(until=day, **narrowed)])
    bare = dataclasses.replace(
        found,
        sha256="",
        remarks=found.remarks[: len(document.remarks)],
        firewalls=tuple(
            dataclasses.replace(
                each,
                region=dataclasses.replace(
                    each.region,
                    parts=tuple(dataclasses.replace(part, ignored=()) for part in each.region.parts),
                ),
            )
            for each in found.firewalls
        ),
    )
    assert bare == dataclasses.replace(document, sha256="")
