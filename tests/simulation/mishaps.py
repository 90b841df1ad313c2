"""Everything that can go wrong with one call, as a table; and which of it can go wrong with which call."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator import faults
from nfw_reconcile.emulator.alterations import Alteration, alter
from nfw_reconcile.emulator.faults import AlteredFault, ErrorFault, Fault, GarbleFault, LossFault
from nfw_reconcile.emulator.outcomes import FAILED, NEVER_ENDS, OperationType, Outcome, with_errors
from nfw_reconcile.emulator.replies import Refusal
from tests.simulation.simulation import Strike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.emulator.request_log import LoggedCall
    from tests.simulation.scenarios import Scenario
    from tests.simulation.simulation import Simulation

FAULTS: Final[dict[str, Fault]] = {
    **{
        name: value
        for name, value in vars(faults).items()
        if isinstance(value, ErrorFault | LossFault | GarbleFault)
    },
    # Codes, not statuses, tell errors apart: a server error may come as a 400, and a bare status without a code.
    "INTERNAL_ERROR_AS_400_AFTER": ErrorFault(Refusal("InternalServerError", "An error"), accepted=True),
    "BAD_GATEWAY_AFTER": ErrorFault(Refusal("", "", 502), accepted=True),
    "TOO_MANY": ErrorFault(Refusal("", "", 429)),
    "NOT_FOUND": ErrorFault(Refusal("ResourceNotFoundException", "It does not exist")),
    **{kind.name: AlteredFault(kind) for kind in Alteration},
}
OUTCOMES: Final[dict[str, Outcome]] = {
    "FAILED": FAILED,
    "NEVER_ENDS": NEVER_ENDS,
    "NOTHING_WITH_ERRORS": with_errors(touches=0.0),
    "HALF_WITH_ERRORS": with_errors(touches=0.5),
    "HALF_LISTED_WITH_ERRORS": with_errors(lists=0.5),
    "ALL_WITH_ERRORS": with_errors(touches=1.0),
}
UNTOLD: Final[dict[str, Outcome]] = {
    "FLUSHES_NOTHING": Outcome(touches=0.0),
    "FLUSHES_HALF": Outcome(touches=0.5),
}
"""COMPLETED, and flows are left: of a flush the next capture tells; of a capture nothing could."""


RESULTS: Final = "ListFlowOperationResults"
BEYOND_HELP: Final = frozenset({"EMPTY_PAGE", "SHORT_PAGE", "SKIPPING_PAGE"})
"""What is left out of results each time they are read is left out for good: COMPLETED, and well-formed."""


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong, at one call or from it on."""

    scenario: str
    mishap: str
    strike: Strike

    def __str__(self) -> str:
        lasting = " and after" if self.strike.lasting else ""
        return f"{self.scenario}: {self.mishap} at call {self.strike.call}{lasting}"

    def install(self, sim: Simulation) -> None:
        if self.mishap in FAULTS:
            lying = self.strike.lasting and self.mishap in BEYOND_HELP
            sim.strike(FAULTS[self.mishap], self.strike, frozenset({RESULTS} if lying else ()))
        elif self.mishap in OUTCOMES:
            sim.end_operations(OUTCOMES[self.mishap], self.strike)
        else:
            sim.end_operations(UNTOLD[self.mishap], self.strike, OperationType.FLUSH)


@dataclass(frozen=True)
class CleanCall:
    """A call of an undisturbed run: its operation, and how the service logged it (EC2 and STS: not at all)."""

    number: int
    operation: str
    logged: LoggedCall | None


@cache
def clean_calls(scenario: Scenario) -> tuple[CleanCall, ...]:
    """Give the calls of an undisturbed run."""
    outcome = scenario.simulation().run()
    assert outcome.exit_code == scenario.exit_code, f"{scenario} ends with {outcome.exit_code}"
    logged = {each.number: each for each in outcome.requests}
    calls = outcome.simulation.wires.calls
    return tuple(
        CleanCall(call.number, call.operation, None if call.logged is None else logged[call.logged])
        for call in calls
    )


def cases(scenario: Scenario) -> list[Case]:
    """Give every mishap at every call of an undisturbed run that it makes a difference to."""
    return [
        Case(scenario.name, mishap, Strike(call.number, lasting))
        for mishap in (*FAULTS, *OUTCOMES, *UNTOLD)
        for lasting in (False, True)
        for call in clean_calls(scenario)
        if _matters(mishap, call) and not (lasting and mishap in BEYOND_HELP and call.operation == RESULTS)
    ]


def _matters(mishap: str, call: CleanCall) -> bool:
    if mishap in OUTCOMES:
        return call.operation in {"StartFlowCapture", "StartFlowFlush"}
    if mishap in UNTOLD:
        return call.operation == "StartFlowFlush"
    fault = FAULTS[mishap]
    if not isinstance(fault, AlteredFault):
        return True
    if call.logged is None or not isinstance(call.logged.answered, dict):
        return False
    return alter(fault.kind, call.logged.input, call.logged.answered) != call.logged.answered


def spread(listed: Sequence[Case], most: int, seed: int) -> list[Case]:
    """Choose at most so many cases, evenly over the list, the first of them by lot."""
    if len(listed) <= most:
        return list(listed)
    step = len(listed) / most
    first = random.Random(seed).random() * step  # noqa: S311 - repeatable on purpose
    return [listed[int(first + number * step)] for number in range(most)]
