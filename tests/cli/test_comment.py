"""The comment on a request, from the command to the host and back."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.pipeline.saved import document_bytes, sealed
from tests.codehosts import HEAD, NUMBER, REPOSITORY, GitHub, GitLab, StandIn, reply
from tests.unit.report.scenes import flushed, tighten

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

HOSTS: Final = ("github", "gitlab")
STRANGER: Final = "10.20.8.200"


@pytest.fixture(params=HOSTS)
def host(
    request: pytest.FixtureRequest, httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> StandIn:
    """A job for a request, in a folder with a plan and a result."""
    found: StandIn = GitHub(httpserver) if request.param == "github" else GitLab(httpserver)
    event = tmp_path / "event.json"
    event.write_text(
        json.dumps({"pull_request": {"number": NUMBER, "head": {"sha": HEAD}}}), encoding="utf-8"
    )
    environ = {
        "GITHUB_API_URL": found.url,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_TOKEN": "token",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "CI_SERVER_URL": found.url,
        "CI_PROJECT_ID": REPOSITORY,
        "CI_MERGE_REQUEST_IID": str(NUMBER),
        "CI_COMMIT_SHA": HEAD,
        "GITLAB_TOKEN": "token",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    Path("nfw.plan").write_bytes(document_bytes(sealed(tighten())))
    Path("nfw.result").write_bytes(document_bytes(sealed(flushed())))
    return found


def comment(host: StandIn, file: str, *words: str) -> int:
    return run(["comment", file, "--host", "github" if isinstance(host, GitHub) else "gitlab", *words])


def test_a_plan_is_shown_and_the_result_takes_its_place(
    host: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert comment(host, "nfw.plan") == 0
    (body,) = host.bodies
    assert "live flows would be cut" in body
    assert comment(host, "nfw.plan") == 0
    assert comment(host, "nfw.result") == 0
    (body,) = host.bodies
    assert "were flushed" in body or "flushed and verified" in body
    assert comment(host, "nfw.plan") == 0
    assert host.bodies == [body]
    said = capsys.readouterr().err
    assert [line.partition(": ")[2] for line in said.splitlines()] == [
        "created.",
        "up to date already.",
        "updated.",
        "left alone: what it shows is newer.",
    ]


def test_a_plan_that_says_it_is_from_the_future_is_replaced_all_the_same(host: StandIn) -> None:
    forged = sealed(dataclasses.replace(tighten(), created_at="9999-12-31T23:59:59Z"))
    Path("nfw.plan").write_bytes(document_bytes(forged))
    late = sealed(dataclasses.replace(flushed(), finished_at="9999-12-31T23:59:59Z"))
    Path("nfw.result").write_bytes(document_bytes(late))
    assert comment(host, "nfw.plan") == 0
    assert "9999" not in host.bodies[0].partition("\n")[0]
    assert comment(host, "nfw.result") == 0
    (body,) = host.bodies
    assert "flushed" in body


def test_a_plan_of_another_commit_than_the_requests_is_not_shown(host: StandIn) -> None:
    host.head = "b" * 40
    assert comment(host, "nfw.plan") == 0
    assert host.bodies == []
    assert comment(host, "nfw.result") == 0
    assert len(host.bodies) == 1


def test_each_stack_has_a_comment_of_its_own(host: StandIn) -> None:
    for stack in ("a", "b", "a"):
        assert comment(host, "nfw.plan", "--stack", stack) == 0
    assert len(host.bodies) == 2


def test_where_everybody_can_read_it_addresses_and_names_are_left_out_unless_asked_for(host: StandIn) -> None:
    host.public = True
    assert comment(host, "nfw.plan") == 0
    assert "x.x.x" in host.bodies[0]
    assert comment(host, "nfw.plan", "--redact", "none") == 0
    assert "x.x.x" not in host.bodies[0]


def test_what_cannot_be_written_goes_to_the_summary_and_fails_nothing(
    host: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    host.faults += [reply({"message": "Resource not accessible by integration"}, 403) for _ in range(4)]
    assert comment(host, "nfw.plan") == 0
    assert "answered 403" in capsys.readouterr().err
    summary = Path("summary.md").read_text(encoding="utf-8")
    assert "live flows would be cut" in summary
    assert "x.x.x" in summary
    assert host.bodies == []


def test_it_fails_where_that_is_asked_for(host: StandIn) -> None:
    host.faults += [reply({"message": "oops"}, 500) for _ in range(4)]
    assert comment(host, "nfw.plan", "--require-comment") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--redact", "ips"), "--redact ips: ips is none of ip, tags, names."),
        (("--host", "bitbucket"), "'bitbucket' is not one of 'github', 'gitlab'"),
        (("--pr", "0"), "0 is not in the range"),
    ],
)
def test_wrong_words_are_a_usage_error_before_anything_is_asked(
    host: StandIn, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert comment(host, "nfw.plan", *words) == 64
    assert told in capsys.readouterr().err
    assert host.asked == []


def test_outside_of_a_job_all_that_is_missing_is_told(
    host: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN", "GITHUB_REPOSITORY", "CI_PROJECT_ID"):
        monkeypatch.delenv(name)
    assert comment(host, "nfw.plan") == 64
    said = capsys.readouterr().err
    assert "a token is not known" in said
    assert "--repo" in said
