"""The five calls about flow operations, with their documented limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.filters import read_filters
from nfw_reconcile.emulator.operations import FlowOperation
from nfw_reconcile.emulator.outcomes import OperationType, Status
from nfw_reconcile.emulator.paging import page
from nfw_reconcile.emulator.replies import ApiError, invalid_request, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.emulator.dispatch import Handler
    from nfw_reconcile.emulator.operations import FlowOperations
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.resources import Endpoint, Firewall, World
    from nfw_reconcile.emulator.sync import Rollouts

SCOPE_MEMBERS: Final[tuple[str, ...]] = (
    "AvailabilityZone",
    "AvailabilityZoneId",
    "VpcEndpointId",
    "VpcEndpointAssociationArn",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an operation is to act on: a zone, and endpoints in it."""

    sent: JsonObject
    zone: str
    endpoints: tuple[Endpoint, ...]


class FlowOperationCalls:
    """Answers StartFlowCapture, StartFlowFlush, DescribeFlowOperation and the two lists."""

    def __init__(self, world: World, rollouts: Rollouts, operations: FlowOperations) -> None:
        """Act on the account's firewalls."""
        self._world = world
        self._rollouts = rollouts
        self._operations = operations

    def handlers(self) -> Mapping[str, Handler]:
        """Give the calls by name."""
        return {
            "StartFlowCapture": lambda params: self._start(OperationType.CAPTURE, params),
            "StartFlowFlush": lambda params: self._start(OperationType.FLUSH, params),
            "DescribeFlowOperation": self.describe,
            "ListFlowOperations": self.list_operations,
            "ListFlowOperationResults": self.list_results,
        }

    def _start(self, kind: OperationType, params: JsonObject) -> JsonObject:
        firewall = self._world.firewall(params["FirewallArn"])
        settings = self._world.settings.operations
        filters = read_filters(params["FlowFilters"], address_required=settings.address_required)
        minimum_age = params.get("MinimumFlowAgeInSeconds")
        if minimum_age is not None and minimum_age < 0:
            message = "MinimumFlowAgeInSeconds must not be negative"
            raise invalid_request(message)
        scope = resolve_scope(self._world, firewall, params)
        if self._operations.running(firewall.arn, scope.zone) is not None:
            message = f"a flow operation is in progress in {scope.zone}"
            raise ApiError(settings.busy_code, message)
        operation = FlowOperation(
            id=self._world.names.uuid(),
            type=kind,
            firewall=firewall.arn,
            zone=scope.zone,
            endpoints=scope.endpoints,
            scope=scope.sent,
            sent_filters=tuple(params["FlowFilters"]),
            filters=filters,
            minimum_age=minimum_age,
            accepted_at=self._world.timeline.now,
            in_force=self._rollouts.in_force(scope.endpoints[0]),
        )
        self._operations.start(operation)
        return {
            "FirewallArn": firewall.arn,
            "FlowOperationId": operation.id,
            "FlowOperationStatus": operation.status.value,
        }

    def describe(self, params: JsonObject) -> JsonObject:
        """Answer DescribeFlowOperation."""
        operation = self._find(params)
        asked: JsonObject = {"FlowFilters": list(operation.sent_filters)}
        if operation.minimum_age is not None:
            asked["MinimumFlowAgeInSeconds"] = operation.minimum_age
        return {
            "FirewallArn": operation.firewall,
            **operation.scope,
            "FlowOperationId": operation.id,
            "FlowOperationType": operation.type.value,
            **self._progress(operation),
            "FlowOperation": asked,
        }

    def list_operations(self, params: JsonObject) -> JsonObject:
        """Answer ListFlowOperations, newest first (the order is not documented)."""
        firewall = self._world.firewall(params["FirewallArn"])
        now, lag = self._world.timeline.now, self._world.settings.operations.list_lag
        rows = [
            {
                "FlowOperationId": operation.id,
                "FlowOperationType": operation.type.value,
                **self._timestamp(operation),
                "FlowOperationStatus": operation.status.value,
            }
            for operation in self._operations.retained(firewall.arn)
            if now - operation.accepted_at >= lag
            and params.get("FlowOperationType") in {None, operation.type.value}
            and self._in_scope(operation, params)
        ]
        size = self._world.settings.listing.page_size
        listed, following = page(f"operations/{firewall.arn}", rows, params, size)
        return {"FlowOperations": listed, **following}

    def list_results(self, params: JsonObject) -> JsonObject:
        """Answer ListFlowOperationResults; there are no flows before the operation has ended."""
        operation = self._find(params)
        rows = () if operation.status is Status.IN_PROGRESS else operation.listed
        size = self._world.settings.listing.page_size
        listed, following = page(f"results/{operation.id}", rows, params, size)
        return {
            "FirewallArn": operation.firewall,
            **operation.scope,
            "FlowOperationId": operation.id,
            **self._progress(operation),
            "Flows": listed,
            **following,
        }

    def _find(self, params: JsonObject) -> FlowOperation:
        firewall = self._world.firewall(params["FirewallArn"])
        for operation in self._operations.retained(firewall.arn):
            if operation.id == params["FlowOperationId"] and self._in_scope(operation, params):
                return operation
        message = f"flow operation {params['FlowOperationId']} does not exist in this scope"
        raise not_found(message)

    def _progress(self, operation: FlowOperation) -> JsonObject:
        progress: JsonObject = {
            "FlowOperationStatus": operation.status.value,
            **self._timestamp(operation),
        }
        if operation.status is not Status.IN_PROGRESS and operation.outcome.message is not None:
            progress["StatusMessage"] = operation.outcome.message
        return progress

    def _timestamp(self, operation: FlowOperation) -> JsonObject:
        """Give when the flows were identified, which is not when the call was made (API)."""
        moment = operation.executed_at
        if moment is None and self._world.settings.operations.early_timestamp:
            moment = operation.accepted_at
        return {} if moment is None else {"FlowRequestTimestamp": moment}

    def _in_scope(self, operation: FlowOperation, params: JsonObject) -> bool:
        known = {
            **operation.scope,
            "AvailabilityZone": operation.zone,
            "AvailabilityZoneId": self._world.zone_id(operation.zone),
        }
        return all(known.get(name) == params[name] for name in SCOPE_MEMBERS if name in params)


def resolve_scope(world: World, firewall: Firewall, params: JsonObject) -> Scope:
    """Find out what to act on (developer guide, "Flow operations": endpoint, association or zone).

    A zone stands for the firewall's endpoint in it and all associations there. Without any of the
    four members the only zone of a firewall is meant; what AWS does with several is not documented,
    and is refused here. Raises ``InvalidRequestException``.
    """
    sent = {name: params[name] for name in SCOPE_MEMBERS if name in params}
    if len(sent) > 1:
        message = f"{' and '.join(sent)} exclude each other: name one"
        raise invalid_request(message)
    endpoints = list(world.endpoints(firewall))
    if not sent:
        if len({endpoint.zone for endpoint in endpoints}) != 1:
            message = f"the firewall has several zones: name one of {', '.join(SCOPE_MEMBERS)}"
            raise invalid_request(message)
        return Scope({}, endpoints[0].zone, tuple(endpoints))
    member, value = next(iter(sent.items()))
    chosen = tuple(each for each in endpoints if _scope_of(world, each)[member] == value)
    if not chosen:
        message = f"{member} {value} is not one of firewall {firewall.arn}"
        raise invalid_request(message)
    return Scope(sent, chosen[0].zone, chosen)


def _scope_of(world: World, endpoint: Endpoint) -> dict[str, str | None]:
    return {
        "AvailabilityZone": endpoint.zone,
        "AvailabilityZoneId": world.zone_id(endpoint.zone),
        "VpcEndpointId": endpoint.id if endpoint.association is None else None,
        "VpcEndpointAssociationArn": endpoint.association,
    }
