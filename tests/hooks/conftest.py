"""What the tests of the hooks have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.cli.demo.cast import ZONES
from tests.cli.site import INSTANT, Site, site
from tests.hooks.resident import resident
from tests.hooks.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the socket at which the program answers."""
    with resident(tmp_path_factory.mktemp("program")) as found:
        yield found


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Site]:
    """Give a firewall of one zone: what several of them ask for is no matter of a hook, and takes its time."""
    with site(tmp_path / "site", INSTANT, zones=ZONES[:1]) as found:
        yield found


@pytest.fixture
def workplace(tmp_path: Path, made: Site, program: Path) -> Workplace:
    """Give a folder for a pipeline that acts on the firewall of ``made``."""
    return Workplace(tmp_path / "job", made.url, program)


@pytest.fixture
def offline(tmp_path: Path, program: Path) -> Workplace:
    """Give a folder for a pipeline that calls nothing."""
    return Workplace(tmp_path / "job", resident=program)
