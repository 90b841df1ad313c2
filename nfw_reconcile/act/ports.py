"""What acting needs from outside: the firewall service, a clock, and somebody who understands policies.

The service side keeps to AWS's words. An answer that arrives here has the shape that AWS documents;
one that has not is an error, never an empty answer. The outcome of a start is a value, not an
exception, because "it may have been accepted" is one of the outcomes.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from nfw_reconcile.errors import ServiceError

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.result_document import OperationType

JsonObject = Mapping[str, Any]


class UnreachableError(ServiceError):
    """No usable answer: a timeout, a server error, throttling, a garbled reply. It may pass by itself."""


class CredentialsError(ServiceError):
    """The credentials are missing, wrong or expired: no further call will do better."""


class NotFoundError(ServiceError):
    """AWS knows no such thing, or does not know it yet."""


class OperationStatus(enum.StrEnum):
    """API: FlowOperationStatus."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    COMPLETED_WITH_ERRORS = "COMPLETED_WITH_ERRORS"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """What one operation acts on: a zone with everything in it, or the firewall's own endpoint there."""

    zone: str
    endpoint: str | None = None

    @classmethod
    def parse(cls, text: str, zone: str) -> Scope:
        """Read what ``str`` gave for a scope of that zone."""
        kind, _, name = text.partition(" ")
        return cls(zone, name if kind == "VpcEndpointId" else None)

    def members(self) -> dict[str, str]:
        """Give the one scope member of the API calls."""
        if self.endpoint is None:
            return {"AvailabilityZone": self.zone}
        return {"VpcEndpointId": self.endpoint}

    def __str__(self) -> str:
        return " ".join(next(iter(self.members().items())))


@dataclass(frozen=True, slots=True)
class FlowRequest:
    """What StartFlowCapture or StartFlowFlush is asked; ``minimum_age`` in whole seconds."""

    firewall_arn: str
    scope: Scope
    filters: tuple[FlowFilter, ...]
    minimum_age: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The operation was started."""

    operation_id: str
    status: OperationStatus


class Retry(enum.Enum):
    """When a request that was declined may be sent again."""

    LATER = "after a pause: too many requests, or the zone is held"
    IF_HELD = "if another operation turns out to hold the zone: AWS has no error code of its own for that"
    NEVER = "never: it is not permitted, or not valid"


@dataclass(frozen=True, slots=True)
class Declined:
    """A definite no: nothing was started."""

    error: ServiceError
    retry: Retry


@dataclass(frozen=True, slots=True)
class Lost:
    """The request was sent and no usable answer came: it may have been accepted."""

    reason: str


StartReply = Accepted | Declined | Lost


@dataclass(frozen=True, slots=True)
class OperationSummary:
    """One item of ListFlowOperations; ``requested_at`` is ``FlowRequestTimestamp`` in epoch seconds."""

    operation_id: str
    type: OperationType
    status: OperationStatus
    requested_at: float | None


@dataclass(frozen=True, slots=True)
class OperationsPage:
    """One page of ListFlowOperations."""

    operations: tuple[OperationSummary, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class OperationDetail:
    """DescribeFlowOperation; ``filters`` are the API's own ``FlowFilter`` objects, ``message`` its StatusMessage."""

    operation_id: str
    type: OperationType
    status: OperationStatus
    requested_at: float | None
    filters: tuple[JsonObject, ...]
    minimum_age: int | None
    message: str | None


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """One page of ListFlowOperationResults; ``flows`` are the API's own ``Flow`` objects."""

    operation_id: str
    status: OperationStatus
    requested_at: float | None
    flows: tuple[JsonObject, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Caller:
    """The account that credentials belong to; ``at`` is what the service's clock said (epoch seconds), if it did."""

    account: str
    at: float | None


class FlowService(Protocol):
    """AWS Network Firewall as one account sees it in one region.

    Reads raise ``ServiceError``: :class:`UnreachableError` where a later try may succeed,
    :class:`CredentialsError` where none will. Starts raise nothing and are sent at most once a call.
    """

    @property
    def region(self) -> str:
        """Give the region that calls go to."""
        ...  # pragma: no cover - a protocol has no body

    def caller(self) -> Caller:
        """Say who the credentials belong to (sts:GetCallerIdentity)."""
        ...  # pragma: no cover

    def credentials_expire_at(self) -> float | None:
        """Give the epoch seconds from which on no call can be made any more with these credentials.

        ``None`` where they are renewed by themselves, never end, or do not tell.
        """
        ...  # pragma: no cover

    def configuration(self, firewall_arn: str) -> JsonObject:
        """Give a snapshot of the firewall, its policy and the groups that it refers to, tokens kept.

        The firewall is read first: a zone whose token equals one read after it runs the current version.
        """
        ...  # pragma: no cover

    def snapshot(self, firewall_arn: str) -> JsonObject:
        """Give the same, with the members of prefix lists and the CIDRs of the VPC where they can be had."""
        ...  # pragma: no cover

    def unread(self) -> tuple[Diagnostic, ...]:
        """Give what :meth:`snapshot` has left out so far and why, each once: a missing permission, as a rule."""
        ...  # pragma: no cover

    def list_operations(self, firewall_arn: str, scope: Scope, token: str | None) -> OperationsPage:
        """Give a page of the operations of the last 12 hours."""
        ...  # pragma: no cover

    def describe_operation(self, firewall_arn: str, scope: Scope, operation_id: str) -> OperationDetail:
        """Give one operation with its filters."""
        ...  # pragma: no cover

    def results_page(
        self, firewall_arn: str, scope: Scope, operation_id: str, token: str | None
    ) -> ResultsPage:
        """Give a page of what an operation found."""
        ...  # pragma: no cover

    def start_capture(self, request: FlowRequest) -> StartReply:
        """Send StartFlowCapture once."""
        ...  # pragma: no cover

    def start_flush(self, request: FlowRequest) -> StartReply:
        """Send StartFlowFlush once. Only :mod:`nfw_reconcile.act.flush` may call this."""
        ...  # pragma: no cover


class Clock(Protocol):
    """Time as it comes in from outside."""

    def now(self) -> float:
        """Give the seconds since the epoch."""
        ...  # pragma: no cover

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """The live policy, ready to decide, and where it is not the planned one.

    ``differences`` are semantic ones, in words; values that the plan did not know unify with whatever is
    live. ``capture_filters`` are set where live values make other flows newly denied than the plan knew:
    they stand in for the plan's own then.
    """

    compiled: CompiledPolicy
    differences: tuple[str, ...] = ()
    capture_filters: tuple[FlowFilter, ...] = ()


class Policies(Protocol):
    """Reads the policies of one planned firewall."""

    def current(self, snapshot: JsonObject) -> LivePolicy:
        """Build the live policy out of a snapshot and hold it against the planned one."""
        ...  # pragma: no cover

    def comparison(self, live: LivePolicy) -> Comparison:
        """Compare the planned old policy with the live one."""
        ...  # pragma: no cover
