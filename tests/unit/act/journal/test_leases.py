from __future__ import annotations

import errno
import json
import os
import re
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.leases import LENGTH, RENEWED_BELOW, SKEW, START, Holder, Leases, holder_of
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.errors import ExitCode, FirewallLeased, JournalError
from tests.unit.act.journal.samples import ARN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.act.journal.directory import DirectoryRun

OTHER = f"{ARN}-2"
ONE, TWO = Holder("machine-1", "1"), Holder("machine-2", "2")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path)


def left(store: DirectoryStore, clock: VirtualClock) -> float:
    """Give the seconds that the lease of the firewall still lasts, as it is written."""
    (path,) = [
        each for each in Path(store.name).glob("*.lease") if ARN in json.loads(each.read_text()).values()
    ]
    return float(json.loads(path.read_text())["expires_at"]) - clock.now()


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def full(_handle: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        yield


def fails_for_directories(fsync: Callable[[int], None]) -> Callable[[int], None]:
    def failing(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EIO, "Input/output error")
        fsync(handle)

    return failing


def begun(store: DirectoryStore, run: str) -> DirectoryRun:
    """Begin a run, so that its process holds the lock on its file."""
    file = store.open(run)
    file.append(b"{}\n")
    return file


def test_two_runs_never_hold_one_firewall(store: DirectoryStore, clock: VirtualClock) -> None:
    first, second = Leases(store, clock, "a", ONE), Leases(store, clock, "b", TWO)
    first.acquire([ARN], Deadline.after(clock, 0))
    with pytest.raises(
        FirewallLeased, match=r"held by run a on machine-1 until 2026-01-01T00:05:00Z"
    ) as told:
        second.acquire([ARN, OTHER], Deadline.after(clock, 30))
    assert told.value.exit_code is ExitCode.BUSY
    second.acquire([OTHER], Deadline.after(clock, 0))


def test_what_was_taken_is_given_back_where_not_all_can_be_had(
    store: DirectoryStore, clock: VirtualClock
) -> None:
    Leases(store, clock, "a", ONE).acquire([OTHER], Deadline.after(clock, 0))
    with pytest.raises(FirewallLeased):
        Leases(store, clock, "b", TWO).acquire([ARN, OTHER], Deadline.after(clock, 1))
    Leases(store, clock, "c", TWO).acquire([ARN], Deadline.after(clock, 0))


def test_a_lease_that_is_let_go_is_free_at_once(store: DirectoryStore, clock: VirtualClock) -> None:
    first = Leases(store, clock, "a", ONE)
    first.acquire([ARN], Deadline.after(clock, 0))
    first.release()
    assert holder_of(store, ARN, clock.now()) is None
    Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 0))


def test_a_lease_of_another_machine_is_waited_for_until_it_has_expired(
    store: DirectoryStore, clock: VirtualClock
) -> None:
    Leases(store, clock, "a", ONE).acquire([ARN], Deadline.after(clock, 0))
    begun = clock.now()
    Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 1000))
    assert LENGTH + SKEW <= clock.now() - begun <= LENGTH + SKEW + 10


def test_a_run_of_this_machine_whose_process_is_gone_is_not_waited_for(
    store: DirectoryStore, clock: VirtualClock
) -> None:
    file = begun(store, "a")
    Leases(store, clock, "a", ONE).acquire([ARN], Deadline.after(clock, 0))
    second = Leases(store, clock, "b", Holder("machine-1", "2"))
    with pytest.raises(FirewallLeased):
        second.acquire([ARN], Deadline.after(clock, 0))
    file.close()
    assert holder_of(store, ARN, clock.now()) is None
    second.acquire([ARN], Deadline.after(clock, 0))


def test_who_resumes_a_run_of_this_machine_takes_its_lease_over(
    store: DirectoryStore, clock: VirtualClock
) -> None:
    file = begun(store, "a")
    Leases(store, clock, "a", ONE).acquire([ARN], Deadline.after(clock, 0))
    file.close()
    resumed = Leases(store, clock, "a", Holder("machine-1", "2"))
    reopened = store.open("a", b"{}\n")
    resumed.acquire([ARN], Deadline.after(clock, 0))
    reopened.close()


def test_the_same_run_on_another_machine_waits(store: DirectoryStore, clock: VirtualClock) -> None:
    begun(store, "a").close()
    Leases(store, clock, "a", ONE).acquire([ARN], Deadline.after(clock, 0))
    with pytest.raises(FirewallLeased):
        Leases(store, clock, "a", TWO).acquire([ARN], Deadline.after(clock, 60))


def test_it_is_renewed_before_it_is_short(store: DirectoryStore, clock: VirtualClock) -> None:
    held = Leases(store, clock, "a", ONE)
    held.acquire([ARN], Deadline.after(clock, 0))
    for _ in range(20):
        clock.sleep(LENGTH - RENEWED_BELOW + 1)
        held.keep()
        lease = holder_of(store, ARN, clock.now())
        assert lease is not None
        assert lease.expires_at - clock.now() >= RENEWED_BELOW


def test_who_was_taken_over_is_told_every_time(store: DirectoryStore, clock: VirtualClock) -> None:
    first = Leases(store, clock, "a", ONE)
    first.acquire([ARN], Deadline.after(clock, 0))
    Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 1000))
    for _ in range(3):
        with pytest.raises(JournalError, match="taken over"):
            first.keep()
    first.release()
    assert left(store, clock) > RENEWED_BELOW  # it is the other one's


def test_a_renewal_that_fails_is_tried_again_at_once(
    store: DirectoryStore, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Leases(store, clock, "a", ONE)
    held.acquire([ARN], Deadline.after(clock, 0))
    clock.sleep(LENGTH - RENEWED_BELOW + 1)
    with full_disk(monkeypatch):
        held.keep()
        assert left(store, clock) == RENEWED_BELOW - 1
    held.keep()
    assert left(store, clock) == LENGTH


def test_a_lease_that_is_short_and_cannot_be_renewed_stops_everything_until_it_can(
    store: DirectoryStore, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Leases(store, clock, "a", ONE)
    held.acquire([ARN], Deadline.after(clock, 0))
    clock.sleep(LENGTH - START + 1)
    with full_disk(monkeypatch):
        for _ in range(40):
            with pytest.raises(JournalError, match=r"No space left(.|\n)*no longer held"):
                held.keep()
            clock.sleep(10)
    assert left(store, clock) < -SKEW
    held.keep()  # nobody has taken it meanwhile
    assert left(store, clock) == LENGTH


def test_each_lease_has_its_own_expiry(store: DirectoryStore, clock: VirtualClock) -> None:
    held = Leases(store, clock, "a", ONE)
    held.acquire([ARN], Deadline.after(clock, 0))
    clock.sleep(90)
    held.acquire([OTHER], Deadline.after(clock, 0))
    clock.sleep(20)
    held.keep()
    assert left(store, clock) == LENGTH


def test_what_is_held_is_renewed_while_another_firewall_is_waited_for(store: DirectoryStore) -> None:
    lasted: list[float] = []

    class Busy(VirtualClock):
        """Time in which the other one goes on with its work."""

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            other.keep()
            lasted.append(left(store, self))

    clock = Busy()
    other, held = Leases(store, clock, "a", TWO), Leases(store, clock, "b", ONE)
    other.acquire([OTHER], Deadline.after(clock, 0))
    with pytest.raises(FirewallLeased):
        held.acquire([ARN, OTHER], Deadline.after(clock, 2 * LENGTH))
    assert min(lasted) >= START


def test_a_renewal_that_was_done_although_it_failed_is_not_taken_for_another_runs(
    store: DirectoryStore, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Leases(store, clock, "a", ONE)
    held.acquire([ARN], Deadline.after(clock, 0))
    clock.sleep(150)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails_for_directories(os.fsync))
        held.keep()
    for _ in range(3):
        clock.sleep(150)
        held.keep()
        assert left(store, clock) >= RENEWED_BELOW
    held.release()
    assert holder_of(store, ARN, clock.now()) is None


def test_a_lease_is_let_go_although_its_last_renewal_seemed_to_fail(
    store: DirectoryStore, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Leases(store, clock, "a", ONE)
    held.acquire([ARN], Deadline.after(clock, 0))
    clock.sleep(150)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails_for_directories(os.fsync))
        held.keep()
    held.release()
    Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 0))


def test_without_a_lease_there_is_nothing_to_keep(store: DirectoryStore, clock: VirtualClock) -> None:
    Leases(store, clock, "a", ONE).keep()
    assert holder_of(store, ARN, clock.now()) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"[" * 100_000, b'{"run": 1}'])
def test_a_damaged_lease_is_told(
    store: DirectoryStore, clock: VirtualClock, tmp_path: Path, content: bytes
) -> None:
    held = Leases(store, clock, "a", ONE)
    held.acquire([ARN], Deadline.after(clock, 0))
    (path,) = tmp_path.glob("*.lease")
    path.write_bytes(content)
    with pytest.raises(JournalError, match=f"{re.escape(str(path))} is damaged"):
        Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 0))
