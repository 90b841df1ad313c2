"""Which request of which host a comment belongs to: what the command line says, else what the job's environment does.

GitHub docs, "Store information in variables" and "Webhook events and payloads" (the file GITHUB_EVENT_PATH); GitLab
docs, "Predefined CI/CD variables reference".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.errors import UsageError, error
from nfw_reconcile.hosts import github, gitlab
from nfw_reconcile.hosts.place import HostKind, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.hosts.patience import Patience
    from nfw_reconcile.hosts.port import Discussion

MOST_EVENT_BYTES: Final = 30_000_000
"""GitHub's payloads have 25 MB at most ("Webhook events and payloads")."""

_PULL_REF: Final = re.compile(r"refs/pull/([1-9][0-9]*)/")


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says of the place; ``None``: what the environment says."""

    repository: str | None = None
    number: int | None = None
    api_url: str | None = None
    link: str | None = None


def place_of(host: HostKind, said: Said, environ: Mapping[str, str]) -> Place:
    """Put together what is known; raises ``UsageError`` with everything that is missing."""
    problems: list[Diagnostic] = []
    place = (
        _on_github(said, environ, problems)
        if host is HostKind.GITHUB
        else _on_gitlab(said, environ, problems)
    )
    if place.number is None and place.commit is None:
        problems.append(error("it is not known which request is meant.", None, "Give its number with --pr."))
    if problems:
        raise UsageError(problems)
    return place


def discussion_at(place: Place, patience: Patience) -> Discussion:
    """Give the comments of a request, which is looked for by its commit where only that is known.

    Raises ``HostError`` and, where the library of the host is not installed, ``UsageError``.
    """
    try:
        match place.host:
            case HostKind.GITHUB:
                return github.discussion(place, patience)
            case HostKind.GITLAB:
                return gitlab.discussion(place, patience)
    except ImportError as problem:
        summary = f"the library for {place.host} is not installed ({problem.name})."
        raise UsageError(error(summary, None, f"pip install 'nfw-reconcile[{place.host}]'")) from problem


def _on_github(said: Said, environ: Mapping[str, str], problems: list[Diagnostic]) -> Place:
    event = _event(environ.get("GITHUB_EVENT_PATH"))
    request = event.get("pull_request") or next(iter(_run(event).get("pull_requests") or ()), None) or {}
    referred = _PULL_REF.match(environ.get("GITHUB_REF", ""))
    server, job = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_RUN_ID")
    repository = environ.get("GITHUB_REPOSITORY")
    return Place(
        HostKind.GITHUB,
        said.api_url or environ.get("GITHUB_API_URL") or github.API,
        _needed(said.repository or repository, "the repository", "Give it with --repo OWNER/NAME.", problems),
        said.number or _whole(request.get("number")) or (int(referred[1]) if referred else None),
        environ.get("GITHUB_SHA") or None,
        _needed(
            environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN"),
            "a token",
            "Set GITHUB_TOKEN: env: GITHUB_TOKEN: ${{ github.token }}",
            problems,
        ),
        _text((request.get("head") or {}).get("sha")),
        said.link or (f"{server}/{repository}/actions/runs/{job}" if server and repository and job else None),
    )


def _on_gitlab(said: Said, environ: Mapping[str, str], problems: list[Diagnostic]) -> Place:
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    commit = environ.get("CI_COMMIT_SHA") or None
    # In a pipeline for merged results the job runs on a commit that the request does not have.
    head = environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or commit
    return Place(
        HostKind.GITLAB,
        said.api_url or environ.get("CI_SERVER_URL") or gitlab.SERVER,
        _needed(
            said.repository or environ.get("CI_PROJECT_ID"),
            "the project",
            "Give its id, or its path, with --repo.",
            problems,
        ),
        said.number or (int(number) if number.isdecimal() else None),
        commit,
        _needed(
            environ.get("GITLAB_TOKEN"),
            "a token",
            "Set GITLAB_TOKEN to a project access token with the scope api.",
            problems,
        ),
        head if number else None,
        said.link or environ.get("CI_JOB_URL") or None,
    )


def _event(path: str | None) -> dict[str, Any]:
    """Read what started a workflow; nothing where it cannot be read, because it only spares options."""
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            found = json.loads(file.read(MOST_EVENT_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _run(event: Mapping[str, Any]) -> Mapping[str, Any]:
    found = event.get("workflow_run")
    return found if isinstance(found, dict) else {}


def _needed(value: str | None, what: str, remedy: str, problems: list[Diagnostic]) -> str:
    if not value:
        problems.append(error(f"{what} is not known.", None, remedy))
    return value or ""


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
