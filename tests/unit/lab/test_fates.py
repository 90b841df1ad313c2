from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lab.talk.fates import ENDS, Fate, fate
from lab.talk.values import Conversation, Event, Kind, Side, What

C, S = Side.CLIENT, Side.SERVER
OPENED, PROGRESS, GAP, BROKEN = What.OPENED, What.PROGRESS, What.GAP, What.BROKEN
RESET, SILENT, CLOSED = What.RESET, What.SILENT, What.CLOSED
Told = tuple[float, Side, What]

BEGUN: list[Told] = [(1, C, OPENED), (2, C, PROGRESS), (3, C, PROGRESS)]
UNSEEN = Fate(alive=False, ended_at=None, how=None, exchanged=0, continuous=True)


def talk(kind: Kind) -> Conversation:
    return Conversation("it", kind, "192.0.2.1", 1, "192.0.2.2", 2, 1)


def events(told: list[Told], name: str = "it") -> list[Event]:
    return [Event(at, name, side, what, 1) for at, side, what in told]


def alive(exchanged: int, *, continuous: bool = True) -> Fate:
    return Fate(alive=True, ended_at=None, how=None, exchanged=exchanged, continuous=continuous)


def ended(at: float, how: What, exchanged: int) -> Fate:
    return Fate(alive=False, ended_at=at, how=how, exchanged=exchanged, continuous=True)


@pytest.mark.parametrize(
    ("told", "window", "expected"),
    [
        pytest.param(BEGUN, (0, 9), alive(2), id="goes on"),
        pytest.param(BEGUN, (3, 9), alive(1), id="the beginning of a window is in it"),
        pytest.param(BEGUN, (0, 3), alive(1), id="the end of a window is not"),
        pytest.param(BEGUN, (4, 9), UNSEEN, id="nothing in the window shows nothing"),
        pytest.param([], (0, 9), UNSEEN, id="never opened"),
        pytest.param([(1, C, OPENED)], (0, 9), UNSEEN, id="opened, and never heard"),
        pytest.param([*BEGUN, (5, C, RESET)], (0, 9), ended(5, RESET, 2), id="reset"),
        pytest.param([*BEGUN, (5, C, CLOSED)], (3, 9), ended(5, CLOSED, 1), id="closed"),
        pytest.param([*BEGUN, (5, C, RESET)], (0, 5), alive(2), id="reset after the window"),
        pytest.param([*BEGUN, (5, C, RESET)], (6, 9), ended(5, RESET, 0), id="reset before the window"),
        pytest.param([*BEGUN, (5, C, SILENT)], (4, 9), ended(5, SILENT, 0), id="silent"),
        pytest.param([*BEGUN, (5, C, SILENT), (6, C, PROGRESS)], (4, 9), alive(1), id="silent for a while"),
        pytest.param(
            [*BEGUN, (5, C, SILENT), (6, C, RESET)], (4, 9), ended(6, RESET, 0), id="silent, then reset"
        ),
        pytest.param([(2, C, What.REFUSED)], (0, 9), ended(2, What.REFUSED, 0), id="refused"),
        pytest.param([(2, C, What.TIMED_OUT)], (0, 9), ended(2, What.TIMED_OUT, 0), id="timed out"),
        pytest.param([*BEGUN, (5, S, RESET)], (0, 9), alive(2), id="the client decides"),
        pytest.param([*BEGUN, (5, S, BROKEN)], (0, 9), alive(2, continuous=False), id="both sides look"),
        pytest.param([*BEGUN, (5, C, GAP)], (0, 9), alive(2, continuous=False), id="lost datagrams"),
        pytest.param([(0, C, GAP), *BEGUN], (1, 9), alive(2), id="lost before the window"),
    ],
)
def test_what_became_of_it(told: list[Told], window: tuple[float, float], expected: Fate) -> None:
    assert fate(talk(Kind.TCP), events(told), *window) == expected


def test_of_one_way_datagrams_the_server_decides() -> None:
    told: list[Told] = [(1, C, SILENT), (1, S, OPENED), (2, S, PROGRESS), (3, S, PROGRESS)]
    assert fate(talk(Kind.UDP_ONE_WAY), events(told), 0, 9) == alive(2)
    silent = [*told, (5.0, S, SILENT)]
    assert fate(talk(Kind.UDP_ONE_WAY), events(silent), 0, 9) == ended(5, SILENT, 2)


MOMENTS = st.integers(0, 20)
STORIES = st.lists(st.tuples(MOMENTS, st.sampled_from(Side), st.sampled_from(What)), max_size=12).map(
    lambda told: events(sorted(told, key=lambda one: one[0]))
)
TALKS = st.sampled_from(Kind).map(talk)


@given(TALKS, STORIES, MOMENTS, MOMENTS)
def test_a_fate_is_one_thing(conversation: Conversation, story: list[Event], start: int, until: int) -> None:
    found = fate(conversation, story, start, until)
    assert (found.how is None) == (found.ended_at is None)
    assert found.how is None or (found.how in ENDS and not found.alive)
    assert not found.alive or found.exchanged > 0


@given(TALKS, STORIES, MOMENTS, MOMENTS, MOMENTS)
def test_windows_side_by_side_add_up(
    conversation: Conversation, story: list[Event], start: int, middle: int, until: int
) -> None:
    start, middle, until = sorted((start, middle, until))
    first, second = fate(conversation, story, start, middle), fate(conversation, story, middle, until)
    both = fate(conversation, story, start, until)
    assert both.exchanged == first.exchanged + second.exchanged
    assert both.continuous == (first.continuous and second.continuous)
    assert (both.how, both.ended_at) == (second.how, second.ended_at)
    assert both.alive or not second.alive


@given(TALKS, STORIES, STORIES, MOMENTS, MOMENTS)
def test_neither_others_nor_the_future_matter(
    conversation: Conversation, story: list[Event], other: list[Event], start: int, until: int
) -> None:
    strangers = [Event(event.at, "other", event.side, event.what, event.count) for event in other]
    past = [event for event in story if event.at < until]
    assume(past != story or strangers)
    assert fate(conversation, [*strangers, *story], start, until) == fate(conversation, past, start, until)
