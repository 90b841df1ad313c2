"""An emulator that begins as a snapshot says: the firewalls of an account, all in sync, and flows."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.emulator.clients import Client, ClientState
from nfw_reconcile.emulator.emulator import Emulator
from nfw_reconcile.emulator.names import is_managed
from nfw_reconcile.emulator.resources import Deployment, Endpoint, Firewall, Record, references
from nfw_reconcile.emulator.settings import EmulatorSettings
from nfw_reconcile.emulator.validate import ModelChecker
from nfw_reconcile.errors import Diagnostic, InputError, Location, UnsupportedInput, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nfw_reconcile.emulator.bodies import Judge
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.resources import World
    from nfw_reconcile.model.flow import CapturedFlow, FiveTuple

DEFAULT_AGE: Final = 3600
"""Seconds that a flow without an age is taken to have lived."""

TALK_EVERY: Final = 30.0
"""Seconds between the packets of a client that stands for a flow of the file."""

PARTS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "firewalls": (("Firewall",), ("FirewallStatus",)),
    "policies": (("FirewallPolicyResponse", "FirewallPolicy"), ()),
    "rule_groups": (("RuleGroupResponse",), ("RuleGroup",)),
}
"""The lists of a snapshot, with the shapes that each item must and may hold."""

ARN_COLONS: Final = 5

COUNTED_MEMBERS: Final = (
    "NumberOfAssociations",
    "LastModifiedTime",
    "RuleGroupStatus",
    "FirewallPolicyStatus",
)


def talks(flow: FiveTuple) -> Client:
    """Give the client that stands for a flow: it keeps talking, and connects again when it is cut."""
    return Client.reconnecting(flow, TALK_EVERY)


def from_snapshot(  # noqa: PLR0913 - keywords, most with a default that will do
    snapshot: Mapping[str, Any],
    flows: Iterable[CapturedFlow] = (),
    *,
    clock: Callable[[], float],
    judge: Judge,
    seed: int = 0,
    settings: EmulatorSettings | None = None,
    zones: Sequence[str] = (),
    firewall: str | None = None,
    clients: Callable[[FiveTuple], Client] | None = talks,
    source: str = "snapshot",
) -> Emulator:
    """Build an emulator from a snapshot (the shapes of the Describe calls) and flows.

    Zones are ``zones``, else those of ``SyncStates``, else one for each subnet. Account and region
    are those of the first firewall. A flow goes to the zone that it names, else the flows take
    turns; ``firewall`` is the ARN of the one that they belong to, needed if there are several.
    ``clients`` makes the peers that keep each flow alive; with ``None`` nobody talks.

    Raises ``InputError`` with every problem of the snapshot and the flows, named by ``source``, and
    ``UnsupportedInput`` for an unknown major version.
    """
    version = str(snapshot.get("format_version", "1.0"))
    if version.partition(".")[0] != "1":
        summary = f"snapshot format_version {version} is not known"
        raise UnsupportedInput(error(summary, Location(source), "Use a newer nfw-reconcile."))
    problems = _Problems(source)
    problems.check_lists(snapshot)
    problems.stop()
    problems.check_shapes(snapshot)
    problems.check_arns(snapshot)
    problems.stop()
    emulator = Emulator(clock, seed, judge, _settings(snapshot, settings or EmulatorSettings()))
    _fill(emulator.world, snapshot, zones, problems)
    problems.stop()
    emulator.put_in_sync()
    _place_flows(emulator, flows, firewall, clients, problems)
    problems.stop()
    return emulator


class _Problems:
    """Collects what is wrong with an input, so that all of it is told at once."""

    def __init__(self, source: str) -> None:
        self._where = Location(source)
        self._found: list[Diagnostic] = []

    def add(self, summary: str, remedy: str = "") -> None:
        self._found.append(error(summary, self._where, remedy))

    def stop(self) -> None:
        if self._found:
            raise InputError(self._found)

    def check_lists(self, snapshot: Mapping[str, Any]) -> None:
        """Check that the outermost lists and mappings are such."""
        for member in PARTS:
            listed = snapshot.get(member, [])
            if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
                self.add(f"{member} is not a list of objects")
        for member in ("prefix_lists", "vpcs"):
            mapped = snapshot.get(member, {})
            if not isinstance(mapped, dict) or not all(isinstance(each, list) for each in mapped.values()):
                self.add(f"{member} is not an object of lists")

    def check_shapes(self, snapshot: Mapping[str, Any]) -> None:
        """Check the bodies against the service model, since the emulator gives them back."""
        checker = ModelChecker()
        remedy = "Take the snapshot again, or update boto3 if the member is new."
        for where, shape, body in _bodies(snapshot):
            for problem in checker.shape(shape, body, where):
                self.add(problem, remedy)

    def check_arns(self, snapshot: Mapping[str, Any]) -> None:
        """Check that each firewall has an ARN that names its region and account."""
        for index, each in enumerate(snapshot.get("firewalls", ())):
            body = each.get("Firewall")
            arn = body.get("FirewallArn") if isinstance(body, dict) else None
            if str(arn).count(":") != ARN_COLONS:
                self.add(f"firewalls[{index}].Firewall: FirewallArn is {arn!r}, which is no ARN")


def _bodies(snapshot: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Give each part of a snapshot that has a shape of its own: where it is, its shape, its value."""
    for member, (required, optional) in PARTS.items():
        for index, each in enumerate(snapshot.get(member, ())):
            for shape in required + tuple(shape for shape in optional if shape in each):
                yield f"{member}[{index}].{shape}", shape, _without_times(each.get(shape))


def _without_times(body: object) -> object:
    """Leave out the one timestamp of the shapes, which JSON may hold as text."""
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name != "LastModifiedTime"}


def _settings(snapshot: Mapping[str, Any], settings: EmulatorSettings) -> EmulatorSettings:
    """Take account and region from the ARN of the first firewall."""
    for each in snapshot.get("firewalls", ()):
        region, account = each["Firewall"]["FirewallArn"].split(":")[3:5]
        return dataclasses.replace(settings, account=account, region=region)
    return settings


def _fill(world: World, snapshot: Mapping[str, Any], zones: Sequence[str], problems: _Problems) -> None:
    for each in snapshot.get("rule_groups", ()):
        _add_record(world, world.groups, each, "RuleGroup", problems)
    for each in snapshot.get("policies", ()):
        _add_record(world, world.policies, each, "FirewallPolicy", problems)
    for policy in world.policies.values():
        for arn in references(policy.version):
            if arn not in world.groups and not is_managed(arn):
                problems.add(f"policy {policy.arn} refers to rule group {arn}, which is not there")
    for each in snapshot.get("firewalls", ()):
        _add_firewall(world, each, zones, problems)
    for arn, cidrs in snapshot.get("prefix_lists", {}).items():
        world.prefix_lists[arn] = tuple(cidrs)
    for vpc, cidrs in snapshot.get("vpcs", {}).items():
        world.vpcs[vpc] = tuple(cidrs)


def _add_record(
    world: World, records: dict[str, Record], each: JsonObject, shape: str, problems: _Problems
) -> None:
    response = each[f"{shape}Response"]
    arn = response[f"{shape}Arn"]
    if arn in records:
        problems.add(f"{arn} is there twice")
    kept = {name: value for name, value in response.items() if name not in COUNTED_MEMBERS}
    version = world.version(arn, each.get(shape, {}), each.get("UpdateToken"))
    modified = _time(response.get("LastModifiedTime", world.timeline.now))
    if modified is None:
        problems.add(f"LastModifiedTime of {arn} is neither ISO 8601 nor seconds since the epoch")
    records[arn] = Record(kept, version, modified or 0.0)


def _time(value: object) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return None


def _add_firewall(world: World, each: JsonObject, zones: Sequence[str], problems: _Problems) -> None:
    response = {name: value for name, value in each["Firewall"].items() if name not in COUNTED_MEMBERS}
    arn = response["FirewallArn"]
    if arn in world.firewalls:
        problems.add(f"{arn} is there twice")
    if response["FirewallPolicyArn"] not in world.policies:
        problems.add(f"firewall {arn} has policy {response['FirewallPolicyArn']}, which is not there")
        return
    states = each.get("FirewallStatus", {}).get("SyncStates", {})
    subnets = [mapping["SubnetId"] for mapping in response.get("SubnetMappings", ())]
    letters = (f"{world.settings.region}{letter}" for letter in "abcdef")
    chosen = list(zones) or sorted(states) or [zone for zone, _ in zip(letters, subnets, strict=False)]
    if not chosen:
        problems.add(f"firewall {arn} has neither sync states nor subnets", "Name its zones.")
    spare = iter(subnets)
    deployments = {}
    for zone in chosen:
        attachment = states.get(zone, {}).get("Attachment", {})
        subnet = attachment.get("SubnetId") or next(spare, None) or world.names.subnet()
        endpoint = attachment.get("EndpointId") or world.names.endpoint()
        deployments[zone] = Deployment(Endpoint(endpoint, arn, zone, subnet))
    token = each.get("UpdateToken") or world.names.uuid()
    world.firewalls[arn] = Firewall(response, token, deployments)


def _place_flows(
    emulator: Emulator,
    flows: Iterable[CapturedFlow],
    firewall: str | None,
    clients: Callable[[FiveTuple], Client] | None,
    problems: _Problems,
) -> None:
    listed = list(flows)
    if not listed:
        return
    chosen = [arn for arn in emulator.world.firewalls if firewall in {None, arn}]
    if len(chosen) != 1:
        problems.add(f"flows belong to one firewall, and there are {len(chosen)}", "Name it by its ARN.")
        return
    endpoints = {
        zone: deployment.endpoint
        for zone, deployment in emulator.world.firewalls[chosen[0]].deployments.items()
    }
    turns = itertools.cycle(endpoints.values())
    for flow in listed:
        if flow.zone is not None and flow.zone not in endpoints:
            problems.add(f"flow {flow.tuple} names zone {flow.zone}, which is not one of {list(endpoints)}")
            continue
        endpoint = next(turns) if flow.zone is None else endpoints[flow.zone]
        _place(emulator, endpoint, flow, clients)


def _place(
    emulator: Emulator,
    endpoint: Endpoint,
    flow: CapturedFlow,
    clients: Callable[[FiveTuple], Client] | None,
) -> None:
    age = DEFAULT_AGE if flow.age is None else flow.age
    packets = 1 if flow.packets is None else flow.packets
    size = 60 if flow.bytes is None else flow.bytes
    emulator.put_flow(endpoint, flow.tuple, age=age, packets=packets, size=size)
    if clients is not None:
        client = clients(flow.tuple)
        client.state = ClientState.CONNECTED
        emulator.add_client(endpoint, client)
