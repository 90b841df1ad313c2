"""Both hosts over real sockets: what is asked, what is understood, and what becomes of answers that go wrong."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest
from werkzeug import Response

from nfw_reconcile.errors import HostError
from nfw_reconcile.hosts.marker import Marker
from nfw_reconcile.hosts.patience import Patience
from nfw_reconcile.hosts.place import HostKind, Place
from nfw_reconcile.hosts.places import discussion_at
from nfw_reconcile.hosts.port import Note, ThrottledError
from nfw_reconcile.hosts.upsert import Done, upsert
from tests.codehosts import HEAD, NUMBER, REPOSITORY, US, GitHub, GitLab, StandIn, reply

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from nfw_reconcile.hosts.port import Discussion

NAMES: Final = {HostKind.GITHUB: f"{REPOSITORY}#{NUMBER}", HostKind.GITLAB: f"{REPOSITORY}!{NUMBER}"}
MARKER: Final = Marker("prod", "ab" * 32, HEAD, "2026-11-22T10:00:00Z")
UNKNOWN_COMMIT, COMMIT = "d" * 40, "c" * 40


@dataclass
class Clock:
    """A clock that passes only by sleeping."""

    time: float = 1_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture(params=HostKind)
def stand_in(request: pytest.FixtureRequest, httpserver: HTTPServer) -> StandIn:
    return GitHub(httpserver) if request.param is HostKind.GITHUB else GitLab(httpserver)


def kind(stand_in: StandIn) -> HostKind:
    return HostKind.GITHUB if isinstance(stand_in, GitHub) else HostKind.GITLAB


def discussion(
    stand_in: StandIn,
    clock: Clock,
    *,
    number: int | None = NUMBER,
    commit: str | None = None,
    seconds: float = 60,
) -> Discussion:
    place = Place(kind(stand_in), stand_in.url, REPOSITORY, number, commit, "token", None, None)
    return discussion_at(place, Patience(clock, clock.now() + seconds))


@pytest.fixture
def found(stand_in: StandIn) -> Discussion:
    return discussion(stand_in, Clock())


def test_what_is_asked_is_understood(stand_in: StandIn, found: Discussion) -> None:
    assert (found.name, found.author(), found.head()) == (NAMES[kind(stand_in)], US, HEAD)
    assert not found.is_public()
    stand_in.public = True
    assert found.is_public()


def test_comments_of_all_pages_are_listed(stand_in: StandIn, found: Discussion) -> None:
    assert found.notes() == ()
    written = [stand_in.add(f"comment {number}", US if number % 2 else "mallory") for number in range(5)]
    assert found.notes() == tuple(Note(each.id, each.author, each.body) for each in written)


def test_what_a_host_writes_itself_or_a_user_who_is_gone_is_no_harm(
    stand_in: StandIn, found: Discussion
) -> None:
    author = "" if isinstance(stand_in, GitHub) else "system"
    stand_in.add("moved", author)
    stand_in.add("mine")
    assert [note.body for note in found.notes() if note.author == US] == ["mine"]


def test_a_comment_is_written_kept_up_to_date_and_healed(stand_in: StandIn, found: Discussion) -> None:
    stand_in.add("hello", "mallory")
    assert upsert(found, MARKER, "plan", only_at_head=True).done is Done.CREATED
    assert upsert(found, MARKER, "plan", only_at_head=True).done is Done.EQUAL
    assert upsert(found, MARKER, "result", only_at_head=True).done is Done.UPDATED
    stand_in.add(f"{MARKER.line}\nanother")
    done = upsert(found, MARKER, "result", only_at_head=True)
    assert (done.done, done.deleted) == (Done.UPDATED, 1)
    assert stand_in.bodies == ["hello", f"{MARKER.line}\nresult"]


def test_a_comment_that_is_gone_already_is_deleted_well(found: Discussion) -> None:
    found.delete(Note(99, US, ""))


def test_a_request_is_found_by_a_commit_of_it(stand_in: StandIn) -> None:
    assert discussion(stand_in, Clock(), number=None, commit=COMMIT).name == NAMES[kind(stand_in)]
    with pytest.raises(
        HostError, match=f"commit {UNKNOWN_COMMIT} in {REPOSITORY} is not there. Give its number"
    ):
        discussion(stand_in, Clock(), number=None, commit=UNKNOWN_COMMIT)


def test_a_workflows_token_that_may_not_ask_who_it_is_writes_as_the_bot(httpserver: HTTPServer) -> None:
    stand_in = GitHub(httpserver)
    stand_in.faults.append(reply({"message": "Resource not accessible by integration"}, 403))
    assert discussion(stand_in, Clock()).author() == "github-actions[bot]"


WRONG: Final = {
    "no permission": (reply({"message": "Resource not accessible by integration"}, 403), "answered 403"),
    "no token": (reply({"message": "Bad credentials"}, 401), "answered 401"),
    "not there": (reply({"message": "Not Found"}, 404), "answered 404"),
    "server error": (reply({"message": "oops"}, 502), "answered 502"),
    "HTML": (Response("<html>gateway</html>", 503, content_type="text/html"), "answered 503"),
    "an HTML page as success": (Response("<html>sign in</html>", 200, content_type="text/html"), ""),
    "no JSON": (Response("{", 200, content_type="application/json"), ""),
    "another shape": (reply(["x"]), ""),
}


@pytest.mark.parametrize(("answer", "told"), WRONG.values(), ids=WRONG)
def test_an_answer_that_is_none_is_a_host_error_with_what_was_asked(
    stand_in: StandIn, found: Discussion, answer: Response, told: str
) -> None:
    stand_in.faults.append(answer)
    with pytest.raises(HostError) as raised:
        found.head()
    assert told in str(raised.value)
    assert f"of {NAMES[kind(stand_in)]}" in str(raised.value)
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize("host", HostKind)
def test_a_host_that_is_not_there_is_a_host_error(host: HostKind) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    found = discussion_at(
        Place(host, url, REPOSITORY, NUMBER, None, "token", None, None), Patience(Clock(), 0.0)
    )
    told = (
        rf"could not be asked for the (comments|notes) of {NAMES[host]}: Connection refused\. Try again later"
    )
    with pytest.raises(HostError, match=told):
        found.notes()


def test_a_pause_that_is_asked_for_is_made(stand_in: StandIn) -> None:
    clock = Clock()
    stand_in.faults += [reply({"message": "slow down"}, 429, {"Retry-After": "7"}) for _ in range(2)]
    assert discussion(stand_in, clock).head() == HEAD
    assert clock.slept == ([7.0, 7.0] if isinstance(stand_in, GitHub) else [5.0, 5.0])


@pytest.mark.parametrize(
    ("headers", "slept"),
    [
        ({"Retry-After": "30"}, 30.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000040"}, 40.0),
        ({"X-RateLimit-Remaining": "0"}, 60.0),
    ],
)
def test_github_tells_a_limit_by_403_too(
    httpserver: HTTPServer, headers: dict[str, str], slept: float
) -> None:
    stand_in, clock = GitHub(httpserver), Clock()
    stand_in.faults.append(reply({"message": "API rate limit exceeded"}, 403, headers))
    assert discussion(stand_in, clock).head() == HEAD
    assert clock.slept == [slept]


def test_a_pause_that_is_too_long_is_not_made(stand_in: StandIn) -> None:
    clock = Clock()
    stand_in.faults.append(reply({"message": "slow down"}, 429, {"Retry-After": "3600"}))
    with pytest.raises(ThrottledError, match="answered 429"):
        discussion(stand_in, clock, seconds=2).head()
    assert clock.slept == []


def test_a_write_that_fails_is_not_sent_again(stand_in: StandIn, found: Discussion) -> None:
    found.notes()
    stand_in.faults.append(reply({"message": "oops"}, 500))
    before = len(stand_in.writes)
    with pytest.raises(HostError):
        found.update(Note(1, US, ""), "text")
    assert len(stand_in.writes) <= before + 1
