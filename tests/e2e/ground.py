"""The ground of an end-to-end test: the emulator behind HTTP, and the real Terraform, which builds a firewall in it."""

from __future__ import annotations

import itertools
import json
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.emulator import Emulator
from nfw_reconcile.emulator.http_server import serve
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.seed import from_snapshot
from nfw_reconcile.emulator.settings import EmulatorSettings, OperationSettings, SyncSettings
from nfw_reconcile.model.flow import CapturedFlow
from tests.checker import current_tokens
from tests.hooks.workplace import Workplace
from tests.provider.cloud import ACCOUNT
from tests.provider.terraform import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from nfw_reconcile.emulator.resources import Endpoint
    from nfw_reconcile.model.flow import FiveTuple

REGION: Final = "eu-west-1"
ZONES: Final = tuple(f"{REGION}{letter}" for letter in "abc")
AGE: Final = 600.0
QUICK: Final = EmulatorSettings(
    account=ACCOUNT,
    region=REGION,
    zones=ZONES,
    sync=SyncSettings(delay=0.3),
    operations=OperationSettings(execute_after=0.05, duration=0.1, prune_after=0.05),
)


@dataclass(frozen=True, slots=True)
class Place:
    """An account, and a folder for the hooks to run in."""

    emulator: Emulator
    job: Workplace

    def endpoints(self, firewall: str | None = None) -> list[Endpoint]:
        """Give the endpoints of a firewall, by its ARN, or of all: one in each of its zones."""
        firewalls = self.emulator.world.firewalls
        chosen = [each for arn, each in firewalls.items() if firewall in {None, arn}]
        return [deployment.endpoint for each in chosen for deployment in each.deployments.values()]

    def alive(self, firewall: str | None = None) -> set[FiveTuple]:
        """Give what lives in any zone of a firewall, or of all."""
        places = self.endpoints(firewall)
        return {entry.flow for place in places for entry in self.emulator.entries(place)}

    def tokens(self) -> dict[str, str]:
        """Give the update token of the policy and of every rule group."""
        return current_tokens(self.emulator)


@dataclass(frozen=True, slots=True)
class Ground(Place):
    """An account that begins empty: what is in it, Terraform has put there."""

    terraform: StandIn

    def build(self, configuration: Path) -> None:
        """Apply a configuration, and let the network be as it says: the emulator's own part has no VPCs."""
        self.terraform.apply(configuration)
        self.take_over_networks()

    def take_over_networks(self) -> None:
        """Tell the emulator of the VPCs and prefix lists that Terraform has made."""
        world = json.loads(self.terraform.store.read_text(encoding="utf-8"))
        for vpc in world.get("aws_vpc", {}).values():
            self.emulator.set_vpc(vpc["id"], [vpc["cidr_block"]])
        for listed in world.get("aws_ec2_managed_prefix_list", {}).values():
            self.emulator.set_prefix_list(listed["arn"], [entry["cidr"] for entry in listed["entry"] or ()])

    def connect(self, flows: Iterable[FiveTuple], firewall: str | None = None) -> None:
        """Open connections, the zones in turn; those that the rules of their zone let live, and are a while old."""
        for place, flow in zip(itertools.cycle(self.endpoints(firewall)), flows, strict=False):
            if self.emulator.attempt(place, flow):
                self.emulator.put_flow(place, flow, age=AGE, packets=100, size=50_000)

    def plan(self, configuration: Path) -> None:
        """Plan a change with Terraform, and run the hook that comes before its apply."""
        plan = self.terraform.plan(configuration)
        (self.job.folder / "tfplan.json").write_text(json.dumps(plan), encoding="utf-8")
        done = self.job.run("ci/nfw/pre-apply.sh")
        assert done.code == 0, done.err


@contextmanager
def ground(folder: Path, settings: EmulatorSettings = QUICK) -> Iterator[Ground]:
    """Give an empty account, Terraform to fill it, and a folder for the hooks to run in."""
    emulator = Emulator(time.time, 0, EngineJudge(), settings)
    with serve(emulator) as url:
        (folder / "terraform").mkdir(parents=True)
        yield Ground(emulator, Workplace(folder / "job", url), StandIn(folder / "terraform", url))


@contextmanager
def copied(made: Place, flows: Iterable[FiveTuple], folder: Path) -> Iterator[Place]:
    """Give a copy of an account as ``nfw-reconcile snapshot`` saves it, with flows and with the plan of the hook."""
    (firewall,) = made.emulator.world.firewalls
    saved = made.job.run("nfw-reconcile", "snapshot", "--firewall", firewall, "--out", f"{folder}/live.json")
    assert saved.code == 0, saved.err
    snapshot = json.loads((folder / "live.json").read_text(encoding="utf-8"))
    seen = [CapturedFlow(flow, int(AGE), 100, 50_000, ZONES[n % len(ZONES)]) for n, flow in enumerate(flows)]
    emulator = from_snapshot(
        snapshot, seen, clock=time.time, judge=EngineJudge(), settings=QUICK, clients=None
    )
    with serve(emulator) as url:
        job = Workplace(folder / "job", url)
        shutil.copy(made.job.folder / "nfw.plan", job.folder)
        yield Place(emulator, job)
