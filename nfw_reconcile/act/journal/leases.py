"""Who works on which firewall: a lease with an expiry, so that nobody waits for ever for a process that died.

One lease for each firewall in a journal's place. Its holder renews it while it works, and sends nothing unless the
lease will last longer than a request can take. A lease that has expired, or whose holder is known to be gone, may be
taken over.
"""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.texts import time_text
from nfw_reconcile.errors import FirewallLeased, InputError, JournalError, error
from nfw_reconcile.model.codec import canonical, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.act.journal.store import JournalStore
    from nfw_reconcile.act.ports import Clock
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.errors import Diagnostic

LENGTH: Final = 300.0
"""Seconds that a lease lasts from its last renewal."""

START: Final = 120.0
"""Seconds that a start may take: 65 for its reply, the rest to fetch credentials, connect, and wake up late."""

RENEWED_BELOW: Final = 200.0
"""Seconds left under which it is renewed: enough above ``START`` for a renewal that fails to be tried again."""

SKEW: Final = 60.0
"""Seconds by which the clocks of two machines may differ: so long after its expiry a lease is still respected."""

POLL: Final = 5.0


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: the computer that it runs on, told apart from all others, and a word that no other process has."""

    machine: str
    process: str


@dataclass(frozen=True, slots=True)
class Lease:
    """What a lease says: the run and the process that hold the firewall, until when (epoch seconds)."""

    firewall_arn: str
    run: str
    holder: Holder
    expires_at: float

    @property
    def text(self) -> str:
        """Say it to a person."""
        return f"run {self.run} on {self.holder.machine} until {time_text(self.expires_at)}"


@dataclass(frozen=True, slots=True)
class _Held:
    """A lease of this process as it was last known to be written, and until when that is good (epoch seconds)."""

    written: bytes
    expires_at: float


class Leases:
    """The leases of one run. Methods may be called from several threads."""

    def __init__(self, store: JournalStore, clock: Clock, run: str, holder: Holder) -> None:
        """Make it before the run is opened: then it can be told whether an earlier process of it is gone."""
        self._store = store
        self._clock = clock
        self._run = run
        self._holder = holder
        self._predecessor_gone = store.abandoned(run)
        self._held: dict[str, _Held] = {}
        self._lost: set[str] = set()
        self._lock = threading.Lock()

    def acquire(self, firewalls: Iterable[str], deadline: Deadline) -> None:
        """Take the firewalls (ARNs) for this run alone; wait for those that another one holds.

        Raises ``FirewallLeased`` when the deadline has passed, and ``JournalError`` as :meth:`keep` does; none is
        held then.
        """
        try:
            for arn in sorted(set(firewalls)):
                self._wait_for(arn, deadline)
            self.keep()
        except JournalError:
            self.release()
            raise

    def keep(self) -> None:
        """Make sure that each firewall is held for as long as a start may take (``START``) from this return on.

        Renews what is held if it is time. Where that fails and enough is left, it is tried again the next time;
        where too little is left, ``JournalError`` is raised, each time until a renewal succeeds: the lease was
        nobody else's in between then. A firewall that another run has taken over is lost for good.
        """
        with self._lock:
            self._raise_if_lost()
            if not self._held or self._left() >= RENEWED_BELOW:
                return
            problems = [problem for arn in self._held if (problem := self._renew(arn)) is not None]
            self._raise_if_lost()
            if self._left() < START:
                summary = "the firewalls are no longer held for as long as a start may take."
                remedy = "Nothing more is sent as long as that is so."
                raise JournalError([*problems, error(summary, remedy=remedy)])

    def release(self) -> None:
        """Let go of everything, at once where that can be written down, else when it expires."""
        with self._lock:
            for arn in self._held:
                with suppress(JournalError):
                    self._rewrite(arn, self._clock.now() - SKEW)
            self._held.clear()

    def _wait_for(self, arn: str, deadline: Deadline) -> None:
        while (holder := self._take(arn)) is not None:
            if not deadline.sleep(POLL):
                remedy = "Wait for it, or resume it; nfw-reconcile status shows where it stands."
                raise FirewallLeased(error(f"{arn} is held by {holder.text}.", remedy=remedy))
            self.keep()

    def _take(self, arn: str) -> Lease | None:
        """Take one firewall; give the lease that is in the way."""
        with self._lock:
            before = self._store.lease(_name(arn))
            found = None if before is None else _read(self._store, arn, before)
            if found is not None and not self._may_take_over(found):
                return found
            after = self._until(arn, self._clock.now() + LENGTH)
            if self._store.swap_lease(_name(arn), before, after.written):
                self._held[arn] = after
                return None
            return found or Lease(arn, "another", Holder("another machine", ""), self._clock.now())

    def _may_take_over(self, found: Lease) -> bool:
        if found.holder == self._holder or self._clock.now() >= found.expires_at + SKEW:
            return True
        if found.holder.machine != self._holder.machine:
            return False
        return self._predecessor_gone if found.run == self._run else self._store.abandoned(found.run)

    def _left(self) -> float:
        """Give the seconds that the lease lasts which ends first."""
        return min(held.expires_at for held in self._held.values()) - self._clock.now()

    def _renew(self, arn: str) -> Diagnostic | None:
        """Renew one lease; give what kept that from being written, and note where another run has it."""
        try:
            if not self._rewrite(arn, self._clock.now() + LENGTH):
                self._lost.add(arn)
        except JournalError as problem:
            return problem.problems[0]
        return None

    def _rewrite(self, arn: str, expires_at: float) -> bool:
        """Write the lease of a firewall anew, and say whether it was this process's until then."""
        after, held = self._until(arn, expires_at), self._held[arn]
        if not self._store.swap_lease(_name(arn), held.written, after.written):
            # It may be this process's all the same: an earlier swap can have raised, and been done.
            before = self._store.lease(_name(arn))
            if before is None or _read(self._store, arn, before).holder != self._holder:
                return False
            if not self._store.swap_lease(_name(arn), before, after.written):
                return False
        self._held[arn] = after
        return True

    def _raise_if_lost(self) -> None:
        if self._lost:
            lost = ", ".join(sorted(self._lost))
            summary = f"another run has taken over {lost}, because the lease of this one had expired."
            raise JournalError(error(summary, remedy="Nothing more is sent. Look at nfw-reconcile status."))

    def _until(self, arn: str, expires_at: float) -> _Held:
        return _Held(canonical(to_json(Lease(arn, self._run, self._holder, expires_at))), expires_at)


def holder_of(store: JournalStore, firewall_arn: str, now: float) -> Lease | None:
    """Give the lease of a firewall, if somebody still holds it as far as can be told."""
    content = store.lease(_name(firewall_arn))
    lease = None if content is None else _read(store, firewall_arn, content)
    if lease is None or now > lease.expires_at or store.abandoned(lease.run):
        return None
    return lease


def _read(store: JournalStore, arn: str, content: bytes) -> Lease:
    """Read a lease; raises ``JournalError`` for one that is damaged."""
    place = store.lease_place(_name(arn))
    try:
        return from_json(Lease, json.loads(content), place)
    except (ValueError, RecursionError, InputError) as problem:
        remedy = f"Make sure that no run is under way on {arn}, then remove {place}."
        raise JournalError(error(f"the lease {place} is damaged.", remedy=remedy)) from problem


def _name(arn: str) -> str:
    return hashlib.sha256(arn.encode()).hexdigest()[:32]
