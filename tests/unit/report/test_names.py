from __future__ import annotations

import dataclasses

import pytest

from nfw_reconcile.model.documents import AddressName, NameKind, NameOrigin
from nfw_reconcile.report import Format, Redaction, render
from nfw_reconcile.report.blocks import Detail, Table
from nfw_reconcile.report.masking import SENSITIVE, masked
from nfw_reconcile.report.names import NO_NAMES, Names, in_full
from nfw_reconcile.report.redaction import redacted
from tests import builders as make
from tests.unit.report.scenes import NAMES, named

ALL = Names.of(NAMES)


def test_an_address_has_its_name_and_owner_beside_it() -> None:
    assert ALL.address("10.1.0.1").raw == "10.1.0.1 (checkout, payments)"
    assert ALL.address("10.1.0.2").raw == "10.1.0.2 (instance checkout/web-2, payments)"
    assert ALL.address("10.1.0.4").raw == "10.1.0.4 (Lambda function batch)"
    assert ALL.address("10.1.0.9").raw == "10.1.0.9"


def test_a_flow_has_the_names_of_both_sides() -> None:
    flow = make.flow(source="10.1.0.1")
    told = "TCP 10.1.0.1:50000 (checkout, payments) to 203.0.113.10:443 (AWS service S3 eu-west-1)"
    assert ALL.five_tuple(flow).raw == told
    assert ALL.service(flow).raw == "TCP 203.0.113.10:443 (AWS service S3 eu-west-1)"
    assert NO_NAMES.five_tuple(flow).raw == "TCP 10.1.0.1:50000 -> 203.0.113.10:443"


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        (["10.1.0.1"], "10.1.0.1 (checkout, payments)"),
        (["10.9.0.1", "10.9.0.2"], "2 addresses in 10.9.0.0/30"),
        (["10.1.0.1", "10.9.0.2"], "2 addresses (checkout, payments; 1 without a name)"),
        ([f"10.2.0.{n}" for n in range(9)], "9 addresses (a; b; c; 2 other names; 1 without a name)"),
    ],
)
def test_many_addresses_are_summed_up_by_name_most_frequent_first(addresses: list[str], told: str) -> None:
    called = ["a", "a", "b", "a", "b", "c", "d", "e"]
    more = [make.name(f"10.2.0.{n}", name, None) for n, name in enumerate(called)]
    assert Names.of([*NAMES, *more]).many(addresses).raw == told


def _table(most: int) -> Table:
    (detail,) = in_full([make.flow_row(make.flow(source=each.address)) for each in NAMES], ALL, most)
    assert isinstance(detail, Detail)
    (table,) = detail.blocks
    assert isinstance(table, Table)
    return table


def test_all_that_is_known_is_told_once_most_flows_first() -> None:
    table = _table(3)
    assert [[cell.raw for cell in row] for row in table.rows] == [
        ["203.0.113.10", "AWS service S3 eu-west-1", "-", "-", "ip-ranges.json"],
        ["10.1.0.1", "checkout", "payments", "-", "own names"],
        ["10.1.0.2", "instance checkout/web-2", "payments", "app-a in prod", "EC2"],
    ]
    assert table.rest is not None
    assert table.rest.raw == "and 2 more addresses"
    assert in_full([make.flow_row()], NO_NAMES, 3) == ()


@pytest.mark.parametrize("form", Format)
def test_every_format_tells_whose_the_flows_are(form: Format) -> None:
    report = render(named(), form, width=400)
    assert all(word in report for word in ("checkout", "payments", "batch"))
    if form in {Format.TEXT, Format.MARKDOWN, Format.HTML, Format.JSON}:
        assert all(word in report for word in ("S3 eu-west-1", "jump host"))


def _redacted(**what: bool) -> tuple[AddressName, ...]:
    return redacted(named(), Redaction(**what)).firewalls[0].names


def test_names_hide_what_a_user_or_ec2_says_and_not_what_aws_publishes() -> None:
    assert [(each.name, each.owner, each.network) for each in _redacted(names=True)] == [
        ("name#1", "owner#1", None),
        ("name#2", "owner#1", "network#1"),
        ("name#3", None, None),
        ("S3 eu-west-1", None, None),
        ("name#4", None, None),
    ]


def test_tags_hide_what_ec2_says() -> None:
    assert [(each.name, each.owner) for each in _redacted(tags=True)] == [
        ("checkout", "payments"),
        ("name#1", "owner#1"),
        ("name#2", None),
        ("S3 eu-west-1", None),
        ("jump host", None),
    ]


def test_a_redacted_address_has_its_name_still() -> None:
    shown = redacted(named(), Redaction(ip=True)).firewalls[0]
    assert shown.flows is not None
    flow = shown.flows.rows[0].flow
    assert flow.source.startswith("10.x.x.x#")
    assert Names.of(shown.names).address(flow.source).raw == f"{flow.source} (checkout, payments)"


@pytest.mark.parametrize(
    ("called", "told"),
    [("ip-10-1-0-1", "ip-(redacted)"), ("to 10.1.0.1", "to 10.x.x.x#1"), ("v1-2-3", "v1-2-3")],
)
def test_an_address_in_a_name_is_redacted_too(called: str, told: str) -> None:
    plan = make.plan_document(make.firewall_plan(names=(make.name("10.1.0.1", called),)))
    (found,) = redacted(plan, Redaction(ip=True)).firewalls[0].names
    assert found.name == told


def test_a_sensitive_piece_in_a_name_is_hidden_and_the_address_of_a_shown_flow_is_not() -> None:
    rule = make.rule("drop tcp 10.1.0.1 any -> any any (sid:66;)", sid=66, sensitive=True)
    row = make.flow_row(make.flow(source="10.1.0.1"), new=make.by_rule(rule))
    name = make.name("10.1.0.1", "the host 10.1.0.1")
    plan = make.firewall_plan(flows=make.flows_seen(row), names=(name,))
    (found,) = masked(make.plan_document(plan)).firewalls[0].names
    assert found == dataclasses.replace(name, name=f"the host {SENSITIVE}")
    assert f"10.1.0.1:50000 (the host {SENSITIVE}, payments)" in render(
        make.plan_document(plan), Format.CODEQUALITY
    )


def test_a_kind_is_a_word_of_a_report() -> None:
    for kind in NameKind:
        one = make.name("10.1.0.1", "x", None, kind=kind, origin=NameOrigin.EC2)
        assert Names.of([one]).beside("10.1.0.1").raw in {f" ({kind.value} x)", " (x)"}
