from __future__ import annotations

import pytest

from lab.talk.fates import Fate, fate
from lab.talk.peers import Peers
from lab.talk.values import Conversation, Event, Kind, Side, What
from nfw_reconcile.errors import InputError, NfwReconcileError
from tests.unit.lab.talks import WITHIN, conversation, told

EVER = float("inf")


def counted(events: tuple[Event, ...], name: str, side: Side) -> list[tuple[What, int]]:
    return [(event.what, event.count) for event in events if (event.name, event.side) == (name, side)]


def whole(seen: list[tuple[What, int]]) -> bool:
    """Say whether there is nothing but progress, by one each."""
    return seen == [(What.OPENED, 0), *((What.PROGRESS, n) for n in range(1, len(seen)))]


def test_conversations_of_all_kinds_are_whole() -> None:
    first = conversation(Kind.TCP)
    talks = [
        first,
        conversation(Kind.TCP, "beside", server_port=first.server_port),
        conversation(Kind.IDLE, server_port=first.server_port),
        conversation(Kind.TLS),
        conversation(Kind.UDP, server_port=first.server_port),
        conversation(Kind.UDP_ONE_WAY, server_port=first.server_port),
    ]
    with Peers(talks, patience=WITHIN) as peers:
        peers.open(*(talk.name for talk in talks))
        for talk in talks:
            side = Side.CLIENT if talk.kind.answered else Side.SERVER
            enough = 1 if talk.kind is Kind.IDLE else 10
            events = peers.wait_for(told(talk.name, What.PROGRESS, enough, side), WITHIN)
    for talk in talks:
        found = fate(talk, events, 0, EVER)
        assert found == Fate(alive=True, ended_at=None, how=None, exchanged=found.exchanged, continuous=True)
        assert whole(counted(events, talk.name, Side.SERVER))
        assert whole(counted(events, talk.name, Side.CLIENT)) or not talk.kind.answered


def test_who_is_idle_speaks_when_told_to() -> None:
    idle, chatty = conversation(Kind.IDLE), conversation(Kind.TCP)
    with Peers([idle, chatty], patience=WITHIN) as peers:
        peers.open("idle", "tcp")
        events = peers.wait_for(told("tcp", What.PROGRESS, 10), WITHIN)
        assert counted(events, "idle", Side.CLIENT)[-1][1] <= 1
        peers.speak("idle")
        peers.wait_for(told("idle", What.PROGRESS, 2), WITHIN)


@pytest.mark.parametrize("kind", Kind)
def test_a_conversation_goes_again_beside_the_old_one(kind: Kind) -> None:
    talk = conversation(kind)
    side = Side.CLIENT if kind.answered else Side.SERVER
    with Peers([talk], patience=WITHIN) as peers:
        peers.open(kind)
        peers.wait_for(told(kind, What.PROGRESS, 1, side), WITHIN)
        peers.reopen(kind, port_step=5000)
        events = peers.wait_for(told(f"{kind}/again", What.PROGRESS, 1, side), WITHIN)
        assert whole(counted(events, kind, side))
        if kind is not Kind.IDLE:
            peers.wait_for(told(kind, What.PROGRESS, len(events) + 1, side), WITHIN)


def test_a_server_sees_a_client_stop() -> None:
    talk = conversation(Kind.IDLE)
    with Peers([talk], patience=WITHIN) as peers:
        peers.open(talk.name)
        peers.wait_for(told(talk.name, What.PROGRESS, 1), WITHIN)
        peers.stop()
        assert counted(peers.events(), talk.name, Side.SERVER)[-1] == (What.CLOSED, 1)
        peers.stop()


def test_a_peer_that_ends_by_itself_is_an_error() -> None:
    with Peers([conversation(Kind.TCP)], patience=WITHIN) as peers:
        peers.open("nobody")
        with pytest.raises(NfwReconcileError, match=r"client ended with 64: client: open: .* nobody"):
            peers.wait_for(told("nobody", What.OPENED), WITHIN)


def test_a_server_without_its_address_is_an_error() -> None:
    stranger = Conversation("far", Kind.TCP, "127.0.0.1", 1, "192.0.2.1", 7, 1)
    with pytest.raises(NfwReconcileError, match=r"server ended with 1: .*192\.0\.2\.1:7"), Peers([stranger]):
        pytest.fail("there is no such address")


def test_what_cannot_be_started_is_an_error() -> None:
    with pytest.raises(FileNotFoundError), Peers([conversation(Kind.TCP)], client=["no-such-program"]):
        pytest.fail("there is no such program")


def test_a_script_that_cannot_be_followed_starts_nothing() -> None:
    with pytest.raises(InputError):
        Peers([conversation(Kind.TCP), conversation(Kind.TCP)])


def test_waiting_has_an_end() -> None:
    with Peers([conversation(Kind.TCP)]) as peers, pytest.raises(TimeoutError):
        peers.wait_for(bool, 0.01)
