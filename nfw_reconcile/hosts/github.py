"""GitHub and GitHub Enterprise, over PyGithub: a pull request's conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from nfw_reconcile.errors import HostError, error
from nfw_reconcile.hosts.faults import Question, asked
from nfw_reconcile.hosts.port import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from github import Github

    from nfw_reconcile.hosts.patience import Patience
    from nfw_reconcile.hosts.place import Place

T = TypeVar("T")

API: Final = "https://api.github.com"
ACTIONS_BOT: Final = "github-actions[bot]"
"""Who writes with the token of a workflow, which may not ask who it is."""

TIMEOUT: Final = 15
PAUSE: Final = 60.0
"""Seconds to wait where a limit is told without saying for how long (REST API, "Rate limits")."""

_WRITE: Final = "It needs the permission to write to pull requests; a workflow of a fork has none."


def discussion(place: Place, patience: Patience) -> PullRequest:
    """Give the pull request of a number, else the latest one that a commit belongs to; raises ``HostError``."""
    from github import Auth, Github  # noqa: PLC0415 - an extra, and slow to import

    client = Github(
        auth=Auth.Token(place.token),
        base_url=place.api_url,
        timeout=TIMEOUT,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        per_page=100,
        lazy=True,
    )
    number = place.number
    if number is None:
        about = f"the pull request of commit {place.commit} in {place.repository}"
        number = _asked(patience, about, lambda: _of_commit(client.get_repo(place.repository), place.commit))
        if number is None:
            raise HostError(error(f"{about} is not there.", None, "Give its number with --pr."))
    return PullRequest(client, place.repository, number, patience)


def _of_commit(repository: Any, commit: str | None) -> int | None:  # noqa: ANN401 - only its methods matter
    return max((each.number for each in repository.get_commit(commit).get_pulls()), default=None)


class PullRequest:
    """Implements :class:`~nfw_reconcile.hosts.port.Discussion`."""

    def __init__(self, client: Github, repository: str, number: int, patience: Patience) -> None:
        """Nothing is asked yet."""
        self._client = client
        self._repository = repository
        self._number = number
        self._patience = patience

    @property
    def name(self) -> str:
        """Give ``owner/name#number``."""
        return f"{self._repository}#{self._number}"

    def author(self) -> str:
        """Give the login of the token's owner; a workflow's token may not ask for it."""

        def login() -> str:
            try:
                return str(self._client.get_user().login)
            except Exception as problem:
                if _status(problem) == 403 and not _throttles(problem):
                    return ACTIONS_BOT
                raise

        return self._ask("who writes", login)

    def head(self) -> str:
        """Give the hash of the pull request's last commit."""
        return self._ask("the pull request", lambda: str(self._repo.get_pull(self._number).head.sha))

    def is_public(self) -> bool:
        """Say whether the repository is public."""
        return self._ask("the repository", lambda: not self._repo.private)

    def notes(self) -> tuple[Note, ...]:
        """Give all comments of the conversation, page by page."""

        def listed() -> tuple[Note, ...]:
            comments = self._repo.get_issue(self._number).get_comments()
            return tuple(
                Note(each.id, each.user.login if each.user else "", each.body or "") for each in comments
            )

        return self._ask("the comments", listed)

    def create(self, body: str) -> None:
        """Write a new comment."""
        self._ask("a new comment", lambda: self._repo.get_issue(self._number).create_comment(body))

    def update(self, note: Note, body: str) -> None:
        """Write another text into a comment."""
        self._ask("a comment", lambda: self._comment(note).edit(body))

    def delete(self, note: Note) -> None:
        """Delete a comment."""

        def deleted() -> None:
            try:
                self._comment(note).delete()
            except Exception as problem:
                if _status(problem) != 404:
                    raise

        self._ask("a superfluous comment", deleted)

    @property
    def _repo(self) -> Any:  # noqa: ANN401 - only its methods matter
        return self._client.get_repo(self._repository)

    def _comment(self, note: Note) -> Any:  # noqa: ANN401
        return self._repo.get_issue(self._number).get_comment(note.id)

    def _ask(self, what: str, call: Callable[[], T]) -> T:
        return _asked(self._patience, f"{what} of {self.name}", call)


def _asked(patience: Patience, about: str, call: Callable[[], T]) -> T:
    question = Question("GitHub", about, _WRITE)

    def understood(problem: Exception) -> HostError:
        status = _status(problem)
        if status is None:
            return question.unanswered(problem)
        pause = _pause(_headers(problem), patience.clock.now()) if _throttles(problem) else None
        return question.answered(status, _message(problem), pause)

    return asked(patience, call, understood)


def _status(problem: Exception) -> int | None:
    status = getattr(problem, "status", None)
    return status if isinstance(status, int) else None


def _message(problem: Exception) -> str:
    data = getattr(problem, "data", None)
    said = data.get("message") if isinstance(data, dict) else None
    return str(said or "")


def _headers(problem: Exception) -> Mapping[str, str]:
    headers = getattr(problem, "headers", None) or {}
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _throttles(problem: Exception) -> bool:
    """Say whether the answer is about a rate limit (REST API, "Exceeding the rate limit")."""
    headers = _headers(problem)
    limited = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return _status(problem) == 429 or (_status(problem) == 403 and limited)


def _pause(headers: Mapping[str, str], now: float) -> float:
    """Give the seconds to wait, as the answer tells them: directly, or as the moment when the limit is reset."""
    if headers.get("retry-after", "").isdecimal():
        return float(headers["retry-after"])
    if headers.get("x-ratelimit-reset", "").isdecimal():
        return max(1.0, float(headers["x-ratelimit-reset"]) - now)
    return PAUSE
