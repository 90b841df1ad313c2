from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.ports import UnreachableError
from nfw_reconcile.act.waiting import Deadline, patiently
from nfw_reconcile.act.workers import in_threads, one_by_one
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.errors import ServiceError, error

if TYPE_CHECKING:
    from nfw_reconcile.act.workers import Workers


def test_a_sleep_ends_at_the_deadline_at_the_latest() -> None:
    clock = VirtualClock(0.0)
    deadline = Deadline.after(clock, 10.0)
    assert deadline.sleep(4.0)
    assert not deadline.sleep(60.0)
    assert clock.now() == 10.0
    assert deadline.passed
    assert not deadline.sleep(1.0)
    assert clock.now() == 10.0


def test_the_nearer_of_two_deadlines_counts() -> None:
    deadline = Deadline.after(VirtualClock(0.0), 10.0)
    assert deadline.within(3.0).at == 3.0
    assert deadline.within(30.0).at == 10.0


def test_a_read_is_tried_again_until_it_succeeds_or_the_time_is_up() -> None:
    clock = VirtualClock(0.0)

    def ready_at(moment: float) -> float:
        if clock.now() < moment:
            raise UnreachableError(error("not yet"))
        return clock.now()

    assert patiently(lambda: ready_at(5.0), Deadline.after(clock, 60.0), 2.0) == 6.0
    with pytest.raises(UnreachableError):
        patiently(lambda: ready_at(900.0), Deadline.after(clock, 60.0), 2.0)
    assert clock.now() == 66.0


def test_what_no_waiting_helps_is_raised_at_once() -> None:
    clock = VirtualClock(0.0)

    def fail() -> None:
        raise ServiceError(error("no"))

    with pytest.raises(ServiceError):
        patiently(fail, Deadline.after(clock, 60.0), 2.0)
    assert clock.now() == 0.0


@pytest.mark.parametrize("workers", [one_by_one, in_threads])
def test_results_come_in_the_order_of_the_tasks(workers: Workers) -> None:
    assert workers([lambda number=number: number * 2 for number in range(5)]) == [0, 2, 4, 6, 8]  # type: ignore[misc]
    assert workers([]) == []


def test_in_threads_every_task_ends_before_an_error_is_raised() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 0:
            raise ServiceError(error("no"))
        done.append(number)

    with pytest.raises(ServiceError):
        in_threads([lambda number=number: work(number) for number in range(4)])  # type: ignore[misc]
    assert sorted(done) == [1, 2, 3]
