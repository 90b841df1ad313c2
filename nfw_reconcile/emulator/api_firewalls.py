"""The calls about firewalls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.names import name_of
from nfw_reconcile.emulator.paging import page
from nfw_reconcile.emulator.replies import (
    invalid_operation,
    invalid_request,
    invalid_token,
    not_found,
)
from nfw_reconcile.emulator.resources import Deployment, Endpoint, Firewall
from nfw_reconcile.emulator.sync_status import firewall_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nfw_reconcile.emulator.dispatch import Handler
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.resources import World
    from nfw_reconcile.emulator.sync import Rollouts

KEPT_MEMBERS: Final[tuple[str, ...]] = (
    "DeleteProtection",
    "SubnetChangeProtection",
    "FirewallPolicyChangeProtection",
    "Description",
    "Tags",
    "EncryptionConfiguration",
    "EnabledAnalysisTypes",
)


class FirewallCalls:
    """Answers the Create, Describe, Associate, Delete and List calls of firewalls."""

    def __init__(self, world: World, rollouts: Rollouts, forget_flows: Callable[[Endpoint], None]) -> None:
        """``forget_flows`` is told each endpoint that is deleted with its firewall."""
        self._world = world
        self._rollouts = rollouts
        self._forget_flows = forget_flows

    def handlers(self) -> Mapping[str, Handler]:
        """Give the calls by name."""
        return {
            "CreateFirewall": self.create,
            "DescribeFirewall": self.describe,
            "AssociateFirewallPolicy": self.associate_policy,
            "DeleteFirewall": self.delete,
            "ListFirewalls": self.list_firewalls,
        }

    def create(self, params: JsonObject) -> JsonObject:
        """Answer CreateFirewall, for firewalls attached to a VPC."""
        arn = self._world.names.arn("firewall", params["FirewallName"])
        self._check_new(arn, params)
        response = {
            "FirewallName": params["FirewallName"],
            "FirewallArn": arn,
            "FirewallPolicyArn": params["FirewallPolicyArn"],
            "VpcId": params["VpcId"],
            "SubnetMappings": params["SubnetMappings"],
            "FirewallId": self._world.names.uuid(),
            **{member: params[member] for member in KEPT_MEMBERS if member in params},
        }
        subnets = [mapping["SubnetId"] for mapping in params["SubnetMappings"]]
        deployments = {
            zone: Deployment(Endpoint(self._world.names.endpoint(), arn, zone, subnet))
            for zone, subnet in _zones(self._world, subnets).items()
        }
        firewall = Firewall(response, self._world.names.uuid(), deployments)
        self._world.firewalls[arn] = firewall
        self._rollouts.associated(firewall)
        return self._described(firewall)

    def describe(self, params: JsonObject) -> JsonObject:
        """Answer DescribeFirewall."""
        firewall = self._find(params)
        return {"UpdateToken": firewall.token, **self._described(firewall)}

    def associate_policy(self, params: JsonObject) -> JsonObject:
        """Answer AssociateFirewallPolicy; the policy reaches the zones by and by."""
        firewall = self._find(params)
        if params.get("UpdateToken", firewall.token) != firewall.token:
            raise invalid_token(params["UpdateToken"])
        if firewall.response.get("FirewallPolicyChangeProtection"):
            message = f"{firewall.arn} is protected against a change of its policy"
            raise invalid_operation(message)
        self._check_policy(params["FirewallPolicyArn"])
        firewall.response["FirewallPolicyArn"] = params["FirewallPolicyArn"]
        firewall.token = self._world.names.uuid()
        self._rollouts.associated(firewall)
        return {
            "FirewallArn": firewall.arn,
            "FirewallName": name_of(firewall.arn),
            "FirewallPolicyArn": firewall.policy,
            "UpdateToken": firewall.token,
        }

    def delete(self, params: JsonObject) -> JsonObject:
        """Answer DeleteFirewall; refused while protected or while endpoint associations exist."""
        firewall = self._find(params)
        if firewall.response.get("DeleteProtection") or self._associations(firewall):
            message = f"{firewall.arn} is protected against deletion, or has endpoint associations"
            raise invalid_operation(message)
        answer = self._described(firewall)
        for endpoint in self._world.endpoints(firewall):
            self._forget_flows(endpoint)
        self._rollouts.forget(firewall)
        del self._world.firewalls[firewall.arn]
        return {**answer, "FirewallStatus": {**answer["FirewallStatus"], "Status": "DELETING"}}

    def list_firewalls(self, params: JsonObject) -> JsonObject:
        """Answer ListFirewalls."""
        vpcs = params.get("VpcIds")
        rows = [
            {"FirewallName": name_of(arn), "FirewallArn": arn}
            for arn, firewall in sorted(self._world.firewalls.items())
            if not vpcs or firewall.response.get("VpcId") in vpcs
        ]
        listed, following = page("firewalls", rows, params, self._world.settings.listing.page_size)
        return {"Firewalls": listed, **following}

    def _check_new(self, arn: str, params: JsonObject) -> None:
        if arn in self._world.firewalls:
            message = f"firewall {params['FirewallName']} exists already"
            raise invalid_request(message)
        if not params.get("VpcId") or not params.get("SubnetMappings"):
            message = "VpcId and SubnetMappings are required: the emulator has no transit gateways"
            raise invalid_request(message)
        self._check_policy(params["FirewallPolicyArn"])

    def _check_policy(self, arn: str) -> None:
        if arn not in self._world.policies:
            message = f"firewall policy {arn} does not exist"
            raise invalid_request(message)

    def _find(self, params: JsonObject) -> Firewall:
        arn, name = params.get("FirewallArn"), params.get("FirewallName")
        if arn is None and name is None:
            message = "name the firewall by its ARN or its name"
            raise invalid_request(message)
        for firewall in self._world.firewalls.values():
            if arn in {None, firewall.arn} and name in {None, name_of(firewall.arn)}:
                return firewall
        message = f"firewall {arn or name} does not exist"
        raise not_found(message)

    def _associations(self, firewall: Firewall) -> int:
        endpoints = self._world.endpoints(firewall)
        return sum(1 for endpoint in endpoints if endpoint.association is not None)

    def _described(self, firewall: Firewall) -> JsonObject:
        counted = {"NumberOfAssociations": self._associations(firewall)}
        return {
            "Firewall": {**firewall.response, **counted},
            "FirewallStatus": firewall_status(self._world, firewall),
        }


def _zones(world: World, subnets: list[str]) -> dict[str, str]:
    """Place each subnet in a zone of its own: the one that is set for it, else the next free one."""
    known = world.settings.subnet_zones
    placed = {known[subnet]: subnet for subnet in subnets if subnet in known}
    free = (zone for zone in world.settings.zones if zone not in placed)
    try:
        placed |= {next(free): subnet for subnet in subnets if subnet not in known}
    except (StopIteration, RuntimeError):
        message = "there are more subnets than zones: set EmulatorSettings.zones or subnet_zones"
        raise invalid_request(message) from None
    if len(placed) != len(subnets):
        message = "a firewall has one subnet in a zone"
        raise invalid_request(message)
    return placed
