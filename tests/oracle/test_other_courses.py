"""Conversations that take another course: what the engine remarks about them is what real Suricata does."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.engine.exchange import Course, other_courses
from nfw_reconcile.engine.questions import OTHER, UNDETECTED
from nfw_reconcile.engine.walk import FIRST_PACKET_LOST
from nfw_reconcile.model.flow import TCP, UDP
from tests.oracle.fates import Fate, Talk, fates
from tests.oracle.payload_policies import draw_realities, draw_rules
from tests.oracle.payloads import payload_of
from tests.oracle.rules import Rules
from tests.oracle.suricata import RefusedRulesError
from tests.realities import Reality, outcome
from tests.rulesets import compiled, numbered
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.oracle.suricata import Suricata

pytestmark = pytest.mark.suricata

POLICIES: Final = {Tier.QUICK: 12, Tier.FULL: 200, Tier.SOAK: 2_000}
NETWORKS: Final = {"HOME_NET": "[10.0.0.0/8]", "EXTERNAL_NET": "!$HOME_NET"}
SPLIT, SERVER_FIRST = other_courses(TCP)
(ONE_WAY,) = other_courses(UDP)


def takes(reality: Reality) -> Course | None:
    """Choose the course of a conversation: one whose bytes Suricata takes for what the engine takes it for."""
    if reality.flow.protocol == UDP:
        return ONE_WAY if reality.application == OTHER else None
    return {"tls": SPLIT, UNDETECTED: SERVER_FIRST}.get(reality.application)


def draw(random: Random) -> Iterator[tuple[Reality, Course]]:
    for reality in draw_realities(random, 40):
        course = takes(reality)
        # In half a request, a content may or may not be there yet.
        if course is not None and not (
            course is SPLIT and any(text.startswith("content") for text in reality.holds)
        ):
            yield reality, course


def test_the_engine_agrees_with_suricata_about_other_courses(
    suricata: Suricata, tier: Tier, tell: Callable[[str], None]
) -> None:
    disagreements: list[str] = []
    compared = refused = 0
    for seed in range(POLICIES[tier]):
        random = Random(f"courses {seed}")  # noqa: S311 - the same draws in every run
        text, drawn = numbered(draw_rules(random)), list(draw(random))
        policy, rules = compiled(text), Rules.of(text.splitlines(), (), NETWORKS, {}, strict=True)
        try:
            found = fates(
                suricata, rules, [Talk(real.flow, payload_of(real), course) for real, course in drawn]
            )
        except RefusedRulesError:
            refused += 1
            continue
        compared += len(drawn)
        for (reality, course), fate in zip(drawn, found, strict=True):
            ours = outcome(policy, reality, course)
            rule = ours.cause.rule
            if Fate(ours.allowed, FIRST_PACKET_LOST in ours.notes, rule.sid if rule else None) != fate:
                disagreements.append(f"{text}\n{reality}\n{course.name}\nSuricata: {fate}\nengine: {ours}\n")
    tell(
        f"other courses: {compared} conversations, {len(disagreements)} disagreements; refused policies: {refused}"
    )
    assert not disagreements, "\n".join(disagreements[:5])
    assert compared > POLICIES[tier] * 5
