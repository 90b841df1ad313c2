"""One policy and its flows through both engines, and where the two disagree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.exchange import exchange
from nfw_reconcile.engine.walk import FIRST_PACKET_LOST
from nfw_reconcile.model.verdict import Verdict
from tests.oracle.conversation import conversation
from tests.oracle.policies import FIRST_DEFAULT
from tests.oracle.suricata import RefusedRulesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.verdict import Decision
    from tests.oracle.policies import DrawnPolicy
    from tests.oracle.suricata import Judged, Suricata


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a flow: whether it lives, whether a packet had to be sent twice, and by which rule.

    ``sid`` is the first rule that passed one of its packets, else the one that denied it; ``None`` where
    no rule did. All default actions count as one.
    """

    allowed: bool
    first_packet_lost: bool
    sid: int | None


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
        fates = self.fates(policy, flows)
        compiled = compile_policy(policy.model())
        comparison = Comparison(compiled, compiled)
        for flow, fate in zip(flows, fates, strict=True):
            self.tally.denied += not fate.allowed
            decision = comparison.effect(flow).old
            if not _agree(fate, decision):
                yield Disagreement(policy, flow, fate, decision)

    def fates(self, policy: DrawnPolicy, flows: Sequence[FiveTuple]) -> list[Fate]:
        """Ask Suricata; every packet is followed by its copy, as if its sender had got no answer.

        The copy of the packet that completes a handshake finds the flow established, so that it may meet
        rules which the packet did not meet. It is sent only in the flows whose packet was dropped.
        """
        found = self._ask(policy, flows, completing_twice=False)
        again = [flow for flow, fate in zip(flows, found, strict=True) if fate is None]
        rest = iter(self._ask(policy, again, completing_twice=True) if again else ())
        return [fate for each in found if (fate := each or next(rest)) is not None]

    def _ask(
        self, policy: DrawnPolicy, flows: Sequence[FiveTuple], *, completing_twice: bool
    ) -> list[Fate | None]:
        packets: list[bytes] = []
        places: list[list[_Place]] = []
        for flow in flows:
            places.append([])
            for packet, data in zip(exchange(flow.protocol), conversation(flow), strict=True):
                twice = completing_twice or not packet.establishes
                places[-1].append(_Place(len(packets), len(packets) + 1 if twice else None))
                packets += [data, data] if twice else [data]
        judged = self._suricata.judge(policy.suricata(), packets)
        passing, denying = policy.sids_that("pass"), policy.sids_that("drop", "reject")
        return [_fate(judged, place, passing, denying) for place in places]

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


class _Place(NamedTuple):
    """Where a packet of a flow and its copy are in a capture."""

    packet: int
    copy: int | None


def _fate(
    judged: Judged, places: list[_Place], passing: frozenset[int], denying: frozenset[int]
) -> Fate | None:
    """Read a flow's fate; ``None`` where it hangs on a copy that was not sent."""
    lost = False
    passed_by: int | None = None
    for packet, copy in places:
        passed_by = passed_by or _first(judged, packet, passing)
        if packet not in judged.dropped:
            continue
        if copy is None:
            return None
        if copy in judged.dropped:
            denied_by = _first(judged, copy, denying) or _first(judged, packet, denying)
            return Fate(allowed=False, first_packet_lost=lost, sid=denied_by)
        lost = True
    return Fate(allowed=True, first_packet_lost=lost, sid=passed_by)


def _first(judged: Judged, packet: int, sids: frozenset[int]) -> int | None:
    """Give the first of some rules that a packet matched, in the order in which rules are tried."""
    return next((sid for sid in judged.matched.get(packet, ()) if sid in sids), None)


def _agree(fate: Fate, decision: Decision) -> bool:
    if decision.verdict is not (Verdict.ALLOWED if fate.allowed else Verdict.DENIED):
        return False
    if fate.first_packet_lost != (FIRST_PACKET_LOST in decision.notes):
        return False
    rule = decision.cause.rule
    if rule is not None and "noalert" in rule.text:  # such a rule decides and is not logged
        return True
    if fate.sid is not None and fate.sid >= FIRST_DEFAULT:
        return rule is None and decision.cause.default is not None
    return fate.sid == (rule.sid if rule is not None else None)
