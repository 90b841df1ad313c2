"""What becomes of conversations in real Suricata, read as the engine defines a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nfw_reconcile.engine.exchange import exchange
from tests.oracle.conversation import conversation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.exchange import Course, Packet
    from nfw_reconcile.model.flow import FiveTuple
    from tests.oracle.conversation import Payload
    from tests.oracle.rules import Rules
    from tests.oracle.suricata import Judged, Suricata


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a flow: whether it lives, whether a packet had to be sent twice, and by which rule.

    ``sid`` is the first rule that passed one of its packets, else the one that denied it; ``None`` where
    no rule did.
    """

    allowed: bool
    first_packet_lost: bool
    sid: int | None


class Talk(NamedTuple):
    """A flow, what is said on it, and the course of the conversation where that is not the usual one.

    ``turned``: the flow's source is the server, whose next packet is the first that Suricata sees.
    """

    flow: FiveTuple
    payload: Payload
    course: Course | None = None
    turned: bool = False

    def packets(self) -> tuple[Packet, ...]:
        """Give the packets of the course."""
        return exchange(self.flow.protocol) if self.course is None else self.course.packets


def fates(suricata: Suricata, rules: Rules, talks: Sequence[Talk]) -> list[Fate]:
    """Ask Suricata; every packet is followed by its copy, as if its sender had got no answer.

    The copy of the packet that completes a handshake finds the flow established, so that it may meet
    rules which the packet did not meet. It is sent only in the flows whose packet was dropped.
    """
    found = _ask(suricata, rules, talks, completing_twice=False)
    again = [talk for talk, fate in zip(talks, found, strict=True) if fate is None]
    rest = iter(_ask(suricata, rules, again, completing_twice=True) if again else ())
    return [fate for each in found if (fate := each or next(rest)) is not None]


class _Place(NamedTuple):
    """Where a packet of a flow and its copy are in a capture."""

    packet: int
    copy: int | None


def _ask(
    suricata: Suricata, rules: Rules, talks: Sequence[Talk], *, completing_twice: bool
) -> list[Fate | None]:
    packets: list[bytes] = []
    places: list[list[_Place]] = []
    for talk in talks:
        places.append([])
        sent = conversation(talk.flow, talk.payload, talk.packets(), turned=talk.turned)
        for packet, data in zip(talk.packets(), sent, strict=True):
            twice = completing_twice or not packet.establishes
            places[-1].append(_Place(len(packets), len(packets) + 1 if twice else None))
            packets += [data, data] if twice else [data]
    judged = suricata.judge(rules, packets)
    passing, denying = rules.sids_that("pass"), rules.sids_that("drop", "reject")
    return [_fate(judged, place, passing, denying) for place in places]


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
