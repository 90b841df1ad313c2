"""One call from request to reply: faults, checks, the handler, the log."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, Protocol

from nfw_reconcile.emulator.alterations import alter
from nfw_reconcile.emulator.faults import (
    AlteredFault,
    ErrorFault,
    Fault,
    FaultPlan,
    GarbleFault,
    LossFault,
)
from nfw_reconcile.emulator.iam import WHY, IamPolicy, resource_of
from nfw_reconcile.emulator.replies import (
    Answer,
    ApiError,
    Garbled,
    JsonObject,
    Refusal,
    Reply,
    Silence,
)
from nfw_reconcile.emulator.request_log import LoggedCall
from nfw_reconcile.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nfw_reconcile.emulator.dispatch import Handler


class Checker(Protocol):
    """Checks inputs and outputs; what it returns are problems, in words."""

    def request(self, operation: str, params: Mapping[str, Any]) -> Sequence[str]:
        """Check an input."""
        ...  # pragma: no cover - a protocol has no body

    def response(self, operation: str, body: Mapping[str, Any]) -> Sequence[str]:
        """Check an output."""
        ...  # pragma: no cover - a protocol has no body


class Unchecked:
    """Finds nothing wrong: for callers that do without botocore's service model."""

    def request(self, operation: str, params: Mapping[str, Any]) -> Sequence[str]:  # noqa: ARG002
        """Accept any input."""
        return ()

    def response(self, operation: str, body: Mapping[str, Any]) -> Sequence[str]:  # noqa: ARG002
        """Accept any output."""
        return ()


UNCHECKED: Final = Unchecked()


class Front:
    """Answers calls with the handlers, under the faults that are planned; logs every call."""

    def __init__(self, handlers: Mapping[str, Handler], time: Callable[[], float]) -> None:
        """``time`` gives the service's own time, for the log."""
        self._handlers = handlers
        self._time = time
        self.faults = FaultPlan()
        self.iam_policy: IamPolicy | None = None
        self.log: list[LoggedCall] = []

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations on offer."""
        return tuple(sorted(self._handlers))

    def call(self, operation: str, params: Mapping[str, Any], checker: Checker) -> Reply:
        """Answer one call; raises ``ServiceError`` only if the emulator's own answer breaks the model."""
        given: JsonObject = copy.deepcopy(dict(params))
        fault = self.faults.next_fault(operation, given)
        answered = None
        if not _strikes_before(fault):
            answered = self._answer(operation, given, checker)
        reply = _reply(fault, given, answered)
        number = len(self.log) + 1
        self.log.append(LoggedCall(number, self._time(), operation, given, answered, reply, fault))
        return reply

    def _answer(self, operation: str, params: JsonObject, checker: Checker) -> JsonObject | Refusal:
        if operation not in self._handlers:
            message = f"the emulator does not offer {operation}; it offers {', '.join(self.operations)}"
            return Refusal("UnknownOperationException", message)
        if self.iam_policy is not None and not self.iam_policy.permits(
            f"network-firewall:{operation}", resource_of(params)
        ):
            return Refusal("AccessDeniedException", WHY)
        problems = checker.request(operation, params)
        if problems:
            return Refusal("InvalidRequestException", "; ".join(problems))
        try:
            output = self._handlers[operation](params)
        except ApiError as error:
            return error.refusal
        defects = checker.response(operation, output)
        if defects:
            summary = f"the emulator's answer to {operation} breaks the service model: "
            raise ServiceError.of(summary + "; ".join(defects), remedy="Report this as a bug.")
        return output


def _strikes_before(fault: Fault | None) -> bool:
    return isinstance(fault, ErrorFault | LossFault) and not fault.accepted


def _reply(fault: Fault | None, params: JsonObject, answered: JsonObject | Refusal | None) -> Reply:
    match fault, answered:
        case ErrorFault(refusal=refusal), _:
            return refusal
        case LossFault(kind=kind), _:
            return Silence(kind)
        case _, Refusal():
            return answered
        case GarbleFault(kind=garble), dict():
            return Garbled(garble, answered)
        case AlteredFault(kind=alteration), dict():
            return Answer(alter(alteration, params, answered))
        case _:
            return Answer(answered or {})
