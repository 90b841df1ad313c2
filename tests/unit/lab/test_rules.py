from __future__ import annotations

from typing import Any

import pytest

from lab.account import RULE_ORDERS
from lab.rules import NotInTheLabError, suricata_rules
from nfw_reconcile.emulator.bodies import PolicyBodies

ACTION, STRICT = RULE_ORDERS
FIRST = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/first"
SECOND = FIRST.replace("first", "second")
RULES = "pass tcp $HOME_NET any -> $EXTERNAL_NET $WEB (sid:7;)"


def bodies(order: str, rules: str = RULES, **policy: Any) -> PolicyBodies:  # noqa: ANN401 - the API's own shapes
    options = {"RuleOrder": order}
    group = {
        "RulesSource": {"RulesString": rules},
        "RuleVariables": {"PortSets": {"WEB": {"Definition": ["80", "8000:8080"]}}},
        "StatefulRuleOptions": options,
    }
    names = {
        "RulesSource": {
            "RulesSourceList": {
                "Targets": ["example.com"],
                "TargetTypes": ["TLS_SNI"],
                "GeneratedRulesType": "DENYLIST",
            }
        },
        "StatefulRuleOptions": options,
    }
    references = [{"ResourceArn": FIRST, "Priority": 20}, {"ResourceArn": SECOND, "Priority": 10}]
    if order == ACTION:
        references = [{"ResourceArn": each["ResourceArn"]} for each in references]
    body = {"StatefulEngineOptions": options, "StatefulRuleGroupReferences": references, **policy}
    return PolicyBodies(body, {FIRST: group, SECOND: names}, {}, ("10.10.1.0/24",), {})


def test_variables_are_spelt_out_and_rules_keep_their_sids_in_action_order() -> None:
    rules = suricata_rules(bodies(ACTION))
    first, second = rules.text.splitlines()
    assert first == "pass tcp [10.10.1.0/24] any -> [!10.10.1.0/24] [[80,8000:8080]] (sid:7; alert;)"
    assert second.startswith("drop tls [10.10.1.0/24] any -> [!10.10.1.0/24] any (")
    assert second.endswith("sid:500002;)")
    assert not rules.strict


def test_groups_go_by_priority_and_sids_by_place_in_strict_order() -> None:
    rules = suricata_rules(bodies(STRICT, StatefulDefaultActions=["aws:drop_strict"]))
    names, passed, default = rules.text.splitlines()
    assert names.startswith("drop tls")
    assert names.endswith("sid:1;)")
    assert passed.endswith("( sid:2; alert;)")
    assert default.startswith("drop ip any any -> any any (sid:900000;)")
    assert rules.strict


def test_what_the_lab_has_no_rules_for_is_refused() -> None:
    with pytest.raises(NotInTheLabError, match="first: "):
        suricata_rules(bodies(ACTION, "drop tcp any any -> any any (no sense)"))
    managed = (
        "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/BotNetCommandAndControlDomains"
    )
    with pytest.raises(NotInTheLabError, match="managed, absent"):
        suricata_rules(bodies(ACTION, StatefulRuleGroupReferences=[{"ResourceArn": managed}]))
