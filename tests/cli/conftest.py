"""What tests of the command line have in common."""

from __future__ import annotations

import pytest

from tests.hasty import PATCHES


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make waits short for what the test runs in this process."""
    for owner, name, value in PATCHES:
        monkeypatch.setattr(owner, name, value)
