"""AWS's own list of its addresses, ``ip-ranges.json``, as names: service and region.

Its syntax is that of the VPC user guide, "AWS IP address ranges".
The list has a block once for each service that uses it. ``AMAZON`` is all of them together, so it is told
only where no other service has the block.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Diagnostic, InputError, Location, error
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.names import LONGEST_NAME, BlockName
from nfw_reconcile.sources.jsonfile import MOST_PROBLEMS, read_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERYTHING: Final = "AMAZON"
_LISTS: Final = (("prefixes", "ip_prefix", 4), ("ipv6_prefixes", "ipv6_prefix", 6))
_REMEDY: Final = "Give the file as AWS publishes it: ip-ranges.json."


def read_ip_ranges(path: Path) -> tuple[BlockName, ...]:
    """Read the file, sorted by block; raises ``InputError`` with all that is wrong about it."""
    source = str(path)
    data = read_json(path)
    if not isinstance(data, Mapping) or not any(name in data for name, *_ in _LISTS):
        raise InputError(error("this is no list of AWS's address ranges.", Location(source), _REMEDY))
    problems: list[Diagnostic] = []
    services: defaultdict[Network, dict[tuple[str, str], None]] = defaultdict(dict)
    for block, service, region in _entries(data, source, problems):
        services[block][service, region] = None
    if problems:
        raise InputError(problems[:MOST_PROBLEMS])
    return tuple(BlockName(block, _name(list(services[block]))) for block in sorted(services))


def _entries(
    data: Mapping[str, object], source: str, problems: list[Diagnostic]
) -> Iterator[tuple[Network, str, str]]:
    for name, member, family in _LISTS:
        listed = data.get(name, [])
        if not isinstance(listed, list):
            problems.append(error(f"{name} is not a list.", Location(source), _REMEDY))
            continue
        for index, each in enumerate(listed):
            try:
                yield _entry(each, member, family)
            except ValueError as problem:
                problems.append(error(f"{name}[{index}]: {problem}.", Location(source), _REMEDY))


def _entry(each: object, member: str, family: int) -> tuple[Network, str, str]:
    if not isinstance(each, Mapping):
        raise ValueError("this is no object")  # noqa: TRY004 - told with the other problems of the file
    block, service, region = (each.get(key) for key in (member, "service", "region"))
    if not isinstance(block, str) or not isinstance(service, str) or not isinstance(region, str):
        message = f"{member}, service and region are needed, as texts"
        raise ValueError(message)  # noqa: TRY004 - as above
    found = Network.parse(block)
    if found.family != family:
        message = f"{block} is not of IPv{family}"
        raise ValueError(message)
    return found, service, region


def _name(services: list[tuple[str, str]]) -> str:
    """Name the services of one block, those of one region together: ``EC2/S3 eu-west-1``."""
    regions: defaultdict[str, set[str]] = defaultdict(set)
    for service, region in services:
        regions[region].add(service)
    told = (
        f"{'/'.join(sorted(names - {EVERYTHING} or names))} {region}"
        for region, names in sorted(regions.items())
    )
    return ", ".join(told)[:LONGEST_NAME]
