"""The service: one account's firewalls and the API in front of them, whatever carries the traffic."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING, Any, TypeAlias

from nfw_reconcile.emulator.api_associations import AssociationCalls
from nfw_reconcile.emulator.api_firewalls import FirewallCalls
from nfw_reconcile.emulator.api_flow_operations import FlowOperationCalls
from nfw_reconcile.emulator.api_policies import PolicyCalls
from nfw_reconcile.emulator.api_rule_groups import RuleGroupCalls
from nfw_reconcile.emulator.events import Timeline
from nfw_reconcile.emulator.front import UNCHECKED, Checker, Front
from nfw_reconcile.emulator.names import Names
from nfw_reconcile.emulator.operations import FlowOperation, FlowOperations
from nfw_reconcile.emulator.outcomes import OutcomePlan
from nfw_reconcile.emulator.resources import Association, Endpoint, Firewall, World
from nfw_reconcile.emulator.settings import EmulatorSettings
from nfw_reconcile.emulator.sync import Rollouts
from nfw_reconcile.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nfw_reconcile.emulator.bodies import PolicyBodies
    from nfw_reconcile.emulator.dispatch import Handler
    from nfw_reconcile.emulator.faults import FaultPlan
    from nfw_reconcile.emulator.iam import IamPolicy
    from nfw_reconcile.emulator.replies import Reply
    from nfw_reconcile.emulator.request_log import LoggedCall
    from nfw_reconcile.emulator.tables import Entry, FlowTables, InForce

Place = str | Endpoint
"""Where traffic goes through: an endpoint, or the name of a zone that only one firewall is in."""

TablesOf: TypeAlias = "Callable[[World, InForce], FlowTables]"
"""Makes the flow tables of an account, given a way to ask what is in force at an endpoint."""


class Service:
    """AWS Network Firewall in memory: no I/O, no threads of its own, and time only from ``clock``.

    Before anything is done or read, all that is due by ``clock()`` happens, each at its own moment:
    zones get in sync, flow operations go on. A clock that is set back stops the emulator's time
    until it has caught up. Equal seeds, settings and calls give equal results.

    Methods may be called from several threads; one is served at a time.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        seed: int,
        tables: TablesOf,
        settings: EmulatorSettings | None = None,
    ) -> None:
        """Begin with an empty account. ``clock`` gives seconds since the epoch."""
        self.settings = settings or EmulatorSettings()
        self.outcomes = OutcomePlan()
        self._clock = clock
        self._lock = threading.RLock()
        self._timeline = Timeline(clock())
        names = Names(seed, self.settings.account, self.settings.region)
        self.world = World(self._timeline, names, self.settings)
        self._rollouts = Rollouts(self.world, seed, self._rules_changed, self._engine_restarted)
        self._flow_tables = tables(self.world, self._rollouts.in_force)
        self._operations = FlowOperations(self.world, self._flow_tables, self.outcomes, seed)
        self._front = Front(self._handlers(), lambda: self._timeline.now)

    def _handlers(self) -> dict[str, Handler]:
        return {
            **RuleGroupCalls(self.world, self._rollouts).handlers(),
            **PolicyCalls(self.world, self._rollouts).handlers(),
            **FirewallCalls(self.world, self._rollouts, self._flow_tables.clear).handlers(),
            **AssociationCalls(self.world).handlers(),
            **FlowOperationCalls(self.world, self._rollouts, self._operations).handlers(),
        }

    @property
    def now(self) -> float:
        """The emulator's own time in seconds since the epoch."""
        with self._lock:
            self._catch_up()
            return self._timeline.now

    # The API

    def call(self, operation: str, params: Mapping[str, Any], checker: Checker = UNCHECKED) -> Reply:
        """Answer one API call. The doors pass a checker that knows botocore's service model.

        Raises ``ServiceError`` if the emulator's own answer would break the model.
        """
        with self._lock:
            self._catch_up()
            return self._front.call(operation, params, checker)

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the API operations on offer."""
        return self._front.operations

    @property
    def faults(self) -> FaultPlan:
        """The faults that calls are struck by; add rules to it."""
        return self._front.faults

    @property
    def iam_policy(self) -> IamPolicy | None:
        """What the caller may do; ``None``, as in the beginning: everything."""
        return self._front.iam_policy

    @iam_policy.setter
    def iam_policy(self, policy: IamPolicy | None) -> None:
        self._front.iam_policy = policy

    @property
    def requests(self) -> tuple[LoggedCall, ...]:
        """Every call so far, in order."""
        return tuple(self._front.log)

    @property
    def call_count(self) -> int:
        """The number of calls so far."""
        return len(self._front.log)

    @property
    def flow_operations(self) -> tuple[FlowOperation, ...]:
        """Every flow operation that was ever accepted, in order, up to date."""
        with self._lock:
            self._catch_up()
            return tuple(self._operations.log)

    # The endpoints

    def endpoint(self, zone: str, *, firewall: str | None = None) -> Endpoint:
        """Give a firewall's own endpoint in a zone; ``UsageError`` unless there is exactly one."""
        found = [
            deployment.endpoint
            for each in self.world.firewalls.values()
            for deployment in each.deployments.values()
            if deployment.endpoint.zone == zone and firewall in {None, each.arn}
        ]
        if len(found) != 1:
            summary = f"{len(found)} firewall endpoints in zone {zone!r}"
            raise UsageError.of(summary, remedy="Name the firewall by its ARN.")
        return found[0]

    def entries(self, place: Place) -> tuple[Entry, ...]:
        """Give copies of all entries of a flow table, those that a capture would not list included."""
        with self._lock:
            self._catch_up()
            return tuple(dataclasses.replace(entry) for entry in self._flow_tables.entries(self._at(place)))

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        with self._lock:
            self._catch_up()

    # The account

    def in_force(self, place: Place) -> PolicyBodies | None:
        """Give what decides at a place now; ``None`` before its zone was first in sync."""
        with self._lock:
            self._catch_up()
            return self._rollouts.in_force(self._at(place))

    def put_in_sync(self) -> None:
        """Put what the account holds into force in all zones at once, as if long ago."""
        with self._lock:
            self._catch_up()
            for firewall in self.world.firewalls.values():
                self._rollouts.place(firewall)

    def set_prefix_list(self, arn: str, cidrs: Iterable[str]) -> None:
        """Set the members of a prefix list; they count in every zone at once, without an update."""
        with self._lock:
            self._catch_up()
            self.world.prefix_lists[arn] = tuple(cidrs)
            self._forget_bodies()

    def set_vpc(self, vpc_id: str, cidrs: Iterable[str]) -> None:
        """Set the CIDRs of a VPC."""
        with self._lock:
            self._catch_up()
            self.world.vpcs[vpc_id] = tuple(cidrs)
            self._forget_bodies()

    def add_association(
        self, firewall: str, zone: str, vpc_id: str, *, account: str | None = None
    ) -> Endpoint:
        """Add a VPC endpoint association to a firewall, by default of the firewall's own account."""
        with self._lock:
            self._catch_up()
            names = self.world.names
            own_id = names.uuid()
            arn = names.arn("vpc-endpoint-association", own_id, account)
            endpoint = Endpoint(names.endpoint(), firewall, zone, names.subnet(), arn)
            response = {
                "VpcEndpointAssociationId": own_id,
                "VpcEndpointAssociationArn": arn,
                "FirewallArn": self.world.firewall(firewall).arn,
                "VpcId": vpc_id,
                "SubnetMapping": {"SubnetId": endpoint.subnet},
            }
            self.world.associations[arn] = Association(response, endpoint)
            return endpoint

    def _catch_up(self) -> None:
        self._timeline.run_until(self._clock())

    def _at(self, place: Place) -> Endpoint:
        return self.endpoint(place) if isinstance(place, str) else place

    def _forget_bodies(self) -> None:
        for firewall in self.world.firewalls.values():
            self._rollouts.forget(firewall)

    def _rules_changed(self, firewall: Firewall) -> None:
        for endpoint in self.world.endpoints(firewall):
            self._flow_tables.rules_changed(endpoint)

    def _engine_restarted(self, firewall: Firewall, zone: str) -> None:
        for endpoint in self.world.endpoints(firewall):
            if endpoint.zone == zone:
                self._flow_tables.clear(endpoint)
