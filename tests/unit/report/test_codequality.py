"""Held against what GitLab documents of the format."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Final

import jsonschema
import pytest
from hypothesis import given

from nfw_reconcile.report import Format, findings_of, render
from nfw_reconcile.report.codequality import SEVERITIES, file_of, render_codequality
from nfw_reconcile.report.findings import Kind
from nfw_reconcile.report.places import InFile, Place, in_file
from tests.unit.report.poison import poisoned
from tests.unit.report.scenes import SCENES
from tests.unit.report.strategies import hostile

SCHEMA: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "pattern": "^nfw-reconcile/[a-z-]+$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "minLength": 1},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "additionalProperties": False,
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def _entries(text: str) -> list[dict[str, Any]]:
    assert text.isascii()
    assert text.startswith("[")
    found: list[dict[str, Any]] = json.loads(text)
    jsonschema.validate(found, SCHEMA)
    return found


@pytest.mark.parametrize("name", SCENES)
def test_every_finding_is_an_entry(name: str) -> None:
    entries = _entries(render(SCENES[name](), Format.CODEQUALITY))
    assert [(each["check_name"], each["fingerprint"]) for each in entries] == [
        (f"nfw-reconcile/{finding.kind}", finding.fingerprint)
        for finding in findings_of(SCENES[name]()).ranked
    ]


def test_what_somebody_has_accepted_is_for_information() -> None:
    entries = _entries(render(SCENES["ignored"](), Format.CODEQUALITY))
    told = [each["severity"] for each in entries if each["description"].startswith("Ignored by ")]
    assert told == ["info", "info"]
    assert [each["severity"] for each in entries[:1]] == ["critical"]


@given(hostile())
def test_no_text_breaks_a_report_and_every_path_is_relative(text: str) -> None:
    for name in ("tighten", "survivors", "ignored"):
        entries = _entries(render(poisoned(SCENES[name](), text), Format.CODEQUALITY))
        assert len({each["fingerprint"] for each in entries}) == len(findings_of(SCENES[name]()).ranked)
        for each in entries:
            assert in_file(each["location"]["path"], 1) is not None


@given(hostile())
def test_an_address_makes_a_path_that_leaves_nothing(text: str) -> None:
    where = file_of(Place(text))
    assert in_file(where.path, where.line) == where


@pytest.mark.parametrize(
    ("place", "where"),
    [
        (Place("web", InFile("main.tf", 12)), InFile("main.tf", 12)),
        (Place('module.fw["a"].aws_x.web'), InFile('module.fw["a"].aws_x.web', 1)),
        (Place("../../etc/passwd"), InFile("..%2F..%2Fetc%2Fpasswd", 1)),
        (Place("arn:aws:x"), InFile("arn%3Aaws%3Ax", 1)),
        (Place(".."), InFile("nfw-reconcile", 1)),
        (Place(""), InFile("nfw-reconcile", 1)),
    ],
)
def test_paths(place: Place, where: InFile) -> None:
    assert file_of(place) == where


def test_every_kind_has_a_severity() -> None:
    assert set(SEVERITIES) == set(Kind)


def test_nothing_found_is_an_empty_list() -> None:
    whole = findings_of(SCENES["tighten"]())
    assert render_codequality(dataclasses.replace(whole, scopes=())) == "[]\n"
