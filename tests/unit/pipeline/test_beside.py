from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.pipeline.beside import added, completed, identified
from tests.bodies import ACCOUNT, REGION, firewall, group, inventory, policy

if TYPE_CHECKING:
    from nfw_reconcile.sources.pairing import Record

VPC: Final = "vpc-1"
WEB: Final = group("web", "pass tcp any any -> any 443 (sid:1;)")
EDGE: Final = group("edge", "drop tcp any any -> any 23 (sid:1;)")
EGRESS: Final = policy("egress", WEB, EDGE)
MAIN: Final = replace(firewall("main", EGRESS, vpc=VPC), firewall_id="id-1")
LIVE: Final = inventory(
    MAIN, EGRESS, WEB, EDGE, vpcs={VPC: ["10.0.0.0/8"]}, prefix_lists={"pl": ["192.0.2.0/24"]}
)
NOTHING: Final = Inventory()

OWN_WEB: Final = group("web", "", address="rg.web", known=False)
OWN_EGRESS: Final = policy("egress", OWN_WEB, address="fp.main", known=False)
OWN_MAIN: Final = replace(
    firewall("main", OWN_EGRESS, address="fw.main", vpc=Unresolved("var.vpc"), known=False),
    account=None,
    region=None,
)


def arns(found: Inventory) -> list[str | None]:
    records: tuple[Record, ...] = (*found.firewalls, *found.policies, *found.groups)
    return [record.name.arn for record in records]


def test_configuration_takes_arns_by_name() -> None:
    found = identified(inventory(OWN_MAIN, OWN_EGRESS, OWN_WEB), LIVE)
    assert arns(found) == [MAIN.name.arn, EGRESS.name.arn, WEB.name.arn]
    assert found.groups[0].body == OWN_WEB.body
    (main,) = found.firewalls
    assert (main.vpc, main.firewall_id, main.account, main.region) == (VPC, "id-1", ACCOUNT, REGION)
    assert main.name.address == "fw.main"
    assert main.policy == OWN_MAIN.policy


def test_what_is_known_stays_and_what_is_another_thing_gives_nothing() -> None:
    other = group("web", "", address="rg.web")
    renamed = replace(OWN_WEB, name=replace(OWN_WEB.name, name="api"))
    stateless = replace(OWN_WEB, stateful=False)
    elsewhere = replace(OWN_MAIN, vpc="vpc-2")
    side = inventory(other, renamed, stateless, elsewhere)
    found = identified(side, LIVE)
    assert found.groups == side.groups
    assert found.firewalls[0].vpc == "vpc-2"


def test_a_name_that_is_not_known_gives_nothing() -> None:
    nameless = replace(OWN_WEB, name=replace(OWN_WEB.name, name=None))
    assert identified(inventory(nameless), LIVE).groups == (nameless,)


def test_an_arn_that_only_a_reference_says_is_known_too() -> None:
    found = identified(inventory(OWN_EGRESS, OWN_WEB), inventory(MAIN, EGRESS))
    assert arns(found) == [EGRESS.name.arn, WEB.name.arn]
    alone = identified(inventory(OWN_EGRESS), inventory(MAIN))
    assert alone.policies[0].name.arn == EGRESS.name.arn


def test_of_two_accounts_neither_gives_its_arn() -> None:
    elsewhere = replace(WEB, name=replace(WEB.name, arn=str(WEB.name.arn).replace(REGION, "us-east-1")))
    assert identified(inventory(OWN_WEB), inventory(WEB, elsewhere)).groups == (OWN_WEB,)


def test_a_stack_of_groups_gets_the_policy_and_the_firewall_around_them() -> None:
    found = completed(inventory(OWN_WEB), LIVE, NOTHING)
    assert found.firewalls == (MAIN,)
    assert found.policies == (EGRESS,)
    assert [each.name.arn for each in found.groups] == [WEB.name.arn, EDGE.name.arn]
    assert found.groups[0].body == OWN_WEB.body
    assert (found.vpcs, found.prefix_lists) == (LIVE.vpcs, LIVE.prefix_lists)
    assert added(inventory(OWN_WEB), found) == ("main", "egress", "edge")


def test_groups_that_the_policy_of_the_stack_does_not_use_are_not_added() -> None:
    side = inventory(OWN_EGRESS, OWN_WEB)
    found = completed(side, LIVE, NOTHING)
    assert [each.name.name for each in found.groups] == ["web"]
    assert added(side, found) == ("main",)


def test_what_the_change_takes_away_stays_away() -> None:
    gone = inventory(MAIN, EGRESS, EDGE)
    assert completed(inventory(OWN_WEB), LIVE, gone).firewalls == ()
    assert completed(inventory(OWN_MAIN, OWN_EGRESS, OWN_WEB), LIVE, inventory(EDGE)).groups[1:] == ()


def test_a_stack_with_a_firewall_of_its_own_gets_no_other() -> None:
    side = inventory(firewall("other", EGRESS))
    found = completed(side, LIVE, NOTHING)
    assert found.firewalls == side.firewalls
    assert found.policies == (EGRESS,)


def test_a_whole_side_is_as_it_was() -> None:
    assert completed(LIVE, LIVE, NOTHING) == LIVE
    assert added(LIVE, LIVE) == ()
