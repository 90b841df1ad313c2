from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.leases import LENGTH, RENEWED_BELOW, SKEW, Holder, Leases, holder_of
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.errors import ExitCode, FirewallLeased, JournalError
from tests.unit.act.journal.samples import ARN

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.act.journal.directory import DirectoryRun

OTHER = f"{ARN}-2"
ONE, TWO = Holder("machine-1", "1"), Holder("machine-2", "2")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path)


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


def test_who_was_taken_over_is_told_and_keeps_nothing(store: DirectoryStore, clock: VirtualClock) -> None:
    first = Leases(store, clock, "a", ONE)
    first.acquire([ARN], Deadline.after(clock, 0))
    Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 1000))
    with pytest.raises(JournalError, match="taken over"):
        first.keep()


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
    with pytest.raises(JournalError, match=r"a lease in .* is damaged"):
        Leases(store, clock, "b", TWO).acquire([ARN], Deadline.after(clock, 0))
