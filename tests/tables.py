"""The tables in ``tests/cases/verdicts``: a policy, and what it does with conversations."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.rulesets import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.engine.walk import Outcome

FOLDER: Final = Path(__file__).parent / "cases" / "verdicts"


@dataclass(frozen=True, slots=True)
class VerdictCase:
    """One policy of a table; ``flows`` gives for each conversation what :func:`said` says of its outcome."""

    title: str
    text: str
    strict: bool
    defaults: tuple[str, ...]
    flows: Mapping[str, str]


def verdict_cases() -> list[VerdictCase]:
    """Read all tables."""
    tables = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.toml"))]
    return [
        VerdictCase(
            row["title"],
            numbered(row.get("rules", ())),
            row.get("order", "strict") == "strict",
            tuple(row.get("defaults", ())),
            row["flows"],
        )
        for table in tables
        for row in table["policy"]
    ]


def said(outcome: Outcome) -> str:
    """Put an outcome into the words of the tables."""
    verdict = "allowed" if outcome.allowed else "denied"
    rule, default = outcome.cause.rule, outcome.cause.default
    if rule is not None:
        verdict += f" by {rule.sid}"
    elif default is not None and default.startswith("aws:"):
        verdict += f" by {default}"
    return ", ".join((verdict, *outcome.notes))
