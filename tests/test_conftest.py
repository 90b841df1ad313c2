"""The set-up of the tests is tested too: a gate that opens or shuts wrongly would be seen nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.conftest import CHECKOUT
from tests.programs import MISSING_PACKAGE, Need
from tests.tiers import Tier, chosen_tier

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

SUITE = """
import pytest

def test_plain(): pass

@pytest.mark.full
def test_full(): pass

@pytest.mark.soak
def test_soak(): pass

@pytest.mark.suricata
def test_engine(): pass

@pytest.mark.terraform
def test_terraform(): pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A small suite under our conftest, on a machine without any program."""
    pytester.makepyfile(SUITE)
    pytester.makeini("[pytest]\nmarkers =\n  full\n  soak\n  suricata\n  terraform\n")
    empty = pytester.mkdir("bin")
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    return pytester


def run(suite: pytest.Pytester) -> pytest.RunResult:
    return suite.runpytest_subprocess("-p", "tests.conftest", "-p", "no:cacheprovider")


@pytest.mark.parametrize(
    ("tier", "passed", "deselected"),
    [(Tier.QUICK, 1, 2), (Tier.FULL, 2, 1), (Tier.SOAK, 3, 0)],
)
def test_each_tier_holds_the_ones_before_it(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tier: Tier, passed: int, deselected: int
) -> None:
    monkeypatch.setenv("NFW_TESTS", tier)
    run(suite).assert_outcomes(passed=passed, deselected=deselected, skipped=2)


def test_the_reasons_of_all_skips_are_left_for_ci(suite: pytest.Pytester) -> None:
    run(suite)
    lines = (suite.path / "build" / "skips.txt").read_text(encoding="utf-8").splitlines()
    reasons = [line.split("\t")[0] for line in lines]
    assert reasons == ["missing system package: suricata", "terraform is not installed"]


def test_an_unknown_tier_is_a_usage_error(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NFW_TESTS", "slow")
    result = run(suite)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*NFW_TESTS is 'slow'; use one of: quick, full, soak"])


def test_the_profile_of_the_tier_is_in_force(tier: Tier) -> None:
    now = settings.default
    assert now is not None
    assert now.max_examples == tier.draws
    assert now.deadline is None


def test_without_a_word_the_tier_is_quick() -> None:
    assert chosen_tier({}) is chosen_tier({"NFW_TESTS": ""}) is Tier.QUICK


def test_a_need_is_met_by_a_program_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need = Need("suricata", "suricata", package="suricata")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert need.lacking() == f"{MISSING_PACKAGE}suricata"
    program = tmp_path / "suricata"
    program.touch(mode=0o755)
    assert need.lacking() is None
