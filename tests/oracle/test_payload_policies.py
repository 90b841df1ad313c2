"""Rules about payload: in the world that fits a conversation, the engine's verdict is that of real Suricata."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.walk import FIRST_PACKET_LOST
from nfw_reconcile.model.verdict import Verdict
from tests.oracle.fates import Fate, Talk, fates
from tests.oracle.payload_policies import draw_realities, draw_rules
from tests.oracle.payloads import payload_of
from tests.oracle.rules import Rules
from tests.oracle.suricata import RefusedRulesError
from tests.realities import outcome
from tests.rulesets import compiled, numbered
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from tests.oracle.suricata import Suricata
    from tests.realities import Reality

pytestmark = pytest.mark.suricata

POLICIES: Final = {Tier.QUICK: 12, Tier.FULL: 300, Tier.SOAK: 3_000}
CONVERSATIONS: Final = 30
NETWORKS: Final = {"HOME_NET": "[10.0.0.0/8]", "EXTERNAL_NET": "!$HOME_NET"}


def engine_fate(policy: CompiledPolicy, reality: Reality) -> Fate:
    found = outcome(policy, reality)
    rule = found.cause.rule
    return Fate(found.allowed, FIRST_PACKET_LOST in found.notes, rule.sid if rule else None)


def compare(suricata: Suricata, text: str, realities: Sequence[Reality], *, strict: bool) -> list[str]:
    """Give what the engines disagree about."""
    policy = compiled(text, strict=strict)
    comparison = Comparison(policy, policy)
    rules = Rules.of(text.splitlines(), (), NETWORKS, {}, strict=strict)
    found = fates(suricata, rules, [Talk(reality.flow, payload_of(reality)) for reality in realities])
    disagreements = []
    for reality, fate in zip(realities, found, strict=True):
        ours = engine_fate(policy, reality)
        settled = Verdict.ALLOWED if fate.allowed else Verdict.DENIED
        verdict = comparison.effect(reality.flow).old.verdict
        if ours != fate or verdict not in {settled, Verdict.CONDITIONAL}:
            disagreements.append(
                f"strict={strict}\n{text}\n{reality}\nSuricata: {fate}\nengine: {ours}, {verdict}\n"
            )
    return disagreements


@pytest.mark.parametrize("order", ["strict", "action"])
def test_the_engine_agrees_with_suricata_about_payload(
    order: str, suricata: Suricata, tier: Tier, tell: Callable[[str], None]
) -> None:
    disagreements: list[str] = []
    refused = 0
    for seed in range(POLICIES[tier]):
        random = Random(f"payload {order} {seed}")  # noqa: S311 - the same draws in every run
        text = numbered(draw_rules(random))
        try:
            disagreements += compare(
                suricata, text, draw_realities(random, CONVERSATIONS), strict=order == "strict"
            )
        except RefusedRulesError:
            refused += 1
    compared = POLICIES[tier] - refused
    tell(
        f"payload, {order} order: {compared} policies, {compared * CONVERSATIONS} conversations, "
        f"{len(disagreements)} disagreements; Suricata refused {refused} further policies"
    )
    assert not disagreements, "\n".join(disagreements[:5])
    assert refused <= POLICIES[tier] // 10
