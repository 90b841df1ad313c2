from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nfw_reconcile.emulator.flows import Fate
from nfw_reconcile.emulator.settings import AgeMode, EmulatorSettings, OperationSettings, TableSettings
from nfw_reconcile.emulator.tables import Entry
from nfw_reconcile.model.flow import ICMP, TCP, UDP, FiveTuple
from tests.unit.emulator.scene import A, B, Scene, build, flow


def tables(**settings: Any) -> EmulatorSettings:  # noqa: ANN401 - any field
    return EmulatorSettings(tables=replace(TableSettings(), **settings))


def tuples(scene: Scene, zone: str = A) -> list[FiveTuple]:
    return [entry.flow for entry in scene.emulator.entries(zone)]


def flush(scene: Scene, port: int) -> None:
    scene.operate("StartFlowFlush", FlowFilters=[{"DestinationPort": str(port)}])


def test_an_allowed_attempt_leaves_an_entry_and_a_denied_one_does_not() -> None:
    scene = build()

    assert scene.emulator.attempt(A, flow(443))
    assert not scene.emulator.attempt(A, flow(23))
    assert tuples(scene) == [flow(443)]
    assert tuples(scene, B) == []


def test_a_connection_lives_on_under_rules_that_would_deny_it_now() -> None:
    scene = build()
    scene.emulator.attempt(A, flow(5432))
    scene.tighten()
    for _ in range(100):
        scene.clock.sleep(60)
        assert scene.emulator.traffic(A, flow(5432)) is Fate.PASSED
        assert scene.emulator.traffic(A, flow(5432).reversed()) is Fate.PASSED

    assert not scene.emulator.attempt(A, flow(5432, 40_001))
    (entry,) = scene.emulator.entries(A)
    assert (entry.packets, entry.age(scene.clock(), AgeMode.SINCE_FIRST_PACKET)) == (201, 6000)


def test_an_attempt_on_a_tracked_tuple_is_no_new_flow() -> None:
    scene = build()
    scene.emulator.attempt(A, flow(5432))
    scene.tighten()
    scene.clock.sleep(10)

    assert scene.emulator.attempt(A, flow(5432))


@pytest.mark.parametrize(("protocol", "timeout"), [(TCP, 350), (UDP, 300), (ICMP, 300)])
def test_a_silent_flow_goes_when_it_is_idle_for_too_long(protocol: int, timeout: int) -> None:
    scene = build()
    scene.emulator.attempt(A, flow(443, protocol=protocol))

    scene.clock.sleep(timeout)
    assert len(tuples(scene)) == 1
    scene.clock.sleep(1)
    assert tuples(scene) == []


def test_the_tcp_idle_timeout_is_that_of_the_policy() -> None:
    scene = build()
    scene.set_engine_options(FlowTimeouts={"TcpIdleTimeoutSeconds": 6000})
    scene.emulator.attempt(A, flow(443))

    scene.clock.sleep(6000)
    assert len(tuples(scene)) == 1
    scene.clock.sleep(1)
    assert tuples(scene) == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, Fate.DROPPED),
        ({"StreamExceptionPolicy": "DROP"}, Fate.DROPPED),
        ({"StreamExceptionPolicy": "REJECT"}, Fate.REJECTED),
        ({"StreamExceptionPolicy": "CONTINUE"}, Fate.PASSED),
    ],
)
def test_a_packet_of_a_flushed_connection_gets_what_the_stream_exception_policy_says(
    policy: dict[str, str], expected: Fate
) -> None:
    scene = build()
    scene.set_engine_options(**policy)
    scene.emulator.attempt(A, flow(443))
    flush(scene, 443)

    assert scene.emulator.traffic(A, flow(443)) is expected
    assert len(tuples(scene)) == (1 if expected is Fate.PASSED else 0)


def test_after_a_reject_the_client_can_connect_again_under_the_new_rules() -> None:
    scene = build()
    scene.set_engine_options(StreamExceptionPolicy="REJECT")
    for port in (443, 5432):
        scene.emulator.attempt(A, flow(port))
    scene.tighten()
    scene.clock.sleep(10)
    scene.operate("StartFlowFlush")

    assert [scene.emulator.traffic(A, flow(port)) for port in (443, 5432)] == [Fate.REJECTED] * 2
    assert scene.emulator.attempt(A, flow(443))
    assert not scene.emulator.attempt(A, flow(5432))


@pytest.mark.parametrize("survives", [False, True])
def test_under_continue_a_denied_connection_goes_on_only_if_that_is_set(*, survives: bool) -> None:
    scene = build(tables(continue_survives=survives))
    scene.set_engine_options(StreamExceptionPolicy="CONTINUE")
    scene.emulator.put_flow(A, flow(5432), age=5000)
    scene.tighten()
    scene.clock.sleep(10)
    flush(scene, 5432)

    assert (scene.emulator.traffic(A, flow(5432)) is Fate.PASSED) is survives
    ages = [entry.age(scene.clock(), AgeMode.SINCE_FIRST_PACKET) for entry in scene.emulator.entries(A)]
    assert ages == ([0] if survives else [])


def test_a_packet_of_a_flushed_udp_flow_begins_a_new_flow_from_its_own_sender() -> None:
    scene = build()
    reply = flow(5432, protocol=UDP).reversed()
    scene.emulator.put_flow(A, reply.reversed(), age=100)
    scene.tighten()
    scene.clock.sleep(10)
    flush(scene, 5432)

    assert scene.emulator.traffic(A, flow(5432, protocol=UDP)) is Fate.DROPPED
    assert scene.emulator.traffic(A, reply) is Fate.PASSED
    assert tuples(scene) == [reply]


def test_a_marked_flow_passes_nothing_while_it_waits_to_be_pruned() -> None:
    scene = build(EmulatorSettings(operations=OperationSettings(prune_after=60)))
    scene.emulator.attempt(A, flow(443))
    flush(scene, 443)

    (entry,) = scene.emulator.entries(A)
    assert entry.marked
    assert scene.emulator.traffic(A, flow(443)) is Fate.DROPPED
    scene.clock.sleep(60)
    assert tuples(scene) == []


def test_pruning_spares_what_took_the_place_of_a_marked_flow() -> None:
    scene = build(EmulatorSettings(operations=OperationSettings(prune_after=60)))
    scene.emulator.put_flow(A, flow(443), age=100)
    flush(scene, 443)
    assert scene.emulator.attempt(A, flow(443))

    for _ in range(5):
        scene.clock.sleep(60)
        scene.emulator.traffic(A, flow(443))
    (entry,) = scene.emulator.entries(A)
    assert not entry.marked
    assert entry.packets == 6


def test_refused_connections_leave_young_stubs_that_pass_nothing_if_set() -> None:
    scene = build(tables(stub_seconds=30))

    assert not scene.emulator.attempt(A, flow(23))
    (stub,) = scene.emulator.entries(A)
    assert stub.blocked_until == scene.clock() + 30
    assert scene.emulator.traffic(A, flow(23)) is Fate.DROPPED
    scene.clock.sleep(30)
    assert tuples(scene) == []


def test_a_midstream_packet_leaves_a_stub_too_and_a_new_connection_replaces_it() -> None:
    scene = build(tables(stub_seconds=30))

    assert scene.emulator.traffic(A, flow(443)) is Fate.DROPPED
    assert len(tuples(scene)) == 1
    assert scene.emulator.attempt(A, flow(443))
    (entry,) = scene.emulator.entries(A)
    assert entry.blocked_until is None


def test_entries_can_be_stored_reversed_and_still_be_found() -> None:
    scene = build(tables(reversed_share=1.0))
    scene.emulator.attempt(A, flow(443))

    assert tuples(scene) == [flow(443).reversed()]
    assert scene.emulator.traffic(A, flow(443)) is Fate.PASSED


def test_a_mirrored_connection_lives_until_both_of_its_entries_are_flushed() -> None:
    scene = build(tables(mirrored=True))
    scene.emulator.attempt(A, flow(443))
    assert tuples(scene) == [flow(443), flow(443).reversed()]

    flush(scene, 443)
    assert tuples(scene) == [flow(443).reversed()]
    assert scene.emulator.traffic(A, flow(443)) is Fate.PASSED
    scene.operate("StartFlowFlush", FlowFilters=[{"SourcePort": "443"}])
    assert scene.emulator.traffic(A, flow(443)) is Fate.DROPPED


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (AgeMode.SINCE_FIRST_PACKET, 90),
        (AgeMode.SINCE_LAST_PACKET, 30),
        (AgeMode.FIRST_TO_LAST_PACKET, 60),
    ],
)
def test_age_counts_what_is_set_in_whole_seconds(mode: AgeMode, expected: int) -> None:
    assert Entry(flow(443), born=10, last=70).age(100.9, mode) == expected
