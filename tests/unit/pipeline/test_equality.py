from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import PolicyBundle, PolicyRecord, Sensitive
from tests.bodies import (
    ACTION,
    bundle,
    called,
    group,
    ip_sets,
    policy_body,
    references,
    stateless_group,
    stateless_rule,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body

from tests.unit.pipeline.comparing import RULES, WEB, compared, of_text, with_setting

# --- equal -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(RULES, id="the same text"),
        pytest.param(
            "# a comment\n\n" + RULES.replace("any -> ", "any   ->  "), id="comments and white space"
        ),
        pytest.param(RULES.replace("sid:1", "sid:901").replace("sid:2", "sid:902"), id="other sids"),
        pytest.param(
            RULES.replace("(sid:1;)", '(msg:"web"; rev:7; metadata:owner web; sid:1;)'),
            id="message and metadata",
        ),
        pytest.param("".join(reversed(RULES.splitlines(keepends=True))), id="passes that commute"),
        pytest.param(RULES + "alert ip any any -> any any (sid:9;)\n", id="an alert more"),
        pytest.param(RULES.replace("10.0.0.0/8", "[10.0.0.0/9,10.128.0.0/9]"), id="the same addresses"),
    ],
)
def test_what_decides_the_same_is_equal(live: str) -> None:
    assert of_text(RULES, live) == ()


LINES: Final = st.permutations(
    [
        "drop tcp any any -> 192.0.2.1 22 (sid:1;)",
        "drop udp any any -> 192.0.2.2 53 (sid:2;)",
        "reject tcp any any -> 192.0.2.3 23 (sid:3;)",
        "pass tcp any any -> 192.0.2.4 443 (sid:4;)",
    ]
)


@given(LINES, LINES)
def test_order_that_commutes_is_equal_in_strict_order_and_all_order_in_action_order(
    planned: list[str], live: list[str]
) -> None:
    assert of_text("\n".join(planned), "\n".join(live)) == ()
    assert of_text("\n".join(planned), "\n".join(live), order=ACTION) == ()


def test_a_terraform_address_and_a_live_name_are_one_group() -> None:
    planned = bundle(replace(WEB, name=called("stateful-rulegroup", "web", address="module.a.group.web")))
    assert compared(planned, bundle(WEB)) == ()


# --- different ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("live", "sentence"),
    [
        pytest.param(
            RULES.replace("24 443", "24 8443"),
            "planned rule is not live: web sid 1 line 1 "
            "(pass tcp 10.0.0.0/8 any -> 192.0.2.0/24 443 (sid:1;)); live is web sid 1 line 1 "
            "(pass tcp 10.0.0.0/8 any -> 192.0.2.0/24 8443 (sid:1;))",
            id="a changed port",
        ),
        pytest.param(
            RULES.split("\n", 1)[1],
            "planned rule is not live: web sid 1 line 1 (pass tcp 10.0.0.0/8 any -> 192.0.2.0/24 443 (sid:1;))",
            id="a missing rule",
        ),
        pytest.param(
            RULES + "pass ip any any -> any any (sid:9;)",
            "live rule was not planned: web sid 9 line 4 (pass ip any any -> any any (sid:9;))",
            id="a rule more",
        ),
        pytest.param(
            RULES.replace("pass udp", "drop udp"),
            "planned rule is not live: web sid 2 line 2 (pass udp $HOME_NET any -> any 53 (sid:2;)); "
            "live is web sid 2 line 2 (drop udp $HOME_NET any -> any 53 (sid:2;))",
            id="another action",
        ),
    ],
)
def test_a_different_rule_is_named_on_both_sides(live: str, sentence: str) -> None:
    assert of_text(RULES, live) == (sentence,)


def test_an_alert_counts_where_it_leaves_state_for_another_rule() -> None:
    reader = "pass tcp any any -> any 443 (flowbits:isset,seen; sid:1;)\n"
    setter = "alert tcp any any -> any 443 (flowbits:set,seen; sid:2;)"
    (sentence,) = of_text(reader + setter, reader + setter.replace("443", "444"))
    assert sentence.startswith("planned rule is not live: web sid 2")
    assert of_text(setter, setter.replace("443", "444")) == ()


def test_another_domain_is_a_difference() -> None:
    assert len(of_text(RULES, RULES.replace("example.com", "example.org"))) == 1


def test_order_that_decides_is_a_difference_in_strict_order_only() -> None:
    one = "drop tcp any any -> 192.0.2.1 any (sid:1;)\npass tcp any any -> any 443 (sid:2;)"
    two = "\n".join(reversed(one.splitlines()))
    (sentence,) = of_text(one, two)
    assert sentence.startswith("rule stands in another place than planned: web sid ")
    assert of_text(one, two, order=ACTION) == ()


@pytest.mark.parametrize(
    ("setting", "planned", "live", "sentence"),
    [
        (
            "StatefulDefaultActions",
            ["aws:drop_strict"],
            ["aws:drop_established", "aws:alert_strict"],
            "stateful default actions: aws:alert_strict, aws:drop_established is live, aws:drop_strict was planned",
        ),
        (
            "StatefulEngineOptions",
            {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "REJECT"},
            {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "CONTINUE"},
            "stream exception policy: CONTINUE is live, REJECT was planned",
        ),
        (
            "StatelessDefaultActions",
            ["aws:forward_to_sfe"],
            ["aws:drop"],
            "stateless default action: aws:drop is live, aws:forward_to_sfe was planned",
        ),
        (
            "StatelessFragmentDefaultActions",
            ["aws:forward_to_sfe"],
            ["aws:pass"],
            "stateless default action for fragments: aws:pass is live, aws:forward_to_sfe was planned",
        ),
        (
            "TLSInspectionConfigurationArn",
            None,
            "arn:tls",
            "TLS inspection configuration: arn:tls is live, (none) was planned",
        ),
    ],
)
def test_another_setting_is_a_clear_sentence(setting: str, planned: Body, live: Body, sentence: str) -> None:
    found = compared(with_setting(setting, planned), with_setting(setting, live))
    assert sentence in found
    assert compared(with_setting(setting, live), with_setting(setting, live)) == ()


def test_another_rule_order_is_a_difference() -> None:
    found = compared(bundle(WEB), bundle(WEB, order=ACTION))
    assert "rule order: DEFAULT_ACTION_ORDER is live, STRICT_ORDER was planned" in found


def test_a_group_that_is_gone_come_or_overridden_is_a_difference() -> None:
    other = group("other", "drop tcp any any -> any 25 (sid:5;)")
    assert compared(bundle(WEB, other), bundle(WEB))
    assert compared(bundle(WEB), bundle(WEB, other))
    overridden: list[Body] = [
        {"ResourceArn": WEB.name.arn, "Priority": 1},
        {"ResourceArn": other.name.arn, "Priority": 2, "Override": {"Action": "DROP_TO_ALERT"}},
    ]
    body = {**policy_body(WEB, other), "StatefulRuleGroupReferences": overridden}
    live = bundle(WEB, other, of=PolicyRecord(called("firewall-policy", "egress"), body))
    assert compared(bundle(WEB, other), live)


def test_an_aws_managed_group_that_is_gone_is_a_difference() -> None:
    threats = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/Threats"
    both: list[Body] = [{"ResourceArn": WEB.name.arn, "Priority": 1}, {"ResourceArn": threats, "Priority": 9}]
    planned = with_setting("StatefulRuleGroupReferences", both)
    assert compared(planned, planned) == ()
    (sentence,) = compared(planned, bundle(WEB))
    assert sentence.startswith("planned rule is not live: Threats")


# --- sets and references -----------------------------------------------------------------------


LIST: Final = "arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1"
SET_RULES: Final = "pass tcp $CLIENTS any -> @PARTNERS 443 (sid:1;)"


def with_sets(clients: str, partners: str, reference: Body = LIST, key: str = LIST) -> PolicyBundle:
    found = group(
        "web",
        SET_RULES,
        RuleVariables=ip_sets(CLIENTS=[clients]),
        ReferenceSets=references(PARTNERS=reference),
    )
    return bundle(found, prefix_lists={key: [partners]})


def test_members_of_a_prefix_list_may_move() -> None:
    assert (
        compared(with_sets("10.1.0.0/16", "192.0.2.0/24"), with_sets("10.1.0.0/16", "203.0.113.0/24")) == ()
    )


def test_members_of_an_ip_set_may_not() -> None:
    (found,) = compared(with_sets("10.1.0.0/16", "192.0.2.0/24"), with_sets("10.2.0.0/16", "192.0.2.0/24"))
    assert found.startswith("$CLIENTS stands for other members than planned in web sid 1")
    assert compared(with_sets("10.1.0.0/16", "192.0.2.0/24"), with_sets("10.2.0.0/16", "203.0.113.0/24"))


def test_an_ip_set_beside_a_reference_in_one_field_may_not_move_either() -> None:
    def mixed(clients: str, partners: str) -> PolicyBundle:
        found = group(
            "web",
            "pass tcp [$CLIENTS,@PARTNERS] any -> any 443 (sid:1;)",
            RuleVariables=ip_sets(CLIENTS=[clients]),
            ReferenceSets=references(PARTNERS=LIST),
        )
        return bundle(found, prefix_lists={LIST: [partners]})

    assert compared(mixed("10.1.0.0/16", "192.0.2.0/24"), mixed("10.1.0.0/16", "203.0.113.0/24")) == ()
    assert compared(mixed("10.1.0.0/16", "192.0.2.0/24"), mixed("10.2.0.0/16", "203.0.113.0/24"))


def test_another_prefix_list_under_the_same_name_is_a_difference() -> None:
    other = LIST.replace("pl-1", "pl-2")
    live = with_sets("10.1.0.0/16", "203.0.113.0/24", other, other)
    assert compared(with_sets("10.1.0.0/16", "192.0.2.0/24"), live)


def test_a_prefix_list_that_the_plan_creates_is_the_live_one_of_that_name() -> None:
    planned = with_sets(
        "10.1.0.0/16", "192.0.2.0/24", Unresolved("prefix_list.partners.arn"), "prefix_list.partners"
    )
    assert compared(planned, with_sets("10.1.0.0/16", "203.0.113.0/24")) == ()


def test_members_that_only_one_side_can_tell_are_no_difference() -> None:
    known = with_sets("10.1.0.0/16", "192.0.2.0/24")
    unknown = replace(known, prefix_lists={})
    assert compared(unknown, known) == ()


# --- stateless ---------------------------------------------------------------------------------


PING: Final = stateless_rule(10, "aws:pass", protocols=(1,))
BLOCK: Final = stateless_rule(20, "aws:drop", source="198.51.100.0/24")


def stateless(*rules: Body) -> PolicyBundle:
    return bundle(stateless_group("edge", *rules))


def test_stateless_rules_are_equal_by_content_and_order_whatever_their_priorities() -> None:
    renumbered = stateless_rule(11, "aws:pass", protocols=(1,))
    assert compared(stateless(PING, BLOCK), stateless(renumbered, BLOCK)) == ()


def test_a_stateless_difference_is_named() -> None:
    dns = stateless_rule(30, "aws:pass", protocols=(17,), to_port=53)
    (gone,) = compared(stateless(PING, BLOCK), stateless(PING))
    assert gone.startswith("planned stateless rule is not live: edge priority 20: aws:drop")
    (come,) = compared(stateless(PING), stateless(PING, dns))
    assert come.startswith("live stateless rule was not planned: edge priority 30: aws:pass")


def test_another_order_of_stateless_rules_is_a_difference() -> None:
    swapped = stateless(stateless_rule(30, "aws:pass", protocols=(1,)), BLOCK)
    assert compared(stateless(PING, BLOCK), swapped) == (
        "stateless rules stand in another order than planned",
    )


def test_an_unknown_stateless_rule_is_one_live_rule() -> None:
    planned = stateless(PING, stateless_rule(20, "aws:drop", source=Unresolved("var.bad")))
    assert compared(planned, stateless(PING, BLOCK)) == ()
    assert compared(planned, stateless(BLOCK))
    more = stateless_rule(30, "aws:pass", protocols=(17,), to_port=53)
    assert compared(planned, stateless(PING, BLOCK, more))


def test_a_stateless_group_that_was_not_known_is_any() -> None:
    edge = stateless_group("edge", PING, BLOCK)
    planned = replace(bundle(edge), groups=())
    assert compared(planned, bundle(edge)) == ()


# --- sensitive ---------------------------------------------------------------------------------


def test_no_rule_is_quoted_where_the_plan_holds_sensitive_values() -> None:
    sets = {"IPSets": {"CLIENTS": {"Definition": [Sensitive("10.66.0.0/16")]}}}
    text = "pass tcp $CLIENTS any -> any 443 (sid:1;)"
    planned = bundle(group("web", text, RuleVariables=sets), stateless_group("edge", PING))
    live = bundle(group("web", text.replace("$CLIENTS", "10.66.0.0/17")), stateless_group("edge", BLOCK))
    found = compared(planned, live)
    assert len(found) == 3
    assert not any("10.66" in text or "198.51" in text for text in found)
