from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Severity
from nfw_reconcile.model.documents import Limits
from nfw_reconcile.model.plan_document import Acceptance, Undecided
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import findings_of
from nfw_reconcile.report.findings import Kind, plain
from nfw_reconcile.report.places import Place
from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.plan_document import RegionPart

OLD = make.rule("pass tcp any any -> any 443 (sid:3;)", sid=3)
NEW = make.rule("drop tcp any any -> any 443 (sid:7;)", sid=7, group="edge")
SNI = "tls.sni is or is under example.net"


def test_parts_and_flows_of_one_pair_are_one_finding() -> None:
    parts = (make.region_part(tuples=5), make.region_part(make.box(["2001:db8::/32"], ["::/0"]), tuples=9))
    plan = make.firewall_plan(*parts, flows=make.flows_seen(make.flow_row(), make.flow_row(), looked_at=8))
    (found,) = findings_of(make.plan_document(plan)).ranked
    assert (found.kind, found.weight) == (Kind.NEWLY_DENIED, 2)
    assert "and 1 more part. 2 live flows would be cut." in plain(found.message)


def test_a_pair_that_only_flows_tell_of_is_found() -> None:
    rows = [make.flow_row(make.flow(source=f"10.1.0.{n}")) for n in (2, 1)]
    plan = make.firewall_plan(flows=make.flows_seen(*rows), complete=False)
    denied, incomplete = findings_of(make.plan_document(plan)).ranked
    assert "TCP 10.1.0.1:50000 -> 203.0.113.10:443 and 1 more flow. 2 live flows" in plain(denied.message)
    assert (incomplete.kind, incomplete.place) == (Kind.INCOMPLETE, Place("prod-egress"))


def test_the_place_is_where_the_new_policy_decides_and_the_old_rule_is_related() -> None:
    parts = [
        make.region_part(old=make.by_rule(OLD), new=make.by_rule(NEW)),
        make.region_part(old=make.by_rule(OLD), new=make.by_default()),
        make.region_part(old=make.by_default("aws:pass"), new=make.by_default()),
    ]
    found = findings_of(make.plan_document(make.firewall_plan(*parts))).ranked
    assert {(each.place.address, tuple(place.address for place in each.related)) for each in found} == {
        ("edge", ("web",)),
        ("egress", ("web",)),
        ("egress", ()),
    }


def test_sensitive_rules_without_a_sid_are_kept_apart() -> None:
    secret = [
        make.by_rule(make.rule("drop ip any any -> any any", sid=None, line=n, sensitive=True))
        for n in (1, 2)
    ]
    found = findings_of(
        make.plan_document(make.firewall_plan(*(make.region_part(new=each) for each in secret)))
    ).ranked
    assert ["line 1" in plain(each.title) for each in found] == [True, False]
    assert len({each.fingerprint for each in found}) == 2


def test_what_is_undecided_stands_at_all_its_places() -> None:
    wheres = ("group.b:2", "group.a:14", "group.a:15", "")
    undecided = tuple(Undecided("both", "the rule uses flowbits", where) for where in wheres)
    (found,) = findings_of(make.plan_document(make.firewall_plan(undecided=undecided))).ranked
    assert [place.address for place in (found.place, *found.related)] == ["egress", "group.a", "group.b"]
    assert "4 parts of both policies could not be decided: the rule uses flowbits." in plain(found.message)


def test_conditions_are_told() -> None:
    rows = make.flow_row(effect=Effect.POSSIBLY_DENIED, conditions=(SNI,))
    plan = make.firewall_plan(
        make.region_part(effect=Effect.POSSIBLY_DENIED, conditions=(SNI,)), flows=make.flows_seen(rows)
    )
    (found,) = findings_of(make.plan_document(plan)).ranked
    assert plain(found.message).count(SNI) == 1
    assert "1 live flow may be cut." in plain(found.message)


def test_more_than_the_limit_is_a_warning() -> None:
    plan = make.firewall_plan(make.region_part(), flows=make.flows_seen(make.flow_row(), make.flow_row()))
    limits = Limits(1, None, (), ())
    _, found = findings_of(make.plan_document(plan, limits=limits)).ranked
    assert found.kind is Kind.WARNING
    assert "2 flows to flush, and the limit is 1" in plain(found.message)


def test_a_rule_change_that_denies_nothing_is_fine_and_one_that_does_is_a_finding() -> None:
    changes = (make.changed(OLD, NEW), make.added(make.rule("alert icmp any any -> any any (sid:9;)", sid=9)))
    plan = make.firewall_plan(
        make.region_part(old=make.by_rule(OLD), new=make.by_rule(NEW)), rule_changes=changes
    )
    (scope,) = findings_of(make.plan_document(plan)).scopes
    assert [plain(phrase) for phrase in scope.fine] == ["Rule added: web sid 9"]
    assert scope.certain


def test_nothing_is_certain_where_something_is_undecided() -> None:
    for plan in (
        make.firewall_plan(undecided=(Undecided("new", "unknown", ""),)),
        make.firewall_plan(complete=False),
    ):
        (scope,) = findings_of(make.plan_document(plan)).scopes
        assert not scope.certain


def test_what_a_later_step_decides_by() -> None:
    rows = (
        make.flow_row(),
        make.flow_row(flush=False),
        make.flow_row(effect=Effect.UNDECIDED, reasons=("x",)),
    )
    plan = make.firewall_plan(make.region_part(), flows=make.flows_seen(*rows))
    numbers = dict(findings_of(make.plan_document(plan, plan)).numbers)
    assert numbers == {
        "firewalls": 2,
        "newly_denied_parts": 2,
        "possibly_denied_parts": 0,
        "ignored_parts": 0,
        "undecided_parts": 0,
        "flows_to_flush": 2,
        "newly_denied_flows": 4,
        "possibly_denied_flows": 0,
        "undecided_flows": 2,
    }


ACCEPTED: Final = (Acceptance("payments", "CHG-1234", "2025-12-31"),)


def accepted(part: RegionPart) -> RegionPart:
    return dataclasses.replace(part, ignored=ACCEPTED)


def test_what_somebody_has_accepted_is_told_and_counted_and_fails_nothing() -> None:
    document = make.plan_document(make.firewall_plan(accepted(make.region_part())))
    findings = findings_of(document)
    (found,) = findings.ranked
    assert found.kind is Kind.NEWLY_DENIED
    assert found.severity is Severity.NOTE
    assert plain(found.told).startswith("Ignored by payments until 2025-12-31 (CHG-1234). On firewall")
    assert plain(found.told).endswith(plain(found.message))
    numbers = dict(findings.numbers)
    assert (numbers["newly_denied_parts"], numbers["ignored_parts"]) == (1, 1)
    bare = findings_of(make.plan_document(make.firewall_plan(make.region_part())))
    assert found.fingerprint == bare.ranked[0].fingerprint
    assert findings.headline == bare.headline


def test_a_part_that_nobody_has_accepted_keeps_its_whole_finding() -> None:
    parts = accepted(make.region_part()), make.region_part(make.box(port="8443"))
    (found,) = findings_of(make.plan_document(make.firewall_plan(*parts))).ranked
    assert found.severity is Severity.ERROR
    assert not found.ignored


def test_what_is_not_accepted_goes_before_what_is() -> None:
    rows = tuple(make.flow_row(make.flow(source=f"10.1.0.{n}")) for n in range(1, 9))
    other = make.region_part(effect=Effect.POSSIBLY_DENIED, new=make.by_default())
    plan = make.firewall_plan(accepted(make.region_part()), other, flows=make.flows_seen(*rows))
    found = findings_of(make.plan_document(plan)).ranked
    assert [each.kind for each in found] == [Kind.POSSIBLY_DENIED, Kind.NEWLY_DENIED]
