"""Every line is read back as GitHub's runner reads it."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import Severity
from nfw_reconcile.report import Format, findings_of, render
from nfw_reconcile.report.annotations import COMMANDS, MOST, render_annotations
from nfw_reconcile.report.findings import Finding, Findings, Kind, Scope, plain
from nfw_reconcile.report.phrases import Datum, Phrase
from nfw_reconcile.report.places import InFile, Place
from tests import builders as make
from tests.unit.report.poison import poisoned
from tests.unit.report.scenes import SCENES
from tests.unit.report.strategies import hostile

if TYPE_CHECKING:
    from collections.abc import Sequence

LINE: Final = re.compile(r"::(?P<name>[a-z]+) (?P<properties>[^:]*)::(?P<message>[^\r\n]*)")


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def _unescaped(text: str, *more: tuple[str, str]) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), *more, ("%25", "%")):
        text = text.replace(written, meant)
    return text


def _command(line: str) -> Command:
    match = LINE.fullmatch(line)
    assert match, line
    pairs = [each.partition("=") for each in match["properties"].split(",")]
    properties = {key: _unescaped(value, ("%3A", ":"), ("%2C", ",")) for key, _, value in pairs}
    return Command(match["name"], properties, _unescaped(match["message"]))


def _commands(text: str) -> list[Command]:
    assert text.endswith("\n")
    return [_command(line) for line in text.removesuffix("\n").split("\n")]


def _finding(number: int, kind: Kind, file: InFile | None = None) -> Finding:
    phrase = Phrase((Datum(f"finding {number}"),))
    return Finding(kind, phrase, phrase, Place("web", file), (f"{number:06}",))


def _with(findings: Sequence[Finding]) -> Findings:
    whole = findings_of(make.plan_document())
    return dataclasses.replace(whole, scopes=(Scope(Phrase(("scope",)), tuple(findings)),))


@pytest.mark.parametrize("name", SCENES)
def test_the_headline_comes_first_and_every_finding_is_there(name: str) -> None:
    document = SCENES[name]()
    found = findings_of(document)
    first, *others = _commands(render(document, Format.ANNOTATIONS))
    assert first == Command("notice", {"title": "nfw-reconcile"}, plain(found.headline))
    assert [(each.name, each.message) for each in others] == [
        (COMMANDS[each.severity], plain(each.told)) for each in found.ranked
    ]


@given(hostile())
def test_no_text_makes_a_line_or_a_command_of_its_own(text: str) -> None:
    for name in ("tighten", "flushed", "unknown-outcome"):
        document = poisoned(SCENES[name](), text)
        lines = render(document, Format.ANNOTATIONS).splitlines()
        assert len(lines) == len(findings_of(SCENES[name]()).ranked) + 1
        for line in lines:
            assert set(_command(line).properties) == {"title"}
            assert "##[" not in line


@given(st.lists(st.sampled_from(list(Kind)), max_size=60))
def test_at_most_ten_of_each_kind_worst_first_and_the_rest_counted(kinds: list[Kind]) -> None:
    findings = _with([_finding(number, kind) for number, kind in enumerate(kinds)])
    commands = _commands(render_annotations(findings))[1:]
    for severity in Severity:
        found = [each for each in findings.ranked if each.severity is severity]
        shown = [each.message for each in commands if each.name == COMMANDS[severity]]
        room = MOST - (severity is Severity.NOTE)
        assert len(shown) == min(len(found), room)
        if len(found) > room:
            assert shown.pop() == f"{len(found) - room + 1} more are not shown here; the report has all."
        assert shown == [plain(each.message) for each in found[: len(shown)]]


def test_a_file_that_is_known_is_named() -> None:
    file = InFile("a,b/c: 100%.tf", 12)
    text = render_annotations(_with([_finding(0, Kind.NEWLY_DENIED, file)]))
    _, line = text.splitlines()
    assert line.startswith("::error file=a%2Cb/c%3A 100%25.tf,line=12,title=")
    assert _command(line).properties == {
        "file": "a,b/c: 100%.tf",
        "line": "12",
        "title": "nfw-reconcile: Allowed flows would be denied",
    }
