"""Every report is read again with junitparser."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped

from nfw_reconcile.model.plan_document import Undecided
from nfw_reconcile.report import Format, findings_of, render
from nfw_reconcile.report.findings import Kind
from nfw_reconcile.report.junit import OUTCOMES, Outcome, xml_text
from tests import builders as make
from tests.unit.report.poison import poisoned
from tests.unit.report.scenes import SCENES
from tests.unit.report.strategies import hostile

if TYPE_CHECKING:
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument

ELEMENTS = {Outcome.FAILURE: Failure, Outcome.ERROR: Error, Outcome.SKIPPED: Skipped}


def _read(document: PlanDocument | ResultDocument) -> JUnitXml:
    text = render(document, Format.JUNIT)
    assert text.isascii()
    found = JUnitXml.fromstring(text.encode())
    assert isinstance(found, JUnitXml)
    return found


def _shape(document: PlanDocument | ResultDocument) -> list[tuple[str, ...]]:
    """Give the elements and what they have, without any text."""
    root = ET.fromstring(render(document, Format.JUNIT))  # noqa: S314 - our own
    return [(element.tag, *sorted(element.attrib)) for element in root.iter() if element.tag != "testsuite"]


@pytest.mark.parametrize("name", SCENES)
def test_suites_add_up(name: str) -> None:
    found = _read(SCENES[name]())
    for suite in found:
        cases = list(suite)
        assert cases
        assert len({case.name for case in cases}) == len(cases) == suite.tests
        told = (suite.failures, suite.errors, suite.skipped)
        assert told == tuple(
            sum(isinstance(result, kind) for case in cases for result in case.result)
            for kind in ELEMENTS.values()
        )
    assert (found.tests, found.failures) == (
        sum(suite.tests for suite in found),
        sum(suite.failures for suite in found),
    )


@pytest.mark.parametrize("name", SCENES)
def test_every_finding_is_a_case_or_an_output(name: str) -> None:
    document = SCENES[name]()
    types = [
        result.type for suite in _read(document) for case in suite for result in case.result if result.type
    ]
    kinds = [each.kind for scope in findings_of(document).scopes for each in scope.findings]
    assert types == [kind.value for kind in kinds if kind in OUTCOMES]
    outputs = ET.fromstring(render(document, Format.JUNIT)).iter("system-out")  # noqa: S314 - our own
    output = "".join(element.text or "" for element in outputs)
    assert output.count("Warning: ") == kinds.count(Kind.WARNING)


@given(hostile())
def test_no_text_breaks_a_report(text: str) -> None:
    for name in ("tighten", "flushed", "unknown-outcome"):
        assert _shape(poisoned(SCENES[name](), text)) == _shape(SCENES[name]())


@given(st.text(st.characters(codec=None)))
def test_xml_reads_back_every_character_that_it_may_hold(text: str) -> None:
    element = ET.Element("x", {"name": xml_text(text)})
    element.text = xml_text(text)
    read = ET.fromstring(ET.tostring(element, encoding="us-ascii"))  # noqa: S314 - our own
    assert (read.text or "").replace("\n", "\r") == xml_text(text).replace("\r\n", "\n").replace("\n", "\r")
    assert len(xml_text(text)) == len(text)


def test_a_newly_denied_pair_fails_with_its_witness() -> None:
    (suite,) = _read(make.plan_document(make.firewall_plan(make.region_part())))
    (case,) = suite
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert (failure.type, case.name) == (
        "newly-denied",
        "Allowed flows would be denied: Denied by sid 7 of group web, was allowed by sid 3",
    )
    assert "TCP 10.1.0.5:50000 -> 203.0.113.10:443" in failure.message


def test_a_rule_change_passes_only_where_everything_is_decided() -> None:
    change = make.added(make.rule("alert icmp any any -> any any (sid:9;)", sid=9))
    (suite,) = _read(make.plan_document(make.firewall_plan(rule_changes=(change,))))
    assert [(case.name, case.is_passed) for case in suite] == [("Rule added: web sid 9", True)]
    unknown = (Undecided("new", "HOME_NET is not known", ""),)
    (suite,) = _read(make.plan_document(make.firewall_plan(rule_changes=(change,), undecided=unknown)))
    assert [case.is_passed for case in suite] == [False, False]


def test_a_firewall_without_any_finding_has_a_case_that_passes() -> None:
    (suite,) = _read(make.plan_document(make.firewall_plan()))
    assert [(case.name, case.is_passed) for case in suite] == [("nothing that was allowed is denied", True)]


def test_zones_are_suites_and_what_is_proven_passes() -> None:
    found = _read(SCENES["flushed"]())
    assert [suite.name for suite in found] == [
        f"firewall prod-egress, zone eu-west-1{letter}" for letter in "abc"
    ]
    assert found.failures == found.errors == 0


def test_what_somebody_has_accepted_is_skipped_with_who_and_why() -> None:
    cases = [case for suite in _read(SCENES["ignored"]()) for case in suite]
    results = [result for case in cases for result in case.result]
    assert [type(result).__name__ for result in results] == ["Failure", "Skipped", "Skipped"]
    assert [result.message.startswith("Ignored by ") for result in results] == [False, True, True]
    assert results[1].type == "newly-denied"


def test_what_all_firewalls_have_in_common_says_nothing_of_flows() -> None:
    common = next(iter(_read(SCENES["three-firewalls"]())))
    assert [case.name for case in common] == ["Warnings and notes"]


def test_times_are_those_of_the_document() -> None:
    document = make.plan_document(make.firewall_plan())
    assert [suite.timestamp for suite in _read(document)] == ["2025-06-01T12:00:00"]
    odd = dataclasses.replace(document, created_at="yesterday")
    assert [suite.timestamp for suite in _read(odd)] == [None]
