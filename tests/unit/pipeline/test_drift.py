from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.plan_document import AttemptRule
from nfw_reconcile.model.verdict import Effect, Engine, Verdict
from nfw_reconcile.pipeline.drift import denied_now, drift_of, permissive
from nfw_reconcile.pipeline.inputs import load
from nfw_reconcile.pipeline.live import PlannedPolicies
from nfw_reconcile.pipeline.planning import Compared, held
from nfw_reconcile.sources.bundle import bundle_to_json
from tests.bodies import (
    ACTION,
    HOME,
    STRICT,
    bundle,
    firewall,
    group,
    inventory,
    policy,
    references,
    snapshot,
    stateless_group,
    stateless_rule,
)
from tests.unit.pipeline.test_planning_laws import bundles, flow, flows

if TYPE_CHECKING:
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.inventory import Body, GroupRecord, PolicyBundle
    from nfw_reconcile.model.verdict import FlowEffect

ATTEMPTS: Final = (AttemptRule(7, 127, None),)
WEB: Final = flow("6 10.1.2.3:5000 192.0.2.1:443")
DATABASE: Final = flow("6 10.1.2.3:5000 192.0.2.1:5432")
MANAGED: Final = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/MalwareDomains"
PREFIX_LIST: Final = "arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-0a1b2c3d4e5f60718"
PASS_WEB: Final = "pass tcp $HOME_NET any -> any 443 (sid:1;)\n"
DROP_DATABASE: Final = "drop tcp any any -> any 5432 (sid:2;)\n"


def compared(live: PolicyBundle) -> Compared:
    return held(load(permissive(live)), load(live))


def effect(live: PolicyBundle, found: FiveTuple) -> FlowEffect:
    return compared(live).comparison.effect(found)


def with_managed(*groups: GroupRecord, first: bool, order: str = STRICT, defaults: Body = ()) -> PolicyBundle:
    """Give a policy with a managed group before or behind its own."""
    found = bundle(*groups, order=order, defaults=defaults)
    body = found.policy.body
    assert isinstance(body, dict)
    own = body["StatefulRuleGroupReferences"]
    assert isinstance(own, list)
    managed: Body = {"ResourceArn": MANAGED, "Priority": 1 if first else 90}
    listed: list[Body] = [managed, *({**each, "Priority": n} for n, each in enumerate(own, 2))]
    return replace(found, policy=replace(found.policy, body={**body, "StatefulRuleGroupReferences": listed}))


@given(st.sampled_from([STRICT, ACTION]).flatmap(bundles), st.lists(flows(), min_size=10, max_size=10))
def test_newly_denied_is_what_the_stateful_engine_denies_now(
    live: PolicyBundle, drawn: list[FiveTuple]
) -> None:
    comparison = compared(live).comparison
    without_history = Comparison(None, comparison.new)
    for each in drawn:
        found, plain = comparison.effect(each), without_history.effect(each)
        assert found.new.verdict is plain.new.verdict
        if found.effect is Effect.NEWLY_DENIED:
            assert found.new.verdict is not Verdict.ALLOWED
        if plain.new.verdict is Verdict.ALLOWED:
            assert found.effect in {Effect.STILL_ALLOWED, Effect.NEWLY_ALLOWED}
            assert not found.flush
        if plain.new.verdict is Verdict.DENIED:
            stateless = plain.new.cause.engine is Engine.STATELESS
            assert found.flush is not stateless
        if plain.new.verdict in {Verdict.CONDITIONAL, Verdict.UNDECIDED}:
            assert not found.flush


@given(st.sampled_from([STRICT, ACTION]).flatmap(bundles), st.lists(flows(), min_size=20, max_size=20))
def test_every_flow_that_may_be_denied_is_captured_whichever_way_it_is_listed(
    live: PolicyBundle, drawn: list[FiveTuple]
) -> None:
    found = compared(live)
    filters = denied_now(found).filters
    assert not any(each.matches_everything for each in filters)
    for each in drawn:
        effect = found.comparison.effect(each)
        if effect.effect in _OPEN and not any(HALF_SEEN in reason for reason in effect.new.reasons):
            assert any(one.matches(each) for one in filters)
            assert any(one.matches(each.reversed()) for one in filters)


HALF_SEEN: Final = "forward some packets of a conversation only"
_OPEN: Final = {Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED}


@pytest.mark.parametrize(
    ("live", "found"),
    [
        pytest.param(bundle(group("web", PASS_WEB)), DATABASE, id="drop by default"),
        pytest.param(
            bundle(group("web", PASS_WEB), defaults=["aws:drop_established"]), DATABASE, id="established"
        ),
        pytest.param(bundle(group("db", DROP_DATABASE), defaults=[]), DATABASE, id="a rule, strict order"),
        pytest.param(bundle(group("db", DROP_DATABASE), order=ACTION), DATABASE, id="a rule, action order"),
    ],
)
def test_what_the_live_policy_denies_is_to_be_flushed_and_what_it_passes_is_not(
    live: PolicyBundle, found: FiveTuple
) -> None:
    denied = effect(live, found)
    assert (denied.effect, denied.flush) == (Effect.NEWLY_DENIED, True)
    assert effect(live, WEB).effect is Effect.STILL_ALLOWED


def test_a_stateless_drop_bites_by_itself() -> None:
    edge = stateless_group("edge", stateless_rule(1, "aws:drop", source="10.1.0.0/16"))
    denied = effect(bundle(group("web", PASS_WEB), edge), DATABASE)
    assert (denied.effect, denied.flush) == (Effect.STILL_DENIED, False)


@pytest.mark.parametrize("order", [STRICT, ACTION])
@pytest.mark.parametrize("first", [True, False])
def test_a_managed_group_decides_nothing(order: str, *, first: bool) -> None:
    live = with_managed(group("own", PASS_WEB + DROP_DATABASE), first=first, order=order, defaults=[])
    other = flow("6 10.1.2.3:5000 192.0.2.1:22")
    assert effect(live, DATABASE).flush
    assert {effect(live, found).effect for found in (WEB, other)} == {Effect.STILL_ALLOWED}


def test_a_managed_group_is_not_what_is_captured_for() -> None:
    live = with_managed(group("own", DROP_DATABASE), first=True, defaults=[])
    assert {(each.source_ports, each.destination_ports) for each in denied_now(compared(live)).filters} == {
        ((0, 65535), (5432, 5432)),
        ((5432, 5432), (0, 65535)),
    }


def test_a_rule_on_payload_makes_a_flow_possibly_denied() -> None:
    rules = 'drop tls any any -> any any (tls.sni; content:"bad.example"; endswith; sid:1;)'
    found = effect(bundle(group("web", rules), defaults=[]), WEB)
    assert (found.effect, found.flush) == (Effect.POSSIBLY_DENIED, False)


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(
            replace(bundle(group("web", DROP_DATABASE), defaults=[]), groups=()), id="a group that is absent"
        ),
        pytest.param(
            bundle(group("web", DROP_DATABASE), defaults=["aws:drop_new_thing"]), id="an unknown default"
        ),
        pytest.param(
            bundle(
                group("web", "drop tcp $HOME_NET any -> any any (sid:1;)"),
                defaults=[],
                home_net=Unresolved("HOME_NET"),
            ),
            id="HOME_NET",
        ),
    ],
)
def test_what_is_not_known_stays_undecided_and_is_captured(live: PolicyBundle) -> None:
    found = effect(live, WEB)
    assert (found.effect, found.flush) == (Effect.UNDECIDED, False)
    assert any(each.matches(WEB) for each in denied_now(compared(live)).filters)


def test_a_policy_that_denies_nothing_needs_no_capture() -> None:
    live = bundle(group("web", PASS_WEB + "alert ip any any -> any any (sid:9;)"), order=ACTION)
    assert denied_now(compared(live)).filters == ()


def test_a_drop_of_everything_is_captured_by_filters_that_name_protocols() -> None:
    plan = drift_of(None, bundle(group("web", PASS_WEB)), ATTEMPTS, None)
    assert [(each.source, each.destination, each.protocols) for each in plan.capture_filters] == [
        ("0.0.0.0/0", "0.0.0.0/0", (1, 6, 17, 132)),
        ("::/0", "::/0", (6, 17, 58, 132)),
    ]


def test_a_plan_of_drift_names_no_change() -> None:
    live = bundle(
        group("web", PASS_WEB),
        group("odd", "drop quux any any -> any any (sid:1;)"),
        defaults=["aws:drop_strict"],
    )
    plan = drift_of(None, live, ATTEMPTS, None)
    assert (plan.rule_changes, plan.setting_changes, plan.region.parts) == ((), (), ())
    assert {each.side for each in plan.undecided} == {"new"}
    assert plan.new_policy == bundle_to_json(live)
    assert (plan.attempts, plan.flows) == (ATTEMPTS, None)
    assert not any("too large" in remark.text for remark in plan.remarks)


def test_what_passes_all_keeps_all_but_the_stateful_rules() -> None:
    edge = stateless_group("edge", stateless_rule(1, "aws:pass", source="10.9.0.0/16"))
    live = with_managed(group("web", PASS_WEB, ReferenceSets=references(LIST=PREFIX_LIST)), edge, first=True)
    live = replace(live, prefix_lists={PREFIX_LIST: ["192.0.2.0/24"]})
    base = permissive(live)
    assert (base.groups, base.prefix_lists, base.home_net) == ((edge,), {}, live.home_net)
    built = load(base).policy
    assert [reference.group.name.arn for reference in built.stateful] == [MANAGED]
    assert (built.default_actions, built.options) == ((), load(live).policy.options)
    assert [reference.group.name for reference in built.stateless] == [edge.name]


def test_a_policy_of_which_nothing_is_known_is_none_that_lives() -> None:
    live = bundle(group("web", PASS_WEB))
    unknown = replace(live, policy=replace(live.policy, body=Unresolved("the policy")))
    with pytest.raises(TypeError):
        permissive(unknown)


# What apply makes of such a plan


def live_snapshot(*groups: GroupRecord, members: tuple[str, ...] = ()) -> dict[str, object]:
    of = policy("egress", *groups, defaults=[])
    found = inventory(
        firewall("edge", of, vpc="vpc-0a1b2c3d4e5f60718"),
        of,
        *groups,
        prefix_lists={PREFIX_LIST: list(members)},
        vpcs={"vpc-0a1b2c3d4e5f60718": list(HOME)},
    )
    return snapshot(found)


def policies(*groups: GroupRecord, members: tuple[str, ...] = ()) -> PlannedPolicies:
    live = bundle(*groups, defaults=[], prefix_lists={PREFIX_LIST: list(members)} if members else {})
    return PlannedPolicies.of(drift_of(None, live, ATTEMPTS, None))


def test_the_live_policy_is_the_planned_one() -> None:
    found = policies(group("web", PASS_WEB)).current(live_snapshot(group("web", PASS_WEB)))
    assert (found.differences, found.capture_filters) == ((), ())


def test_another_live_policy_is_not() -> None:
    planned, other = group("web", PASS_WEB), group("web", PASS_WEB + DROP_DATABASE)
    assert policies(planned).current(live_snapshot(other)).differences


def test_where_members_of_a_prefix_list_moved_what_is_denied_now_is_captured() -> None:
    rules = "drop tcp @LIST any -> any any (sid:1;)"
    listed = group("web", rules, ReferenceSets=references(LIST=PREFIX_LIST))
    planned = policies(listed, members=("10.1.0.0/16",))
    found = planned.current(live_snapshot(listed, members=("10.2.0.0/16",)))
    assert found.differences == ()
    moved, gone = flow("6 10.2.0.1:5000 192.0.2.1:443"), flow("6 10.1.0.1:5000 192.0.2.1:443")
    assert any(each.matches(moved) for each in found.capture_filters)
    assert not any(each.matches(gone) for each in found.capture_filters)
    assert planned.comparison(found).effect(moved).flush
