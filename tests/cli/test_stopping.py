"""Signals ask to stop: every sleeper wakes, nothing hangs, and the process is as it was afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from nfw_reconcile.cli.clock import SystemClock
from nfw_reconcile.cli.stopping import SIGNALS, STOPPING, StopRequest, asked_to_stop

SLEEPERS: Final = 8


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_every_thread_wakes_and_it_is_said_once(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    with asked_to_stop() as stop, ThreadPoolExecutor(SLEEPERS) as pool:
        clock = SystemClock(stop)
        begun = time.monotonic()
        sleeping = [pool.submit(clock.sleep, 60) for _ in range(SLEEPERS)]
        assert not stop.asked()
        for _ in range(3):
            os.kill(os.getpid(), number)
        clock.sleep(60)
        for each in sleeping:
            each.result()
        assert stop.asked()
        clock.sleep(60)
        assert time.monotonic() - begun < 30
    assert capsys.readouterr().err == f"{STOPPING}\n"


def test_other_signals_ask_for_nothing() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    try:
        with asked_to_stop() as stop:
            os.kill(os.getpid(), signal.SIGUSR1)
            stop.sleep(0.05)
            assert heard == [signal.SIGUSR1]
            assert not stop.asked()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with asked_to_stop():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    def look() -> list[object]:
        with asked_to_stop() as stop:
            assert isinstance(stop, StopRequest)
            return [signal.getsignal(number) for number in SIGNALS]

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(look).result() == [signal.getsignal(number) for number in SIGNALS]


# A handler that takes a lock hangs here within a few dozen signals: it runs inside a sleep that holds it. A timer
# stands in for whoever sends them, because only its signals arrive in the middle of what the main thread does.
STORM: Final = """
import signal, time
from nfw_reconcile.cli import stopping

stopping.SIGNALS = (signal.SIGALRM,)
with stopping.asked_to_stop() as stop:
    signal.setitimer(signal.ITIMER_REAL, 1e-4, 1.7e-4)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        stop._asked = False
        stop._woken.clear()
        stop.sleep(2e-5)
    signal.setitimer(signal.ITIMER_REAL, 0)
"""


def test_a_storm_of_signals_hangs_nothing() -> None:
    found = subprocess.run(
        [sys.executable, "-c", STORM], capture_output=True, text=True, check=False, timeout=60
    )
    assert (found.returncode, found.stderr) == (0, f"{STOPPING}\n")


def test_a_clock_goes_on_while_the_machine_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    since_boot, awake = [5000.0], [1000.0]
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    monkeypatch.setattr(time, "clock_gettime", lambda number: {7: since_boot, 1: awake}[number][0])
    monkeypatch.setattr(time, "monotonic", lambda: awake[0])
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)
    clock = SystemClock()
    since_boot[0] += 3600
    awake[0] += 1
    assert clock.now() == 1_700_003_600.0


def test_a_clock_that_the_system_names_and_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_number: int) -> float:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(time, "clock_gettime", missing)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)
    assert SystemClock().now() == 1_700_000_000.0


def test_a_clock_that_somebody_sets_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert before <= clock.now() < before + 60
