from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import PolicyBundle, PolicyRecord
from tests.bodies import (
    blocks,
    bundle,
    called,
    group,
    ip_sets,
    policy_body,
    rule_block,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body, GroupRecord

from tests.unit.pipeline.comparing import RULES, WEB, compared, of_text, with_setting

UNKNOWN: Final = Unresolved("aws_vpc.new.cidr_block in group.web")


def block(source: Body, port: Body = "443", *, sid: Body = "1", action: str = "PASS") -> Body:
    return rule_block(action, ("TCP", source, "ANY", "192.0.2.0/24", port), ("sid", sid))


def of_blocks(planned: Body, live: Body) -> tuple[str, ...]:
    return compared(bundle(blocks("web", planned)), bundle(blocks("web", live)))


def test_an_unknown_address_is_whatever_is_live() -> None:
    assert of_blocks(block(UNKNOWN), block("10.7.0.0/16")) == ()
    assert of_blocks(block(UNKNOWN), block("ANY")) == ()


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(block("10.7.0.0/16", "80"), id="another port"),
        pytest.param(block("10.7.0.0/16", action="DROP"), id="another action"),
        pytest.param(
            rule_block("PASS", ("UDP", "10.7.0.0/16", "ANY", "192.0.2.0/24", "443"), ("sid", "1")),
            id="another protocol",
        ),
        pytest.param(
            rule_block("PASS", ("TCP", "10.7.0.0/16", "ANY", "192.0.2.0/25", "443"), ("sid", "1")),
            id="another destination",
        ),
        pytest.param(
            rule_block(
                "PASS",
                ("TCP", "10.7.0.0/16", "ANY", "192.0.2.0/24", "443"),
                ("flow", "to_server"),
                ("sid", "1"),
            ),
            id="another option",
        ),
    ],
)
def test_and_everything_else_of_that_rule_is_as_planned(live: Body) -> None:
    assert of_blocks(block(UNKNOWN), live)


def test_an_unknown_address_stands_for_one_rule_only() -> None:
    planned = bundle(blocks("web", block(UNKNOWN)))
    live = bundle(blocks("web", block("10.7.0.0/16"), block("10.8.0.0/16", sid="2")))
    (sentence,) = compared(planned, live)
    assert sentence.startswith("live rule was not planned: ")


def test_an_unknown_rule_must_stand_in_its_place() -> None:
    drop = rule_block("DROP", ("IP", "ANY", "ANY", "ANY", "ANY"), ("sid", "2"))
    planned = bundle(blocks("web", block(UNKNOWN), drop))
    assert compared(planned, bundle(blocks("web", block("10.7.0.0/16"), drop))) == ()
    (sentence,) = compared(planned, bundle(blocks("web", drop, block("10.7.0.0/16"))))
    assert sentence.startswith("rule stands in another place than planned: ")


FIELD: Final = st.sampled_from(["10.1.0.0/16", "10.2.0.0/16", "192.0.2.0/24", "ANY"])
PORT: Final = st.sampled_from(["80", "443", "[80,443]"])
BLOCKS: Final = st.lists(
    st.tuples(st.sampled_from(["PASS", "DROP"]), FIELD, FIELD, PORT), min_size=1, max_size=6, unique=True
)


@given(BLOCKS, st.data())
def test_values_that_were_not_known_never_make_a_difference(
    rows: list[tuple[str, str, str, str]], data: st.DataObject
) -> None:
    hidden = data.draw(st.sets(st.tuples(st.integers(0, len(rows) - 1), st.integers(1, 3))))
    planned: list[Body] = []
    live: list[Body] = []
    for n, row in enumerate(rows):
        known = [*row]
        shown = [Unresolved(f"{n}.{m}") if (n, m) in hidden else value for m, value in enumerate(row)]
        live.append(rule_block(known[0], ("TCP", known[1], "ANY", known[2], known[3]), ("sid", str(n))))
        planned.append(rule_block(known[0], ("TCP", shown[1], "ANY", shown[2], shown[3]), ("sid", str(n))))
    assert compared(bundle(blocks("web", *planned)), bundle(blocks("web", *live))) == ()


def test_the_known_members_of_a_partly_unknown_set_must_be_live() -> None:
    def clients(*members: Body) -> PolicyBundle:
        sets = ip_sets(CLIENTS=members)
        return bundle(group("web", "pass tcp $CLIENTS any -> any 443 (sid:1;)", RuleVariables=sets))

    planned = clients("10.1.0.0/16", UNKNOWN)
    assert compared(planned, clients("10.1.0.0/16", "10.7.0.0/16")) == ()
    assert compared(planned, clients("10.2.0.0/16", "10.7.0.0/16"))


def test_an_unknown_home_net_is_whatever_the_vpc_has() -> None:
    web = group("web", "drop tcp $HOME_NET any -> $EXTERNAL_NET 25 (sid:1;)")
    planned = bundle(web, home_net=Unresolved("HOME_NET"))
    assert compared(planned, bundle(web, home_net=["10.5.0.0/16"])) == ()


def test_a_group_whose_text_was_not_known_is_whatever_its_live_namesake_holds() -> None:
    planned = bundle(WEB, group("late", Unresolved("data.http.rules.body")))
    assert (
        compared(
            planned,
            bundle(
                WEB,
                group("late", "drop ip any any -> any any (sid:5;)\npass icmp any any -> any any (sid:6;)"),
            ),
        )
        == ()
    )
    assert compared(planned, bundle(WEB, group("late", ""))) == ()


def test_and_no_other_group_hides_behind_it() -> None:
    planned = bundle(WEB, group("late", Unresolved("data.http.rules.body")))
    live = bundle(group("web", RULES + "pass ip any any -> any any (sid:9;)"), group("late", ""))
    (sentence,) = compared(planned, live)
    assert "sid 9" in sentence
    assert compared(
        planned, bundle(WEB, group("late", ""), group("third", "drop ip any any -> any any (sid:5;)"))
    )


def test_a_group_that_the_input_lacked_is_whatever_is_live() -> None:
    late = group("late", "drop ip any any -> any any (sid:5;)")
    planned = replace(bundle(WEB, late), groups=(WEB,))
    assert compared(planned, bundle(WEB, late)) == ()
    assert compared(planned, bundle(group("web", "pass tcp any any -> any 1 (sid:1;)"), late))


def test_a_group_whose_arn_and_name_were_not_known_is_one_that_no_other_group_is() -> None:
    late = group("late", "drop ip any any -> any any (sid:5;)")
    body = policy_body(WEB, late)
    body["StatefulRuleGroupReferences"] = [
        {"ResourceArn": WEB.name.arn, "Priority": 1},
        {"ResourceArn": Unresolved("policy.p.reference[1].resource_arn"), "Priority": 2},
    ]
    planned = PolicyBundle(
        PolicyRecord(called("firewall-policy", "egress"), body), (WEB,), home_net=["10.0.0.0/8"]
    )
    assert compared(planned, bundle(WEB, late)) == ()
    extra = group("web", RULES + "pass ip any any -> any any (sid:9;)")
    assert compared(planned, bundle(extra, late))


def test_unknown_targets_of_a_domain_list_are_any_but_its_action_is_not() -> None:
    def domains(targets: Body, kind: str = "ALLOWLIST") -> GroupRecord:
        source = {"GeneratedRulesType": kind, "TargetTypes": ["TLS_SNI"], "Targets": targets}
        return group("names", None, RulesSource={"RulesSourceList": source})

    planned = bundle(domains(Unresolved("var.names")))
    assert compared(planned, bundle(domains([".example.com", "example.org"]))) == ()
    assert compared(planned, bundle(domains([".example.com"], "DENYLIST")))


def test_a_rule_that_cannot_be_read_is_not_unknown() -> None:
    odd = "pass tcp any any -> any 443 (sid:1; no_such_keyword_or_end"
    assert of_text(odd, odd) == ()
    assert of_text(odd, "pass tcp any any -> any 443 (sid:1;)")
    assert of_text(odd, "")


@pytest.mark.parametrize(
    "setting",
    [
        "StatefulEngineOptions",
        "StatefulDefaultActions",
        "StatelessDefaultActions",
        "StatelessFragmentDefaultActions",
        "TLSInspectionConfigurationArn",
    ],
)
def test_an_unknown_setting_is_whatever_is_live_and_the_rules_still_count(setting: str) -> None:
    values: dict[str, Body] = {
        "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "REJECT"},
        "StatefulDefaultActions": ["aws:drop_established"],
        "StatelessDefaultActions": ["aws:drop"],
        "StatelessFragmentDefaultActions": ["aws:drop"],
        "TLSInspectionConfigurationArn": "arn:tls",
    }
    live_value = values[setting]
    planned = with_setting(setting, Unresolved("var.setting"))
    assert compared(planned, with_setting(setting, live_value)) == ()
    assert compared(planned, with_setting(setting, live_value, group("web", "")))


def test_an_unknown_rule_order_alone_is_filled_in() -> None:
    options: Body = {"RuleOrder": Unresolved("var.order"), "StreamExceptionPolicy": "REJECT"}
    planned = bundle(WEB, StatefulEngineOptions=options)
    live: Body = {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "REJECT"}
    assert compared(planned, bundle(WEB, StatefulEngineOptions=live)) == ()
    drop: Body = {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "DROP"}
    assert compared(planned, bundle(WEB, StatefulEngineOptions=drop))


def test_an_unknown_priority_leaves_the_order_of_groups_open_and_nothing_else() -> None:
    one, two = (
        group("one", "pass tcp any any -> any 443 (sid:1;)"),
        group("two", "drop ip any any -> any any (sid:2;)"),
    )
    body = policy_body(one, two)
    body["StatefulRuleGroupReferences"] = [
        {"ResourceArn": one.name.arn, "Priority": Unresolved("var.priority")},
        {"ResourceArn": two.name.arn, "Priority": 2},
    ]
    planned = PolicyBundle(
        PolicyRecord(called("firewall-policy", "egress"), body), (one, two), home_net=["10.0.0.0/8"]
    )
    assert compared(planned, bundle(one, two)) == ()
    assert compared(planned, bundle(two, one)) == ()
    assert compared(planned, bundle(one, two, group("three", "pass ip any any -> any any (sid:3;)")))


def test_a_policy_of_which_nothing_was_known_is_whatever_is_live() -> None:
    nothing = PolicyRecord(called("firewall-policy", "egress"), Unresolved("policy.egress"))
    assert compared(bundle(of=nothing), bundle(WEB)) == ()
