"""A stand-in for the provider ``awscc``: enough of two resource types for Terraform to plan with them.

Written from the provider's documentation: nested attributes instead of blocks, every optional attribute
computed as well, and a plan modifier that keeps the state's value where the configuration says nothing.

Terraform runs it as ``python -m tests.provider.cloud_control``; :class:`CloudControl` runs Terraform on it.
"""

# ruff: noqa: N802 - the protocol gives the methods their names.

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import tf.provider
import tf.runner
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as grpc

from tests.provider import wire
from tests.provider.schema import block
from tests.provider.terraform import CHECKOUT, StandIn, TerraformError
from tests.provider.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from tests.provider.values import Object, Value
    from tests.provider.wire import Request

SOURCE: Final = "hashicorp/awscc"
VERSION: Final = "1.0.0"

Kind = str | tuple[str, "Kind | Mapping[str, Kind]"]
"""``"string"``; ``("list", "string")``; or ``single``, ``list`` or ``map`` with the attributes of an object."""

TEXTS: Final[Kind] = ("list", "string")
RULE_GROUP: Final[Mapping[str, Kind]] = {
    "reference_sets": ("single", {"ip_set_references": ("map", {"reference_arn": "string"})}),
    "rule_variables": ("single", {"ip_sets": ("map", {"definition": TEXTS})}),
    "rules_source": (
        "single",
        {
            "rules_string": "string",
            "rules_source_list": (
                "single",
                {"generated_rules_type": "string", "target_types": TEXTS, "targets": TEXTS},
            ),
        },
    ),
    "stateful_rule_options": ("single", {"rule_order": "string"}),
}
FIREWALL_POLICY: Final[Mapping[str, Kind]] = {
    "policy_variables": ("single", {"rule_variables": ("map", {"definition": TEXTS})}),
    "stateful_default_actions": TEXTS,
    "stateful_engine_options": ("single", {"rule_order": "string", "stream_exception_policy": "string"}),
    "stateful_rule_group_references": (
        "list",
        {"override": ("single", {"action": "string"}), "priority": "number", "resource_arn": "string"},
    ),
    "stateless_default_actions": TEXTS,
    "stateless_fragment_default_actions": TEXTS,
}
TYPES: Final[Mapping[str, Mapping[str, Kind]]] = {
    "awscc_networkfirewall_rule_group": {
        "id": "string",
        "capacity": "number",
        "rule_group_arn": "string",
        "rule_group_name": "string",
        "type": "string",
        "rule_group": ("single", RULE_GROUP),
    },
    "awscc_networkfirewall_firewall_policy": {
        "id": "string",
        "firewall_policy_arn": "string",
        "firewall_policy_name": "string",
        "firewall_policy": ("single", FIREWALL_POLICY),
    },
}
NAMES: Final = {
    "awscc_networkfirewall_rule_group": ("rule_group_name", "rule_group_arn", "stateful-rulegroup"),
    "awscc_networkfirewall_firewall_policy": (
        "firewall_policy_name",
        "firewall_policy_arn",
        "firewall-policy",
    ),
}
"""The attributes that name an object, and what stands for its type in its ARN."""


def attributes(kinds: Mapping[str, Kind]) -> list[object]:
    """Give attributes as schema messages."""
    return [_attribute(name, kind) for name, kind in kinds.items()]


def _attribute(name: str, kind: Kind) -> object:
    common = {"name": name, "optional": True, "computed": True}
    if isinstance(kind, tuple) and isinstance(kind[1], Mapping):
        nesting = pb.Schema.Object.NestingMode.Value(kind[0].upper())
        inner = pb.Schema.Object(attributes=attributes(kind[1]), nesting=nesting)
        return pb.Schema.Attribute(nested_type=inner, **common)
    return pb.Schema.Attribute(type=json.dumps(kind).encode(), **common)


def unset_is_unknown(value: Value, kind: Kind) -> Value:
    """Give the planned value of a new object: whatever is not set is known after apply."""
    if value is None:
        return UNKNOWN
    if isinstance(kind, str) or not isinstance(kind[1], Mapping) or isinstance(value, Unknown):
        return value
    inner = kind[1]
    match kind[0], value:
        case "single", Mapping():
            return {name: unset_is_unknown(value.get(name), one) for name, one in inner.items()}
        case "map", Mapping():
            return {key: unset_is_unknown(one, ("single", inner)) for key, one in value.items()}
        case "list", list():
            return [unset_is_unknown(one, ("single", inner)) for one in value]
        case _:
            return value


def settled(value: Value) -> Value:
    """Give a value after apply: what nobody has set is null."""
    match value:
        case Unknown():
            return None
        case Mapping():
            return {key: settled(one) for key, one in value.items()}
        case list():
            return [settled(one) for one in value]
        case _:
            return value


class Servicer(grpc.ProviderServicer):  # type: ignore[misc]  # the generated base class has no types
    """One provider process. The state file is all that it needs of the world."""

    def GetProviderSchema(self, _request: Request, _context: object) -> object:
        """Say what a configuration may contain."""
        resources = {
            name: pb.Schema(version=0, block=pb.Schema.Block(attributes=attributes(kinds)))
            for name, kinds in TYPES.items()
        }
        return pb.GetProviderSchema.Response(
            provider=wire.schema(block()),
            resource_schemas=resources,
            server_capabilities=pb.ServerCapabilities(plan_destroy=False),
        )

    def ValidateProviderConfig(self, _request: Request, _context: object) -> object:
        """Find no fault: Terraform has checked against the schema."""
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, _request: Request, _context: object) -> object:
        """Find no fault: Terraform has checked against the schema."""
        return pb.ValidateResourceConfig.Response()

    def ConfigureProvider(self, _request: Request, _context: object) -> object:
        """Take nothing."""
        return pb.ConfigureProvider.Response()

    def UpgradeResourceState(self, request: Request, _context: object) -> object:
        """Take a saved state as it is: there is one version of every schema."""
        state = json.loads(request.raw_state.json)
        return pb.UpgradeResourceState.Response(upgraded_state=wire.encode(state))

    def ReadResource(self, request: Request, _context: object) -> object:
        """Find everything as it was."""
        return pb.ReadResource.Response(new_state=wire.encode(wire.decode(request.current_state)))

    def PlanResourceChange(self, request: Request, _context: object) -> object:
        """Plan a creation, an update, a replacement or a deletion."""
        prior, proposed = wire.decode(request.prior_state), wire.decode(request.proposed_new_state)
        if proposed is None or prior is not None:
            name = NAMES[request.type_name][0]
            is_other = proposed is not None and prior is not None and proposed.get(name) != prior.get(name)
            replaced = wire.paths([(name,)] if is_other else [])
            return pb.PlanResourceChange.Response(
                planned_state=wire.encode(proposed), requires_replace=replaced
            )
        kinds = TYPES[request.type_name]
        planned = {name: unset_is_unknown(proposed.get(name), kind) for name, kind in kinds.items()}
        return pb.PlanResourceChange.Response(planned_state=wire.encode(planned))

    def ApplyResourceChange(self, request: Request, _context: object) -> object:
        """Carry a plan out: give a new object its ARN."""
        planned = wire.decode(request.planned_state)
        if planned is None:
            return pb.ApplyResourceChange.Response(new_state=wire.encode(None))
        return pb.ApplyResourceChange.Response(new_state=wire.encode(_applied(request.type_name, planned)))

    def StopProvider(self, _request: Request, _context: object) -> object:
        """Agree to stop; the ``tf`` package's runner does it."""
        return pb.StopProvider.Response()


def _applied(kind: str, planned: Object) -> Object:
    name, arn, path = NAMES[kind]
    found = f"arn:aws:network-firewall:eu-west-1:111122223333:{path}/{planned[name]}"
    return {key: settled(value) for key, value in planned.items()} | {"id": found, arn: found}


class CloudControl(StandIn):
    """Terraform with this stand-in as its one provider."""

    def _build_mirror(self) -> None:
        system, machine = self._platform()
        source = self._source_address()
        home = self._work / "mirror" / source / VERSION / f"{system}_{machine}"
        home.mkdir(parents=True)
        program = home / f"terraform-provider-awscc_v{VERSION}"
        checkout, python = shlex.quote(str(CHECKOUT)), shlex.quote(sys.executable)
        command = f'PYTHONPATH={checkout} exec {python} -m tests.provider.cloud_control "$@"'
        program.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        program.chmod(0o755)
        self._cli_config.write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{self._work / "mirror"}"\n  }}\n}}\n',
            encoding="utf-8",
        )

    def _source_address(self) -> str:
        self._config.mkdir()
        requirement = (
            f'terraform {{\n  required_providers {{\n    awscc = {{ source = "{SOURCE}" }}\n  }}\n}}\n'
        )
        (self._config / "probe.tf").write_text(requirement, encoding="utf-8")
        listed = self._run("providers")
        found = re.search(rf"provider\[(\S+/{SOURCE})\]", listed)
        if found is None:
            message = f"terraform providers does not name {SOURCE}:\n{listed}"
            raise TerraformError(message)
        return found[1]


def main() -> None:
    """Serve until Terraform says to stop."""
    servicer = Servicer()
    # The runner offers no argument for the servicer: it calls its own class by this name.
    tf.provider.ProviderServicer = lambda _provider: servicer
    tf.runner.run_provider(None)


if __name__ == "__main__":
    main()
