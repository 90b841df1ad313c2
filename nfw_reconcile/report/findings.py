"""What a plan or a result found, one value each: what the machine formats (SARIF, JUnit and so on) are made of.

Built from a document that is masked and redacted, as the view is; a renderer sees findings only, and so cannot show
what the view may not.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.errors import Severity
from nfw_reconcile.report.neutral import visible
from nfw_reconcile.report.phrases import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.report.places import Place


class Kind(enum.StrEnum):
    """Every kind of finding, worst first. The values are the ids by which code hosts tell them apart."""

    SURVIVOR = "still-alive"
    UNPROVEN = "not-proven"
    NEWLY_DENIED = "newly-denied"
    ALIVE = "alive-though-denied"
    POSSIBLY_DENIED = "possibly-denied"
    UNDECIDED = "undecided"
    INCOMPLETE = "incomplete"
    LEFT_ALIVE = "left-alive"
    WARNING = "warning"
    DRY_RUN = "dry-run"
    NOTE = "note"


class Description(NamedTuple):
    """What a kind is called, what it means and what to do about it, in our own words."""

    severity: Severity
    title: str
    help: str


DESCRIPTIONS: Final = {
    Kind.SURVIVOR: Description(
        Severity.ERROR,
        "Denied flows are still alive",
        "The new policy denies these flows, and a capture after the flush still lists them. Look once more with "
        "nfw-reconcile verify; where they still live, apply the plan again.",
    ),
    Kind.UNPROVEN: Description(
        Severity.ERROR,
        "It is not proven that denied flows are gone",
        "The run ended before the absence of denied flows was proven here. The message says why, and the exit code "
        "what to run next.",
    ),
    Kind.NEWLY_DENIED: Description(
        Severity.ERROR,
        "Allowed flows would be denied",
        "The old policy allows these flows and the new one denies them. AWS Network Firewall applies changed stateful "
        "rules to new flows only: those that are alive go on until nfw-reconcile apply flushes them.",
    ),
    Kind.ALIVE: Description(
        Severity.ERROR,
        "Flows are alive though denied",
        "The policy denies these flows, and they are alive: they began when other rules were in force. "
        "nfw-reconcile apply flushes them.",
    ),
    Kind.POSSIBLY_DENIED: Description(
        Severity.WARNING,
        "Allowed flows may be denied",
        "Whether the new policy denies these flows hangs on payload, which no capture shows. They are never flushed "
        "unless that is asked for.",
    ),
    Kind.UNDECIDED: Description(
        Severity.WARNING,
        "It could not be decided what is denied",
        "Part of a policy could not be modelled, because the input lacks a value or a rule uses what is not modelled. "
        "What hangs on it is never flushed. Give what is missing, or review it by hand.",
    ),
    Kind.INCOMPLETE: Description(
        Severity.WARNING,
        "There may be more than what is listed",
        "The newly denied region was too large to enumerate, or a capture may have missed flows.",
    ),
    Kind.LEFT_ALIVE: Description(
        Severity.WARNING,
        "Flows were left alive because it is not certain that they are denied",
        "Whether the policy denies these flows hangs on payload, or could not be decided. They were not flushed.",
    ),
    Kind.WARNING: Description(
        Severity.WARNING, "Warning", "Something that a reviewer must know, with what to do about it."
    ),
    Kind.DRY_RUN: Description(
        Severity.NOTE, "Dry run", "Flows would be flushed; nothing was sent. Run apply without --dry-run."
    ),
    Kind.NOTE: Description(Severity.NOTE, "Note", "Something that is good to know."),
}
"""For every kind."""

NOBODY: Final = Phrase()
"""Has accepted a finding."""

_KINDS: Final = tuple(Kind)
_SEVERITIES: Final = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    ``title`` holds no counts, so that it stays the same while the finding does. ``identity`` is what makes the
    finding this one, whatever its place in the document, the lines of its rules and the flows of the day.
    ``weight`` ranks findings of one kind: live flows, as a rule. ``ignored`` says who has accepted it, and is empty
    where nobody has: such a finding is told like any other, and fails nothing.
    """

    kind: Kind
    title: Phrase
    message: Phrase
    place: Place
    identity: tuple[str, ...]
    related: tuple[Place, ...] = ()
    weight: int = 0
    ignored: Phrase = NOBODY

    @property
    def severity(self) -> Severity:
        """Give how much it matters: as much as its kind does, unless somebody has accepted it."""
        return Severity.NOTE if self.ignored else DESCRIPTIONS[self.kind].severity

    @property
    def told(self) -> Phrase:
        """Give the message, behind who has accepted it."""
        return say("{}. {}", self.ignored, self.message) if self.ignored else self.message

    @property
    def fingerprint(self) -> str:
        """Give the SHA-256 of the kind and the identity, in hexadecimal."""
        content = json.dumps([self.kind.value, *self.identity], ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Scope:
    """What was looked at as one: a firewall of a plan, a zone of a result, or what all firewalls have in common.

    ``fine`` names what was looked at and is well. Where ``certain`` is false there is something that was not
    decided, and so nothing to rely on in ``fine``.
    """

    name: Phrase
    findings: tuple[Finding, ...]
    fine: tuple[Phrase, ...] = ()

    @property
    def certain(self) -> bool:
        """Say whether nothing in it is undecided or incomplete."""
        return not {finding.kind for finding in self.findings} & {Kind.UNDECIDED, Kind.INCOMPLETE}


class Exit(NamedTuple):
    """The exit code of a run, and what it means in our own words."""

    code: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found. ``kind`` is ``plan`` or ``result``; ``exit`` is ``None`` for a plan, which records none.

    ``started_at`` is ``None`` where the document does not tell it. ``numbers`` are counts by name.
    """

    kind: str
    headline: Phrase
    digest: str
    tool_version: str
    started_at: str | None
    finished_at: str
    exit: Exit | None
    scopes: tuple[Scope, ...]
    numbers: tuple[tuple[str, int], ...]

    @property
    def ranked(self) -> tuple[Finding, ...]:
        """Give all findings, worst first: severity, kind, weight, and then identity."""
        return tuple(sorted((each for scope in self.scopes for each in scope.findings), key=_rank))


def _rank(finding: Finding) -> tuple[int, int, int, tuple[str, ...]]:
    kind = _KINDS.index(finding.kind)
    return (_SEVERITIES.index(finding.severity), kind, -finding.weight, finding.identity)


def told_apart(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Give the scopes, each finding with a fingerprint of its own: code hosts keep one for each fingerprint."""
    seen: Counter[str] = Counter()
    return tuple(
        dataclasses.replace(scope, findings=tuple(_numbered(each, seen) for each in scope.findings))
        for scope in scopes
    )


def _numbered(finding: Finding, seen: Counter[str]) -> Finding:
    before = seen[finding.fingerprint]
    seen[finding.fingerprint] += 1
    if not before:
        return finding
    return _numbered(dataclasses.replace(finding, identity=(*finding.identity, f"another {before}")), seen)


def plain(phrase: Phrase) -> str:
    """Give a phrase as one line of plain text that no terminal, log or reader takes for anything but text."""
    return "".join(part if isinstance(part, str) else visible(part.text) for part in phrase.parts)


_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def moment(text: str) -> str | None:
    """Give a time (UTC) that is written as documents write it; ``None`` for anything else."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return text
