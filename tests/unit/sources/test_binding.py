from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.assemble import Choice
from nfw_reconcile.sources.binding import GIVEN, UNKNOWN_HOME_NET
from tests.bodies import (
    inventory,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Inventory

from tests.unit.sources.stack import EGRESS, PROD, WEB, both, only

FREE: Final = inventory(EGRESS, WEB)


IN_VPC = replace(PROD, vpc="vpc-1")
CIDRS = {"vpc-1": ["10.9.0.0/16"]}


@pytest.mark.parametrize(
    ("side", "choice", "home_net", "origin"),
    [
        (inventory(IN_VPC, EGRESS, WEB, vpcs=CIDRS), Choice(), ["10.9.0.0/16"], "VPC (vpc-1)"),
        (
            inventory(IN_VPC, EGRESS, WEB, vpcs=CIDRS),
            Choice(home_net=("10.0.0.0/8",)),
            ["10.9.0.0/16"],
            "VPC (vpc-1)",
        ),
        (inventory(IN_VPC, EGRESS, WEB), Choice(home_net=("10.0.0.0/8",)), ["10.0.0.0/8"], GIVEN),
        (inventory(PROD, EGRESS, WEB), Choice(home_net=("10.0.0.0/8",)), ["10.0.0.0/8"], GIVEN),
        (inventory(IN_VPC, EGRESS, WEB), Choice(), UNKNOWN_HOME_NET, ""),
        (FREE, Choice(home_net=("10.0.0.0/8",)), ["10.0.0.0/8"], GIVEN),
    ],
)
def test_home_net_is_the_vpcs_else_what_the_user_gives_else_not_known(
    side: Inventory, choice: Choice, home_net: object, origin: str
) -> None:
    change = only(both(side, choice=choice))
    assert change.new is not None
    assert change.new.home_net == home_net
    assert origin in change.new.home_net_origin


def test_the_vpc_of_the_context_gives_home_net() -> None:
    change = only(both(inventory(IN_VPC, EGRESS, WEB), inventory(vpcs=CIDRS)))
    assert change.new is not None
    assert change.new.home_net == ["10.9.0.0/16"]


def test_a_vpc_that_is_to_be_created_is_found_by_its_address() -> None:
    prod = replace(PROD, vpc=Unresolved("aws_vpc.main.id"))
    change = only(both(inventory(prod, EGRESS, WEB, vpcs={"aws_vpc.main": ["10.3.0.0/16"]})))
    assert change.new is not None
    assert change.new.home_net == ["10.3.0.0/16"]
