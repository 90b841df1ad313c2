"""An account on the emulator with one firewall, and the surroundings in which it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.aws.local import local_clients
from nfw_reconcile.aws.service import AwsFlowService
from nfw_reconcile.cli.demo.stage import snapshot_of, update_groups
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.seed import from_snapshot
from nfw_reconcile.emulator.transport import attach
from nfw_reconcile.pipeline.reading import Surroundings
from nfw_reconcile.pipeline.source import LiveSource
from tests.bodies import REGION

if TYPE_CHECKING:
    from nfw_reconcile.act.ports import FlowService
    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.model.inventory import FirewallRecord, PolicyBundle

VPC: Final = "vpc-0a1b2c3d4e5f60718"


@dataclass(frozen=True)
class Account:
    """``asked`` are the regions for which a service was asked."""

    emulator: Emulator
    firewall: FirewallRecord
    bundle: PolicyBundle
    clients: Any
    asked: list[str | None]

    @classmethod
    def of(cls, firewall: FirewallRecord, bundle: PolicyBundle) -> Account:
        """Give an account in which the bundle is in force; its HOME_NET are the CIDRs of the firewall's VPC."""
        clock = VirtualClock()
        emulator = from_snapshot(
            snapshot_of(firewall, bundle), clock=clock.now, judge=EngineJudge(), zones=(f"{REGION}a",)
        )
        clients = local_clients(REGION)
        for client in clients.every:
            attach(client, emulator, sleep=clock.sleep)
        return cls(emulator, firewall, bundle, clients, [])

    @property
    def source(self) -> LiveSource:
        return LiveSource(str(self.firewall.name.arn))

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(self._service_of)

    def _service_of(self, region: str | None) -> FlowService:
        self.asked.append(region)
        return AwsFlowService(self.clients)

    def become(self, bundle: PolicyBundle) -> None:
        """Change the rule groups by hand, as nobody should."""
        update_groups(self.clients.reads, self.bundle, bundle)
