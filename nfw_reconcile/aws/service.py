"""The firewall service as acting wants it, over boto3."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from nfw_reconcile.act.ports import Caller, Lost
from nfw_reconcile.aws import replies
from nfw_reconcile.aws import snapshot as snapshots
from nfw_reconcile.aws.credentials import end_of
from nfw_reconcile.aws.faults import EXPECTED, Call, read_error, start_outcome, unusable
from nfw_reconcile.flows.wire import to_api

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.ports import (
        FlowRequest,
        JsonObject,
        OperationDetail,
        OperationsPage,
        ResultsPage,
        Scope,
        StartReply,
    )
    from nfw_reconcile.aws.client import Clients
    from nfw_reconcile.errors import Diagnostic

T = TypeVar("T")
PAGE: Final = 100
"""Items of a page, the most that the service gives (API: PaginationMaxResults)."""


class AwsFlowService:
    """Implements :class:`~nfw_reconcile.act.ports.FlowService`; may be used from several threads."""

    def __init__(self, clients: Clients, page: int = PAGE) -> None:
        """``page`` is how many items of a list are asked for at once."""
        self._clients = clients
        self._page = page
        self._unread: dict[Diagnostic, None] = {}

    @property
    def region(self) -> str:
        """Give the region that calls go to."""
        return self._clients.region

    def caller(self) -> Caller:
        """Say who the credentials belong to."""
        call = Call("sts", "GetCallerIdentity", "the caller")
        return self._read(call, self._clients.sts.get_caller_identity, {}, _read_caller)

    def credentials_expire_at(self) -> float | None:
        """Give when no call can be signed any more; see :func:`~nfw_reconcile.aws.credentials.end_of`."""
        return end_of(self._clients.credentials)

    def configuration(self, firewall_arn: str) -> JsonObject:
        """Give a snapshot of the firewall, its policy and the groups that it refers to."""
        return snapshots.configuration(self._clients, firewall_arn)

    def snapshot(self, firewall_arn: str) -> JsonObject:
        """Give the same, with prefix lists and the VPC's CIDRs where they can be had."""
        return snapshots.snapshot(self._clients, firewall_arn, self._unread.setdefault)

    def unread(self) -> tuple[Diagnostic, ...]:
        """Give what snapshots lack so far because it could not be read, each once."""
        return tuple(self._unread)

    def list_operations(self, firewall_arn: str, scope: Scope, token: str | None) -> OperationsPage:
        """Give a page of the operations of the last 12 hours."""
        asked = {"FirewallArn": firewall_arn, **scope.members(), **self._paging(token)}
        ask = self._clients.reads.list_flow_operations
        return self._read(_call("ListFlowOperations", firewall_arn), ask, asked, replies.read_operations)

    def describe_operation(self, firewall_arn: str, scope: Scope, operation_id: str) -> OperationDetail:
        """Give one operation with its filters."""
        asked = {"FirewallArn": firewall_arn, "FlowOperationId": operation_id, **scope.members()}
        return self._read(
            _call("DescribeFlowOperation", firewall_arn),
            self._clients.reads.describe_flow_operation,
            asked,
            lambda reply: replies.read_detail(reply, firewall_arn),
        )

    def results_page(
        self, firewall_arn: str, scope: Scope, operation_id: str, token: str | None
    ) -> ResultsPage:
        """Give a page of what an operation found."""
        asked = {
            "FirewallArn": firewall_arn,
            "FlowOperationId": operation_id,
            **scope.members(),
            **self._paging(token),
        }
        return self._read(
            _call("ListFlowOperationResults", firewall_arn),
            self._clients.reads.list_flow_operation_results,
            asked,
            lambda reply: replies.read_results(reply, firewall_arn),
        )

    def start_capture(self, request: FlowRequest) -> StartReply:
        """Send StartFlowCapture once."""
        return _start("StartFlowCapture", self._clients.starts.start_flow_capture, request)

    def start_flush(self, request: FlowRequest) -> StartReply:
        """Send StartFlowFlush once."""
        return _start("StartFlowFlush", self._clients.starts.start_flow_flush, request)

    def _paging(self, token: str | None) -> dict[str, Any]:
        asked: dict[str, Any] = {"MaxResults": self._page}
        return asked if token is None else {**asked, "NextToken": token}

    @staticmethod
    def _read(
        call: Call, ask: Callable[..., Any], asked: dict[str, Any], understand: Callable[[replies.Reply], T]
    ) -> T:
        try:
            return understand(ask(**asked))
        except replies.UnusableError as problem:
            raise unusable(call, str(problem)) from problem
        except EXPECTED as problem:
            raise read_error(problem, call) from problem


def _start(operation: str, send: Callable[..., Any], request: FlowRequest) -> StartReply:
    """Send a start once. Whatever goes wrong after that is an answer too, most often "nobody knows"."""
    asked = {
        "FirewallArn": request.firewall_arn,
        **request.scope.members(),
        "FlowFilters": [to_api(each) for each in request.filters],
        "MinimumFlowAgeInSeconds": request.minimum_age,
    }
    try:
        return replies.read_accepted(send(**asked), request.firewall_arn)
    except replies.UnusableError as problem:
        return Lost(f"the reply is not usable: {problem}")
    except Exception as problem:  # noqa: BLE001 - no exception of any kind proves that nothing was accepted
        return start_outcome(problem, _call(operation, request.firewall_arn))


def _call(operation: str, firewall_arn: str) -> Call:
    return Call("network-firewall", operation, firewall_arn)


def _read_caller(reply: replies.Reply) -> Caller:
    account = reply.get("Account")
    if not isinstance(account, str) or not account.isdecimal():
        message = f"Account is {account!r}"
        raise replies.UnusableError(message)
    return Caller(account, _service_time(reply))


def _service_time(reply: replies.Reply) -> float | None:
    """Read the ``Date`` header (RFC 9110): whole seconds, and ``None`` where it is missing or no date."""
    try:
        return parsedate_to_datetime(reply["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return None
