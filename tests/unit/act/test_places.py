from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.act.places import RulePlaces
from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FlowRow, RuleText
    from nfw_reconcile.model.plan_document import FirewallPlan

WEB: Final = "aws_networkfirewall_rule_group.web"
RULE: Final = make.rule(group=WEB, line=3, file="net/web.rules", file_line=12)
LIVE: Final = make.rule(group="web", line=3)


def group(label: str, name: str | None) -> dict[str, Any]:
    return {"name": {"label": label, "name": name, "arn": None, "address": label}}


GROUPS: Final = (group(WEB, "web"), group("aws_networkfirewall_rule_group.db", "db"))


def plan(*rules: RuleText, groups: tuple[dict[str, Any], ...] = GROUPS) -> FirewallPlan:
    policy = {"rule_groups": list(groups)}
    made = make.firewall_plan(rule_changes=tuple(make.added(each) for each in rules))
    return replace(made, new_policy=policy, old_policy=policy)


def placed(found: FirewallPlan, row: FlowRow) -> FlowRow:
    return RulePlaces.of(found).zone(make.zone_result(flushed=(row,))).flushed[0]


def new_rule(found: FirewallPlan, live: RuleText) -> RuleText:
    rule = placed(found, make.flow_row(new=make.by_rule(live))).new.rule
    assert rule is not None
    return rule


def test_a_live_rule_has_the_place_of_the_planned_one() -> None:
    assert new_rule(plan(RULE), LIVE) == replace(LIVE, file="net/web.rules", file_line=12)


@pytest.mark.parametrize(
    "live",
    [
        replace(LIVE, line=4),
        replace(LIVE, sid=8),
        replace(LIVE, text="drop tcp any any -> any 443 (sid:7;)"),
        replace(LIVE, group="db"),
        replace(LIVE, group="other"),
        replace(LIVE, sensitive=True),
    ],
)
def test_another_rule_has_none(live: RuleText) -> None:
    assert new_rule(plan(RULE), live) == live


def test_of_two_places_it_has_neither() -> None:
    assert new_rule(plan(RULE, replace(RULE, file_line=13)), LIVE) == LIVE
    assert new_rule(plan(RULE, replace(RULE, file=None, file_line=None)), LIVE) == LIVE


def test_a_name_that_two_groups_have_is_none() -> None:
    twice = (*GROUPS, group("module.other.aws_networkfirewall_rule_group.web", "web"))
    assert new_rule(plan(RULE, groups=twice), LIVE) == LIVE
    assert new_rule(plan(RULE, groups=twice), replace(LIVE, group=WEB)).file == "net/web.rules"


def test_each_side_has_its_own_places() -> None:
    found = plan()
    found = replace(found, rule_changes=(make.removed(RULE),))
    row = placed(found, make.flow_row(old=make.by_rule(LIVE), new=make.by_rule(LIVE)))
    assert row.old.rule is not None
    assert row.new.rule is not None
    assert (row.old.rule.file, row.new.rule.file) == ("net/web.rules", None)
    assert placed(found, make.flow_row(new=make.by_default())).new == make.by_default()


def test_parts_of_the_region_and_flows_tell_places_too() -> None:
    found = plan()
    part = replace(found, region=replace(found.region, parts=(make.region_part(new=make.by_rule(RULE)),)))
    seen = replace(found, flows=make.flows_seen(make.flow_row(new=make.by_rule(RULE))))
    for each in (part, seen):
        assert new_rule(each, LIVE).file_line == 12


def test_every_flow_that_is_listed_has_places() -> None:
    row = make.flow_row(new=make.by_rule(LIVE))
    zone = make.zone_result(flushed=(row,), survivors=(row,), seen_again=(row,), left_alive=(row,))
    made = RulePlaces.of(plan(RULE)).zone(zone)
    rows = (*made.flushed, *made.survivors, *made.seen_again, *made.left_alive)
    assert [each.new.rule.file for each in rows if each.new.rule is not None] == ["net/web.rules"] * 4


def test_a_plan_of_nothing_before_has_no_old_places() -> None:
    assert placed(replace(plan(RULE), old_policy=None), make.flow_row()) == make.flow_row()
