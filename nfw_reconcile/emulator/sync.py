"""How updates reach the zones of the firewalls that use what was updated.

Every zone takes up a new version after its own delay, and only then do its verdicts follow it
(developer guide, "Managing your firewall": endpoints may disagree for a short time).
"""

from __future__ import annotations

import math
import random
from functools import partial
from typing import TYPE_CHECKING

from nfw_reconcile.emulator.bodies import PolicyBodies
from nfw_reconcile.emulator.names import is_managed, stand_in_token
from nfw_reconcile.emulator.resources import Deployment, Endpoint, Pending, Version, references

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.emulator.resources import Firewall, World


class Rollouts:
    """Brings versions into force zone by zone, and knows what each zone runs."""

    def __init__(
        self,
        world: World,
        seed: int,
        rules_changed: Callable[[Firewall], None],
        engine_restarted: Callable[[Firewall, str], None],
    ) -> None:
        """Begin with nothing rolled out.

        ``rules_changed`` is told each firewall in whose zones other rules may be in force now, and
        ``engine_restarted`` each firewall and zone whose flow tables became empty.
        """
        self._world = world
        self._settings = world.settings.sync
        self._random = random.Random(f"sync/{seed}")  # noqa: S311 - repeatable on purpose
        self._rules_changed = rules_changed
        self._engine_restarted = engine_restarted
        self._bodies: dict[tuple[str, str], PolicyBodies] = {}

    def updated(self, arn: str) -> None:
        """Roll out the current version of a rule group or policy wherever it is used."""
        for firewall in self._world.firewalls.values():
            if arn in desired(self._world, firewall):
                self._roll_out(firewall, arn)

    def associated(self, firewall: Firewall) -> None:
        """Roll out the policy that the firewall now has, to all of its zones."""
        self._roll_out(firewall, firewall.policy)

    def place(self, firewall: Firewall) -> None:
        """Put everything into force at once, as if it had been so for long."""
        for deployment in firewall.deployments.values():
            deployment.policy = firewall.policy
            deployment.in_force = desired(self._world, firewall)
            deployment.pending.clear()
        self.forget(firewall)

    def forget(self, firewall: Firewall) -> None:
        """Drop what was worked out about the zones of a firewall."""
        for zone in firewall.deployments:
            self._bodies.pop((firewall.arn, zone), None)
        self._rules_changed(firewall)

    def in_force(self, endpoint: Endpoint) -> PolicyBodies | None:
        """Give what decides at an endpoint now; ``None`` before the first sync of its zone."""
        firewall = self._world.firewalls.get(endpoint.firewall)
        deployment = firewall.deployments.get(endpoint.zone) if firewall else None
        if firewall is None or deployment is None or deployment.policy is None:
            return None
        key = (endpoint.firewall, endpoint.zone)
        if key not in self._bodies:
            self._bodies[key] = self._assemble(firewall, deployment, deployment.policy)
        return self._bodies[key]

    def _assemble(self, firewall: Firewall, deployment: Deployment, policy: str) -> PolicyBodies:
        versions = dict(deployment.in_force)
        running = versions.pop(policy)
        groups = {arn: versions[arn] for arn in references(running) if arn in versions}
        return PolicyBodies(
            policy=running.body,
            rule_groups={arn: version.body for arn, version in groups.items()},
            prefix_lists=dict(self._world.prefix_lists),
            vpc_cidrs=self._world.vpcs.get(str(firewall.response.get("VpcId")), ()),
            versions={policy: running.token, **{a: v.token for a, v in groups.items()}},
        )

    def _roll_out(self, firewall: Firewall, changed: str) -> None:
        """Send what changed to every zone; a policy takes all of its groups along.

        So a zone never runs a policy without a group that it refers to, however updates overtake
        each other.
        """
        wanted = desired(self._world, firewall)
        sent = list(wanted.values()) if changed == firewall.policy else [wanted[changed]]
        now = self._world.timeline.now
        for zone, deployment in firewall.deployments.items():
            due = self._due(zone)
            for version in sent:
                if version.arn == changed or version.arn not in deployment.in_force:
                    deployment.pending[version.arn] = Pending(version, now, due)
            if due < math.inf:
                self._world.timeline.at(due, partial(self._land, firewall, deployment, sent))

    def _due(self, zone: str) -> float:
        """Give the moment at which a zone will run what is updated now."""
        jitter = self._random.random() * self._settings.jitter
        if zone in self._settings.stuck_zones:
            return math.inf
        delay = self._settings.zone_delays.get(zone, self._settings.delay)
        return self._world.timeline.now + delay + jitter

    def _land(self, firewall: Firewall, deployment: Deployment, versions: list[Version]) -> None:
        """Put versions into force in a zone, unless the firewall was deleted in the meantime."""
        if self._world.firewalls.get(firewall.arn) is not firewall:
            return
        before = self.in_force(deployment.endpoint)
        if sum(_take_up(deployment, version) for version in versions):
            self._settle(firewall, deployment)
            self._restart_engine(before, firewall, deployment)

    def _settle(self, firewall: Firewall, deployment: Deployment) -> None:
        """Switch to the policy that is asked for once the zone holds it, and drop what it does not use."""
        if firewall.policy in deployment.in_force:
            deployment.policy = firewall.policy
        if deployment.policy is not None:
            running = deployment.in_force[deployment.policy]
            kept = {deployment.policy, *references(running)} | desired(self._world, firewall).keys()
            for arn in deployment.in_force.keys() - kept:
                del deployment.in_force[arn]
        self.forget(firewall)

    def _restart_engine(
        self, before: PolicyBodies | None, firewall: Firewall, deployment: Deployment
    ) -> None:
        after = self.in_force(deployment.endpoint)
        if before is None or after is None or not self._settings.engine_restarts:
            return
        if before.engine_options != after.engine_options:
            self._engine_restarted(firewall, deployment.endpoint.zone)


def _take_up(deployment: Deployment, version: Version) -> bool:
    """Put a version into force unless it or a later one is; say whether that changed anything."""
    pending = deployment.pending.get(version.arn)
    if pending is not None and pending.version.serial <= version.serial:
        del deployment.pending[version.arn]
    running = deployment.in_force.get(version.arn)
    if running is not None and running.serial >= version.serial:
        return False
    deployment.in_force[version.arn] = version
    return True


def desired(world: World, firewall: Firewall) -> dict[str, Version]:
    """Give the current versions of a firewall's policy and of every rule group it refers to.

    A managed group that the account's data does not hold has an empty body and a token of its own.
    """
    policy = world.policies[firewall.policy].version
    wanted = {policy.arn: policy}
    for arn in references(policy):
        if arn in world.groups:
            wanted[arn] = world.groups[arn].version
        elif is_managed(arn):
            wanted[arn] = Version(arn, stand_in_token(arn), {})
    return wanted
