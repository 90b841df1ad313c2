"""After every test that acts, the checker looks at what the service was asked to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.act import scene

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _checked() -> Iterator[None]:
    scene.BUILT.clear()
    yield
    for each in scene.BUILT:
        each.emulator.faults.clear()
        assert scene.lasting_violations(each) == []
