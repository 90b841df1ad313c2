"""What a step of GitHub Actions leaves behind: outputs for later steps, and the summary of the job.

GitHub docs, "Workflow commands for GitHub Actions": "Setting an output parameter", "Multiline strings", "Adding a job
summary" and its limit of 1 MiB, above which nothing at all of a summary is kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.findings import plain
from nfw_reconcile.report.fitting import ever_shorter, fitted
from nfw_reconcile.report.neutral import visible

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
    """Give the Markdown report in at most ``most_bytes`` of UTF-8; empty where not even a word has room."""
    return fitted(ever_shorter(view), lambda text: len(text.encode()) <= most_bytes)
