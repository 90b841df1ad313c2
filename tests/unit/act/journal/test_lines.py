from __future__ import annotations

import json

import pytest

from nfw_reconcile.act.journal.events import KINDS
from nfw_reconcile.act.journal.lines import FIRST, read_lines, whole_lines, write_line
from nfw_reconcile.emulator.clock import DEMO_EPOCH
from nfw_reconcile.errors import JournalError
from nfw_reconcile.model.codec import canonical
from tests.unit.act.journal.samples import EVERY


def text_of_every_event() -> bytes:
    text, check = b"", FIRST
    for event in EVERY:
        line, check = write_line(event, DEMO_EPOCH, check)
        text += line
    return text


TEXT = text_of_every_event()
LINES = TEXT.splitlines(keepends=True)


def test_the_samples_are_of_every_kind() -> None:
    assert {type(event) for event in EVERY} == set(KINDS.values())


def test_what_is_written_is_read_back() -> None:
    found = read_lines(TEXT, "j")
    assert tuple(line.event for line in found) == EVERY
    assert {line.at for line in found} == {"2026-01-01T00:00:00Z"}


def test_cut_at_every_byte_it_tells_what_was_whole() -> None:
    for size in range(len(TEXT)):
        found = read_lines(TEXT[:size], "j")
        assert tuple(line.event for line in found) == EVERY[: TEXT[:size].count(b"\n")]


def test_every_flipped_bit_of_a_whole_line_shows() -> None:
    for position in range(len(TEXT)):
        for bit in range(8):
            damaged = bytearray(TEXT)
            damaged[position] ^= 1 << bit
            if position == len(TEXT) - 1:  # the last newline: a torn last line, as if it had not been written
                assert tuple(line.event for line in read_lines(bytes(damaged), "j")) == EVERY[:-1]
            else:
                with pytest.raises(JournalError):
                    read_lines(bytes(damaged), "j")


@pytest.mark.parametrize("number", range(len(LINES)))
def test_a_line_that_is_lost_doubled_or_moved_shows(number: int) -> None:
    before, line, after = LINES[:number], LINES[number], LINES[number + 1 :]
    spoiled = [[*before, line, line, *after], [*after, line, *before]]
    if after:
        spoiled += [[*before, *after], [*before, after[0], line, *after[1:]]]
    for lines in spoiled:
        with pytest.raises(JournalError, match="damaged"):
            read_lines(b"".join(lines), "j")


def test_a_damaged_line_is_named() -> None:
    with pytest.raises(JournalError, match=r"j:3: this line of the journal is damaged"):
        read_lines(b"".join([*LINES[:2], LINES[2][:9] + b"\n", *LINES[3:]]), "j")


@pytest.mark.parametrize(
    "line",
    [
        {"at": "x", "event": "unheard of"},
        {"event": "ended", "send": "a", "status": "b"},
        {"at": "x", "event": "ended", "send": "a"},
        {"at": "x", "event": "ended", "send": "a", "status": "b", "more": 1},
        [],
        7,
        {"check": 1},
    ],
    ids=str,
)
def test_a_line_of_another_kind_is_refused(line: object) -> None:
    with pytest.raises(JournalError, match="damaged"):
        read_lines(canonical(line), "j")


def test_a_line_that_nests_for_ever_is_refused() -> None:
    with pytest.raises(JournalError, match="damaged"):
        read_lines(b"[" * 100_000 + b"\n", "j")


def test_two_equal_keys_are_damage() -> None:
    line = LINES[0].replace(b'{"at":', b'{"at":"2026-01-01T00:00:00Z","at":', 1)
    assert json.loads(line) == json.loads(LINES[0])
    with pytest.raises(JournalError, match="damaged"):
        read_lines(line, "j")


def test_whole_lines_end_with_the_last_newline() -> None:
    assert whole_lines(b"a\nb\nc") == b"a\nb\n"
    assert whole_lines(b"a") == b""
