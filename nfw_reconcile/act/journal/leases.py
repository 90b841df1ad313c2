"""Who works on which firewall: a lease with an expiry, so that nobody waits for ever for a process that died.

One lease for each firewall in a journal's place. Its holder renews it while it works, and sends nothing unless the
lease will last longer than a request can take. A lease that has expired, or whose holder is known to be gone, may be
taken over.
"""

from __future__ import annotations

import hashlib
import json
import threading
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

LENGTH: Final = 300.0
"""Seconds that a lease lasts from its last renewal."""

RENEWED_BELOW: Final = 200.0
"""Seconds left under which it is renewed: more than a start can take, connection and reply together."""

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


class Leases:
    """The leases of one run. Methods may be called from several threads."""

    def __init__(self, store: JournalStore, clock: Clock, run: str, holder: Holder) -> None:
        """Make it before the run is opened: then it can be told whether an earlier process of it is gone."""
        self._store = store
        self._clock = clock
        self._run = run
        self._holder = holder
        self._predecessor_gone = store.abandoned(run)
        self._held: dict[str, bytes] = {}
        self._expires_at = 0.0
        self._lock = threading.Lock()

    def acquire(self, firewalls: Iterable[str], deadline: Deadline) -> None:
        """Take the firewalls (ARNs) for this run alone; wait for those that another one holds.

        Raises ``FirewallLeased`` when the deadline has passed; none is held then.
        """
        for arn in sorted(set(firewalls)):
            while (holder := self._take(arn)) is not None:
                if not deadline.sleep(POLL):
                    self.release()
                    remedy = "Wait for it, or resume it; nfw-reconcile status shows where it stands."
                    raise FirewallLeased(error(f"{arn} is held by {holder.text}.", remedy=remedy))

    def keep(self) -> None:
        """Renew what is held if it is time; raises ``JournalError`` where another run has taken it over."""
        with self._lock:
            if not self._held or self._expires_at - self._clock.now() >= RENEWED_BELOW:
                return
            for arn, written in self._held.items():
                self._renew(arn, written)

    def release(self) -> None:
        """Let go of everything, at once where that can be written down, else when it expires."""
        with self._lock:
            for arn, written in self._held.items():
                ended = Lease(arn, self._run, self._holder, self._clock.now() - SKEW)
                try:
                    self._store.swap_lease(_name(arn), written, canonical(to_json(ended)))
                except JournalError:
                    continue
            self._held.clear()

    def _take(self, arn: str) -> Lease | None:
        """Take one firewall; give the lease that is in the way."""
        with self._lock:
            before = self._store.lease(_name(arn))
            found = None if before is None else read_lease(before, self._store.name)
            if found is not None and not self._may_take_over(found):
                return found
            after = self._written(arn)
            if self._store.swap_lease(_name(arn), before, after):
                self._held[arn] = after
                return None
            return found or Lease(arn, "another", Holder("another machine", ""), self._clock.now())

    def _may_take_over(self, found: Lease) -> bool:
        if found.holder == self._holder or self._clock.now() >= found.expires_at + SKEW:
            return True
        if found.holder.machine != self._holder.machine:
            return False
        return self._predecessor_gone if found.run == self._run else self._store.abandoned(found.run)

    def _renew(self, arn: str, written: bytes) -> None:
        after = self._written(arn)
        if not self._store.swap_lease(_name(arn), written, after):
            summary = f"another run has taken over {arn}, because the lease of this one had expired."
            raise JournalError(error(summary, remedy="Nothing more is sent. Look at nfw-reconcile status."))
        self._held[arn] = after

    def _written(self, arn: str) -> bytes:
        self._expires_at = self._clock.now() + LENGTH
        return canonical(to_json(Lease(arn, self._run, self._holder, self._expires_at)))


def holder_of(store: JournalStore, firewall_arn: str, now: float) -> Lease | None:
    """Give the lease of a firewall, if somebody still holds it as far as can be told."""
    content = store.lease(_name(firewall_arn))
    lease = None if content is None else read_lease(content, store.name)
    if lease is None or now > lease.expires_at or store.abandoned(lease.run):
        return None
    return lease


def read_lease(content: bytes, source: str) -> Lease:
    """Read a lease; raises ``JournalError`` for one that is damaged."""
    try:
        return from_json(Lease, json.loads(content), source)
    except (ValueError, RecursionError, InputError) as problem:
        remedy = "Make sure that no run is under way, then remove the file."
        raise JournalError(error(f"a lease in {source} is damaged.", remedy=remedy)) from problem


def _name(arn: str) -> str:
    return hashlib.sha256(arn.encode()).hexdigest()[:32]
