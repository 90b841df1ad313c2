from __future__ import annotations

import pytest

from nfw_reconcile.emulator.clients import Client, ClientState
from nfw_reconcile.emulator.settings import EmulatorSettings, TableSettings
from nfw_reconcile.errors import UsageError
from nfw_reconcile.model.flow import ICMP
from tests.unit.emulator.scene import A, Scene, build, flow


def cut(scene: Scene, policy: str) -> None:
    """Deny port 5432 and flush it, under a stream exception policy."""
    scene.set_engine_options(StreamExceptionPolicy=policy)
    scene.tighten()
    scene.clock.sleep(10)
    scene.operate("StartFlowFlush", FlowFilters=[{"DestinationPort": "5432"}])


def states(client: Client) -> list[ClientState]:
    return [moment.state for moment in client.history]


def test_a_chatty_client_keeps_its_connection_alive_under_rules_that_deny_it() -> None:
    scene = build()
    client = Client.chatty(flow(5432), interval=60)
    scene.emulator.add_client(A, client)
    scene.tighten()
    scene.clock.sleep(5 * 24 * 3600)

    (entry,) = scene.emulator.entries(A)
    assert entry.packets == 5 * 24 * 60 + 1
    assert states(client) == [ClientState.CONNECTED]


def test_an_idle_client_loses_its_entry_without_noticing() -> None:
    scene = build()
    client = Client.idle(flow(5432))
    scene.emulator.add_client(A, client)
    scene.clock.sleep(351)

    assert scene.emulator.entries(A) == ()
    assert client.state is ClientState.CONNECTED


def test_under_drop_a_flushed_client_hangs() -> None:
    scene = build()
    client = Client.chatty(flow(5432))
    scene.emulator.add_client(A, client)
    cut(scene, "DROP")
    scene.clock.sleep(3600)

    assert states(client) == [ClientState.CONNECTED, ClientState.HANGING]
    assert scene.emulator.entries(A) == ()


def test_under_reject_a_flushed_client_is_told_and_its_retries_are_refused() -> None:
    scene = build()
    client = Client.reconnecting(flow(5432), interval=5)
    scene.emulator.add_client(A, client)
    cut(scene, "REJECT")
    scene.clock.sleep(20)

    scene.emulator.catch_up()
    assert states(client)[:3] == [ClientState.CONNECTED, ClientState.RESET, ClientState.REFUSED]
    ports = [moment.flow.source_port for moment in client.history[2:]]
    assert ports == [40_001, 40_002, 40_003, 40_004, 40_005]


def test_a_client_that_is_still_allowed_connects_again_at_once() -> None:
    scene = build()
    client = Client.reconnecting(flow(443), port_step=0)
    scene.emulator.add_client(A, client)
    scene.set_engine_options(StreamExceptionPolicy="REJECT")
    scene.operate("StartFlowFlush")
    scene.clock.sleep(5)

    scene.emulator.catch_up()
    assert states(client) == [ClientState.CONNECTED, ClientState.RESET, ClientState.CONNECTED]
    assert client.history[1].time == client.history[2].time
    (entry,) = scene.emulator.entries(A)
    assert entry.flow == flow(443)


def test_without_an_answer_a_client_connects_again_when_its_patience_ends() -> None:
    scene = build()
    client = Client.reconnecting(flow(443), interval=10)
    scene.emulator.add_client(A, client)
    scene.operate("StartFlowFlush")
    scene.clock.sleep(60)

    scene.emulator.catch_up()
    hanging, connected = client.history[1:]
    assert (hanging.state, connected.state) == (ClientState.HANGING, ClientState.CONNECTED)
    assert connected.time - hanging.time == 30


def test_a_client_that_gives_up_is_not_heard_of_again() -> None:
    scene = build()
    client = Client.chatty(flow(23))
    scene.emulator.add_client(A, client)
    scene.clock.sleep(1000)

    scene.emulator.catch_up()
    assert states(client) == [ClientState.REFUSED]


def test_retries_on_one_port_are_seen_as_young_stubs() -> None:
    scene = build(EmulatorSettings(tables=TableSettings(stub_seconds=60)))
    client = Client.reconnecting(flow(5432), interval=5, port_step=0)
    scene.emulator.add_client(A, client)
    scene.clock.sleep(1000)
    cut(scene, "REJECT")
    scene.clock.sleep(10)

    (listed,) = scene.operate("StartFlowCapture")
    assert int(listed["Age"]) < 10
    assert scene.operate("StartFlowCapture", MinimumFlowAgeInSeconds=20) == []


def test_source_ports_wrap_around_and_protocols_without_ports_keep_none() -> None:
    scene = build()
    last = Client.reconnecting(flow(23, 65_535), interval=1)
    ping = Client.reconnecting(flow(23, 0, ICMP), interval=1)
    for client in (last, ping):
        scene.emulator.add_client(A, client)
    scene.clock.sleep(1)

    scene.emulator.catch_up()
    assert last.flow.source_port == 1024
    assert ping.flow.source_port == 0


def test_an_interval_of_no_time_is_refused() -> None:
    with pytest.raises(UsageError, match="every 0"):
        Client.chatty(flow(443), interval=0)
