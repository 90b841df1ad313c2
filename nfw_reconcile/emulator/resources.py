"""What the account holds: rule groups, policies, firewalls and VPC endpoint associations."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nfw_reconcile.emulator.names import Names, name_of, zone_id
from nfw_reconcile.emulator.replies import JsonObject, not_found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nfw_reconcile.emulator.events import Timeline
    from nfw_reconcile.emulator.settings import EmulatorSettings


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule group or a policy; its body is never changed in place.

    A later version has the higher ``serial``.
    """

    arn: str
    token: str
    body: Mapping[str, Any]
    serial: int = 0


@dataclass(slots=True)
class Record:
    """A rule group or a firewall policy: the version that Describe gives, and its fixed attributes.

    ``response`` holds the members of ``RuleGroupResponse`` or ``FirewallPolicyResponse`` that do
    not follow from the state of the account.
    """

    response: JsonObject
    version: Version
    modified: float

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return self.version.arn

    @property
    def name(self) -> str:
        """Give the name at the end of the ARN."""
        return name_of(self.arn)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint that traffic goes through; it has a flow table of its own.

    ``association`` is the ARN of the VPC endpoint association, or ``None`` for the firewall's own
    endpoint in its zone.
    """

    id: str
    firewall: str
    zone: str
    subnet: str
    association: str | None = None


@dataclass(slots=True)
class Pending:
    """A version on its way to a zone: asked for at ``since``, in force from ``due`` on."""

    version: Version
    since: float
    due: float


@dataclass(slots=True)
class Deployment:
    """What one zone of a firewall runs. ``in_force`` and ``pending`` are keyed by ARN.

    ``policy`` is the ARN of the policy that the zone runs; ``None`` before the first sync.
    """

    endpoint: Endpoint
    policy: str | None = None
    in_force: dict[str, Version] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)


@dataclass(slots=True)
class Firewall:
    """A firewall: ``response`` is the ``Firewall`` of DescribeFirewall less what is counted."""

    response: JsonObject
    token: str
    deployments: dict[str, Deployment]
    reads: int = 0

    @property
    def arn(self) -> str:
        """Give the ARN."""
        return str(self.response["FirewallArn"])

    @property
    def policy(self) -> str:
        """Give the ARN of the policy that is asked for, in force yet or not."""
        return str(self.response["FirewallPolicyArn"])


@dataclass(slots=True)
class Association:
    """A VPC endpoint association: another endpoint of a firewall, often of another account."""

    response: JsonObject
    endpoint: Endpoint


@dataclass(slots=True)
class World:
    """Everything that the account holds, by ARN (prefix lists too; VPCs by id)."""

    timeline: Timeline
    names: Names
    settings: EmulatorSettings
    groups: dict[str, Record] = field(default_factory=dict)
    policies: dict[str, Record] = field(default_factory=dict)
    firewalls: dict[str, Firewall] = field(default_factory=dict)
    associations: dict[str, Association] = field(default_factory=dict)
    prefix_lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    vpcs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def version(self, arn: str, body: Mapping[str, Any], token: str | None = None) -> Version:
        """Make the next version of a resource, with a new token unless one is given."""
        return Version(arn, token or self.names.uuid(), copy.deepcopy(dict(body)), next(self._serials))

    def firewall(self, arn: str) -> Firewall:
        """Give a firewall; ``ResourceNotFoundException`` if there is none."""
        if arn not in self.firewalls:
            message = f"firewall {arn} does not exist"
            raise not_found(message)
        return self.firewalls[arn]

    def endpoints(self, firewall: Firewall) -> Iterator[Endpoint]:
        """Give every endpoint of a firewall: its own ones, then those of its associations."""
        yield from (deployment.endpoint for deployment in firewall.deployments.values())
        for association in self.associations.values():
            if association.endpoint.firewall == firewall.arn:
                yield association.endpoint

    def zone_id(self, zone: str) -> str:
        """Give the id of a zone."""
        return self.settings.zone_ids.get(zone) or zone_id(zone)

    def users(self, group: str) -> list[str]:
        """Give the ARNs of the policies that refer to a rule group."""
        return [arn for arn, policy in self.policies.items() if group in references(policy.version)]


def references(policy: Version) -> list[str]:
    """Give the ARNs of the rule groups that a policy refers to, stateless ones first, each once."""
    listed = [
        str(reference["ResourceArn"])
        for member in ("StatelessRuleGroupReferences", "StatefulRuleGroupReferences")
        for reference in policy.body.get(member, ())
    ]
    return list(dict.fromkeys(listed))
