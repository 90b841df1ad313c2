"""Faults on demand: which calls go wrong, how, and whether the service had acted by then.

For each kind the question that matters is whether the call took effect. A fault with
``accepted=False`` strikes before the service sees the call; one with ``accepted=True`` strikes
after it has acted, so that the caller cannot tell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.replies import Garble, JsonObject, Loss, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nfw_reconcile.emulator.alterations import Alteration


@dataclass(frozen=True, slots=True)
class ErrorFault:
    """The caller gets an error reply."""

    refusal: Refusal
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class LossFault:
    """The caller gets no reply."""

    kind: Loss
    accepted: bool


@dataclass(frozen=True, slots=True)
class GarbleFault:
    """The service acts, and its 200 arrives as something else."""

    kind: Garble


@dataclass(frozen=True, slots=True)
class AlteredFault:
    """The service acts, and its answer is well-formed and wrong."""

    kind: Alteration


Fault = ErrorFault | LossFault | GarbleFault | AlteredFault


THROTTLED: Final = ErrorFault(Refusal("ThrottlingException", "Rate exceeded"))
RATE_LIMITED: Final = ErrorFault(Refusal("RequestLimitExceeded", "Request limit exceeded", 503))
ACCESS_DENIED: Final = ErrorFault(Refusal("AccessDeniedException", "User is not authorized"))
EXPIRED_CREDENTIALS: Final = ErrorFault(
    Refusal("ExpiredTokenException", "The security token included in the request is expired")
)
EXPIRED_PAGE_TOKEN: Final = ErrorFault(Refusal("InvalidRequestException", "NextToken has expired"))
INTERNAL_ERROR: Final = ErrorFault(Refusal("InternalServerError", "An internal error occurred", 500))
INTERNAL_ERROR_AFTER: Final = ErrorFault(INTERNAL_ERROR.refusal, accepted=True)
UNAVAILABLE: Final = ErrorFault(Refusal("ServiceUnavailable", "Service is unavailable", 503))
UNAVAILABLE_AFTER: Final = ErrorFault(UNAVAILABLE.refusal, accepted=True)
TIMEOUT: Final = LossFault(Loss.TIMEOUT, accepted=False)
TIMEOUT_AFTER: Final = LossFault(Loss.TIMEOUT, accepted=True)
RESET: Final = LossFault(Loss.RESET, accepted=False)
RESET_AFTER: Final = LossFault(Loss.RESET, accepted=True)
TRUNCATED: Final = GarbleFault(Garble.TRUNCATED)
HTML: Final = GarbleFault(Garble.HTML)
EMPTY: Final = GarbleFault(Garble.EMPTY)
BINARY: Final = GarbleFault(Garble.BINARY)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What a rule can look at: the call, the how-manieth of its operation it is, and of all (from 1)."""

    operation: str
    input: JsonObject
    nth: int
    overall: int


def every(_: CallFacts) -> bool:
    """Accept every call."""
    return True


def nth(*numbers: int) -> Callable[[CallFacts], bool]:
    """Accept the calls with these numbers among those of the operation, counted from 1."""
    return lambda call: call.nth in numbers


def overall(*numbers: int) -> Callable[[CallFacts], bool]:
    """Accept the calls with these numbers among all calls, counted from 1."""
    return lambda call: call.overall in numbers


@dataclass(slots=True)
class FaultRule:
    """Strikes the calls of an operation (``*``: of any) that ``when`` accepts, at most ``times`` times."""

    fault: Fault
    operation: str = "*"
    when: Callable[[CallFacts], bool] = every
    times: int | None = None
    struck: int = field(default=0, init=False)

    def strikes(self, call: CallFacts) -> bool:
        """Say whether the call is to be struck."""
        return (
            self.operation in {"*", call.operation}
            and (self.times is None or self.struck < self.times)
            and self.when(call)
        )


class FaultPlan:
    """The rules in order; the first one that fits a call strikes it."""

    def __init__(self, rules: Iterable[FaultRule] = ()) -> None:
        """Begin with these rules."""
        self._rules = list(rules)
        self._calls: Counter[str] = Counter()

    def add(self, *rules: FaultRule) -> None:
        """Add rules behind those that are there."""
        self._rules += rules

    def clear(self) -> None:
        """Remove all rules; calls go on being counted."""
        self._rules.clear()

    def next_fault(self, operation: str, params: JsonObject) -> Fault | None:
        """Count a call and give the fault that strikes it."""
        self._calls[operation] += 1
        call = CallFacts(operation, params, self._calls[operation], self._calls.total())
        for rule in self._rules:
            if rule.strikes(call):
                rule.struck += 1
                return rule.fault
        return None
