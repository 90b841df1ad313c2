"""Where the operations of one zone go, and how long they may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nfw_reconcile.act.ports import Clock, FlowService, Scope
    from nfw_reconcile.act.waiting import Deadline


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to ask and how long to wait, in seconds.

    ``preflight``
        how long to try before anything was found out: a service that cannot be reached at all is told soon.
    ``poll``
        between two questions about an operation or about a zone that is held.
    ``backoff``/``longest_backoff``
        the pause after a start was throttled first; it doubles each time, up to the longest.
    ``held``
        how long to wait for a zone that another operation holds, or that takes no start; the other zones
        of the firewall wait for it, because limits are those of all.
    ``operation``
        how long an operation of ours may take; AWS documents no bound.
    ``after_lost``
        the pause after a capture whose start got no answer: it may run, and not be listed yet.
    ``settling``
        how long to look for an operation whose start got no answer: twice the read timeout of a start.
    ``before_verifying``
        the pauses before each verify capture of a round; a flushed flow is pruned some time after the
        operation has ended (developer guide, "Flow flush"), so the next one is tried where flows are left.
    """

    preflight: float = 60.0
    poll: float = 2.0
    backoff: float = 1.0
    longest_backoff: float = 30.0
    held: float = 600.0
    operation: float = 600.0
    after_lost: float = 15.0
    settling: float = 130.0
    before_verifying: tuple[float, ...] = (5.0, 15.0)


@dataclass(frozen=True, slots=True)
class Lane:
    """One zone of one firewall, in which at most one operation of ours is under way."""

    service: FlowService
    firewall_arn: str
    scope: Scope
    clock: Clock
    deadline: Deadline
    pace: Pace
