"""The emulator's simulated connections fare as the lab's real ones do (docs/lab.md)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from lab.account import RULE_ORDERS, ByApi, api_client, revisions
from lab.cast import CAST, flow_of
from lab.story import SETTINGS, ZONE
from lab.suricata import MIDSTREAM
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.emulator.emulator import Emulator
from nfw_reconcile.emulator.flows import Fate
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.settings import TableSettings
from nfw_reconcile.emulator.transport import attach
from tests.lab.foretold import BEYOND_A_FLUSH, CUT_BY_THE_RELOAD, FLUSHED, KEPT

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.model.flow import FiveTuple

FLOWS = {talk.name: flow_of(talk) for talk in CAST}


def exactly(flow: FiveTuple) -> dict[str, Any]:
    return {
        "SourceAddress": {"AddressDefinition": str(flow.source)},
        "DestinationAddress": {"AddressDefinition": str(flow.destination)},
        "SourcePort": str(flow.source_port),
        "DestinationPort": str(flow.destination_port),
    }


def alive(emulator: Emulator) -> set[str]:
    """Let everybody send a packet, and give the names of those whose packets arrive."""
    return {name for name, flow in FLOWS.items() if emulator.traffic(ZONE, flow) is Fate.PASSED}


@pytest.mark.parametrize("cuts", [False, True])
@pytest.mark.parametrize(("order", "exception"), list(product(RULE_ORDERS, MIDSTREAM)))
def test_simulated_connections_fare_as_real_ones(
    order: str, exception: str, tmp_path: Path, *, cuts: bool
) -> None:
    clock = VirtualClock()
    settings = replace(SETTINGS, tables=TableSettings(reload_cuts=cuts))
    emulator = Emulator(clock, 0, EngineJudge(), settings)
    client = api_client()
    attach(client, emulator, sleep=clock.sleep)
    builder = ByApi(emulator, client, revisions(tmp_path, order, exception))
    builder.build()
    clock.sleep(1)
    assert {name for name, flow in FLOWS.items() if emulator.attempt(ZONE, flow)} == FLOWS.keys()

    builder.tighten()
    clock.sleep(1)
    assert alive(emulator) == FLOWS.keys() - (CUT_BY_THE_RELOAD if cuts else frozenset())
    (firewall,) = emulator.world.firewalls
    client.start_flow_flush(
        FirewallArn=firewall,
        AvailabilityZone=ZONE,
        FlowFilters=[exactly(FLOWS[name]) for name in sorted(FLUSHED)],
    )
    clock.sleep(5)
    assert alive(emulator) == KEPT.keys() | (BEYOND_A_FLUSH if exception == "CONTINUE" else frozenset())
    assert not any(
        emulator.attempt(ZONE, flow._replace(source_port=50_000))
        for name, flow in FLOWS.items()
        if name in FLUSHED
    )
