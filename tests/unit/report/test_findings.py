"""What is found, in which order, and what keeps a finding the same one."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import Severity
from nfw_reconcile.model.result_document import ResultDocument
from nfw_reconcile.report import NOTHING, Redaction, findings_of
from nfw_reconcile.report.findings import DESCRIPTIONS, Findings, Kind, moment, plain
from nfw_reconcile.report.phrases import Phrase
from tests import builders as make
from tests.unit.report.poison import poisoned
from tests.unit.report.scenes import SCENES, tighten
from tests.unit.report.strategies import hostile

if TYPE_CHECKING:
    from random import Random

    from nfw_reconcile.model.documents import RuleText
    from nfw_reconcile.model.plan_document import PlanDocument


def _fingerprints(findings: Findings) -> list[str]:
    return [finding.fingerprint for finding in findings.ranked]


def _shifted(rule: RuleText | None) -> RuleText | None:
    if rule is None or rule.line is None:
        return rule
    return dataclasses.replace(rule, line=rule.line + 7)


def _elsewhere(document: PlanDocument, shuffle: Random) -> PlanDocument:
    """Give the same plan with its parts and flows in another order, and every rule some lines further down."""
    plans = []
    for plan in document.firewalls:
        parts = tuple(
            dataclasses.replace(
                part,
                old=dataclasses.replace(part.old, rule=_shifted(part.old.rule)),
                new=dataclasses.replace(part.new, rule=_shifted(part.new.rule)),
            )
            for part in shuffle.sample(plan.region.parts, len(plan.region.parts))
        )
        assert plan.flows is not None
        rows = tuple(
            dataclasses.replace(
                row,
                old=dataclasses.replace(row.old, rule=_shifted(row.old.rule)),
                new=dataclasses.replace(row.new, rule=_shifted(row.new.rule)),
            )
            for row in shuffle.sample(plan.flows.rows, len(plan.flows.rows))
        )
        plans.append(
            dataclasses.replace(
                plan,
                region=dataclasses.replace(plan.region, parts=parts),
                flows=dataclasses.replace(plan.flows, rows=rows),
                undecided=tuple(shuffle.sample(plan.undecided, len(plan.undecided))),
                remarks=tuple(shuffle.sample(plan.remarks, len(plan.remarks))),
            )
        )
    return dataclasses.replace(document, firewalls=tuple(plans))


@given(st.randoms(use_true_random=False))
def test_fingerprints_and_messages_hang_on_neither_order_nor_lines(shuffle: Random) -> None:
    here, there = findings_of(tighten()), findings_of(_elsewhere(tighten(), shuffle))
    assert _fingerprints(there) == _fingerprints(here)
    assert [plain(each.message) for each in there.ranked] == [plain(each.message) for each in here.ranked]


def test_a_finding_stays_the_same_while_flows_come_and_go() -> None:
    few, many = (make.flows_seen(*[make.flow_row()] * number) for number in (1, 40))
    plans = [
        make.plan_document(make.firewall_plan(make.region_part(), flows=flows)) for flows in (None, few, many)
    ]
    found = [findings_of(plan).ranked for plan in plans]
    assert len({(each.fingerprint, each.title) for (each,) in found}) == 1
    assert len({each.message for (each,) in found}) == 3


def test_other_rules_other_firewalls_and_other_effects_are_other_findings() -> None:
    other = make.by_rule(make.rule("drop tcp any any -> any any (sid:8;)", sid=8))
    plans = [
        make.firewall_plan(make.region_part(), name="a"),
        make.firewall_plan(make.region_part(), make.region_part(new=other), name="b"),
    ]
    assert len(set(_fingerprints(findings_of(make.plan_document(*plans))))) == 3


def test_two_that_nothing_tells_apart_still_have_fingerprints_of_their_own() -> None:
    plan = make.firewall_plan(make.region_part())
    found = _fingerprints(findings_of(make.plan_document(plan, plan, plan)))
    assert len(set(found)) == 3
    assert found[0] == _fingerprints(findings_of(make.plan_document(plan)))[0]


@pytest.mark.parametrize("name", SCENES)
def test_every_fingerprint_is_there_once(name: str) -> None:
    assert max(Counter(_fingerprints(findings_of(SCENES[name]()))).values(), default=1) == 1


@given(hostile())
def test_whatever_the_texts_every_fingerprint_is_there_once(text: str) -> None:
    for name in ("tighten", "flushed", "survivors"):
        found = _fingerprints(findings_of(poisoned(SCENES[name](), text)))
        assert len(set(found)) == len(found) == len(findings_of(SCENES[name]()).ranked)


@pytest.mark.parametrize("name", SCENES)
def test_the_worst_come_first(name: str) -> None:
    order = list(Severity)
    ranks = [order.index(finding.severity) for finding in findings_of(SCENES[name]()).ranked]
    assert ranks == sorted(ranks)


def test_every_kind_is_described_once_and_listed_worst_first() -> None:
    assert list(DESCRIPTIONS) == list(Kind)
    order = [list(Severity).index(described.severity) for described in DESCRIPTIONS.values()]
    assert order == sorted(order)
    for described in DESCRIPTIONS.values():
        assert Phrase((described.title, described.help))  # plain words: nothing in them is markup
        assert described.help.endswith(".")


KINDS = {
    "tighten": {
        Kind.NEWLY_DENIED: 4,
        Kind.POSSIBLY_DENIED: 1,
        Kind.UNDECIDED: 3,
        Kind.WARNING: 1,
        Kind.NOTE: 1,
    },
    "no-flows": {Kind.NEWLY_DENIED: 1},
    "unused": {Kind.NEWLY_DENIED: 1},
    "nothing-denied": {},
    "home-net-unknown": {Kind.UNDECIDED: 1, Kind.WARNING: 1},
    "only-possible": {Kind.POSSIBLY_DENIED: 1},
    "ignored": {Kind.NEWLY_DENIED: 2, Kind.POSSIBLY_DENIED: 1, Kind.WARNING: 1},
    "sensitive": {Kind.NEWLY_DENIED: 1},
    "three-firewalls": {Kind.NEWLY_DENIED: 2, Kind.WARNING: 1},
    "drift": {Kind.ALIVE: 2, Kind.POSSIBLY_DENIED: 1, Kind.UNDECIDED: 1, Kind.NOTE: 1},
    "no-drift": {Kind.NOTE: 1},
    "drift-unsure": {Kind.UNDECIDED: 1, Kind.INCOMPLETE: 1, Kind.WARNING: 1, Kind.NOTE: 1},
    "flushed": {Kind.LEFT_ALIVE: 1, Kind.NOTE: 1},
    "unknown-outcome": {Kind.UNPROVEN: 2},
    "survivors": {Kind.SURVIVOR: 1, Kind.WARNING: 1},
    "refused": {Kind.UNPROVEN: 2},
    "two-firewalls": {Kind.UNPROVEN: 1},
    "dry-run": {Kind.DRY_RUN: 1},
    "verified": {},
    "named": {Kind.NEWLY_DENIED: 1, Kind.POSSIBLY_DENIED: 1, Kind.WARNING: 1},
    "named-result": {Kind.SURVIVOR: 1},
}


@pytest.mark.parametrize(("name", "kinds"), KINDS.items(), ids=KINDS)
def test_what_is_found_in_a_scene(name: str, kinds: dict[Kind, int]) -> None:
    assert Counter(finding.kind for finding in findings_of(SCENES[name]()).ranked) == kinds


def test_every_scene_is_told() -> None:
    assert set(KINDS) == set(SCENES)


@pytest.mark.parametrize("name", SCENES)
def test_a_run_that_did_not_end_well_has_an_error(name: str) -> None:
    document = SCENES[name]()
    if isinstance(document, ResultDocument):
        worst = {finding.severity for finding in findings_of(document).ranked}
        assert (Severity.ERROR in worst) == (document.exit_code != 0)


def test_nothing_sensitive_is_in_a_finding() -> None:
    told = repr(findings_of(SCENES["sensitive"]()))
    assert "192.0.2.66" not in told
    assert "hidden" not in told


@pytest.mark.parametrize("redact", [NOTHING, Redaction(ip=True, names=True)])
def test_what_is_redacted_is_in_no_finding(redact: Redaction) -> None:
    told = repr(findings_of(tighten(), redact))
    for secret in ("10.1.0.5", "203.0.113.10", "prod-egress"):
        assert (secret in told) == (redact == NOTHING)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2025-06-01T12:00:00Z", True), ("2024-02-29T23:59:59Z", True), ("2025-02-29T12:00:00Z", False),
        ("0000-01-01T00:00:00Z", False), ("2025-06-01T24:00:01Z", False), ("2025-06-01T12:00:00Z\n", False),
        ("2025-06-01", False), ("", False), ("٢٠٢٥-06-01T12:00:00Z", False),
    ],
)  # fmt: skip
def test_moments(text: str, is_one: bool) -> None:  # noqa: FBT001 - the answer that is expected
    assert moment(text) == (text if is_one else None)
