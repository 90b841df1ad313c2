"""A peril: a small whole run with one awkward thing about it, which says everything that was wrong about how it went.

Each is made so that one way of acting wrongly, and hardly anything else, goes wrong in it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final

from tests.checker import STARTS
from tests.simulation.invariants import invariants

if TYPE_CHECKING:
    from nfw_reconcile.emulator.replies import JsonObject
    from tests.simulation.simulation import Outcome, Simulation

Peril = Callable[[], list[str]]
World = Callable[[], "Simulation"]

FLUSH: Final = "StartFlowFlush"
CAPTURE: Final = "StartFlowCapture"

MOST_CALLS: Final = 600
"""The longest of these runs takes less than half of it."""


class EndlessError(BaseException):
    """The run goes on and on; no ``except Exception`` of its own may stop it from ending here."""


def bounded(sim: Simulation) -> Simulation:
    """Let a run that does not come to an end fail, instead of the whole test run."""

    def end() -> None:
        raise EndlessError

    sim.at_call(len(sim.wires.calls) + MOST_CALLS, end)
    return sim


def ended(sim: Simulation, exit_code: int = 0) -> list[str]:
    """Run, and say what was wrong, the exit code included."""
    try:
        return judged(bounded(sim).run(), exit_code)
    except EndlessError:
        return [f"the run goes on after {MOST_CALLS} calls"]


def judged(outcome: Outcome, exit_code: int = 0) -> list[str]:
    """Say what was wrong about a run, the exit code included."""
    found = invariants(outcome)
    if outcome.exit_code != exit_code:
        found.append(f"exit code {outcome.exit_code}, and it has to be {exit_code}")
    return found


def started(outcome: Outcome, *operations: str) -> list[str]:
    """Say which of these operations were asked for (none named: capture and flush), where none may be."""
    forbidden = operations or tuple(STARTS)
    return [f"{call.operation} was sent" for call in outcome.requests if call.operation in forbidden]


def number_of(world: World, operation: str, nth: int = 1) -> int:
    """Give which call of an undisturbed run is the ``nth`` of an operation."""
    calls = _undisturbed(world).simulation.wires.calls
    return [call.number for call in calls if call.operation == operation][nth - 1]


def last_before(world: World, operation: str, number: int) -> int:
    """Give which call of an undisturbed run is the last of an operation before another call."""
    calls = _undisturbed(world).simulation.wires.calls
    return max(call.number for call in calls if call.operation == operation and call.number < number)


def at_every_call(sim: Simulation, action: Callable[[], object], *, after: bool = False) -> None:
    """Let something happen right before the service sees any of the calls to come, or after its reply to it."""
    first = len(sim.wires.calls) + 1
    for number in range(first, first + MOST_CALLS):
        sim.at_call(number, action, after=after)


def at_operation(sim: Simulation, operation: str, nth: int, action: Callable[[], object]) -> None:
    """Let something happen right before the service sees the ``nth`` call of an operation, whatever its number."""
    seen: list[int] = []

    def perhaps() -> None:
        last = sim.wires.calls[-1]
        if last.operation == operation:
            seen.append(last.number)
            if len(seen) == nth:
                action()

    at_every_call(sim, perhaps)


def asked_of(world: World, operation: str) -> list[JsonObject]:
    """Give what an undisturbed run asks for in its calls of an operation."""
    return [call.input for call in _undisturbed(world).requests if call.operation == operation]


@cache
def _undisturbed(world: World) -> Outcome:
    return world().run()
