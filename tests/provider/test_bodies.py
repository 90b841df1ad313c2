"""Blocks and bodies are the same tree: what is sent is in AWS's words, and what comes back is the block again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.provider import schemas
from tests.provider.bodies import from_body, shape_named, to_body
from tests.provider.values import UNKNOWN

if TYPE_CHECKING:
    from tests.provider.values import Object, Value

GROUP: Final[Object] = {
    "rule_variables": [
        {"ip_sets": [{"key": "APPS", "ip_set": [{"definition": ["10.0.0.0/8"]}]}], "port_sets": []}
    ],
    "reference_sets": [
        {"ip_set_references": [{"key": "LIST", "ip_set_reference": [{"reference_arn": "arn:x"}]}]}
    ],
    "stateful_rule_options": [{"rule_order": "STRICT_ORDER"}],
    "rules_source": [
        {
            "rules_string": None,
            "rules_source_list": [],
            "stateful_rule": [],
            "stateless_rules_and_custom_actions": [
                {
                    "custom_action": [],
                    "stateless_rule": [
                        {
                            "priority": 1,
                            "rule_definition": [
                                {
                                    "actions": ["aws:pass"],
                                    "match_attributes": [
                                        {
                                            "protocols": [6],
                                            "source": [{"address_definition": "10.0.0.0/8"}],
                                            "destination": [],
                                            "source_port": [{"from_port": 0, "to_port": 65535}],
                                            "destination_port": [],
                                            "tcp_flag": [{"flags": ["SYN"], "masks": None}],
                                        }
                                    ],
                                }
                            ],
                        }
                    ],
                }
            ],
        }
    ],
}
BODY: Final[Any] = {
    "RuleVariables": {"IPSets": {"APPS": {"Definition": ["10.0.0.0/8"]}}},
    "ReferenceSets": {"IPSetReferences": {"LIST": {"ReferenceArn": "arn:x"}}},
    "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"},
    "RulesSource": {
        "StatelessRulesAndCustomActions": {
            "StatelessRules": [
                {
                    "Priority": 1,
                    "RuleDefinition": {
                        "Actions": ["aws:pass"],
                        "MatchAttributes": {
                            "Protocols": [6],
                            "Sources": [{"AddressDefinition": "10.0.0.0/8"}],
                            "SourcePorts": [{"FromPort": 0, "ToPort": 65535}],
                            "TCPFlags": [{"Flags": ["SYN"]}],
                        },
                    },
                }
            ]
        }
    },
}


def test_blocks_become_a_body() -> None:
    assert to_body([GROUP], shape_named("RuleGroup")) == BODY


def test_a_body_becomes_blocks() -> None:
    block = schemas.RULE_GROUP.nested["rule_group"].block
    assert from_body(BODY, block, shape_named("RuleGroup")) == GROUP


@pytest.mark.parametrize("unset", [None, "", 0, False, UNKNOWN])
def test_what_is_unset_or_left_to_aws_is_not_sent(unset: Value) -> None:
    written: Object = {"stateless_default_actions": ["aws:pass"], "enable_tls_session_holding": unset}
    assert to_body([written], shape_named("FirewallPolicy")) == {"StatelessDefaultActions": ["aws:pass"]}
