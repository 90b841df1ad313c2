from __future__ import annotations

from nfw_reconcile.emulator.events import Timeline


def test_happenings_come_in_order_of_time_then_of_planning() -> None:
    timeline = Timeline(0)
    seen: list[tuple[float, str]] = []
    for when, name in [(5, "late"), (1, "first"), (1, "second"), (-3, "overdue")]:
        timeline.at(when, lambda name=name: seen.append((timeline.now, name)))  # type: ignore[misc]

    timeline.run_until(4)

    assert seen == [(0, "overdue"), (1, "first"), (1, "second")]
    timeline.run_until(5)
    assert seen[-1] == (5, "late")


def test_what_a_happening_plans_happens_in_the_same_run() -> None:
    timeline = Timeline(0)
    seen: list[float] = []

    def tick() -> None:
        seen.append(timeline.now)
        timeline.after(10, tick)

    timeline.after(10, tick)
    timeline.run_until(35)

    assert seen == [10, 20, 30]
    assert timeline.now == 35


def test_time_never_runs_backwards() -> None:
    timeline = Timeline(50)
    timeline.run_until(10)
    assert timeline.now == 50
