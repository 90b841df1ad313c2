from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.configuration import Configuration, ObjectState, ZoneStatus
from nfw_reconcile.act.gate import (
    STEADY,
    STRONG,
    GateTimes,
    InSync,
    NeverInSync,
    Readiness,
    Unfit,
    runs_current,
    wait_for_sync,
)
from nfw_reconcile.act.ports import UnreachableError
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.errors import error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

POLICY = "arn:aws:network-firewall:us-east-1:111122223333:firewall-policy/main"
GROUP = "arn:aws:network-firewall:us-east-1:111122223333:stateful-rulegroup/ports"
MANAGED = "arn:aws:network-firewall:us-east-1:aws-managed:stateful-rulegroup/Botnet"
TIMES = GateTimes(settle=5.0, longer_settle=60.0, poll=5.0, timeout=300.0)
START = 1000.0
GOOD = {POLICY: ("IN_SYNC", "p2"), GROUP: ("IN_SYNC", "g2")}
OLD = {POLICY: ("IN_SYNC", "p2"), GROUP: ("IN_SYNC", "g1")}
PENDING = {POLICY: ("IN_SYNC", "p2"), GROUP: ("PENDING", "g2")}
OTHER = {POLICY: ("IN_SYNC", "x"), GROUP: ("IN_SYNC", "y")}
OTHER_PENDING = {POLICY: ("PENDING", "x"), GROUP: ("PENDING", "y")}

Objects = dict[str, tuple[str, str]]


def configuration(
    zones: dict[str, Objects], attachment: str = "READY", tokens: dict[str, str | None] | None = None
) -> Configuration:
    states = {
        zone: ZoneStatus(attachment, "vpce-1", {name: ObjectState(*each) for name, each in objects.items()})
        for zone, objects in zones.items()
    }
    return Configuration("arn", "id", POLICY, 0, states, {POLICY: "p2", GROUP: "g2", **(tokens or {})}, None)


def in_sync(since: float, proof: str = STRONG) -> InSync:
    return InSync(since, proof, {POLICY: "p2", GROUP: "g2"})


def gate(reads: Iterable[Objects], attachment: str = "READY") -> Readiness:
    """Wait for one zone that says one thing at each read, and the last for ever."""
    listed = list(reads)
    return several({"a": listed}, attachment)["a"]


def several(zones: dict[str, list[Objects]], attachment: str = "READY") -> dict[str, Readiness]:
    clock = VirtualClock(START)
    number = -1

    def read() -> Configuration:
        nonlocal number
        number += 1
        return configuration(
            {zone: said[min(number, len(said) - 1)] for zone, said in zones.items()}, attachment
        )

    return wait_for_sync(read, zones, clock, TIMES, Deadline.after(clock, 10_000.0))


def test_two_reads_in_a_row_are_needed_and_the_first_one_counts() -> None:
    assert gate([GOOD]) == in_sync(START)
    assert gate([PENDING, PENDING, GOOD]) == in_sync(START + 10)


@pytest.mark.parametrize("between", [PENDING, OLD, {POLICY: GOOD[POLICY]}, {}], ids=str)
def test_a_read_in_between_that_is_not_in_sync_begins_it_anew(between: Objects) -> None:
    assert gate([GOOD, between, GOOD]) == in_sync(START + 10)


def test_the_two_reads_lie_as_far_apart_as_was_asked_for() -> None:
    clock = VirtualClock(START)
    times = GateTimes(settle=7.0, longer_settle=60.0, poll=2.0, timeout=300.0)
    wait_for_sync(lambda: configuration({"a": GOOD}), ["a"], clock, times, Deadline.after(clock, 1000.0))
    assert clock.now() == START + 8


def test_the_old_version_in_sync_is_not_the_new_one() -> None:
    found = gate([OLD])
    assert isinstance(found, NeverInSync)
    assert "ports is IN_SYNC with a token that is not the current one" in found.reason


def test_the_attachment_must_be_ready() -> None:
    found = gate([GOOD], attachment="SCALING")
    assert isinstance(found, NeverInSync)
    assert "the attachment is SCALING" in found.reason


@pytest.mark.parametrize("status", ["CAPACITY_CONSTRAINED", "NOT_SUBSCRIBED", "DEPRECATED", "SOMETHING_NEW"])
def test_a_status_that_is_no_way_to_sync_ends_the_wait(status: str) -> None:
    found = gate([PENDING, {**GOOD, GROUP: (status, "g2")}])
    assert isinstance(found, Unfit)
    assert f"ports is {status}" in found.reason


def test_objects_may_be_keyed_by_name() -> None:
    assert gate([{"main": ("IN_SYNC", "p2"), "ports": ("IN_SYNC", "g2")}]) == in_sync(START)


def test_a_group_of_aws_needs_to_be_in_sync_and_has_no_token_of_ours() -> None:
    tokens: dict[str, str | None] = {MANAGED: None}
    clock = VirtualClock(START)
    states = configuration({"a": {**GOOD, MANAGED: ("IN_SYNC", "m")}}, tokens=tokens)
    found = wait_for_sync(lambda: states, ["a"], clock, TIMES, Deadline.after(clock, 1000.0))
    assert found == {"a": InSync(START, STRONG, states.tokens)}


def test_tokens_that_never_agree_need_longer_unless_all_were_seen_to_turn() -> None:
    steady = gate([OTHER])
    assert steady == in_sync(START + 60, STEADY.format(seconds=60.0))
    turned = gate([OTHER_PENDING, OTHER])
    assert isinstance(turned, InSync)
    assert (turned.since, "PENDING" in turned.proof) == (START + 5, True)


def test_one_token_that_agrees_anywhere_proves_that_all_must() -> None:
    found = several({"a": [OTHER], "b": [OTHER, GOOD]})
    assert isinstance(found["a"], NeverInSync)
    assert isinstance(found["b"], InSync)


def test_zones_are_waited_for_side_by_side() -> None:
    found = several({"a": [GOOD], "b": [PENDING] * 100, "c": [PENDING, PENDING, GOOD]})
    assert found["a"] == in_sync(START)
    assert isinstance(found["b"], NeverInSync)
    assert found["c"] == in_sync(START + 10)
    assert list(found) == ["a", "b", "c"]


def test_a_zone_that_is_no_longer_listed_is_not_in_sync() -> None:
    clock = VirtualClock(START)
    found = wait_for_sync(
        lambda: configuration({"b": GOOD}), ["a"], clock, TIMES, Deadline.after(clock, 1000.0)
    )
    assert found == {"a": NeverInSync("zone a was not in sync within 300 s: the zone is no longer listed")}


def test_a_read_that_fails_proves_nothing_either_way() -> None:
    clock = VirtualClock(START)
    answers: list[Callable[[], Configuration]] = [lambda: configuration({"a": GOOD}), _fail]

    def read() -> Configuration:
        return answers[int(clock.now() - START) // 5 % 2]()

    found = wait_for_sync(read, ["a"], clock, TIMES, Deadline.after(clock, 1000.0))
    assert found == {"a": in_sync(START)}


def _fail() -> Configuration:
    raise UnreachableError(error("no answer"))


def test_another_version_between_the_two_reads_begins_it_anew() -> None:
    clock = VirtualClock(START)

    def read() -> Configuration:
        token = "g2" if clock.now() < START + 5 else "g3"
        objects = {POLICY: ("IN_SYNC", "p2"), GROUP: ("IN_SYNC", token)}
        return configuration({"a": objects}, tokens={GROUP: token})

    found = wait_for_sync(read, ["a"], clock, TIMES, Deadline.after(clock, 1000.0))
    assert found == {"a": InSync(START + 5, STRONG, {POLICY: "p2", GROUP: "g3"})}


def test_the_end_of_the_run_ends_the_wait() -> None:
    clock = VirtualClock(START)
    wait_for_sync(lambda: configuration({"a": PENDING}), ["a"], clock, TIMES, Deadline.after(clock, 42.0))
    assert clock.now() == START + 42


@pytest.mark.parametrize(
    ("said", "proof", "good"),
    [
        (GOOD, STRONG, True),
        (OLD, STRONG, False),
        (PENDING, STRONG, False),
        (OTHER, STEADY, True),
        (OTHER_PENDING, STEADY, False),
    ],
)
def test_a_zone_is_asked_again_by_the_proof_it_gave(said: Objects, proof: str, good: bool) -> None:  # noqa: FBT001
    assert runs_current(configuration({"a": said}), "a", in_sync(START, proof)) is good
