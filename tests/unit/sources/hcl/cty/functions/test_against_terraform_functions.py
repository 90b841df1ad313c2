"""Functions and operators against the real Terraform: not one wrong value, type or error."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.sources.hcl.cty import functions
from tests.unit.sources.hcl.cty.evaluating import FOLDER, value_of
from tests.unit.sources.hcl.cty.functions.drawn import SIGNATURES, drawn_expression
from tests.unit.sources.hcl.terraform import UNKNOWN, Seen, Terraform, ours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.tiers import Tier

pytestmark = pytest.mark.terraform

_EXPRESSIONS: Final = Path(__file__).with_name("tables")
_TABLES: Final = (
    "collections",
    "conversions",
    "dates",
    "encodings",
    "files",
    "networks",
    "numbers",
    "operators",
    "strings",
    "yaml",
)

_MOST_UNRESOLVED: Final = 40
"""Calls of the table that are told to be unknown though Terraform gives a value: more would be a step back."""

_MOST_UNRESOLVED_SHARE: Final = 0.12
_CALLS_FOR_EACH_DRAW: Final = 6
_NOT_CALLED: Final = frozenset(
    {"base64gzip", "bcrypt", "plantimestamp", "rsadecrypt", "templatefile", "timestamp", "uuid"}
)


@pytest.fixture
def terraform(tmp_path: Path) -> Terraform:
    return Terraform(tmp_path, FOLDER.files)


def compared(
    expressions: Sequence[str], theirs: Sequence[Seen], *, typed: bool = True
) -> tuple[list[str], int]:
    """Give the wrong results, and how many are not resolved here."""
    wrong, unresolved = [], 0
    for expression, seen in zip(expressions, theirs, strict=True):
        found = ours(partial(value_of, expression))
        if found == UNKNOWN:
            unresolved += seen != UNKNOWN
        elif found != seen and (typed or (found.kind, found.value) != (seen.kind, seen.value)):
            wrong.append(f"{expression}\n  Terraform: {seen}\n  here:      {found}")
    return wrong, unresolved


def listed(*files: str) -> list[str]:
    return [
        line
        for name in files
        for line in (_EXPRESSIONS / f"{name}.hcl").read_text("utf-8").split("\n")
        if line
    ]


def test_every_call_of_the_tables(terraform: Terraform, tell: Callable[[str], None]) -> None:
    expressions = listed(*_TABLES)
    wrong, unresolved = compared(expressions, terraform.values(expressions))
    tell(f"functions against terraform: {len(expressions)} calls, {unresolved} unresolved")
    assert not wrong, "\n".join(wrong)
    assert unresolved <= _MOST_UNRESOLVED


def test_random_calls(terraform: Terraform, tier: Tier, seed: int, tell: Callable[[str], None]) -> None:
    lot = random.Random(seed)  # noqa: S311 - the same with the same seed
    expressions = [drawn_expression(lot) for _ in range(tier.draws * _CALLS_FOR_EACH_DRAW)]
    wrong, unresolved = compared(expressions, terraform.values(expressions))
    tell(f"random calls against terraform: {len(expressions)} calls, {unresolved} unresolved")
    assert not wrong, f"seed {seed}:\n" + "\n".join(wrong)
    assert unresolved <= len(expressions) * _MOST_UNRESOLVED_SHARE


def test_every_function_is_called() -> None:
    called = {
        name for name in functions.NAMES if any(line.startswith(f"{name}(") for line in listed(*_TABLES))
    }
    assert functions.NAMES - called == _NOT_CALLED
    assert set(SIGNATURES) <= called


def test_the_seed_alone_decides_what_is_drawn() -> None:
    first, second = (random.Random(5) for _ in range(2))  # noqa: S311 - the same in every run
    assert [drawn_expression(first) for _ in range(50)] == [drawn_expression(second) for _ in range(50)]


def test_what_is_not_known_before_apply(terraform: Terraform, tell: Callable[[str], None]) -> None:
    # Whether an unknown attribute or a different one is met first is chance in Terraform: no such case is here.
    expressions = listed("unknown")
    wrong, unresolved = compared(expressions, terraform.planned(expressions), typed=False)
    tell(f"unknown values against terraform: {len(expressions)} calls, {unresolved} unresolved")
    assert not wrong, "\n".join(wrong)
    assert unresolved <= _MOST_UNRESOLVED
