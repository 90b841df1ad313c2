from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import UsageError
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.assemble import Choice, assemble
from tests.bodies import (
    arn,
    firewall,
    inventory,
    policy,
)
from tests.unit.sources.stack import EGRESS, PROD, WEB, both, only, said

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import FirewallRecord

DEV_POLICY = policy("dev-egress", WEB)
DEV = firewall("dev", DEV_POLICY)
TWO = inventory(PROD, EGRESS, DEV, DEV_POLICY, WEB)
FREE = inventory(EGRESS, WEB)
STRANGER = arn("firewall", "stranger")


@pytest.mark.parametrize("word", ["prod", "firewall.prod", arn("firewall", "prod")])
def test_a_firewall_is_picked_by_name_address_or_arn(word: str) -> None:
    assert only(both(TWO, choice=Choice((word,)))).firewall == PROD


def test_several_firewalls_may_be_picked() -> None:
    assert len(both(TWO, choice=Choice(("prod", "dev"))).changes) == 2


def test_a_policy_without_a_firewall_is_bound_to_an_arn() -> None:
    found = only(both(FREE, choice=Choice((STRANGER,)))).firewall
    assert found is not None
    assert (found.name.name, found.name.arn, found.account, found.region) == (
        "stranger",
        STRANGER,
        "111122223333",
        "eu-west-1",
    )


def test_a_policy_without_a_firewall_is_bound_to_a_name_and_to_several() -> None:
    found = both(FREE, choice=Choice(("one", "two"))).changes
    assert [change.firewall.name.label for change in found if change.firewall] == ["one", "two"]


def test_a_firewall_that_is_named_twice_is_one() -> None:
    assert len(both(FREE, choice=Choice((STRANGER, STRANGER))).changes) == 1
    assert len(both(TWO, choice=Choice(("prod", "prod"))).changes) == 1


def test_an_input_with_firewalls_binds_another_one_by_arn_only() -> None:
    records = inventory(PROD, EGRESS, DEV_POLICY, WEB)
    found = only(both(records, choice=Choice((STRANGER,))))
    assert found.new is not None
    assert found.new.policy == DEV_POLICY
    with pytest.raises(UsageError, match=r"no firewall prodd\. It holds: firewall\.prod"):
        both(records, choice=Choice(("prodd",)))


NAMELESS = replace(PROD, name=replace(PROD.name, arn=None), account=None, region=None)
PRODS_ARN = arn("firewall", "prod")


def test_an_arn_names_the_firewall_of_its_name_whose_own_is_not_known() -> None:
    found = only(both(inventory(NAMELESS, EGRESS, DEV, DEV_POLICY, WEB), choice=Choice((PRODS_ARN,))))
    named = replace(NAMELESS.name, arn=PRODS_ARN)
    assert found.firewall == replace(NAMELESS, name=named, account="111122223333", region="eu-west-1")
    assert found.new is not None
    assert found.new.policy == EGRESS


@pytest.mark.parametrize(
    "other", [replace(NAMELESS, region="us-east-1"), replace(NAMELESS, account="999988887777")]
)
def test_an_arn_names_no_firewall_of_another_place(other: FirewallRecord) -> None:
    with pytest.raises(UsageError, match=r"no firewall arn:.*It holds: firewall\.prod"):
        both(inventory(other, EGRESS, WEB), choice=Choice((PRODS_ARN,)))


def test_an_arn_names_neither_of_two_firewalls_of_its_name() -> None:
    twin = replace(NAMELESS, name=replace(NAMELESS.name, label="twin", address="twin"))
    with pytest.raises(UsageError, match=r"no firewall arn:.*It holds: firewall\.prod, twin"):
        both(inventory(NAMELESS, twin, EGRESS, WEB), choice=Choice((PRODS_ARN,)))


def test_an_unknown_firewall_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no firewall nobody\. It holds: dev, firewall\.prod"):
        both(TWO, choice=Choice(("nobody",)))


def test_an_unknown_firewall_beside_several_free_policies_lists_them() -> None:
    with pytest.raises(UsageError, match=r"several policies: dev-egress, policy\.egress.*--policy"):
        both(inventory(EGRESS, DEV_POLICY, WEB), choice=Choice((STRANGER,)))
    bound = only(both(inventory(EGRESS, DEV_POLICY, WEB), choice=Choice((STRANGER,), "dev-egress")))
    assert bound.new is not None
    assert bound.new.policy == DEV_POLICY


@pytest.mark.parametrize(
    "word",
    [
        "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/p",
        "arn:aws:ec2:eu-west-1:111122223333:firewall/p",
        "arn:aws:network-firewall:eu-west-1:111122223333:firewall/",
        "arn:",
    ],
)
def test_an_arn_that_is_no_firewalls_is_a_usage_error(word: str) -> None:
    with pytest.raises(UsageError, match="is not the ARN of a firewall"):
        both(FREE, choice=Choice((word,)))


def test_a_deleted_firewall_is_known_and_gives_nothing() -> None:
    found = assemble(TWO, replace(TWO, firewalls=(DEV,)), None, Choice(("prod",)))
    assert found.changes == ()
    assert any("is deleted" in text for text in said(found))


def test_a_policy_is_picked_and_an_unknown_one_lists_the_known() -> None:
    assert only(both(TWO, choice=Choice(policy="egress"))).firewall == PROD
    with pytest.raises(UsageError, match=r"no policy nothing\. It holds: dev-egress, policy\.egress"):
        both(TWO, choice=Choice(policy="nothing"))
    with pytest.raises(UsageError, match=r"It holds: group\.web alone"):
        both(inventory(WEB), choice=Choice(policy="nothing"))


def test_a_firewall_that_does_not_use_the_picked_policy_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="firewall prod does not use policy dev-egress"):
        both(TWO, choice=Choice(("prod",), "dev-egress"))


def test_a_new_policy_bound_to_a_firewall_is_not_taken_to_have_followed_none() -> None:
    found = assemble(inventory(WEB), FREE, None, Choice((STRANGER,)))
    change = only(found)
    assert change.old is not None
    assert isinstance(change.old.policy.body, Unresolved)
    assert any("before the change is not in the input" in text for text in said(found))


def test_a_renamed_policy_bound_to_a_firewall_follows_the_one_that_is_gone() -> None:
    change = only(assemble(FREE, inventory(DEV_POLICY, WEB), None, Choice((STRANGER,))))
    assert change.old is not None
    assert change.old.policy == EGRESS
