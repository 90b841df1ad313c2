from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.talk.values import Kind, What
from lab.talk.witness import Witness, line, read_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NAMES = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1)
OTHER = line("other", 1)
Seen = list[tuple[What, int]]

OPENED, PROGRESS, GAP = What.OPENED, What.PROGRESS, What.GAP
BROKEN, SILENT, RESET = What.BROKEN, What.SILENT, What.RESET


class Listener:
    """A witness, what it tells, and its timers, which ring when the test says so."""

    def __init__(self, kind: Kind) -> None:
        self.seen: Seen = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.witness = Witness("it", kind, self._tell, lambda *timer: self.timers.append(timer))

    def hear(self, *numbers: int) -> Seen:
        for number in numbers:
            self.witness.hear(line("it", number))
        return self.seen

    def ring(self) -> None:
        for _, overdue in self.timers:
            overdue()
        self.timers.clear()

    def _tell(self, name: str, what: What, count: int) -> None:
        assert name == "it"
        self.seen.append((what, count))


@given(NAMES, st.integers(0, 10**18))
def test_a_line_is_read_as_it_was_written(name: str, number: int) -> None:
    assert read_line(line(name, number)) == (name, number)


@given(NAMES, st.integers(0, 10**18), st.data())
def test_no_byte_of_a_line_can_differ(name: str, number: int, data: st.DataObject) -> None:
    changed = bytearray(line(name, number))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] ^= data.draw(st.integers(1, 255))
    assert read_line(bytes(changed)) is None
    assert read_line(line(name, number)[:place]) is None


@given(st.binary())
def test_anything_can_be_heard(data: bytes) -> None:
    listener = Listener(Kind.TCP)
    listener.witness.hear(data)
    assert [what for what, _ in listener.seen] == [OPENED, BROKEN]


@pytest.mark.parametrize(
    ("kind", "numbers", "seen"),
    [
        (Kind.TCP, [1, 2], [(PROGRESS, 1), (PROGRESS, 2)]),
        (Kind.TCP, [1, 1], [(PROGRESS, 1), (BROKEN, 1)]),
        (Kind.TCP, [1, 3, 4], [(PROGRESS, 1), (BROKEN, 1), (PROGRESS, 2)]),
        (Kind.TLS, [2], [(BROKEN, 0)]),
        (Kind.IDLE, [1, 2, 1], [(PROGRESS, 1), (PROGRESS, 2), (BROKEN, 2)]),
        (Kind.UDP, [1, 4, 5], [(PROGRESS, 1), (GAP, 2), (PROGRESS, 2), (PROGRESS, 3)]),
        (Kind.UDP, [1, 3, 2], [(PROGRESS, 1), (GAP, 1), (PROGRESS, 2), (BROKEN, 2)]),
        (Kind.UDP_ONE_WAY, [3, 3], [(GAP, 2), (PROGRESS, 1), (BROKEN, 1)]),
    ],
)
def test_what_is_made_of_numbers(kind: Kind, numbers: Iterable[int], seen: Seen) -> None:
    assert Listener(kind).hear(*numbers) == [(OPENED, 0), *seen]


@given(st.sets(st.integers(1, 50), min_size=1))
def test_every_datagram_is_exchanged_or_lost(numbers: set[int]) -> None:
    seen = Listener(Kind.UDP).hear(*sorted(numbers))
    assert {what for what, _ in seen} <= {OPENED, PROGRESS, GAP}
    assert seen[-1] == (PROGRESS, len(numbers))
    assert sum(count for what, count in seen if what is GAP) == max(numbers) - len(numbers)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_a_stream_is_whole_or_broken(numbers: list[int]) -> None:
    seen = Listener(Kind.TCP).hear(*numbers)
    whole = numbers == list(range(1, len(numbers) + 1))
    assert whole != (BROKEN in {what for what, _ in seen})


def test_a_line_of_another_conversation_breaks_this_one() -> None:
    listener = Listener(Kind.TCP)
    listener.witness.hear(OTHER)
    assert listener.seen == [(OPENED, 0), (BROKEN, 0)]


def test_an_answer_in_time_is_no_silence() -> None:
    listener = Listener(Kind.TCP)
    listener.witness.expect(1, 2.5)
    assert [seconds for seconds, _ in listener.timers] == [2.5]
    listener.hear(1)
    listener.ring()
    assert listener.seen == [(OPENED, 0), (PROGRESS, 1)]


def test_each_silence_is_told_once() -> None:
    listener = Listener(Kind.TCP)
    for number in (1, 2, 3):
        listener.witness.expect(number, 1)
    listener.ring()
    listener.hear(1, 2, 3)
    listener.witness.expect_next(1)
    listener.ring()
    assert [what for what, _ in listener.seen] == [SILENT, OPENED, *[PROGRESS] * 3, SILENT]


def test_what_has_ended_falls_silent_no_more() -> None:
    listener = Listener(Kind.TCP)
    listener.hear(1)
    listener.witness.expect_next(1)
    listener.witness.end(RESET)
    listener.ring()
    assert listener.seen[2:] == [(RESET, 1)]


def test_an_opening_is_told_once() -> None:
    listener = Listener(Kind.TCP)
    listener.witness.open()
    assert listener.hear(1) == [(OPENED, 0), (PROGRESS, 1)]
