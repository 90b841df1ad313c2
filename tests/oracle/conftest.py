"""The Suricatas of all comparisons, and what they compared at the end of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.differences import engine_following
from tests.oracle.second import ABSENT, second
from tests.oracle.suricata import Suricata, installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session", params=["installed", pytest.param("8", marks=pytest.mark.suricata8)])
def any_suricata(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Suricata:
    """The Suricata of the system, and the one of ``make suricata8`` where there is one."""
    program = installed() if request.param == "installed" else second()
    if program is None:
        pytest.skip(ABSENT)
    return Suricata(tmp_path_factory.mktemp("suricata"), program)


@pytest.fixture
def suricata(any_suricata: Suricata) -> Iterator[Suricata]:
    """One Suricata, and an engine that follows its release."""
    with engine_following(any_suricata.release):
        yield any_suricata


@pytest.fixture
def tell(tell: Callable[[str], None], suricata: Suricata) -> Callable[[str], None]:
    """Leave a line about the comparison with one Suricata for the end of the run."""
    return lambda line: tell(f"oracle: {suricata.version}, {line}")
