from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.errors import StalePlan
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.flow import FiveTuple
from nfw_reconcile.model.inventory import PolicyChange
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.pipeline.live import PlannedPolicies
from nfw_reconcile.pipeline.planning import plan_firewall
from nfw_reconcile.sources.binding import GIVEN
from tests.bodies import bundle, firewall, group, inventory, policy, snapshot

if TYPE_CHECKING:
    from nfw_reconcile.act.ports import LivePolicy
    from nfw_reconcile.model.inventory import Body, GroupRecord, Inventory, PolicyBundle

OPEN: Final = group("web", "pass tcp $HOME_NET any -> any any (sid:1;)")
TIGHT: Final = group("web", "pass tcp $HOME_NET any -> any 443 (sid:1;)")
SSH: Final = FiveTuple(6, Address.parse("10.1.0.9"), 50000, Address.parse("192.0.2.1"), 22)


def planned(new: PolicyBundle, old: PolicyBundle | None = None) -> PlannedPolicies:
    """Give the policies as they come back out of a plan."""
    record = firewall("prod", policy("egress", TIGHT))
    change = PolicyChange(record, old or bundle(OPEN), new)
    return PlannedPolicies.of(plan_firewall(change, None))


def live_side(*groups: GroupRecord, vpc: list[Body] | None = None) -> Inventory:
    egress = policy("egress", *groups)
    return inventory(
        firewall("prod", egress, vpc="vpc-1"), egress, *groups, vpcs={"vpc-1": vpc} if vpc is not None else {}
    )


def current(policies: PlannedPolicies, side: Inventory) -> LivePolicy:
    return policies.current(snapshot(side))


def test_the_planned_policy_is_the_live_one() -> None:
    policies = planned(bundle(TIGHT))
    live = current(policies, live_side(TIGHT, vpc=["10.0.0.0/8"]))
    assert live.differences == ()
    assert live.capture_filters == ()
    assert policies.comparison(live).effect(SSH).effect is Effect.NEWLY_DENIED


def test_another_live_policy_is_told() -> None:
    live = current(planned(bundle(TIGHT)), live_side(OPEN, vpc=["10.0.0.0/8"]))
    assert len(live.differences) == 1
    assert live.capture_filters == ()


def test_another_vpc_than_planned_is_a_difference() -> None:
    live = current(planned(bundle(TIGHT)), live_side(TIGHT, vpc=["10.0.0.0/16"]))
    (sentence,) = live.differences
    assert sentence.startswith("$HOME_NET stands for other members than planned in web sid 1")


@pytest.mark.parametrize("vpc", [None, []])
def test_home_net_is_as_planned_where_the_service_does_not_say(vpc: list[Body] | None) -> None:
    assert current(planned(bundle(TIGHT)), live_side(TIGHT, vpc=vpc)).differences == ()


def test_home_net_that_the_user_gave_wins_over_the_vpc() -> None:
    given = replace(bundle(TIGHT), home_net_origin=GIVEN)
    assert current(planned(given), live_side(TIGHT, vpc=["172.16.0.0/12"])).differences == ()


def test_live_values_fill_in_what_was_not_known_and_give_new_filters() -> None:
    unknown = replace(bundle(TIGHT), home_net=Unresolved("HOME_NET"), home_net_origin="")
    policies = planned(unknown, replace(unknown, groups=(OPEN,)))
    live = current(policies, live_side(TIGHT, vpc=["10.0.0.0/8"]))
    assert live.differences == ()
    assert any(found.matches(SSH) for found in live.capture_filters)


def test_a_firewall_without_its_policy_in_the_snapshot_is_stale() -> None:
    side = replace(live_side(TIGHT), policies=(), groups=())
    with pytest.raises(StalePlan, match="0 live policies"):
        current(planned(bundle(TIGHT)), side)


def test_a_policy_that_is_new_has_nothing_before_it() -> None:
    record = firewall("prod", policy("egress", TIGHT))
    policies = PlannedPolicies.of(plan_firewall(PolicyChange(record, None, bundle(TIGHT)), None))
    live = current(policies, live_side(TIGHT, vpc=["10.0.0.0/8"]))
    assert policies.comparison(live).effect(SSH).effect is Effect.STILL_DENIED
