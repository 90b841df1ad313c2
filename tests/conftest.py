"""What all tests share: the tier of the run, the programs it may lack, and the reference data beside it."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import is_hypothesis_test

from tests.programs import NEEDS
from tests.tiers import VARIABLE, Tier, chosen_tier, load_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from _pytest.terminal import TerminalReporter

CHECKOUT = Path(__file__).parents[1]
TIER = pytest.StashKey[Tier]()
TOLD = "told at the end of the run"
SEED = "NFW_SEED"
BEYOND = "--beyond-quick"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        BEYOND, action="store_true", help="only the tests that do more in this tier than in tier quick"
    )


def pytest_configure(config: pytest.Config) -> None:
    try:
        tier = chosen_tier(os.environ)
    except ValueError:
        choices = ", ".join(Tier)
        message = f"{VARIABLE} is {os.environ[VARIABLE]!r}; use one of: {choices}"
        raise pytest.UsageError(message) from None
    config.stash[TIER] = tier
    load_profile(tier)
    _hear_interrupts()


def _hear_interrupts() -> None:
    """Have SIGINT heard where the tests run in the background, as jobs of a script do: POSIX has it ignored there.

    A shell that is started with an ignored signal cannot trap it, so no test could interrupt one.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header(config: pytest.Config) -> str:
    tier = config.stash[TIER]
    return f"tier: {tier} ({tier.draws} random draws a property; {VARIABLE} chooses)"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tier = config.stash[TIER]
    beyond = config.getoption(BEYOND)
    chosen = {item: _runs(item, tier) and (not beyond or _depends_on_tier(item)) for item in items}
    config.hook.pytest_deselected(items=[item for item, runs in chosen.items() if not runs])
    items[:] = [item for item, runs in chosen.items() if runs]


def _runs(item: pytest.Item, tier: Tier) -> bool:
    return tier.runs(frozenset(mark.name for mark in item.iter_markers()))


def _depends_on_tier(item: pytest.Item) -> bool:
    """Say whether another tier draws more for a test, or runs it at all."""
    return (
        not _runs(item, Tier.QUICK)
        or is_hypothesis_test(getattr(item, "obj", None))
        or not {"tier", "seed"}.isdisjoint(getattr(item, "fixturenames", ()))
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    for need in NEEDS:
        if item.get_closest_marker(need.marker) and (reason := need.lacking()):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write halves of surrogate pairs as escapes in reports: a worker could not send them on."""
    report = yield
    if report.failed:
        report.longrepr = _sendable(str(report.longrepr))
    report.sections = [(_sendable(title), _sendable(text)) for title, text in report.sections]
    return report


def _sendable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Show what tests have to tell, and leave the reasons of all skips for .ci/run.

    Only the process that the workers report to comes here. It collects no test, so that a conftest.py
    further down would never be asked.
    """
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, line in report.user_properties:
            if name == TOLD:
                terminalreporter.write_line(str(line))
    _leave_skips(terminalreporter, config)


def _leave_skips(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Write the reasons of all skips to build/skips.txt, where .ci/run looks for those it does not accept."""
    skipped = terminalreporter.stats.get("skipped", [])
    lines = sorted({f"{_reason(report)}\t{report.nodeid}\n" for report in skipped})
    target = config.rootpath / "build" / "skips.txt"
    target.parent.mkdir(exist_ok=True)
    target.write_text("".join(lines), encoding="utf-8")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Give the reason of a skip in one line."""
    longrepr = report.longrepr
    told = str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
    return " ".join(told.removeprefix("Skipped: ").split())


@pytest.fixture(scope="session")
def tier(pytestconfig: pytest.Config) -> Tier:
    """How much this run does; ``tier.draws`` for tests that draw by themselves."""
    return pytestconfig.stash[TIER]


@pytest.fixture(scope="session")
def seed() -> int:
    """By which lot tests draw that draw by themselves: ``NFW_SEED``, else any; a failure tells it."""
    given = os.environ.get(SEED)
    return int(given) if given else random.SystemRandom().randrange(2**32)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Leave a line for the end of the run; it gets there with the report of the test, from any worker."""
    properties = request.node.user_properties
    return lambda line: properties.append((TOLD, line))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real plans, rule sets and packet captures that lie beside a checkout and are no part of it."""
    folder = CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no reference data beside this checkout (../shared/data)")
    return folder
