"""Which properties of Terraform's JSON syntax are blocks ("JSON Configuration Syntax").

JSON writes a block and an object alike; a schema tells them apart. Terraform has its own and asks the provider for
those of resources. Here are its own, and the blocks of the resources that decide about firewalls (provider version
6); every other object in a resource stays an argument.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reading(enum.Enum):
    """What the strings of an argument are."""

    TEMPLATES = enum.auto()
    """Templates, as everywhere in the native syntax."""

    TEXTS = enum.auto()
    """Texts, in which ``${`` means nothing: Terraform reads them before anything can be evaluated."""

    REFERENCES = enum.auto()
    """References, which the native syntax writes without quotes."""


@dataclass(frozen=True, slots=True)
class BlockType:
    """A type of block: how many labels it has, its own blocks, and how its arguments are read."""

    labels: int = 0
    blocks: Mapping[str, BlockType] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)


_CHECKED: Final = BlockType()
_ASSERTIONS: Final = {"precondition": _CHECKED, "postcondition": _CHECKED}
_LIFECYCLE: Final = BlockType(
    0, _ASSERTIONS, {"ignore_changes": Reading.REFERENCES, "replace_triggered_by": Reading.REFERENCES}
)
_CONNECTION: Final = BlockType()
_PROVISIONER: Final = BlockType(1, {"connection": _CONNECTION})
_META: Final = {"depends_on": Reading.REFERENCES, "provider": Reading.REFERENCES}

_PLAIN: Final = frozenset(
    {
        # rule groups
        "action_definition",
        "custom_action",
        "destination",
        "destination_port",
        "dimension",
        "encryption_configuration",
        "header",
        "ip_set",
        "ip_set_reference",
        "ip_set_references",
        "ip_sets",
        "match_attributes",
        "port_set",
        "port_sets",
        "publish_metric_action",
        "reference_sets",
        "rule_definition",
        "rule_group",
        "rule_option",
        "rule_variables",
        "rules_source",
        "rules_source_list",
        "source",
        "source_port",
        "stateful_rule",
        "stateful_rule_options",
        "stateless_rule",
        "stateless_rules_and_custom_actions",
        "tcp_flag",
        # policies
        "firewall_policy",
        "flow_timeouts",
        "override",
        "policy_variables",
        "stateful_engine_options",
        "stateful_rule_group_reference",
        "stateless_custom_action",
        "stateless_rule_group_reference",
        # firewalls and their logging
        "availability_zone_mapping",
        "log_destination_config",
        "logging_configuration",
        "subnet_mapping",
        # prefix lists, and the filters of data sources
        "entry",
        "filter",
    }
)

_CONTENT: Final[dict[str, BlockType]] = {}
_NESTED: Final = BlockType(0, _CONTENT)
_DYNAMIC: Final = BlockType(1, {"content": _NESTED}, {"iterator": Reading.REFERENCES})
_CONTENT.update(dict.fromkeys(_PLAIN, _NESTED))
_CONTENT["dynamic"] = _DYNAMIC

_RESOURCE: Final = BlockType(
    2,
    {**_CONTENT, "connection": _CONNECTION, "lifecycle": _LIFECYCLE, "provisioner": _PROVISIONER},
    _META,
)

_TERRAFORM: Final = BlockType(
    0,
    {
        "backend": BlockType(1),
        "cloud": BlockType(0, {"workspaces": BlockType()}),
        "provider_meta": BlockType(1),
        "required_providers": BlockType(),
    },
    {"required_version": Reading.TEXTS},
)

_VARIABLE: Final = BlockType(
    1,
    {"validation": _CHECKED},
    {"default": Reading.TEXTS, "description": Reading.TEXTS, "type": Reading.REFERENCES},
)

_MODULE: Final = BlockType(
    1,
    {},
    {
        "depends_on": Reading.REFERENCES,
        "providers": Reading.REFERENCES,
        "source": Reading.TEXTS,
        "version": Reading.TEXTS,
    },
)

_REMOVED: Final = BlockType(
    0, {"lifecycle": _LIFECYCLE, "provisioner": _PROVISIONER}, {"from": Reading.REFERENCES}
)

ROOT: Final = BlockType(
    0,
    {
        "check": BlockType(1, {"assert": _CHECKED, "data": _RESOURCE}),
        "data": _RESOURCE,
        "ephemeral": _RESOURCE,
        "import": BlockType(0, {}, {"to": Reading.REFERENCES, "provider": Reading.REFERENCES}),
        "locals": BlockType(),
        "module": _MODULE,
        "moved": BlockType(0, {}, {"from": Reading.REFERENCES, "to": Reading.REFERENCES}),
        "output": BlockType(1, _ASSERTIONS, {"depends_on": Reading.REFERENCES, "description": Reading.TEXTS}),
        "provider": BlockType(1),
        "removed": _REMOVED,
        "resource": _RESOURCE,
        "terraform": _TERRAFORM,
        "variable": _VARIABLE,
    },
)
"""What stands at the top of a file."""
