from __future__ import annotations

from dataclasses import replace

from nfw_reconcile.act.configuration import Configuration, ZoneStatus
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.act.ports import LivePolicy, Scope
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.act.workers import one_by_one
from nfw_reconcile.act.zones import FirewallTask, Zones, scopes
from nfw_reconcile.flows.texts import filter_text
from nfw_reconcile.model.result_document import ZoneState
from tests.unit.act.scene import (
    CAPTURE_FILTERS,
    NEW_RULES,
    OLD_RULES,
    TO_SERVERS,
    PortPolicies,
    build,
    compiled,
)

STATES = {"a": ZoneStatus("READY", "vpce-1", {}), "b": ZoneStatus("READY", None, {})}
ALONE = Configuration("arn", "id", "policy", 0, STATES, {}, None)
SHARED = replace(ALONE, associations=2)


def zones(found: Configuration, *, sensitive: bool = False) -> Zones:
    scene = build(zones=1)
    texts = tuple(filter_text(each, sensitive=sensitive) for each in CAPTURE_FILTERS)
    return Zones(
        FirewallTask(
            plan=scene.plan(capture_filters=texts).firewalls[0],
            found=found,
            service=scene.service,
            policies=PortPolicies(OLD_RULES, NEW_RULES),
            journal=scene.journal,
            clock=scene.clock,
            deadline=Deadline.after(scene.clock, 1.0),
            options=ActOptions(),
            workers=one_by_one,
        )
    )


def test_a_zone_is_named_where_nobody_else_is_in_it() -> None:
    assert scopes(ALONE, include_associations=False) == {"a": Scope("a"), "b": Scope("b")}
    assert scopes(SHARED, include_associations=True) == {"a": Scope("a"), "b": Scope("b")}


def test_else_the_firewalls_own_endpoint_is_named() -> None:
    assert scopes(SHARED, include_associations=False) == {"a": Scope("a", "vpce-1"), "b": None}
    assert Scope("a", "vpce-1").members() == {"VpcEndpointId": "vpce-1"}
    assert str(Scope("a")) == "AvailabilityZone a"


def test_a_zone_without_an_endpoint_of_its_own_is_left_and_told() -> None:
    found = zones(SHARED)
    assert found.waiting == ["a"]
    assert [(each.zone, each.state) for each in found.results] == [("b", ZoneState.SKIPPED)]
    assert "--include-associations" in found.results[0].messages[0]


def test_filters_of_live_values_are_as_sensitive_as_those_of_the_plan() -> None:
    live = LivePolicy(compiled(NEW_RULES), capture_filters=(TO_SERVERS,))
    assert zones(ALONE, sensitive=True).mark_sensitive(live) == (TO_SERVERS,)
    assert zones(ALONE, sensitive=False).mark_sensitive(live) == ()
    planned = LivePolicy(compiled(NEW_RULES))
    assert zones(ALONE, sensitive=True).mark_sensitive(planned) == CAPTURE_FILTERS
    assert zones(ALONE).filters(planned) == CAPTURE_FILTERS
    assert zones(ALONE).filters(live) == (TO_SERVERS,)
