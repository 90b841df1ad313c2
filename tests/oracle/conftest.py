"""One Suricata for all comparisons, and what they compared at the end of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.suricata import Suricata

if TYPE_CHECKING:
    from collections.abc import Callable

    from _pytest.terminal import TerminalReporter

COUNTS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COUNTS] = []


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Say how much was compared."""
    for line in config.stash[COUNTS]:
        terminalreporter.write_line(f"oracle: {line}")


@pytest.fixture
def tell(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Leave a line for the end of the run."""
    return pytestconfig.stash[COUNTS].append


@pytest.fixture(scope="session")
def suricata(tmp_path_factory: pytest.TempPathFactory) -> Suricata:
    return Suricata(tmp_path_factory.mktemp("suricata"))
