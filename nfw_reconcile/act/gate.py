"""The sync gate: which zones provably run the current version of the policy and of all its rule groups.

Developer guide, "Managing your firewall": a change reaches the zones one by one, within minutes. The
summary field of DescribeFirewall is not looked at. A zone is in sync when each of the objects is
``IN_SYNC`` in it with the ``UpdateToken`` that the Describe operations give, in two reads ``settle``
seconds apart and in all between. The moment of the first of the two is what ages are counted from.

That both tokens are comparable is documented and not proven (API: PerObjectStatus). Where they agree for
no object in no zone, a weaker proof will do, and is named: each object was seen to turn from ``PENDING``
to ``IN_SYNC``, or all stayed ``IN_SYNC`` for a longer time. The caller makes sure that the live policy
is the planned one.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.configuration import is_managed
from nfw_reconcile.act.ports import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nfw_reconcile.act.configuration import Configuration, ObjectState, ZoneStatus
    from nfw_reconcile.act.ports import Clock
    from nfw_reconcile.act.waiting import Deadline

IN_SYNC: Final = "IN_SYNC"
PENDING: Final = "PENDING"
READY: Final = "READY"

STRONG: Final = "every object in sync with its current update token, twice"
SEEN_TURNING: Final = (
    "update tokens never agreed: every object was seen to turn from PENDING to IN_SYNC, twice"
)
STEADY: Final = "update tokens never agreed: every object stayed IN_SYNC for {seconds:g} seconds"


@dataclass(frozen=True, slots=True)
class InSync:
    """The zone runs the current version since ``since`` (epoch seconds) at the latest.

    ``proof`` says how that is known, ``tokens`` (by ARN) of which version.
    """

    since: float
    proof: str
    tokens: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class NeverInSync:
    """The time was up first; ``reason`` is what was missing last."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """The zone says that it cannot get in sync (``CAPACITY_CONSTRAINED`` and the like)."""

    reason: str


Readiness = InSync | NeverInSync | Unfit


@dataclass(frozen=True, slots=True)
class GateTimes:
    """In seconds: between the two reads, how long the weaker proof takes, between polls, and at most."""

    settle: float
    longer_settle: float
    poll: float
    timeout: float


class Agreement(enum.Enum):
    """What one read says about one object in one zone."""

    CURRENT = "in sync with the current token"
    OTHER_TOKEN = "in sync with another token"
    WAITING = "not in sync yet"
    BROKEN = "cannot get in sync"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one read says about one zone: all its objects, or why that is not enough."""

    objects: dict[str, Agreement]
    broken: str | None
    waiting: str | None


def read_zone(configuration: Configuration, zone: str) -> Reading:
    """Look at every object of the policy in a zone."""
    status = configuration.zones.get(zone)
    if status is None:
        return Reading({}, None, "the zone is no longer listed")
    objects: dict[str, Agreement] = {}
    said: dict[Agreement, list[str]] = {Agreement.BROKEN: [], Agreement.WAITING: []}
    for arn, token in configuration.tokens.items():
        state = status.state_of(arn)
        found = objects[arn] = _agreement(arn, token, state)
        said.setdefault(found, []).append(
            f"{arn.rpartition('/')[2]} is {state.status if state else 'not listed'}"
        )
    waiting = said[Agreement.WAITING] + _attachment_problem(status)
    return Reading(objects, "; ".join(said[Agreement.BROKEN]) or None, "; ".join(waiting) or None)


def runs_current(configuration: Configuration, zone: str, proven: InSync) -> bool:
    """Say whether a zone that was in sync still is, by one read."""
    reading = read_zone(configuration, zone)
    if reading.broken or reading.waiting:
        return False
    return proven.proof != STRONG or Agreement.OTHER_TOKEN not in reading.objects.values()


def wait_for_sync(
    read: Callable[[], Configuration],
    zones: Iterable[str],
    clock: Clock,
    times: GateTimes,
    deadline: Deadline,
) -> dict[str, Readiness]:
    """Wait until each zone is in sync, unfit, or out of time.

    A read that fails for a time proves nothing either way. Raises what ``read`` raises for good.
    """
    watches = {zone: _ZoneWatch(zone, times) for zone in zones}
    settled: dict[str, Readiness] = {}
    until = deadline.within(times.timeout)
    comparable = False
    while True:
        configuration = _try_to_read(read)
        if configuration is not None:
            readings = {zone: read_zone(configuration, zone) for zone in watches}
            comparable = comparable or any(_comparable(reading) for reading in readings.values())
            for zone in watches.keys() - settled.keys():
                outcome = watches[zone].observe(
                    clock.now(), readings[zone], configuration.tokens, comparable=comparable
                )
                if outcome is not None:
                    settled[zone] = outcome
        if len(settled) == len(watches):
            break
        if not until.sleep(times.poll):
            settled |= {zone: watches[zone].give_up() for zone in watches.keys() - settled.keys()}
            break
    return {zone: settled[zone] for zone in watches}


def _try_to_read(read: Callable[[], Configuration]) -> Configuration | None:
    try:
        return read()
    except UnreachableError:
        return None


def _agreement(arn: str, token: str | None, state: ObjectState | None) -> Agreement:
    if state is None or state.status == PENDING:
        return Agreement.WAITING
    if state.status != IN_SYNC:
        return Agreement.BROKEN
    if state.token == token or (token is None and is_managed(arn)):
        return Agreement.CURRENT
    return Agreement.OTHER_TOKEN


def _attachment_problem(status: ZoneStatus) -> list[str]:
    return [] if status.attachment == READY else [f"the attachment is {status.attachment or 'not listed'}"]


def _comparable(reading: Reading) -> bool:
    """Say whether a token of ours was ever found in a zone: then all of them have to be."""
    return any(found is Agreement.CURRENT and not is_managed(arn) for arn, found in reading.objects.items())


class _ZoneWatch:
    """Remembers what one zone said, read after read."""

    def __init__(self, zone: str, times: GateTimes) -> None:
        self._zone = zone
        self._times = times
        self._turned: set[str] = set()
        self._steady_since: float | None = None
        self._candidate: InSync | None = None
        self._missing = "no answer about it arrived"

    def observe(
        self, now: float, reading: Reading, tokens: Mapping[str, str | None], *, comparable: bool
    ) -> Readiness | None:
        """Take one read into account; give the outcome once there is one."""
        if reading.broken is not None:
            remedy = (
                "The policy is too large for the zone, or it is at fault: mend that, and apply the same plan."
            )
            return Unfit(f"zone {self._zone} cannot get in sync: {reading.broken}. {remedy}")
        self._turned |= {arn for arn, found in reading.objects.items() if found is Agreement.WAITING}
        if reading.waiting is not None:
            self._steady_since = self._candidate = None
            self._missing = reading.waiting
            return None
        if self._steady_since is None:
            self._steady_since = now
        proof = self._proof(now, reading, comparable=comparable)
        candidate = self._candidate
        if proof is None or candidate is None or (candidate.proof, candidate.tokens) != (proof, tokens):
            self._candidate = InSync(now, proof, tokens) if proof is not None else None
            return None
        return candidate if now - candidate.since >= self._times.settle else None

    def give_up(self) -> NeverInSync:
        """Say what was missing last."""
        seconds = self._times.timeout
        return NeverInSync(f"zone {self._zone} was not in sync within {seconds:g} s: {self._missing}")

    def _proof(self, now: float, reading: Reading, *, comparable: bool) -> str | None:
        others = {arn for arn, found in reading.objects.items() if found is Agreement.OTHER_TOKEN}
        if not others:
            return STRONG
        names = ", ".join(sorted(arn.rpartition("/")[2] for arn in others))
        self._missing = f"{names} is IN_SYNC with a token that is not the current one"
        if comparable:
            return None
        if others <= self._turned:
            return SEEN_TURNING
        steady = now - (self._steady_since if self._steady_since is not None else now)
        if steady >= self._times.longer_settle:
            return STEADY.format(seconds=self._times.longer_settle)
        return None
