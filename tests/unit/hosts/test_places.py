from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import UsageError
from nfw_reconcile.hosts.place import HostKind, Place
from nfw_reconcile.hosts.places import Said, place_of

if TYPE_CHECKING:
    from pathlib import Path

GITHUB = {
    "GITHUB_API_URL": "https://github.corp.example/api/v3",
    "GITHUB_REPOSITORY": "owner/repository",
    "GITHUB_SERVER_URL": "https://github.corp.example",
    "GITHUB_RUN_ID": "12",
    "GITHUB_SHA": "merge",
    "GITHUB_TOKEN": "secret",
}
GITLAB = {
    "CI_SERVER_URL": "https://gitlab.corp.example",
    "CI_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_COMMIT_SHA": "tip",
    "CI_JOB_URL": "https://gitlab.corp.example/jobs/1",
    "GITLAB_TOKEN": "secret",
}


def on_github(tmp_path: Path, event: object, said: Said = Said(), **more: str) -> Place:  # noqa: B008 - frozen
    path = tmp_path / "event.json"
    path.write_text(event if isinstance(event, str) else json.dumps(event), encoding="utf-8")
    return place_of(HostKind.GITHUB, said, {**GITHUB, "GITHUB_EVENT_PATH": str(path), **more})


def test_a_job_for_a_pull_request_says_everything(tmp_path: Path) -> None:
    event = {"pull_request": {"number": 7, "head": {"sha": "tip"}}}
    assert on_github(tmp_path, event) == Place(
        HostKind.GITHUB,
        "https://github.corp.example/api/v3",
        "owner/repository",
        7,
        "merge",
        "secret",
        "tip",
        "https://github.corp.example/owner/repository/actions/runs/12",
    )


def test_a_workflow_that_follows_another_knows_the_request_of_that_one(tmp_path: Path) -> None:
    place = on_github(tmp_path, {"workflow_run": {"pull_requests": [{"number": 9, "head": {"sha": "tip"}}]}})
    assert (place.number, place.head) == (9, "tip")


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        "{",
        {"pull_request": {"number": "7"}},
        {"pull_request": {"number": True}},
        {"workflow_run": {}},
    ],
)
def test_a_job_that_is_for_no_request_has_its_commit(tmp_path: Path, event: object) -> None:
    place = on_github(tmp_path, event)
    assert (place.number, place.commit, place.head) == (None, "merge", None)


def test_the_reference_of_a_pull_request_has_its_number(tmp_path: Path) -> None:
    assert on_github(tmp_path, {}, GITHUB_REF="refs/pull/31/merge").number == 31


def test_the_command_line_goes_before_the_environment(tmp_path: Path) -> None:
    said = Said("other/one", 3, "https://api.example", "https://link.example")
    place = on_github(tmp_path, {"pull_request": {"number": 7, "head": {"sha": "tip"}}}, said)
    assert (place.repository, place.number, place.api_url, place.link) == (
        "other/one", 3, "https://api.example", "https://link.example",
    )  # fmt: skip


def test_a_job_of_gitlab_says_everything() -> None:
    assert place_of(HostKind.GITLAB, Said(), GITLAB) == Place(
        HostKind.GITLAB,
        "https://gitlab.corp.example",
        "42",
        7,
        "tip",
        "secret",
        "tip",
        "https://gitlab.corp.example/jobs/1",
    )


def test_in_a_pipeline_for_merged_results_the_head_is_that_of_the_source_branch() -> None:
    place = place_of(HostKind.GITLAB, Said(), {**GITLAB, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "source"})
    assert (place.commit, place.head) == ("tip", "source")


def test_after_a_merge_there_is_a_commit_only() -> None:
    environ = {name: value for name, value in GITLAB.items() if name != "CI_MERGE_REQUEST_IID"}
    place = place_of(HostKind.GITLAB, Said(), environ)
    assert (place.number, place.commit, place.head) == (None, "tip", None)


@pytest.mark.parametrize("host", HostKind)
def test_all_that_is_missing_is_told_at_once(host: HostKind) -> None:
    with pytest.raises(UsageError) as raised:
        place_of(host, Said(), {})
    told = [str(problem) for problem in raised.value.problems]
    assert len(told) == 3
    assert "a token is not known. Set GIT" in told[1]
    assert told[2] == "it is not known which request is meant. Give its number with --pr."


def test_the_token_is_in_no_picture_of_the_place() -> None:
    assert "secret" not in repr(place_of(HostKind.GITLAB, Said(), GITLAB))
