from __future__ import annotations

import contextlib
import socket
import struct
from typing import TYPE_CHECKING

import pytest

from lab.talk.values import Command, Conversation, Do, Kind, Side, What
from lab.talk.witness import line
from tests.unit.lab.talks import WITHIN, alone, conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOON = 0.2
"""Patience of a client that is to lose it."""


@contextlib.contextmanager
def listening(talk: Conversation, kind: socket.SocketKind = socket.SOCK_STREAM) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, kind) as door:
        door.bind((talk.server, talk.server_port))
        door.settimeout(WITHIN)
        if kind is socket.SOCK_STREAM:
            door.listen(0)
        yield door


@contextlib.contextmanager
def accepted(door: socket.socket, talk: Conversation) -> Iterator[socket.socket]:
    connection, sender = door.accept()
    with connection:
        assert sender == (talk.client, talk.client_port)
        connection.settimeout(WITHIN)
        yield connection


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def opening(talk: Conversation) -> Command:
    return Command(Do.OPEN, (talk.name,))


@pytest.mark.parametrize("kind", [Kind.TCP, Kind.IDLE])
def test_a_reset_ends_a_conversation(kind: Kind) -> None:
    talk = conversation(kind)
    with listening(talk) as door, alone(Side.CLIENT, talk) as client:
        client.tell(opening(talk))
        with accepted(door, talk) as connection:
            connection.send(connection.recv(1000))
            assert client.until(What.PROGRESS).count == 1
            reset(connection)
        assert client.until(What.RESET).count == 1


def test_an_orderly_end_is_no_reset() -> None:
    talk = conversation(Kind.IDLE)
    with listening(talk) as door, alone(Side.CLIENT, talk) as client:
        client.tell(opening(talk))
        with accepted(door, talk) as connection:
            assert connection.recv(1000) == line(talk.name, 1)
        assert client.until(What.CLOSED).count == 0


def test_a_silent_server_is_spoken_to_until_it_answers() -> None:
    talk = conversation(Kind.TCP)
    with listening(talk) as door, alone(Side.CLIENT, talk, patience=SOON) as client:
        client.tell(opening(talk))
        with accepted(door, talk) as connection, connection.makefile("rb") as lines:
            assert client.until(What.SILENT).count == 0
            for number in range(1, 20):
                assert lines.readline() == line(talk.name, number)
                connection.send(line(talk.name, number))
            assert [client.until(What.PROGRESS).count for _ in range(19)] == list(range(1, 20))


def test_an_echo_that_differs_breaks_a_conversation() -> None:
    talk = conversation(Kind.IDLE)
    with listening(talk) as door, alone(Side.CLIENT, talk) as client:
        client.tell(opening(talk))
        with accepted(door, talk) as connection:
            connection.send(connection.recv(1000).upper())
            assert client.until(What.BROKEN).count == 0


@pytest.mark.parametrize("kind", [Kind.UDP, Kind.UDP_ONE_WAY])
def test_datagrams_are_sent_although_nobody_answers(kind: Kind) -> None:
    talk = conversation(kind)
    with listening(talk, socket.SOCK_DGRAM) as door, alone(Side.CLIENT, talk, patience=SOON) as client:
        client.tell(opening(talk))
        received = [door.recvfrom(1000) for _ in range(20)]
        assert received == [(line(talk.name, n), (talk.client, talk.client_port)) for n in range(1, 21)]
        if kind.answered:
            assert client.next().what is What.SILENT


def test_a_udp_port_that_nobody_has_is_silent() -> None:
    talk = conversation(Kind.UDP)
    with alone(Side.CLIENT, talk, patience=SOON) as client:
        client.tell(opening(talk))
        assert client.next().what is What.SILENT


def test_answers_that_were_lost_are_counted_and_those_of_strangers_are_not() -> None:
    talk = conversation(Kind.UDP)
    with listening(talk, socket.SOCK_DGRAM) as door, alone(Side.CLIENT, talk) as client:
        client.tell(opening(talk))
        received = [door.recvfrom(1000) for _ in range(3)]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((talk.server, 0))
            stranger.sendto(*received[0])
        door.sendto(*received[2])
        seen = [client.next() for _ in range(3)]
        expected = [(What.OPENED, 0), (What.GAP, 2), (What.PROGRESS, 1)]
        assert [(event.what, event.count) for event in seen] == expected


@pytest.mark.parametrize("kind", [Kind.TCP, Kind.TLS])
def test_a_port_that_nobody_has_refuses(kind: Kind) -> None:
    talk = conversation(kind)
    with alone(Side.CLIENT, talk) as client:
        client.tell(opening(talk))
        assert client.next().what is What.REFUSED


@pytest.mark.parametrize("end", [reset, socket.socket.close])
def test_a_tls_handshake_that_is_cut_off_is_refused(end: Callable[[socket.socket], None]) -> None:
    talk = conversation(Kind.TLS)
    with listening(talk) as door, alone(Side.CLIENT, talk) as client:
        client.tell(opening(talk))
        with accepted(door, talk) as connection:
            assert b"lab.example" in connection.recv(10_000)
            end(connection)
        assert client.next().what is What.REFUSED


def test_a_tls_handshake_that_nobody_answers_times_out() -> None:
    talk = conversation(Kind.TLS)
    with listening(talk), alone(Side.CLIENT, talk, patience=SOON) as client:
        client.tell(opening(talk))
        assert client.next().what is What.TIMED_OUT


def test_a_connection_that_nobody_answers_times_out() -> None:
    talk = conversation(Kind.TCP)
    filled = socket.create_connection
    with (
        listening(talk) as door,
        filled(door.getsockname()),
        alone(Side.CLIENT, talk, patience=SOON) as client,
    ):
        client.tell(opening(talk))
        assert client.next().what is What.TIMED_OUT


def test_it_connects_again_from_another_port() -> None:
    talk = conversation(Kind.IDLE)
    with listening(talk) as door, alone(Side.CLIENT, talk) as client:
        client.tell(opening(talk))
        with accepted(door, talk) as first:
            assert first.recv(1000) == line(talk.name, 1)
            client.tell(Command(Do.REOPEN, (talk.name,), port_step=5000))
            with accepted(door, talk.again(5000)) as second:
                assert second.recv(1000) == line(f"{talk.name}/again", 1)
                client.tell(Command(Do.SPEAK, (talk.name,)))
                assert first.recv(1000) == line(talk.name, 2)
