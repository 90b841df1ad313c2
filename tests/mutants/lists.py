"""All lists of deliberate errors; a further one is a module with ``MUTANTS``, named here."""

from __future__ import annotations

from typing import Final

from tests.mutants import effects, filters, forgetting, horizon, matching, walking

MODULES: Final = tuple(
    module.__name__ for module in (walking, matching, effects, horizon, filters, forgetting)
)
MUTANTS: Final = (
    *walking.MUTANTS,
    *matching.MUTANTS,
    *effects.MUTANTS,
    *horizon.MUTANTS,
    *filters.MUTANTS,
    *forgetting.MUTANTS,
)
