"""One policy and its flows through both engines, and where the two disagree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.walk import FIRST_PACKET_LOST, Outcome
from nfw_reconcile.model.verdict import Verdict
from tests.oracle.conversation import Payload
from tests.oracle.fates import Talk, fates
from tests.oracle.rules import FIRST_DEFAULT
from tests.oracle.suricata import RefusedRulesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.verdict import Decision
    from tests.oracle.fates import Fate
    from tests.oracle.policies import DrawnPolicy
    from tests.oracle.suricata import Suricata


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A flow of which the engines think differently, with as few rules as that needs."""

    policy: DrawnPolicy
    flow: FiveTuple
    suricata: Fate
    engine: Decision

    def __str__(self) -> str:
        rules = self.policy.suricata()
        names = {**rules.addresses, **rules.ports}
        return (
            f"{self.flow}\n{rules.text}strict={rules.strict} {names}\n"
            f"Suricata: {self.suricata}\nengine: {self.engine}\n"
        )


@dataclass(slots=True)
class Tally:
    """What was compared."""

    policies: int = 0
    refused: int = 0
    flows: int = 0
    denied: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.policies} policies, {self.flows} flows ({self.denied} denied), "
            f"{len(self.disagreements)} disagreements; Suricata refused {self.refused} further policies"
        )


class Differential:
    """Compares the engine with Suricata, keeping count."""

    def __init__(self, suricata: Suricata) -> None:
        self._suricata = suricata
        self.tally = Tally()

    def compare(self, policy: DrawnPolicy, flows: Sequence[FiveTuple]) -> None:
        """Run all flows through both engines and note every flow on which they disagree."""
        try:
            found = list(self._disagreements(policy, flows))
        except RefusedRulesError:
            self.tally.refused += 1
            return
        self.tally.policies += 1
        self.tally.flows += len(flows)
        self.tally.disagreements += [self._smallest(each) for each in found]

    def _disagreements(self, policy: DrawnPolicy, flows: Sequence[FiveTuple]) -> Iterator[Disagreement]:
        found = fates(self._suricata, policy.suricata(), [Talk(flow, Payload()) for flow in flows])
        compiled = compile_policy(policy.model())
        comparison = Comparison(compiled, compiled)
        for flow, fate in zip(flows, found, strict=True):
            self.tally.denied += not fate.allowed
            decision = comparison.effect(flow).old
            if not _agree(fate, decision):
                yield Disagreement(policy, flow, fate, decision)

    def _smallest(self, found: Disagreement) -> Disagreement:
        """Take rules away for as long as the disagreement stays."""
        number = 0
        while number < len(found.policy.sids):
            try:
                less = next(self._disagreements(found.policy.without(number), [found.flow]), None)
            except RefusedRulesError:
                less = None
            found, number = (found, number + 1) if less is None else (less, number)
        return found


def _agree(fate: Fate, decision: Decision) -> bool:
    if decision.verdict not in {Verdict.ALLOWED, Verdict.DENIED}:
        return False
    allowed = decision.verdict is Verdict.ALLOWED
    return agree(fate, Outcome(allowed, decision.cause, decision.notes))


def agree(fate: Fate, outcome: Outcome) -> bool:
    """Say whether Suricata and the engine say the same of a conversation, and by the same rule."""
    if (outcome.allowed, FIRST_PACKET_LOST in outcome.notes) != (fate.allowed, fate.first_packet_lost):
        return False
    rule = outcome.cause.rule
    if rule is not None and "noalert" in rule.text:  # such a rule decides and is not logged
        return True
    if fate.sid is not None and fate.sid >= FIRST_DEFAULT:
        return rule is None and outcome.cause.default is not None
    return fate.sid == (rule.sid if rule is not None else None)
