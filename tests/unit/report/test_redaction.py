from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.plan_document import Acceptance, PlanDocument, Undecided
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import Format, Redaction, render
from nfw_reconcile.report.redaction import redacted
from tests import builders as make
from tests.unit.report.scenes import SCENES, tighten

if TYPE_CHECKING:
    import ipaddress

RULE = (
    'drop tcp 10.1.2.3 any -> 10.9.0.0/16 any (msg:"Payroll"; metadata:owner team-a; content:"x\\"y"; sid:7;)'
)


def _with_rule(**redact: bool) -> str:
    document = make.plan_document(make.firewall_plan(rule_changes=(make.added(make.rule(RULE)),)))
    change = redacted(document, Redaction(**redact)).firewalls[0].rule_changes[0].new
    assert change is not None
    return change.text


def test_the_parts_of_a_rule() -> None:
    assert _with_rule(ip=True) == RULE.replace("10.1.2.3", "10.x.x.x#1").replace(
        "10.9.0.0/16", "10.x.x.x/16#2"
    )
    assert _with_rule(tags=True) == RULE.replace("owner team-a", "(redacted)")
    assert _with_rule(names=True) == (
        "drop tcp 10.1.2.3 any -> 10.9.0.0/16 any "
        '(msg:"(redacted)"; metadata:owner team-a; content:"(redacted)"; sid:7;)'
    )


def _names_in(document: PlanDocument) -> list[str]:
    plan = document.firewalls[0]
    return [
        text
        for text in (
            plan.firewall.label,
            plan.firewall.name,
            plan.firewall.arn,
            plan.firewall.account,
            plan.policy.arn,
        )
        if text
    ]


def test_a_name_has_the_same_label_everywhere() -> None:
    document = redacted(tighten(), Redaction(names=True))
    assert _names_in(document) == ["firewall#1", "firewall#1", "firewall#1", "account#1", "policy#1"]
    changes = document.firewalls[0].rule_changes
    assert {each.new.group for each in changes if each.new} == {"group#1"}


def test_names_go_from_sentences_too() -> None:
    texts = (
        "prefix list arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1 of prod-egress (111122223333)",
        "tls.sni is or is under example.net; http.host is www.example.net",
    )
    undecided = tuple(Undecided("new", text, "") for text in texts)
    document = redacted(make.plan_document(make.firewall_plan(undecided=undecided)), Redaction(names=True))
    assert [each.reason for each in document.firewalls[0].undecided] == [
        "prefix list arn#1 of firewall#1 (account#1)",
        "tls.sni is or is under host#1; http.host is host#2",
    ]


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("name", SCENES)
def test_nothing_redacted_is_in_any_report(name: str, form: Format) -> None:
    report = render(SCENES[name](), form, redact=Redaction(ip=True, tags=True, names=True))
    assert not re.search(r"\b(10\.\d+\.\d|192\.0\.2|198\.51\.100|203\.0\.113|2001:db8)", report)
    assert not re.search(r"prod-|egress|arn:|111122223333|example\.net|no TLS", report)


def test_times_versions_and_digests_are_no_addresses() -> None:
    document = redacted(tighten(), Redaction(ip=True, names=True))
    assert (document.created_at, document.engine, document.sha256) == (
        make.NOON,
        "Suricata 7.0.10",
        tighten().sha256,
    )


@given(st.lists(st.ip_addresses(), min_size=1, max_size=6))
def test_two_addresses_have_one_label_exactly_if_they_are_equal(
    addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address],
) -> None:
    parts = tuple(
        make.region_part(
            witness=make.flow(str(each)), effect=Effect.NEWLY_DENIED, conditions=(f"from {each}",)
        )
        for each in addresses
    )
    document = redacted(make.plan_document(make.firewall_plan(*parts)), Redaction(ip=True))
    shown = [part.witness.destination for part in document.firewalls[0].region.parts]
    assert [part.conditions for part in document.firewalls[0].region.parts] == [
        (f"from {each}",) for each in shown
    ]
    for one, label in zip(addresses, shown, strict=True):
        assert [other == one for other in addresses] == [other == label for other in shown]


def test_a_block_of_everything_stays() -> None:
    document = make.plan_document(make.firewall_plan(filters=(make.flow_filter("0.0.0.0/0", "::/0"),)))
    shown = redacted(document, Redaction(ip=True)).firewalls[0].capture_filters[0]
    assert (shown.source, shown.destination) == ("0.0.0.0/0", "::/0")


def test_where_a_rule_is_written_goes_with_names_and_with_an_address_in_its_path() -> None:
    plain = make.rule(file="net/policy.tf", file_line=42)
    telling = make.rule(file="net/10.0.0.0.rules", file_line=2)
    for rule, redaction, kept in (
        (plain, Redaction(ip=True, tags=True), "net/policy.tf"),
        (plain, Redaction(names=True), None),
        (telling, Redaction(tags=True), "net/10.0.0.0.rules"),
        (telling, Redaction(ip=True), None),
    ):
        found = redacted(rule, redaction)
        assert found.file == kept
        assert (found.file_line is None) == (kept is None)


def test_who_has_accepted_a_finding_goes_with_names_and_an_address_of_the_reason_with_addresses() -> None:
    accepted = Acceptance("payments", "the partner left 192.0.2.7", "2025-12-31")
    part = dataclasses.replace(make.region_part(), ignored=(accepted,))
    document = make.plan_document(make.firewall_plan(part, part))
    (plan,) = redacted(document, Redaction(names=True)).firewalls
    assert {each for part in plan.region.parts for each in part.ignored} == {
        Acceptance("owner#1", "(redacted)", "2025-12-31")
    }
    (plan,) = redacted(document, Redaction(ip=True)).firewalls
    assert plan.region.parts[0].ignored == (
        Acceptance("payments", "the partner left 192.x.x.x#4", "2025-12-31"),
    )
