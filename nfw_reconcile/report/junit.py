"""Findings as JUnit XML: a suite for each firewall of a plan or zone of a result, a case for each rule change or pair.

The form is the one that CI systems read (the ``junit-10.xsd`` of Jenkins, and GitLab's "Unit test reports"). Times
are the document's own; nothing is said of how long a case took, because nothing measures it.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from nfw_reconcile.report.findings import DESCRIPTIONS, Kind, moment, plain
from nfw_reconcile.report.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.report.findings import Finding, Findings, Scope


class Outcome(enum.StrEnum):
    """What becomes of a case, by the name of the element that says so."""

    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"


OUTCOMES: Final = {
    Kind.SURVIVOR: Outcome.FAILURE,
    Kind.UNPROVEN: Outcome.FAILURE,
    Kind.NEWLY_DENIED: Outcome.FAILURE,
    Kind.ALIVE: Outcome.FAILURE,
    # JUnit's word for a case that could not be judged: a doubt is neither a pass nor hidden among the skipped.
    Kind.POSSIBLY_DENIED: Outcome.ERROR,
    Kind.UNDECIDED: Outcome.ERROR,
    Kind.INCOMPLETE: Outcome.ERROR,
    Kind.LEFT_ALIVE: Outcome.SKIPPED,
    Kind.DRY_RUN: Outcome.SKIPPED,
}
"""For every kind that is a case; warnings and notes are told as the output of their suite."""

_NOT_CERTAIN: Final = "not everything could be decided, so that nothing can be said of this change alone"
_NOTHING: Final = "nothing that was allowed is denied"
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, not even as a reference (XML 1.0, 2.2 "Characters")."""


def render_junit(findings: Findings) -> str:
    """Render findings as one XML document of pure ASCII: equal findings are equal bytes.

    Every scope has at least one case. A case has the same name in every run in which it is the same one.
    """
    root = ET.Element("testsuites", {"name": "nfw-reconcile"})
    for scope in findings.scopes:
        root.append(_suite(findings, scope))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="us-ascii").decode()}\n'


def _suite(findings: Findings, scope: Scope) -> ET.Element:
    name = xml_text(plain(scope.name))
    cases = [*_failing(scope, name), *_fine(scope, name)] or [_case(name, _NOTHING)]
    _told_apart(cases)
    suite = ET.Element("testsuite", {"name": name, "tests": str(len(cases))})
    for outcome, plural in zip(Outcome, ("failures", "errors", "skipped"), strict=True):
        suite.set(plural, str(sum(case.find(outcome.value) is not None for case in cases)))
    if moment(findings.finished_at):
        suite.set("timestamp", findings.finished_at.removesuffix("Z"))
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", {"name": "sha256", "value": xml_text(visible(findings.digest))})
    suite.extend(cases)
    ET.SubElement(suite, "system-out").text = _output(findings, scope)
    return suite


def _failing(scope: Scope, suite: str) -> Iterator[ET.Element]:
    for finding in scope.findings:
        if finding.kind not in OUTCOMES:
            continue
        described = DESCRIPTIONS[finding.kind]
        case = _case(suite, f"{described.title}: {plain(finding.title)}")
        message = xml_text(plain(finding.told))
        if (file := finding.place.file) is not None:
            case.set("file", xml_text(file.path))
            case.set("line", str(file.line))
        element = Outcome.SKIPPED if finding.ignored else OUTCOMES[finding.kind]
        outcome = ET.SubElement(case, element.value, {"type": finding.kind.value, "message": message})
        outcome.text = xml_text("\n".join(_details(finding)))
        yield case


def _details(finding: Finding) -> Iterator[str]:
    yield plain(finding.told)
    for place in (finding.place, *finding.related):
        where = f"{place.file.path}:{place.file.line} " if place.file is not None else ""
        yield f"{where}({visible(place.address)})"
    yield DESCRIPTIONS[finding.kind].help


def _fine(scope: Scope, suite: str) -> Iterator[ET.Element]:
    for phrase in scope.fine:
        case = _case(suite, plain(phrase))
        if not scope.certain:
            ET.SubElement(case, Outcome.SKIPPED.value, {"message": _NOT_CERTAIN})
        yield case


def _told_apart(cases: Iterable[ET.Element]) -> None:
    """Put a number behind names that cases share: CI systems take equal names for runs of one case."""
    seen: Counter[str] = Counter()
    for case in cases:
        name = case.get("name", "")
        seen[name] += 1
        if seen[name] > 1:
            case.set("name", f"{name} ({seen[name]})")


def _case(suite: str, name: str) -> ET.Element:
    return ET.Element("testcase", {"classname": suite, "name": xml_text(name)})


def _output(findings: Findings, scope: Scope) -> str:
    told = [plain(findings.headline), *_remarks(scope.findings)]
    return xml_text("\n".join(told))


def _remarks(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        if finding.kind not in OUTCOMES:
            yield f"{DESCRIPTIONS[finding.kind].title}: {plain(finding.message)}"


def xml_text(text: str) -> str:
    """Give the text with what XML cannot hold written as U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)
