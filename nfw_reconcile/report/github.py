"""What a step of GitHub Actions leaves behind: outputs for later steps, and the summary of the job.

GitHub docs, "Workflow commands for GitHub Actions": "Setting an output parameter", "Multiline strings", "Adding a job
summary" and its limit of 1 MiB, above which nothing at all of a summary is kept.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.blocks import Bullet, Tone
from nfw_reconcile.report.findings import plain
from nfw_reconcile.report.markdown import render_markdown
from nfw_reconcile.report.neutral import visible
from nfw_reconcile.report.phrases import Phrase, say

if TYPE_CHECKING:
    from nfw_reconcile.report.blocks import View
    from nfw_reconcile.report.findings import Findings

MOST_SUMMARY: Final = 900 * 1024
"""Bytes of a summary: GitHub keeps 1 MiB, and what stands in it already has to find room as well."""

_TOKEN: Final = re.compile(r"[0-9a-f]{32,}")


def github_outputs(findings: Findings, token: str) -> str:
    """Give what is appended to the file of outputs: the headline, the digest, and the counts by their names.

    ``token`` is random, at least 128 bits in lower-case hexadecimal, and drawn for this call alone: no data can then
    hold the delimiter and begin an output of its own. ``ValueError`` for any other.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("a delimiter needs at least 32 hexadecimal digits")
    values = {
        "kind": findings.kind,
        "headline": plain(findings.headline),
        "sha256": visible(findings.digest),
        **{name: str(number) for name, number in findings.numbers},
    }
    delimiter = f"ghadelimiter_{token}"
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in values.items())


def github_summary(view: View, most_bytes: int = MOST_SUMMARY) -> str:
    """Give the Markdown report in at most ``most_bytes`` of UTF-8, whole sections left out where it is longer.

    Every firewall keeps as many of its first sections, which are what a reviewer must know first; then firewalls go,
    and then everything but the headline. Empty where not even that has room.
    """
    deepest = max((len(firewall.sections) for firewall in view.firewalls), default=0)
    for depth in range(deepest, -1, -1):
        if _fits(text := render_markdown(_shallow(view, depth)), most_bytes):
            return text
    bare = dataclasses.replace(view, firewalls=(), lead=(_left_out(Phrase(("The report is",))),))
    for least in (bare, dataclasses.replace(bare, headline=Phrase(("The report is too long.",)), facts=())):
        if _fits(text := render_markdown(least), most_bytes):
            return text
    return ""


def _fits(text: str, most_bytes: int) -> bool:
    return len(text.encode()) <= most_bytes


def _shallow(view: View, depth: int) -> View:
    """Give the view with the first ``depth`` sections of each firewall, and a word about the others."""
    gone = [section for firewall in view.firewalls for section in firewall.sections[depth:]]
    left_out = sum(bool(section.blocks) for section in gone)
    if not left_out:
        return view
    firewalls = tuple(
        dataclasses.replace(firewall, sections=firewall.sections[:depth]) for firewall in view.firewalls
    )
    verb = "section is" if left_out == 1 else "sections are"
    bullet = _left_out(say(f"{{}} more {verb}", left_out))
    return dataclasses.replace(view, firewalls=firewalls, lead=(*view.lead, bullet))


def _left_out(what: Phrase) -> Bullet:
    return Bullet(
        "Left out", say("{} too long for a summary; the full report has everything.", what), Tone.CAUTION
    )
