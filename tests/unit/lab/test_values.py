from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.talk.values import Command, Conversation, Event, Kind, Script, check, read_command, read_script
from nfw_reconcile.errors import InputError
from nfw_reconcile.model.codec import canonical, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable

TALK = Conversation("web", Kind.TCP, "192.0.2.1", 40_000, "198.51.100.2", 443, 0.5)
TLS = replace(TALK, name="tls", kind=Kind.TLS, client_port=40_001, server_port=444, server_name="a.example")
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.builds(Event, at=NUMBERS, count=st.integers(0, 10**9)))
def test_events_survive_json(event: Event) -> None:
    assert from_json(Event, json.loads(canonical(to_json(event))), "event") == event


@given(st.builds(Command, names=st.lists(st.text(), max_size=3).map(tuple), port_step=st.integers(-9, 9)))
def test_commands_survive_json(command: Command) -> None:
    assert read_command(canonical(to_json(command))) == command


def test_a_script_survives_json() -> None:
    script = Script((TALK, TLS, replace(TALK, name="dns", kind=Kind.UDP)))
    assert read_script(canonical(to_json(script))) == script


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ([replace(TALK, name="")], "the name '' is empty or has spaces."),
        ([replace(TALK, name="a b")], "the name 'a b' is empty or has spaces."),
        ([replace(TALK, client="localhost")], "web: 'localhost' is no IPv4 address."),
        ([replace(TALK, server="2001:db8::1")], "web: '2001:db8::1' is no IPv4 address."),
        ([replace(TALK, client_port=0)], "web: 0 is no port."),
        ([replace(TALK, server_port=65_536)], "web: 65536 is no port."),
        ([replace(TALK, every=0)], "web: every 0 seconds is not possible."),
        ([replace(TALK, every=float("nan"))], "web: every nan seconds is not possible."),
        ([replace(TALK, every=float("inf"))], "web: every inf seconds is not possible."),
        ([replace(TLS, server_name=None)], "tls: a server_name belongs to TLS, and TLS needs one."),
        ([replace(TALK, server_name="x")], "web: a server_name belongs to TLS, and TLS needs one."),
        ([TALK, replace(TALK, client_port=1)], "web is the name of several conversations."),
        (
            [TALK, replace(TALK, name="other", kind=Kind.IDLE)],
            "several conversations go from 192.0.2.1:40000 to 198.51.100.2:443.",
        ),
        ([TALK, replace(TLS, server_port=443)], "198.51.100.2:443 is to speak TLS and plain TCP."),
    ],
)
def test_what_cannot_take_place(wrong: list[Conversation], told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_script(canonical_with_nan(Script(tuple(wrong))))
    assert str(caught.value) == told


def canonical_with_nan(script: Script) -> bytes:
    return json.dumps(to_json(script)).encode()


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        check([replace(TALK, client="x", server="y"), TALK])
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("read", [read_script, read_command])
@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff\xfe", b"[]", b"{}", b'{"do": "dance"}', b'{"conversations": 1}']
)
def test_what_is_no_document(read: Callable[[bytes], object], text: bytes) -> None:
    with pytest.raises(InputError):
        read(text)


def test_a_conversation_goes_again_from_another_port() -> None:
    assert TALK.again(3) == replace(TALK, name="web/again", client_port=40_003)
