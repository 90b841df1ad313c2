"""Random policies and flows: the engine's verdicts, and their causes, are those of real Suricata."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from tests.oracle.differential import Differential
from tests.oracle.policies import draw_flows, draw_policy
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.oracle.suricata import Suricata

pytestmark = pytest.mark.suricata

POLICIES: Final = {Tier.QUICK: 25, Tier.FULL: 300, Tier.SOAK: 3_000}
FLOWS: Final = 40
MOST_REFUSED: Final = 0.25
"""Lists that Suricata refuses are drawn too, because the line between them and others is not obvious."""


@pytest.mark.parametrize("order", ["strict", "action"])
def test_the_engine_agrees_with_suricata(
    order: str, suricata: Suricata, tier: Tier, tell: Callable[[str], None]
) -> None:
    differential = Differential(suricata)
    for seed in range(POLICIES[tier]):
        random = Random(f"{order} {seed}")  # noqa: S311 - the same draws in every run
        differential.compare(draw_policy(random, strict=order == "strict"), draw_flows(random, FLOWS))
    tally = differential.tally
    tell(f"{order} order: {tally}")
    assert not tally.disagreements, "\n".join(map(str, tally.disagreements[:5]))
    assert tally.refused <= MOST_REFUSED * POLICIES[tier]
    assert 0 < tally.denied < tally.flows
