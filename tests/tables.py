"""The tables in ``tests/cases/verdicts`` and ``forgotten``: a policy, and what it does with conversations."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.rulesets import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nfw_reconcile.engine.walk import Outcome

_CASES: Final = Path(__file__).parent / "cases"
FOLDER: Final = _CASES / "verdicts"


@dataclass(frozen=True, slots=True)
class VerdictCase:
    """One policy of a table; ``flows`` gives for each conversation what :func:`said` says of its outcome.

    ``in_8`` gives the outcomes that are other ones in Suricata 8, ``in_7`` those that are other ones in 7, where
    the engine does not follow a fault of 7 that was mended later.
    """

    title: str
    text: str
    strict: bool
    defaults: tuple[str, ...]
    flows: Mapping[str, str]
    in_7: Mapping[str, str]
    in_8: Mapping[str, str]

    def flows_in(self, release: int) -> Mapping[str, str]:
        """Give the outcomes in a release of Suricata."""
        return {**self.flows, **(self.in_8 if release >= 8 else self.in_7)}


@dataclass(frozen=True, slots=True)
class ForgottenCase:
    """One policy of a table about flows whose beginning it did not see.

    ``spoken`` gives for each conversation what :func:`said` says of its outcome, by whether the server speaks first;
    ``after`` gives what all ways in which it may go on come to.
    """

    title: str
    text: str
    defaults: tuple[str, ...]
    spoken: Mapping[bool, Mapping[str, str]]
    after: Mapping[str, str]


def forgotten_cases() -> list[ForgottenCase]:
    """Read all tables about flows whose beginning was not seen."""
    return [
        ForgottenCase(
            row["title"],
            numbered(row.get("rules", ())),
            tuple(row.get("defaults", ())),
            {False: row.get("client-first", {}), True: row["server-first"]},
            row.get("after-flush", {}),
        )
        for row in _rows(_CASES / "forgotten")
    ]


def _rows(folder: Path) -> Iterator[Mapping[str, Any]]:
    for file in sorted(folder.glob("*.toml")):
        yield from tomllib.loads(file.read_text(encoding="utf-8"))["policy"]


def verdict_cases() -> list[VerdictCase]:
    """Read all tables."""
    return [
        VerdictCase(
            row["title"],
            numbered(row.get("rules", ())),
            row.get("order", "strict") == "strict",
            tuple(row.get("defaults", ())),
            row["flows"],
            row.get("in-7", {}),
            row.get("in-8", {}),
        )
        for row in _rows(FOLDER)
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
