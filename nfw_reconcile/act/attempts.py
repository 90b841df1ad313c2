"""Blocked attempts: entries of a flow table through which nothing ever passed.

The engine makes an entry for the first packet that it sees, and drops the packet afterwards. So what a
capture lists may be a SYN that went nowhere, with its retransmissions. AWS lists neither the state of a
connection nor how its packets are shared between the directions (API: Flow), so a few packets in a short
time are all that tells such an entry from one that lives.

What is not told is never guessed in favour of a flow: one without a packet count or without an age is
none of these. A blocked attempt that is flushed does no harm, because its next packet is denied again; a
flow that lives although it is denied would do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.act.ages import is_old
from nfw_reconcile.act.texts import moment_of
from nfw_reconcile.errors import InputError, error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.act.entries import ListedFlow
    from nfw_reconcile.model.plan_document import AttemptRule


@dataclass(frozen=True, slots=True)
class Attempts:
    """What blocked attempts look like: at most so many packets, at most so many seconds, born after (epoch seconds).

    One that is born in the same second as the moment is not born after it.
    """

    packets: int
    age: int
    born_after: float | None

    def fit(self, flow: ListedFlow) -> bool:
        """Say whether a flow looks so: each of its entries, if it is listed both ways round."""
        age, counts = flow.age, [entry.packets for entry in flow.entries]
        if age is None or age > self.age or any(count is None or count > self.packets for count in counts):
            return False
        return self.born_after is None or not is_old(age, flow.looked_at, self.born_after)


def read_attempts(rules: Iterable[AttemptRule]) -> tuple[Attempts, ...]:
    """Read what a plan says about blocked attempts; raises ``InputError`` for a moment that is none."""
    return tuple(Attempts(rule.packets, rule.age, _moment(rule.born_after)) for rule in rules)


def _moment(text: str | None) -> float | None:
    try:
        return None if text is None else moment_of(text)
    except ValueError as problem:
        summary = f"born_after is {text!r} in the plan, which is no moment."
        raise InputError(error(summary, remedy="Make the plan again.")) from problem
