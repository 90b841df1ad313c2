"""Findings as SARIF 2.1.0, for code scanning and for SARIF viewers.

OASIS "Static Analysis Results Interchange Format Version 2.1.0". GitHub takes 25,000 results and 10 MB of gzip, and
keeps the 5,000 worst ("SARIF results exceed one or more limits"). It takes no upload at all of which one result
stands in no file. Where configuration or a template is a source, or ``--config-dir`` is given, a result stands on the
line of the rule that denies, else where the policy begins. Where no file is known at all, as with a plan alone, a
result has no physical location, and is for other readers.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from nfw_reconcile.errors import ExitCode
from nfw_reconcile.report.findings import DESCRIPTIONS, Kind, moment, plain
from nfw_reconcile.report.jsonout import inert
from nfw_reconcile.report.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.report.findings import Finding, Findings
    from nfw_reconcile.report.phrases import Phrase
    from nfw_reconcile.report.places import Place

MOST_RESULTS: Final = 5_000
"""What GitHub keeps of a run."""

MOST_BYTES: Final = 9_000_000
"""Of all results as compact JSON: even what gzip cannot make smaller stays under GitHub's 10 MB."""

MOST_PLACES: Final = 10
"""Related locations of one result."""

_KINDS: Final = tuple(Kind)
_ROOT: Final = "%SRCROOT%"
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

JsonObject = dict[str, Any]


def render_sarif(
    findings: Findings, *, most_results: int = MOST_RESULTS, most_bytes: int = MOST_BYTES
) -> str:
    """Render findings as a log of one run, worst results first: equal findings are equal bytes, all of them ASCII.

    What does not fit is left out from the end, and a notification says how many results that are. A message is plain
    text without embedded links or placeholders (SARIF 3.11.5, 3.11.6), whatever the data.
    """
    ranked = findings.ranked
    suppressing = any(each.ignored for each in ranked)
    results = [_result(each, suppressing=suppressing) for each in ranked]
    kept = _fitting(results, most_results, most_bytes)
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(findings, kept, len(results))]}
    return f"{inert(json.dumps(log, ensure_ascii=True, allow_nan=False, sort_keys=True, indent=2))}\n"


def _fitting(results: Sequence[JsonObject], most_results: int, most_bytes: int) -> Sequence[JsonObject]:
    sizes = (len(json.dumps(each, separators=(",", ":"))) + 1 for each in results[:most_results])
    return results[: sum(size <= most_bytes for size in accumulate(sizes))]


def _run(findings: Findings, results: Sequence[JsonObject], found: int) -> JsonObject:
    return {
        "tool": {
            "driver": {
                "name": "nfw-reconcile",
                "version": visible(findings.tool_version),
                "rules": [_rule(kind) for kind in _KINDS],
            }
        },
        # GitHub replaces what an earlier run of the same category found: a result must not hide the plan.
        "automationDetails": {"id": f"nfw-reconcile/{findings.kind}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(findings, found - len(results))],
        "properties": {"headline": plain(findings.headline), "sha256": visible(findings.digest)},
        "results": results,
    }


def _rule(kind: Kind) -> JsonObject:
    described = DESCRIPTIONS[kind]
    return {
        "id": kind.value,
        "name": kind.value.title().replace("-", ""),
        "shortDescription": {"text": f"{described.title}."},
        "fullDescription": {"text": described.help},
        "help": {"text": described.help},
        "defaultConfiguration": {"level": described.severity.value},
    }


def _invocation(findings: Findings, left_out: int) -> JsonObject:
    """Describe the run; a plan records no exit code, and is there only where planning succeeded."""
    invocation: JsonObject = {"executionSuccessful": True}
    times = {"startTimeUtc": findings.started_at, "endTimeUtc": findings.finished_at}
    invocation |= {name: moment(text) for name, text in times.items() if text and moment(text)}
    if findings.exit is not None:
        invocation["executionSuccessful"] = findings.exit.code == ExitCode.OK
        invocation["exitCode"] = findings.exit.code
        invocation["exitCodeDescription"] = findings.exit.meaning
    if left_out:
        text = f"{left_out:,} more results are left out, the least severe ones. The JSON report has all."
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return invocation


def _result(finding: Finding, *, suppressing: bool) -> JsonObject:
    """Give a result; either all results of a run say whether they are suppressed, or none does (SARIF 3.27.23)."""
    result: JsonObject = {
        "ruleId": finding.kind.value,
        "ruleIndex": _KINDS.index(finding.kind),
        "level": DESCRIPTIONS[finding.kind].severity.value,
        "message": {"text": _message(finding.message)},
        "locations": [location(finding.place)],
        # The one member by which GitHub tracks an alert; upload-sarif would make it from the lines of a file.
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
        "properties": {"title": plain(finding.title)},
    }
    if finding.weight:
        result["properties"]["flows"] = finding.weight
    if suppressing:
        result["suppressions"] = [_suppression(finding.ignored)] if finding.ignored else []
    if finding.related:
        related = [location(place) for place in finding.related[:MOST_PLACES]]
        result["relatedLocations"] = [{"id": n, **each} for n, each in enumerate(related, 1)]
    if len(finding.related) > MOST_PLACES:
        result["properties"]["relatedLocationsLeftOut"] = len(finding.related) - MOST_PLACES
    return result


def _suppression(ignored: Phrase) -> JsonObject:
    """Say that, and why, somebody has accepted a result, outside of what was looked at (SARIF 3.35).

    One that says neither that it is under review nor that it was rejected is in force (SARIF 3.27.23); the name of
    that member differs between versions of the schema that tools follow.
    """
    return {"kind": "external", "justification": plain(ignored)}


def location(place: Place) -> JsonObject:
    """Give a location: in a file where one is known, and else the Terraform address alone, with no file made up."""
    logical = {"logicalLocations": [{"fullyQualifiedName": visible(place.address), "kind": "resource"}]}
    if place.file is None:
        return logical
    artifact = {"uri": quote(place.file.path), "uriBaseId": _ROOT}
    physical = {"artifactLocation": artifact, "region": {"startLine": place.file.line}}
    return {"physicalLocation": physical, **logical}


_BRACES: Final = re.compile(r"[{}]")


def _message(phrase: Phrase) -> str:
    """Give the text of a message: braces are doubled, and no bracket is followed by a parenthesis as in a link."""
    return _BRACES.sub(lambda brace: brace[0] * 2, plain(phrase)).replace("](", "] (")
