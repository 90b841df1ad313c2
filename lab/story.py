"""What is played in the lab: rules are tightened under connections that live, then nfw-reconcile cuts what they deny.

In five parts: everybody talks under the old rules; the rules change, and for a while nothing else happens (what the
firewall does by itself); ``nfw-reconcile apply`` runs; what is left talks on; who was cut connects again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from lab.account import REGION, ByApi, ByTerraform, api_client, revisions
from lab.cast import CAST, PATIENCE, flow_of
from lab.conntrack import ConntrackTables
from lab.gateway import Gateway
from lab.network import CLIENTS, SERVERS, build, inside
from lab.record import Record, Row
from lab.sandbox import FILES, FailedError
from lab.talk.fates import fate
from lab.talk.peers import Peers
from lab.talk.values import Kind
from nfw_reconcile.emulator.http_server import serve
from nfw_reconcile.emulator.service import Service
from nfw_reconcile.emulator.settings import EmulatorSettings, OperationSettings, SyncSettings
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import FiveTuple
from tests.places import CHECKOUT
from tests.provider.cloud import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.account import Builder
    from lab.record import Scenario
    from nfw_reconcile.emulator.bodies import PolicyBodies

ZONE: Final = f"{REGION}a"
SETTINGS: Final = EmulatorSettings(
    account=ACCOUNT,
    region=REGION,
    zones=(ZONE,),
    sync=SyncSettings(delay=0.5),
    operations=OperationSettings(execute_after=0.1, duration=0.3, prune_after=0.1),
)
LET_TALK: Final = 2.0
"""Seconds of every part in which nothing is done but to talk; more than anybody's patience."""

RESULT: Final = "nfw.result"
APPLY: Final = ("apply", "nfw.plan", "--yes", "--settle", "1", "--result", RESULT)

_KEYS: Final = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_TICK: Final = 0.05
_ENFORCED_WITHIN: Final = 60.0


@dataclass(frozen=True, slots=True)
class Stage:
    """What a story is played on."""

    service: Service
    url: str
    builder: Builder
    peers: Peers
    work: Path

    def rules_in_force(self) -> PolicyBodies | None:
        """Give what the zone runs now."""
        return self.service.in_force(ZONE)

    def pause(self, seconds: float) -> None:
        """Let time pass, and the service do what is due in it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.service.catch_up()
            time.sleep(_TICK)

    def wait_for_other_rules_than(self, before: PolicyBodies | None) -> float:
        """Wait until the zone runs other rules; give the moment. Raises :class:`~lab.sandbox.FailedError`."""
        until = time.monotonic() + _ENFORCED_WITHIN
        while self.rules_in_force() is before:
            if time.monotonic() > until:
                raise FailedError(f"the zone does not run the new rules after {_ENFORCED_WITHIN:.0f} seconds")
            time.sleep(_TICK)
        return time.monotonic()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``nfw-reconcile`` as a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "nfw_reconcile", *words],
            cwd=self.work,
            env={**os.environ, **_KEYS, "PYTHONPATH": str(CHECKOUT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
        )


def play(scenario: Scenario, say: Callable[[str], None]) -> Record:
    """Play a scenario in a furnished sandbox, once; ``say`` is told what happens.

    Raises :class:`~lab.sandbox.FailedError`, and ``NfwReconcileError`` of the parts that the lab is made of.
    """
    build()
    work, engines = FILES / "work", FILES / "suricata"
    for folder in (work, engines):
        folder.mkdir()
    gateway = Gateway(engines)
    service = Service(time.time, 0, lambda _, in_force: ConntrackTables(gateway, in_force), SETTINGS)
    talkers = Peers(CAST, client=inside(CLIENTS), server=inside(SERVERS), patience=PATIENCE)
    with serve(service) as url, talkers as peers:
        directories = revisions(FILES / "revisions", scenario.rule_order, scenario.stream_exception)
        builder = (
            ByTerraform(FILES / "terraform", service, url, directories)
            if scenario.terraform
            else ByApi(service, api_client(url), directories)
        )
        try:
            return _play(scenario, Stage(service, url, builder, peers, work), say)
        finally:
            gateway.stop()


def _play(scenario: Scenario, stage: Stage, say: Callable[[str], None]) -> Record:
    say("a firewall is built, with the old rules")
    stage.builder.build()
    stage.wait_for_other_rules_than(None)
    say(f"{len(CAST)} conversations begin")
    moments = [time.monotonic()]
    stage.peers.open(*(each.name for each in CAST))
    stage.pause(LET_TALK)
    say("the change is planned")
    words = stage.builder.plan()
    saved = _checked(stage.command("plan", *words, "--out", "nfw.plan", "--format", "json"))
    told = _classified(stage, words)
    say("the rules are tightened; nothing else happens for a while")
    old = stage.rules_in_force()
    stage.builder.tighten()
    moments.append(stage.wait_for_other_rules_than(old))
    stage.pause(LET_TALK)
    moments.append(time.monotonic())
    say("nfw-reconcile apply runs")
    applied = stage.command(*APPLY, "--endpoint-url", stage.url)
    moments.append(time.monotonic())
    say("what is left talks on")
    stage.peers.speak(*(each.name for each in CAST if each.kind is Kind.IDLE))
    stage.pause(LET_TALK)
    moments.append(time.monotonic())
    say("who was cut connects again")
    cut = frozenset(name for name, line in told.items() if line["flush"])
    stage.peers.reopen(*sorted(cut))
    stage.pause(LET_TALK)
    stage.peers.stop()
    moments.append(time.monotonic())
    _, tightened, apply_began, apply_ended, *_ = moments
    return Record(
        scenario,
        tightened,
        apply_began,
        apply_ended,
        applied.returncode,
        applied.stdout + applied.stderr,
        _warnings(saved),
        _rows(stage, told, cut, moments),
    )


def _rows(
    stage: Stage, told: Mapping[str, dict[str, Any]], cut: frozenset[str], moments: Sequence[float]
) -> tuple[Row, ...]:
    events, flushed = stage.peers.events(), _flushed(stage.work / RESULT)
    windows = list(pairwise(moments))
    return tuple(
        Row(
            each,
            told[each.name]["effect"],
            told[each.name]["flush"],
            told[each.name].get("after_flush"),
            bool({flow_of(each), flow_of(each).reversed()} & flushed),
            fate(each, events, *windows[0]),
            fate(each, events, *windows[1]),
            fate(each, events, *windows[3]),
            fate(each.again(1), events, *windows[4]) if each.name in cut else None,
        )
        for each in CAST
    )


def _classified(stage: Stage, words: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Ask what the change does to each conversation, by its name."""
    lines = "".join(json.dumps(_as_aws_lists(flow_of(each))) + "\n" for each in CAST)
    (stage.work / "flows.jsonl").write_text(lines, encoding="utf-8")
    said = _checked(stage.command("classify", *words, "--flows", "flows.jsonl")).splitlines()
    return {each.name: json.loads(line) for each, line in zip(CAST, said, strict=True)}


def _as_aws_lists(flow: FiveTuple) -> dict[str, Any]:
    """Write a flow in the shape ``Flow`` of the API."""
    return {
        "SourceAddress": {"AddressDefinition": str(flow.source)},
        "DestinationAddress": {"AddressDefinition": str(flow.destination)},
        "SourcePort": str(flow.source_port),
        "DestinationPort": str(flow.destination_port),
        "Protocol": str(flow.protocol),
    }


def _warnings(plan: str) -> tuple[str, ...]:
    """Give the warnings of a plan document."""
    (firewall,) = json.loads(plan)["firewalls"]
    return tuple(each["text"] for each in firewall["remarks"] if each["level"] == "warning")


def _flushed(result: Path) -> set[FiveTuple]:
    """Give the flows that a result says were flushed; none where there is no result."""
    if not result.exists():
        return set()
    firewalls = json.loads(result.read_text(encoding="utf-8"))["firewalls"]
    zones = [zone for firewall in firewalls for zone in firewall["zones"]]
    return {_tuple(each["flow"]) for zone in zones for each in zone["flushed"]}


def _tuple(flow: Mapping[str, Any]) -> FiveTuple:
    """Read a flow of a result file."""
    source, destination = Address.parse(flow["source"]), Address.parse(flow["destination"])
    return FiveTuple(flow["protocol"], source, flow["source_port"], destination, flow["destination_port"])


def _checked(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode:
        raise FailedError(
            f"{' '.join(map(str, done.args[2:]))} ended with {done.returncode}: {done.stderr}{done.stdout}"
        )
    return done.stdout
