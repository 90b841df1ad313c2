"""Findings as workflow commands, which GitHub shows as annotations ("Workflow commands for GitHub Actions").

GitHub shows the first ten errors, ten warnings and ten notices of a step, and drops the others without a word. So no
more are written, the worst ones first, and the last of ten says how many are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Severity
from nfw_reconcile.report.findings import DESCRIPTIONS, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.report.findings import Finding, Findings
    from nfw_reconcile.report.places import Place

MOST: Final = 10
"""Annotations of one kind that GitHub shows for a step."""

COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_TITLE: Final = "nfw-reconcile"


def render_annotations(findings: Findings) -> str:
    """Render findings, one command a line: at most ten of each kind, the headline among the notices."""
    ranked = findings.ranked
    lines = [_command("notice", None, _TITLE, plain(findings.headline))]
    for severity in Severity:
        found = [each for each in ranked if each.severity is severity]
        room = MOST - 1 if severity is Severity.NOTE else MOST
        lines += _of_severity(severity, found, room)
    return "".join(f"{line}\n" for line in lines)


def _of_severity(severity: Severity, found: Sequence[Finding], room: int) -> Iterator[str]:
    shown = found if len(found) <= room else found[: room - 1]
    for each in shown:
        title = f"{_TITLE}: {DESCRIPTIONS[each.kind].title}"
        yield _command(COMMANDS[severity], each.place, title, plain(each.told))
    more = len(found) - len(shown)
    if more:
        yield _command(
            COMMANDS[severity], None, _TITLE, f"{more:,} more are not shown here; the report has all."
        )


def _command(name: str, place: Place | None, title: str, message: str) -> str:
    properties = {"title": title}
    if place is not None and place.file is not None:
        properties = {"file": place.file.path, "line": str(place.file.line), **properties}
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {written}::{_data(message)}"


def _data(text: str) -> str:
    """Escape a message as GitHub's runner reads it back."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
