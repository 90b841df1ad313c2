"""The resource types, data sources and provider arguments that the stand-in knows.

Written from the provider's public documentation (version 6): names, nesting, list or set, and who
sets what. Arguments that no firewall policy needs are left out.
"""

from __future__ import annotations

from typing import Final

from tests.provider.schema import (
    Block,
    Nested,
    Part,
    Use,
    at_most_one,
    block,
    computed,
    exactly_one,
    list_of,
    optional,
    required,
    rule_order,
    set_of,
    settable,
)

STRINGS: Final = ["set", "string"]
TAGS: Final = ["map", "string"]
COMMON: Final = (
    settable("id"),
    settable("region", force_new=True),
)
TAGGED: Final = (
    *COMMON,
    computed("arn"),
    optional("tags", TAGS),
    settable("tags_all", TAGS),
)
ENCRYPTION: Final = at_most_one("encryption_configuration", optional("key_id"), required("type"))
CUSTOM_ACTION: Final[tuple[Part, ...]] = (
    required("action_name"),
    exactly_one(
        "action_definition",
        exactly_one("publish_metric_action", set_of("dimension", required("value"), minimum=1)),
    ),
)


def _variables(name: str, inner: str) -> Nested:
    """Describe named sets: ``ip_sets { key, ip_set { definition } }`` and the like."""
    return set_of(name, required("key"), exactly_one(inner, required("definition", STRINGS)))


def _ports(name: str) -> Nested:
    return set_of(name, required("from_port", "number"), optional("to_port", "number"))


def _addresses(name: str) -> Nested:
    return set_of(name, required("address_definition"))


_STATEFUL_RULE = list_of(
    "stateful_rule",
    required("action"),
    exactly_one(
        "header",
        required("destination"),
        required("destination_port"),
        required("direction"),
        required("protocol"),
        required("source"),
        required("source_port"),
    ),
    set_of("rule_option", required("keyword"), optional("settings", STRINGS), minimum=1),
)

_MATCH_ATTRIBUTES = exactly_one(
    "match_attributes",
    optional("protocols", ["set", "number"]),
    _addresses("source"),
    _addresses("destination"),
    _ports("source_port"),
    _ports("destination_port"),
    set_of("tcp_flag", required("flags", STRINGS), optional("masks", STRINGS)),
)

_STATELESS_RULES = at_most_one(
    "stateless_rules_and_custom_actions",
    set_of("custom_action", *CUSTOM_ACTION),
    set_of(
        "stateless_rule",
        required("priority", "number"),
        exactly_one("rule_definition", required("actions", STRINGS), _MATCH_ATTRIBUTES),
        minimum=1,
    ),
)

_RULES_SOURCE = exactly_one(
    "rules_source",
    optional("rules_string"),
    at_most_one(
        "rules_source_list",
        required("generated_rules_type"),
        required("target_types", STRINGS),
        required("targets", STRINGS),
    ),
    _STATEFUL_RULE,
    _STATELESS_RULES,
)

RULE_GROUP: Final = block(
    *TAGGED,
    required("capacity", "number", force_new=True),
    optional("description"),
    required("name", force_new=True),
    optional("rules"),
    required("type"),
    computed("update_token"),
    ENCRYPTION,
    at_most_one(
        "rule_group",
        at_most_one(
            "reference_sets",
            set_of(
                "ip_set_references",
                required("key"),
                list_of("ip_set_reference", required("reference_arn"), minimum=1),
            ),
        ),
        at_most_one("rule_variables", _variables("ip_sets", "ip_set"), _variables("port_sets", "port_set")),
        _RULES_SOURCE,
        at_most_one("stateful_rule_options", rule_order(Use.REQUIRED)),
        computed=True,
    ),
)

FIREWALL_POLICY: Final = block(
    *TAGGED,
    optional("description"),
    required("name", force_new=True),
    computed("update_token"),
    ENCRYPTION,
    exactly_one(
        "firewall_policy",
        settable("enable_tls_session_holding", "bool"),
        optional("stateful_default_actions", STRINGS),
        required("stateless_default_actions", STRINGS),
        required("stateless_fragment_default_actions", STRINGS),
        optional("tls_inspection_configuration_arn"),
        at_most_one("policy_variables", _variables("rule_variables", "ip_set")),
        at_most_one(
            "stateful_engine_options",
            rule_order(Use.OPTIONAL),
            optional("stream_exception_policy"),
            at_most_one("flow_timeouts", optional("tcp_idle_timeout_seconds", "number")),
        ),
        set_of(
            "stateful_rule_group_reference",
            settable("deep_threat_inspection"),
            optional("priority", "number"),
            required("resource_arn"),
            at_most_one("override", optional("action")),
        ),
        set_of("stateless_custom_action", *CUSTOM_ACTION),
        set_of(
            "stateless_rule_group_reference",
            required("priority", "number"),
            required("resource_arn"),
        ),
    ),
)

FIREWALL: Final = block(
    *TAGGED,
    optional("availability_zone_change_protection", "bool"),
    optional("delete_protection", "bool"),
    optional("description"),
    settable("enabled_analysis_types", STRINGS),
    required("firewall_policy_arn"),
    optional("firewall_policy_change_protection", "bool"),
    computed(
        "firewall_status",
        [
            "list",
            [
                "object",
                {
                    "sync_states": [
                        "set",
                        [
                            "object",
                            {
                                "attachment": [
                                    "list",
                                    ["object", {"endpoint_id": "string", "subnet_id": "string"}],
                                ],
                                "availability_zone": "string",
                            },
                        ],
                    ],
                },
            ],
        ],
    ),
    required("name", force_new=True),
    optional("subnet_change_protection", "bool"),
    optional("transit_gateway_id", force_new=True),
    computed("update_token"),
    optional("vpc_id", force_new=True),
    set_of("availability_zone_mapping", required("availability_zone_id")),
    ENCRYPTION,
    set_of("subnet_mapping", settable("ip_address_type"), required("subnet_id")),
)

LOGGING_CONFIGURATION: Final = block(
    *COMMON,
    required("firewall_arn", force_new=True),
    exactly_one(
        "logging_configuration",
        set_of(
            "log_destination_config",
            required("log_destination", ["map", "string"]),
            required("log_destination_type"),
            required("log_type"),
            minimum=1,
        ),
    ),
)

VPC: Final = block(
    *TAGGED,
    settable("cidr_block", force_new=True),
    settable("enable_dns_hostnames", "bool"),
    optional("enable_dns_support", "bool", default=True),
    optional("instance_tenancy", default="default"),
    optional("ipv4_ipam_pool_id", force_new=True),
    optional("ipv4_netmask_length", "number", force_new=True),
    computed("main_route_table_id"),
    computed("owner_id"),
)

SUBNET: Final = block(
    *TAGGED,
    settable("availability_zone", force_new=True),
    settable("availability_zone_id", force_new=True),
    optional("cidr_block", force_new=True),
    optional("map_public_ip_on_launch", "bool", default=False),
    computed("owner_id"),
    required("vpc_id", force_new=True),
)

PREFIX_LIST: Final = block(
    *TAGGED,
    required("address_family", force_new=True),
    # An attribute that may be written as blocks, as the provider has it.
    settable("entry", ["set", ["object", {"cidr": "string", "description": "string"}]]),
    required("max_entries", "number"),
    required("name"),
    computed("owner_id"),
    computed("version", "number"),
)

PREFIX_LIST_ENTRY: Final = block(
    *COMMON,
    required("cidr", force_new=True),
    optional("description"),
    required("prefix_list_id", force_new=True),
)

RESOURCES: Final[dict[str, Block]] = {
    "aws_ec2_managed_prefix_list": PREFIX_LIST,
    "aws_ec2_managed_prefix_list_entry": PREFIX_LIST_ENTRY,
    "aws_networkfirewall_firewall": FIREWALL,
    "aws_networkfirewall_firewall_policy": FIREWALL_POLICY,
    "aws_networkfirewall_logging_configuration": LOGGING_CONFIGURATION,
    "aws_networkfirewall_rule_group": RULE_GROUP,
    "aws_subnet": SUBNET,
    "aws_vpc": VPC,
}

DATA_SOURCES: Final[dict[str, Block]] = {
    "aws_availability_zones": block(
        computed("id"),
        settable("region"),
        computed("names", ["list", "string"]),
        optional("state"),
        computed("zone_ids", ["list", "string"]),
        set_of("filter", required("name"), required("values", STRINGS)),
    ),
    "aws_caller_identity": block(
        computed("account_id"), computed("arn"), computed("id"), computed("user_id")
    ),
    "aws_partition": block(
        computed("dns_suffix"), computed("id"), computed("partition"), computed("reverse_dns_prefix")
    ),
    "aws_region": block(computed("description"), computed("id"), settable("name"), settable("region")),
}

PROVIDER: Final = block(
    optional("access_key"),
    optional("allowed_account_ids", STRINGS),
    optional("profile"),
    optional("region"),
    optional("secret_key"),
    optional("skip_credentials_validation", "bool"),
    optional("skip_metadata_api_check", "string"),
    optional("skip_requesting_account_id", "bool"),
    at_most_one("assume_role", optional("role_arn")),
    at_most_one("default_tags", optional("tags", TAGS)),
)
