"""Findings as a GitLab code quality report (GitLab docs, "Code Quality report format").

GitLab takes any text as the path of a file, and shows it beside the description. So a finding whose file is not known
is listed under the Terraform address of its resource, line 1: it is not lost, and no other file is blamed; the link
that GitLab makes of it leads nowhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from nfw_reconcile.report.findings import Kind, plain
from nfw_reconcile.report.jsonout import inert
from nfw_reconcile.report.neutral import visible
from nfw_reconcile.report.places import InFile, in_file

if TYPE_CHECKING:
    from nfw_reconcile.report.findings import Finding, Findings
    from nfw_reconcile.report.places import Place

SEVERITIES: Final = {
    Kind.SURVIVOR: "blocker",
    Kind.UNPROVEN: "critical",
    Kind.NEWLY_DENIED: "critical",
    Kind.ALIVE: "critical",
    Kind.POSSIBLY_DENIED: "major",
    Kind.UNDECIDED: "major",
    Kind.INCOMPLETE: "major",
    Kind.LEFT_ALIVE: "minor",
    Kind.WARNING: "minor",
    Kind.DRY_RUN: "info",
    Kind.NOTE: "info",
}
"""GitLab's words, for every kind."""

_IGNORED: Final = "info"
"""For what somebody has accepted: GitLab's format has no other way to say so."""


def render_codequality(findings: Findings) -> str:
    """Render findings, worst first, as JSON of pure ASCII: equal findings are equal bytes, none of them a BOM."""
    entries = [_entry(each) for each in findings.ranked]
    return f"{inert(json.dumps(entries, ensure_ascii=True, allow_nan=False, sort_keys=True, indent=2))}\n"


def _entry(finding: Finding) -> dict[str, Any]:
    where = file_of(finding.place)
    return {
        "description": plain(finding.told),
        "check_name": f"nfw-reconcile/{finding.kind.value}",
        "fingerprint": finding.fingerprint,
        "severity": _IGNORED if finding.ignored else SEVERITIES[finding.kind],
        "location": {"path": where.path, "lines": {"begin": where.line}},
    }


def file_of(place: Place) -> InFile:
    """Give the file of a place, else its address in the form of a relative path."""
    if place.file is not None:
        return place.file
    address = visible(place.address)
    return in_file(address, 1) or in_file(quote(address, safe=""), 1) or InFile("nfw-reconcile", 1)
