from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.hosts.marker import Marker
from nfw_reconcile.hosts.port import Note
from nfw_reconcile.hosts.upsert import Done, Upserted, upsert

US, THEM = "github-actions[bot]", "mallory"
OLD, NOW, LATER = (f"2026-11-22T1{hour}:00:00Z" for hour in range(3))
MARKER = Marker("prod", "ab" * 32, "head-1", NOW)


@dataclass
class Notes:
    """The comments of a request, kept in memory, and what was written and deleted."""

    listed: list[Note] = field(default_factory=list)
    at: str = "head-1"
    written: list[str] = field(default_factory=list)
    meanwhile: Note | None = None
    name: str = "owner/repository#7"

    def author(self) -> str:
        return US

    def head(self) -> str:
        return self.at

    def is_public(self) -> bool:
        return False

    def notes(self) -> tuple[Note, ...]:
        return tuple(self.listed)

    def create(self, body: str) -> None:
        if self.meanwhile is not None:
            self.listed.append(self.meanwhile)
        self.written.append("created")
        self.listed.append(Note(1 + max((note.id for note in self.listed), default=0), US, body))

    def update(self, note: Note, body: str) -> None:
        self.written.append(f"updated {note.id}")
        self.listed[self.listed.index(note)] = replace(note, body=body)

    def delete(self, note: Note) -> None:
        self.written.append(f"deleted {note.id}")
        self.listed.remove(note)


def comment(number: int, marker: Marker = MARKER, text: str = "plan", author: str = US) -> Note:
    return Note(number, author, f"{marker.line}\n{text}")


def upserted(
    notes: Notes, text: str = "plan", *, only_at_head: bool = True, any_author: bool = False
) -> Upserted:
    return upsert(notes, MARKER, text, only_at_head=only_at_head, any_author=any_author)


def test_the_first_one_is_created() -> None:
    notes = Notes([Note(1, THEM, "nice change")])
    assert upserted(notes) == Upserted(Done.CREATED, 0)
    assert notes.listed[-1] == comment(2)


def test_an_older_one_is_updated() -> None:
    notes = Notes([comment(1, replace(MARKER, at=OLD, head="head-0"), "another plan")])
    assert upserted(notes) == Upserted(Done.UPDATED, 0)
    assert notes.listed == [comment(1)]


def test_an_equal_one_is_left_alone_whatever_the_host_does_to_white_space() -> None:
    body = f"{MARKER.line}  \r\nplan\r\n\r\nmore  \r\n"
    notes = Notes([Note(1, US, body)])
    assert upserted(notes, "plan\n\nmore\n") == Upserted(Done.EQUAL, 0)
    assert notes.written == []


def test_one_that_shows_something_newer_is_never_set_back() -> None:
    notes = Notes([comment(1, replace(MARKER, at=LATER), "result")])
    assert upserted(notes) == Upserted(Done.OUTDATED, 0)
    assert notes.written == []


def test_a_plan_of_an_older_commit_is_not_shown() -> None:
    notes = Notes([comment(1, replace(MARKER, at=OLD))], at="head-2")
    assert upserted(notes) == Upserted(Done.OTHER_HEAD, 0)
    assert notes.written == []


def test_a_result_is_shown_wherever_the_request_is_by_now() -> None:
    notes = Notes([comment(1, replace(MARKER, at=OLD))], at="merged")
    assert upserted(notes, only_at_head=False) == Upserted(Done.UPDATED, 0)


def test_other_stacks_and_names_that_begin_alike_are_others() -> None:
    others = [comment(1, replace(MARKER, stack="prod/eu")), comment(2, replace(MARKER, stack="pro"))]
    notes = Notes(list(others))
    assert upserted(notes) == Upserted(Done.CREATED, 0)
    assert notes.listed[:2] == others


def test_a_marker_that_somebody_else_wrote_is_no_marker_unless_that_is_asked_for() -> None:
    forged = comment(1, replace(MARKER, at=OLD), author=THEM)
    notes = Notes([forged])
    assert upserted(notes) == Upserted(Done.CREATED, 0)
    assert notes.listed[0] == forged
    notes = Notes([forged])
    assert upserted(notes, any_author=True) == Upserted(Done.UPDATED, 0)


def test_of_several_the_newest_is_kept() -> None:
    older = [comment(3, replace(MARKER, at=OLD), "third"), comment(1, replace(MARKER, at=OLD), "first")]
    notes = Notes([comment(2, MARKER, "second"), *older])
    assert upserted(notes) == Upserted(Done.UPDATED, 2)
    assert notes.listed == [comment(2)]


def test_two_that_were_created_at_the_same_time_become_one() -> None:
    notes = Notes(meanwhile=comment(1))
    assert upserted(notes) == Upserted(Done.CREATED, 1)
    assert notes.listed == [comment(2)]


markers = st.builds(
    Marker,
    st.sampled_from(["prod", "prod2"]),
    st.just("ab"),
    st.sampled_from(["head-0", "head-1"]),
    st.sampled_from([OLD, NOW, LATER]),
)
written = st.builds(
    lambda marker, text, author: (marker, text, author),
    markers,
    st.sampled_from(["a", "b"]),
    st.sampled_from([US, THEM]),
)


@given(st.lists(written, max_size=6), st.sampled_from(["head-1", "head-2"]), st.booleans())
def test_there_is_one_in_the_end_and_nothing_of_others_is_touched(
    found: list[tuple[Marker, str, str]],
    head: str,
    only_at_head: bool,  # noqa: FBT001
) -> None:
    listed = [comment(number, *each) for number, each in enumerate(found, 1)]
    notes = Notes(list(listed), at=head)
    first = upserted(notes, "a", only_at_head=only_at_head)
    others = [
        note
        for note, (marker, _, author) in zip(listed, found, strict=True)
        if marker.stack != "prod" or author != US
    ]
    assert [note for note in notes.listed if note in others] == others
    if first.done is Done.OTHER_HEAD:
        assert notes.listed == listed
        return
    assert len(notes.listed) == len(others) + 1
    writes = len(notes.written)
    again = upserted(notes, "a", only_at_head=only_at_head)
    assert again.done in {Done.EQUAL, Done.OUTDATED}
    assert (again.deleted, len(notes.written)) == (0, writes)


@pytest.mark.parametrize("at", [OLD, NOW])
def test_what_is_shown_never_gets_older(at: str) -> None:
    notes = Notes([comment(1, replace(MARKER, at=at), "b")])
    upserted(notes, "a")
    assert notes.listed == [comment(1, MARKER, "a")]
