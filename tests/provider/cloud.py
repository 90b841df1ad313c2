"""What AWS would fill in: identifiers, ARNs, tokens, zones.

Identifiers are digests of what they identify, so that the same configuration applied to an empty
world gets the same ones: the plans of ``examples/`` can be made again byte for byte.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.provider.values import UNKNOWN, Object, Unknown, Value, objects

if TYPE_CHECKING:
    from tests.provider.store import Objects

ACCOUNT: Final = "111122223333"
NFW: Final = "network-firewall"
PARTITIONS: Final = {
    "": ("aws", "amazonaws.com", "com.amazonaws"),
    "cn": ("aws-cn", "amazonaws.com.cn", "cn.com.amazonaws"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The provider's own arguments that show in resources."""

    region: str = "eu-west-1"
    default_tags: Mapping[str, Value] = field(default_factory=dict)


def known_at_plan(settings: Settings, planned: Object) -> Object:
    """Give the computed values that the provider knows without asking AWS."""
    known: dict[str, Value] = {}
    if planned.get("region") is UNKNOWN:
        known["region"] = settings.region
    if "tags_all" in planned:
        tags = planned.get("tags")
        known["tags_all"] = (
            UNKNOWN
            if isinstance(tags, Unknown)
            else {**settings.default_tags, **(tags if isinstance(tags, Mapping) else {})}
        )
    return known


def changed_with(kind: str, prior: Object, planned: Object) -> Object:
    """Give the computed values of an update that will not stay as they are."""
    if kind == "aws_ec2_managed_prefix_list" and prior.get("entry") != planned.get("entry"):
        return {"version": UNKNOWN}
    return {}


def create(kind: str, planned: Object, world: Objects) -> Object:
    """Give what AWS would answer to the creation of an object."""
    match kind:
        case "aws_networkfirewall_rule_group":
            stateless = text(planned, "type") == "STATELESS"
            name = f"{'stateless' if stateless else 'stateful'}-rulegroup"
            return {**_firewall_object(name, planned), **_parsed_rules(planned)}
        case "aws_networkfirewall_firewall_policy":
            return _firewall_object("firewall-policy", planned)
        case "aws_networkfirewall_firewall":
            service = _firewall_object("firewall", planned)
            return {**service, **_status(planned, world), "enabled_analysis_types": []}
        case "aws_networkfirewall_logging_configuration":
            return {"id": planned["firewall_arn"]}
        case "aws_vpc":
            return _vpc(planned, world)
        case "aws_subnet":
            return _subnet(planned, world)
        case "aws_ec2_managed_prefix_list":
            identity = _ec2_object("pl", "prefix-list", planned, world[kind])
            entry = [] if planned["entry"] is UNKNOWN else planned["entry"]
            return {**identity, "entry": entry, "version": 1}
        case _:
            return {"id": f"{text(planned, 'prefix_list_id')},{text(planned, 'cidr')}"}


def update(kind: str, prior: Object, planned: Object, world: Objects) -> Object:
    """Give what AWS would answer to an update: the same object with a new token or version."""
    match kind:
        case "aws_networkfirewall_rule_group":
            return {"update_token": _token(planned), **_parsed_rules(planned)}
        case "aws_networkfirewall_firewall_policy":
            return {"update_token": _token(planned)}
        case "aws_networkfirewall_firewall":
            return {"update_token": _token(planned), **_status(planned, world)}
        case "aws_ec2_managed_prefix_list" if planned["version"] is UNKNOWN:
            version = prior["version"]
            return {"version": version + 1 if isinstance(version, int) else 1}
        case _:
            return {}


def read(kind: str, known: Object, world: Objects) -> Object | None:
    """Give the object as it is now, or none.

    ``rules`` is the caller's own: the provider never reads it back, so that an edit of such a group
    outside Terraform shows in ``rule_group`` only.
    """
    found = world.get(kind, {}).get(text(known, "id"))
    if found is None or kind != "aws_networkfirewall_rule_group":
        return found
    return {**found, "rules": known.get("rules")}


def data(kind: str, config: Object, settings: Settings) -> Object:
    """Give the answer of a data source."""
    region = text(config, "region") or settings.region
    match kind:
        case "aws_region":
            name = text(config, "name") or region
            return {"id": name, "name": name, "region": name, "description": name}
        case "aws_partition":
            partition, suffix, prefix = PARTITIONS["cn" if region.startswith("cn-") else ""]
            return {
                "id": partition,
                "partition": partition,
                "dns_suffix": suffix,
                "reverse_dns_prefix": prefix,
            }
        case "aws_caller_identity":
            arn = f"arn:aws:iam::{ACCOUNT}:role/terraform"
            return {"id": ACCOUNT, "account_id": ACCOUNT, "arn": arn, "user_id": "AROAEXAMPLE"}
        case _:
            names = [f"{region}{letter}" for letter in "abc"]
            zone_ids = [f"{_short(region)}-az{number}" for number in (1, 2, 3)]
            return {"id": region, "region": region, "names": names, "zone_ids": zone_ids}


def text(values: Object, name: str) -> str:
    """Give a string attribute; "" where it is not set."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _firewall_object(path: str, planned: Object) -> Object:
    region, name = text(planned, "region"), text(planned, "name")
    arn = f"arn:aws:{NFW}:{region}:{ACCOUNT}:{path}/{name}"
    return {"arn": arn, "id": arn, "update_token": _token(planned)}


def _token(planned: Object) -> str:
    return str(uuid.UUID(hex=_digest(planned)[:32], version=4))


def _parsed_rules(planned: Object) -> Object:
    """Give the rule group that AWS makes of ``rules``; nothing where the configuration spells it out."""
    rules = text(planned, "rules")
    return {"rule_group": [{"rules_source": [{"rules_string": rules}]}]} if rules else {}


def _status(planned: Object, world: Objects) -> Object:
    """Give a firewall's status: one endpoint in the zone of each of its subnets."""
    states: list[Value] = []
    for mapping in objects(planned["subnet_mapping"]):
        subnet = text(mapping, "subnet_id")
        endpoint = f"vpce-{_digest([planned['name'], subnet])[:17]}"
        zone = text(world.get("aws_subnet", {}).get(subnet, {}), "availability_zone")
        states.append(
            {
                "attachment": [{"endpoint_id": endpoint, "subnet_id": subnet}],
                "availability_zone": zone or f"{text(planned, 'region')}a",
            }
        )
    return {"firewall_status": [{"sync_states": states}]}


def _vpc(planned: Object, world: Objects) -> Object:
    identity = _ec2_object("vpc", "vpc", planned, world["aws_vpc"])
    digest = _digest(planned)
    allocated = f"10.{int(digest[:2], 16)}.0.0/{planned['ipv4_netmask_length'] or 16}"
    return {
        **identity,
        "cidr_block": allocated if planned["cidr_block"] is UNKNOWN else planned["cidr_block"],
        "enable_dns_hostnames": planned["enable_dns_hostnames"] is True,
        "main_route_table_id": f"rtb-{digest[:17]}",
    }


def _subnet(planned: Object, world: Objects) -> Object:
    region = text(planned, "region")
    zone = text(planned, "availability_zone") or f"{region}a"
    number = "abcdef".find(zone[-1]) + 1
    return {
        **_ec2_object("subnet", "subnet", planned, world["aws_subnet"]),
        "availability_zone": zone,
        "availability_zone_id": f"{_short(region)}-az{number}",
    }


def _ec2_object(prefix: str, path: str, planned: Object, taken: Mapping[str, Object]) -> dict[str, Value]:
    """Give the identity of a new EC2 object: a digest, with a count where two are just alike."""
    candidates = (f"{prefix}-{_digest([planned, count])[:17]}" for count in itertools.count())
    identifier = next(candidate for candidate in candidates if candidate not in taken)
    arn = f"arn:aws:ec2:{text(planned, 'region')}:{ACCOUNT}:{path}/{identifier}"
    return {"id": identifier, "arn": arn, "owner_id": ACCOUNT}


def _short(region: str) -> str:
    """Shorten a region as zone ids do: ``eu-west-1`` is ``euw1``."""
    continent, direction, number = region.split("-")
    return f"{continent}{direction[0]}{number}"


def _digest(value: Value) -> str:
    """Give a hexadecimal digest of known and unknown values."""
    canonical = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
