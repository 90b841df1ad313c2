"""The parts of AWS's request shapes that decide a verdict, with Terraform's name beside AWS's.

One table serves two readers: ``tfplan`` walks it by Terraform's names (provider version 6, argument
reference of ``aws_networkfirewall_rule_group`` and ``_firewall_policy``), ``awsbody`` by AWS's
(``API: RuleGroup``, ``API: FirewallPolicy``). What is in no table is what no verdict hangs on, or
what this version does not know.
"""

from __future__ import annotations

from typing import Final

from nfw_reconcile.model.policy import EXTERNAL_NET, HOME_NET
from nfw_reconcile.sources.shapes import Member, Named, Scalar, Scalars, Structure, Structures


def _structure(*members: Member, keep_empty: bool = False) -> Structure:
    return Structure(members, keep_empty)


_DEFINITION: Final = _structure(Member("definition", "Definition", Scalars()))
_ADDRESSES: Final = Structures(_structure(Member("address_definition", "AddressDefinition")))
_PORTS: Final = Structures(
    _structure(
        Member("from_port", "FromPort", Scalar.NUMBER),
        Member("to_port", "ToPort", Scalar.NUMBER),
    )
)
_CUSTOM_ACTIONS: Final = Structures(
    _structure(
        Member("action_name", "ActionName"),
        Member(
            "action_definition",
            "ActionDefinition",
            _structure(
                Member(
                    "publish_metric_action",
                    "PublishMetricAction",
                    _structure(
                        Member("dimension", "Dimensions", Structures(_structure(Member("value", "Value"))))
                    ),
                )
            ),
        ),
    )
)

_STATEFUL_RULE: Final = _structure(
    Member("action", "Action"),
    Member(
        "header",
        "Header",
        _structure(
            Member("protocol", "Protocol"),
            Member("source", "Source"),
            Member("source_port", "SourcePort"),
            Member("direction", "Direction"),
            Member("destination", "Destination"),
            Member("destination_port", "DestinationPort"),
        ),
    ),
    Member(
        "rule_option",
        "RuleOptions",
        Structures(_structure(Member("keyword", "Keyword"), Member("settings", "Settings", Scalars()))),
    ),
)

_STATELESS_RULE: Final = _structure(
    Member("priority", "Priority", Scalar.COUNT),
    Member(
        "rule_definition",
        "RuleDefinition",
        _structure(
            Member("actions", "Actions", Scalars()),
            Member(
                "match_attributes",
                "MatchAttributes",
                _structure(
                    Member("source", "Sources", _ADDRESSES),
                    Member("destination", "Destinations", _ADDRESSES),
                    Member("source_port", "SourcePorts", _PORTS),
                    Member("destination_port", "DestinationPorts", _PORTS),
                    Member("protocols", "Protocols", Scalars(Scalar.NUMBER)),
                    Member(
                        "tcp_flag",
                        "TCPFlags",
                        Structures(
                            _structure(
                                Member("flags", "Flags", Scalars()),
                                Member("masks", "Masks", Scalars()),
                            )
                        ),
                    ),
                ),
            ),
        ),
    ),
)

_RULES_SOURCE: Final = _structure(
    Member("rules_string", "RulesString"),
    Member(
        "rules_source_list",
        "RulesSourceList",
        _structure(
            Member("targets", "Targets", Scalars()),
            Member("target_types", "TargetTypes", Scalars()),
            Member("generated_rules_type", "GeneratedRulesType"),
        ),
    ),
    Member("stateful_rule", "StatefulRules", Structures(_STATEFUL_RULE, ordered=True)),
    Member(
        "stateless_rules_and_custom_actions",
        "StatelessRulesAndCustomActions",
        _structure(
            Member("stateless_rule", "StatelessRules", Structures(_STATELESS_RULE)),
            Member("custom_action", "CustomActions", _CUSTOM_ACTIONS),
        ),
    ),
    # A rules source without a rule is a group without rules; no rules source is a group not known.
    keep_empty=True,
)

RULE_GROUP: Final = _structure(
    Member(
        "rule_variables",
        "RuleVariables",
        _structure(
            Member("ip_sets", "IPSets", Named("ip_set", _DEFINITION, (HOME_NET, EXTERNAL_NET))),
            Member("port_sets", "PortSets", Named("port_set", _DEFINITION)),
        ),
    ),
    Member(
        "reference_sets",
        "ReferenceSets",
        _structure(
            Member(
                "ip_set_references",
                "IPSetReferences",
                Named("ip_set_reference", _structure(Member("reference_arn", "ReferenceArn"))),
            )
        ),
    ),
    Member("rules_source", "RulesSource", _RULES_SOURCE),
    Member("stateful_rule_options", "StatefulRuleOptions", _structure(Member("rule_order", "RuleOrder"))),
)
"""``API: RuleGroup``."""

FIREWALL_POLICY: Final = _structure(
    Member(
        "stateful_engine_options",
        "StatefulEngineOptions",
        _structure(
            Member("rule_order", "RuleOrder"),
            Member("stream_exception_policy", "StreamExceptionPolicy"),
            Member(
                "flow_timeouts",
                "FlowTimeouts",
                _structure(Member("tcp_idle_timeout_seconds", "TcpIdleTimeoutSeconds", Scalar.COUNT)),
            ),
        ),
    ),
    Member("stateful_default_actions", "StatefulDefaultActions", Scalars()),
    Member(
        "stateful_rule_group_reference",
        "StatefulRuleGroupReferences",
        Structures(
            _structure(
                Member("resource_arn", "ResourceArn"),
                Member("priority", "Priority", Scalar.COUNT),
                Member("override", "Override", _structure(Member("action", "Action"))),
                Member("deep_threat_inspection", "DeepThreatInspection", Scalar.FLAG, computed=True),
            )
        ),
    ),
    Member("stateless_default_actions", "StatelessDefaultActions", Scalars()),
    Member("stateless_fragment_default_actions", "StatelessFragmentDefaultActions", Scalars()),
    Member(
        "stateless_rule_group_reference",
        "StatelessRuleGroupReferences",
        Structures(
            _structure(
                Member("resource_arn", "ResourceArn"),
                Member("priority", "Priority", Scalar.COUNT),
            )
        ),
    ),
    Member("stateless_custom_action", "StatelessCustomActions", _CUSTOM_ACTIONS),
    Member(
        "policy_variables",
        "PolicyVariables",
        _structure(
            Member("rule_variables", "RuleVariables", Named("ip_set", _DEFINITION, (HOME_NET, EXTERNAL_NET)))
        ),
    ),
    Member("tls_inspection_configuration_arn", "TLSInspectionConfigurationArn"),
    Member("enable_tls_session_holding", "EnableTLSSessionHolding", Scalar.FLAG, computed=True),
)
"""``API: FirewallPolicy``."""
