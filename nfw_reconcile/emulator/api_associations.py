"""The calls that read VPC endpoint associations; they are made by ``Emulator.add_association``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.emulator.paging import page
from nfw_reconcile.emulator.replies import not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.emulator.dispatch import Handler
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.resources import World


class AssociationCalls:
    """Answers ListVpcEndpointAssociations and DescribeVpcEndpointAssociation."""

    def __init__(self, world: World) -> None:
        """Read the account's associations."""
        self._world = world

    def handlers(self) -> Mapping[str, Handler]:
        """Give the calls by name."""
        return {
            "ListVpcEndpointAssociations": self.list_associations,
            "DescribeVpcEndpointAssociation": self.describe,
        }

    def list_associations(self, params: JsonObject) -> JsonObject:
        """Answer ListVpcEndpointAssociations, of one firewall or of all."""
        rows = [
            {"VpcEndpointAssociationArn": arn}
            for arn, association in sorted(self._world.associations.items())
            if params.get("FirewallArn") in {None, association.endpoint.firewall}
        ]
        size = self._world.settings.listing.page_size
        listed, following = page("associations", rows, params, size)
        return {"VpcEndpointAssociations": listed, **following}

    def describe(self, params: JsonObject) -> JsonObject:
        """Answer DescribeVpcEndpointAssociation."""
        arn = params["VpcEndpointAssociationArn"]
        if arn not in self._world.associations:
            message = f"VPC endpoint association {arn} does not exist"
            raise not_found(message)
        association = self._world.associations[arn]
        endpoint = association.endpoint
        attachment = {"SubnetId": endpoint.subnet, "EndpointId": endpoint.id, "Status": "READY"}
        return {
            "VpcEndpointAssociation": association.response,
            "VpcEndpointAssociationStatus": {
                "Status": "READY",
                "AssociationSyncState": {endpoint.zone: {"Attachment": attachment}},
            },
        }
