"""Ages of flows: which a flush may touch, and which are older than the new rules.

With T the moment at which a zone was first seen in sync: a flow that was born before T may have been let
through by the old rules; one born after T was judged by the new ones. AWS ignores flows that are
younger than ``MinimumFlowAgeInSeconds`` (API: StartFlowFlush), and counts in whole seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

UNKNOWN_SYNC_AGE = 60
"""Seconds that stand in for the time since the zone was in sync, where nobody can tell."""


@dataclass(frozen=True, slots=True)
class Seen:
    """When a capture began (epoch seconds), and the least age in seconds that it was asked for."""

    at: float
    minimum_age: int


def flush_minimum_age(now: float, in_sync_at: float, seen: Seen) -> int:
    """Give the ``MinimumFlowAgeInSeconds`` of a flush that is sent now.

    It is the whole seconds since the zone was first seen in sync, rounded down: every flow born before
    that is old enough, whenever the service gets round to it. It is never less than what keeps flows out
    that the capture could not list: what can be flushed was looked at.
    """
    since_sync = math.floor(now - in_sync_at)
    unseen = math.ceil(now - seen.at) + seen.minimum_age
    return max(since_sync, unseen, 0)


def is_old(age: int | None, looked_at: float, in_sync_at: float) -> bool:
    """Say whether a flow of this age at ``looked_at`` was born before the zone was first seen in sync.

    Ages are rounded down, and so is the limit: a flow born within the same second counts as old. A flow
    without an age counts as old.
    """
    return age is None or age >= math.floor(looked_at - in_sync_at)


def moment_of_listing(sent: float, seen: float, requested_at: float | None) -> float:
    """Give when the service looked at its flow table, on our own clock.

    ``requested_at`` is AWS's ``FlowRequestTimestamp``. It is taken where it lies between the start that
    was sent and the answer that showed it; else the two clocks differ, and the earliest possible moment
    stands, by which more flows count as old, never fewer.
    """
    if requested_at is not None and sent <= requested_at <= seen:
        return requested_at
    return sent
