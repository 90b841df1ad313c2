"""GitLab, over python-gitlab: the notes of a merge request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from nfw_reconcile.errors import HostError, error
from nfw_reconcile.hosts.faults import Question, asked
from nfw_reconcile.hosts.port import Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitlab import Gitlab

    from nfw_reconcile.hosts.patience import Patience
    from nfw_reconcile.hosts.place import Place

T = TypeVar("T")

SERVER: Final = "https://gitlab.com"
TIMEOUT: Final = 15
PAUSE: Final = 5.0
"""Seconds between two tries where there are too many requests: the library does not pass on what the answer says."""

_WRITE: Final = "The token needs the scope api; a job's own token (CI_JOB_TOKEN) may not write notes."


def discussion(place: Place, patience: Patience) -> MergeRequest:
    """Give the merge request of a number, else the latest one that a commit belongs to; raises ``HostError``."""
    from gitlab import Gitlab  # noqa: PLC0415 - an extra, and slow to import

    client = Gitlab(place.api_url, private_token=place.token, timeout=TIMEOUT, per_page=100)
    number = place.number
    if number is None:
        about = f"the merge request of commit {place.commit} in {place.repository}"
        commit = quote(place.commit or "", safe="")
        path = f"{_project_path(place.repository)}/repository/commits/{commit}/merge_requests"
        listed = _asked(patience, about, lambda: list(client.http_list(path, iterator=True, **_ONCE)))
        if not listed:
            raise HostError(error(f"{about} is not there.", None, "Give its number with --pr."))
        number = max(int(each["iid"]) for each in listed)
    return MergeRequest(client, place.repository, number, patience)


class MergeRequest:
    """Implements :class:`~nfw_reconcile.hosts.port.Discussion`."""

    def __init__(self, client: Gitlab, project: str, number: int, patience: Patience) -> None:
        """Nothing is asked yet."""
        self._client = client
        self._project = project
        self._number = number
        self._patience = patience

    @property
    def name(self) -> str:
        """Give ``project!number``."""
        return f"{self._project}!{self._number}"

    def author(self) -> str:
        """Give the user name of the token's owner."""
        return str(self._get("who writes", "/user")["username"])

    def head(self) -> str:
        """Give the hash of the merge request's last commit."""
        return str(self._get("the merge request", self._request_path)["sha"])

    def is_public(self) -> bool:
        """Say whether the project is public."""
        return bool(self._get("the project", _project_path(self._project))["visibility"] == "public")

    def notes(self) -> tuple[Note, ...]:
        """Give all notes that people and programs wrote, page by page."""

        def listed() -> tuple[Note, ...]:
            found = self._client.http_list(self._notes_path, iterator=True, **_ONCE)
            return tuple(
                Note(each["id"], each["author"]["username"], each["body"])
                for each in found
                if not each.get("system")
            )

        return self._ask("the notes", listed)

    def create(self, body: str) -> None:
        """Write a new note."""
        self._ask(
            "a new note", lambda: self._client.http_post(self._notes_path, post_data={"body": body}, **_ONCE)
        )

    def update(self, note: Note, body: str) -> None:
        """Write another text into a note."""
        self._ask(
            "a note", lambda: self._client.http_put(self._path(note), post_data={"body": body}, **_ONCE)
        )

    def delete(self, note: Note) -> None:
        """Delete a note."""

        def deleted() -> None:
            try:
                self._client.http_delete(self._path(note), **_ONCE)
            except Exception as problem:
                if _status(problem) != 404:
                    raise

        self._ask("a superfluous note", deleted)

    @property
    def _request_path(self) -> str:
        return f"{_project_path(self._project)}/merge_requests/{self._number}"

    @property
    def _notes_path(self) -> str:
        return f"{self._request_path}/notes"

    def _path(self, note: Note) -> str:
        return f"{self._notes_path}/{note.id}"

    def _get(self, what: str, path: str) -> dict[str, Any]:
        def got() -> dict[str, Any]:
            found = self._client.http_get(path, **_ONCE)
            if not isinstance(found, dict):
                message = "the answer is no JSON object"
                raise TypeError(message)
            return found

        return self._ask(what, got)

    def _ask(self, what: str, call: Callable[[], T]) -> T:
        return _asked(self._patience, f"{what} of {self.name}", call)


def _asked(patience: Patience, about: str, call: Callable[[], T]) -> T:
    question = Question("GitLab", about, _WRITE)

    def understood(problem: Exception) -> HostError:
        status = _status(problem)
        if status is None:
            return question.unanswered(problem)
        said = str(getattr(problem, "error_message", "") or "")
        return question.answered(status, said, PAUSE if status == 429 else None)

    return asked(patience, call, understood)


def _project_path(project: str) -> str:
    return f"/projects/{quote(project, safe='')}"


_ONCE: Final[dict[str, Any]] = {"obey_rate_limit": False}
"""The library waits without end where it is told to; the waiting is done by :class:`Patience`."""


def _status(problem: Exception) -> int | None:
    status = getattr(problem, "response_code", None)
    return status if isinstance(status, int) else None
