from __future__ import annotations

import socket

from lab.talk.values import Conversation, Kind, Side, What
from lab.talk.witness import line
from tests.unit.lab.talks import WITHIN, alone, conversation

OPENED, PROGRESS, GAP, BROKEN = What.OPENED, What.PROGRESS, What.GAP, What.BROKEN


def datagrams(talk: Conversation) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(WITHIN)
    made.bind((talk.client, 0))
    made.connect((talk.server, talk.server_port))
    return made


def connected(talk: Conversation) -> socket.socket:
    return socket.create_connection((talk.server, talk.server_port), WITHIN)


def test_one_way_datagrams_are_counted_and_missed() -> None:
    talk = conversation(Kind.UDP_ONE_WAY)
    with alone(Side.SERVER, talk, patience=0.2) as server, datagrams(talk) as client:
        server.listens()
        for number in (1, 2, 5, 5):
            client.send(line(talk.name, number))
        client.send(b"noise")
        seen = [server.next() for _ in range(6)]
        expected = [(OPENED, 0), (PROGRESS, 1), (PROGRESS, 2), (GAP, 2), (PROGRESS, 3), (BROKEN, 3)]
        assert [(event.what, event.count) for event in seen] == expected
        assert server.until(What.SILENT).count == 3


def test_echoes_are_bytes_that_came() -> None:
    talk = conversation(Kind.UDP)
    with alone(Side.SERVER, talk) as server, datagrams(talk) as client:
        server.listens()
        for sent in (line(talk.name, 1), b"noise"):
            client.send(sent)
            assert client.recv(1000) == sent
        assert server.until(BROKEN).count == 1


def test_each_port_of_a_client_is_a_conversation() -> None:
    talk = conversation(Kind.UDP)
    with alone(Side.SERVER, talk) as server, datagrams(talk) as first, datagrams(talk) as second:
        server.listens()
        first.send(line(talk.name, 1))
        second.send(line(f"{talk.name}/again", 1))
        seen = {server.until(PROGRESS).name, server.until(PROGRESS).name}
        assert seen == {talk.name, f"{talk.name}/again"}


def test_strangers_are_told_of_in_no_way() -> None:
    talk, other = conversation(Kind.IDLE), conversation(Kind.UDP)
    with alone(Side.SERVER, talk, other) as server:
        server.listens()
        with datagrams(other) as stranger:
            stranger.send(b"who are you?\n")
        for said in (b"", b"GET / HTTP/1.1\r\n", line("somebody", 1)):
            with connected(talk) as stranger:
                stranger.sendall(said)
                stranger.shutdown(socket.SHUT_WR)
                assert not stranger.recv(1000)
        with connected(talk) as client:
            client.sendall(line(talk.name, 1))
            assert server.next().name == talk.name


def test_the_end_of_a_connection_is_told() -> None:
    talk = conversation(Kind.IDLE)
    with alone(Side.SERVER, talk) as server:
        server.listens()
        with connected(talk) as client:
            client.sendall(line(talk.name, 1))
            assert client.recv(1000) == line(talk.name, 1)
        assert server.until(What.CLOSED).count == 1


def test_a_reset_is_told() -> None:
    talk = conversation(Kind.IDLE)
    with alone(Side.SERVER, talk) as server:
        server.listens()
        with connected(talk) as client:
            client.sendall(line(talk.name, 1))
            client.recv(1, socket.MSG_PEEK)  # closing with something unread is a reset
        assert server.until(What.RESET).count == 1
