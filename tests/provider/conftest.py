"""The stand-in for tests, or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.provider.terraform import StandIn, unavailable

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    """Give a fresh stand-in; skip where terraform or the tf package is missing."""
    if (reason := unavailable()) is not None:
        pytest.skip(reason)
    return StandIn(tmp_path)
