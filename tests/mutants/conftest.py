"""One laboratory for all errors: what it has imported, it has to import once."""

from __future__ import annotations

import pytest

from tests.mutants.lists import MODULES
from tests.mutants.mechanism import Laboratory


@pytest.fixture(scope="session")
def laboratory() -> Laboratory:
    return Laboratory(*MODULES)
