"""Conversations whose beginning Suricata did not see: what the engine foretells of flushed flows is what it does.

A capture that begins in the middle of a TCP connection is to it what a flow is that was flushed under ``CONTINUE``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.forgotten import KNOWN_REPLY, Forgetting, Resumption, resumptions
from nfw_reconcile.engine.questions import OTHER
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, UDP
from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.verdict import AfterFlush
from tests.oracle.conversation import Payload
from tests.oracle.differential import agree
from tests.oracle.fates import Fate, Talk, fates
from tests.oracle.payload_policies import draw_realities, draw_rules
from tests.oracle.payloads import payload_of
from tests.oracle.policies import draw_flows, draw_policy
from tests.oracle.rules import Rules
from tests.oracle.suricata import RefusedRulesError
from tests.realities import Reality, resumed
from tests.rulesets import compiled, numbered
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nfw_reconcile.engine.walk import Outcome
    from nfw_reconcile.model.flow import FiveTuple
    from tests.oracle.policies import DrawnPolicy
    from tests.oracle.suricata import Suricata

pytestmark = pytest.mark.suricata

HEADER_POLICIES: Final = {Tier.QUICK: 2, Tier.FULL: 60, Tier.SOAK: 600}
PAYLOAD_POLICIES: Final = {Tier.QUICK: 6, Tier.FULL: 200, Tier.SOAK: 2_000}
FLOWS: Final = 40
NETWORKS: Final = {"HOME_NET": "[10.0.0.0/8]", "EXTERNAL_NET": "!$HOME_NET"}


def talk(flow: FiveTuple, payload: Payload, way: Resumption) -> Talk:
    return Talk(flow.reversed() if way.turned else flow, payload, way.course, way.turned)


@dataclass(slots=True)
class Tally:
    """What was compared."""

    refused: int = 0
    conversations: int = 0
    denied: int = 0
    ended: int = 0
    disagreements: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.conversations} conversations ({self.denied} denied, {self.ended} flows end), "
            f"{len(self.disagreements)} disagreements; refused policies: {self.refused}"
        )

    def compare(self, text: str, way: Resumption, flow: FiveTuple, fate: Fate, ours: Outcome) -> None:
        """Note one conversation."""
        self.conversations += 1
        self.denied += not fate.allowed
        if not agree(fate, ours):
            self.disagreements.append(f"{text}\n{flow} {way}\nSuricata: {fate}\nengine: {ours}\n")


def ways_of(flow: FiveTuple) -> Sequence[Resumption]:
    """Give the ways in which a conversation may go on that speaks no protocol."""
    return [way for way in resumptions(flow.protocol) if way.course is not KNOWN_REPLY]


def compare_all_ways(
    suricata: Suricata, drawn: DrawnPolicy, flows: Sequence[FiveTuple], tally: Tally
) -> None:
    """Compare every way in which the flows may go on, and what all ways together say."""
    forgetting = Forgetting(compile_policy(drawn.model()), StreamExceptionPolicy.CONTINUE)
    text = f"{drawn.suricata().text}{drawn}"
    lived: set[FiveTuple] = set()
    for number in range(len(resumptions(TCP))):
        told = [(flow, ways[number]) for flow in flows if number < len(ways := ways_of(flow))]
        found = fates(suricata, drawn.suricata(), [talk(flow, Payload(), way) for flow, way in told])
        for (flow, way), fate in zip(told, found, strict=True):
            tally.compare(text, way, flow, fate, resumed(forgetting, Reality(flow), way))
            lived |= {flow} if fate.allowed else set()
    for flow in flows:
        ends = forgetting.after_flush(flow) is AfterFlush.ENDS
        tally.ended += ends
        # Of UDP, that Suricata may know a reply for one is foretold as well, and is not tried here.
        if ends == (flow in lived) and (ends or flow.protocol != UDP):
            tally.disagreements.append(f"{text}\n{flow} ends: {ends}, and lived on: {flow in lived}\n")


@pytest.mark.parametrize("order", ["strict", "action"])
def test_what_ends_and_what_lives_on_is_what_suricata_does(
    order: str, suricata: Suricata, tier: Tier, tell: Callable[[str], None]
) -> None:
    tally = Tally()
    for seed in range(HEADER_POLICIES[tier]):
        random = Random(f"forgotten {order} {seed}")  # noqa: S311 - the same draws in every run
        drawn, flows = draw_policy(random, strict=order == "strict"), draw_flows(random, FLOWS)
        try:
            compare_all_ways(suricata, drawn, flows, tally)
        except RefusedRulesError:
            tally.refused += 1
    tell(f"forgotten flows, {order} order: {tally}")
    assert not tally.disagreements, "\n".join(tally.disagreements[:5])
    assert 0 < tally.denied < tally.conversations
    assert tally.ended


def draw(random: Random) -> Iterator[tuple[Reality, Resumption]]:
    """Draw conversations whose bytes Suricata takes for what the engine takes them for, and how they go on.

    It knows a DNS reply for one only where both ports are those of DNS.
    """
    for number, reality in enumerate(draw_realities(random, FLOWS)):
        if reality.flow.protocol == UDP and reality.application != OTHER:
            client = Address.parse(f"10.0.1.{number + 1}")
            yield (
                replace(reality, flow=reality.flow._replace(source=client, source_port=53)),
                Resumption(turned=False, course=KNOWN_REPLY),
            )
        else:
            yield reality, random.choice(ways_of(reality.flow))


@pytest.mark.parametrize("order", ["strict", "action"])
def test_what_is_said_in_a_forgotten_conversation_matters_as_it_does_to_suricata(
    order: str, suricata: Suricata, tier: Tier, tell: Callable[[str], None]
) -> None:
    tally = Tally()
    for seed in range(PAYLOAD_POLICIES[tier]):
        random = Random(f"forgotten payload {order} {seed}")  # noqa: S311 - the same draws in every run
        text, drawn = numbered(draw_rules(random)), list(draw(random))
        rules = Rules.of(text.splitlines(), (), NETWORKS, {}, strict=order == "strict")
        talks = [talk(reality.flow, payload_of(reality), way) for reality, way in drawn]
        try:
            found = fates(suricata, rules, talks)
        except RefusedRulesError:
            tally.refused += 1
            continue
        forgetting = Forgetting(compiled(text, strict=order == "strict"), StreamExceptionPolicy.CONTINUE)
        for (reality, way), fate in zip(drawn, found, strict=True):
            tally.compare(text, way, reality.flow, fate, resumed(forgetting, reality, way))
            ends = forgetting.after_flush(reality.flow) is AfterFlush.ENDS
            tally.ended += ends
            if ends and fate.allowed:
                tally.disagreements.append(f"{text}\n{reality} {way} is said to end, and lives on\n")
    tell(f"forgotten flows, payload, {order} order: {tally}")
    assert not tally.disagreements, "\n".join(tally.disagreements[:5])
    assert 0 < tally.denied < tally.conversations
    assert tally.refused <= PAYLOAD_POLICIES[tier] // 10
