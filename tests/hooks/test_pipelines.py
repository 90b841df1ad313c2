"""The pipeline files, each run as its host would run it, against the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import hcl2
import pytest
import yaml
from werkzeug import Request, Response

from nfw_reconcile.pipeline.saved import document_bytes, sealed
from tests.codehosts import HEAD, NUMBER, REPOSITORY, GitHub
from tests.hooks.pipelines import GitHubJob, in_one_shell, load
from tests.hooks.revisions import OF_THE_BASE, checked_out, looked_at_by
from tests.hooks.workplace import HOOKS
from tests.places import CHECKOUT, DEMO
from tests.unit.report.scenes import tighten

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_httpserver import HTTPServer

    from tests.cli.site import Site
    from tests.hooks.workplace import Workplace

SECRET = ("tfplan.bin", "tfplan.json")
"""What must never be handed on: Terraform's plan holds sensitive values in clear."""


def planned(workplace: Workplace) -> None:
    """Leave the plan that the hook before apply would have left."""
    done = workplace.run("ci/nfw/pre-apply.sh", NFW_TF_PLAN=str(DEMO / "plan.json"))
    assert done.code == 0, done.err


# --- Atlantis ---------------------------------------------------------------------------------------


def test_atlantis(workplace: Workplace, made: Site) -> None:
    workplace.add_program("terraform1.11.4", '#!/bin/sh\nexec terraform "$@"\n')
    plan = str(workplace.folder / "default.tfplan")
    given = {
        "ATLANTIS_TERRAFORM_VERSION": "1.11.4",
        "DIR": str(workplace.folder),
        "NFW_CONFIG": "/dev/null",
        "NFW_JOURNAL": "journal",
        "PLANFILE": plan,
        "SHOWFILE": str(workplace.folder / "default.json"),
        "WORKSPACE": "default",
    }
    stages = load("atlantis/atlantis.yaml")["workflows"]["nfw-reconcile"]
    steps = stages["plan"]["steps"] + stages["apply"]["steps"]
    runs = [step["run"] for step in steps if isinstance(step, dict)]
    assert [step for step in steps if isinstance(step, str)] == ["init", "plan", "apply"]
    for run in runs:
        command = run["command"] if isinstance(run, dict) else run
        done = workplace.run("sh", "-c", command, **given)
        assert done.code == 0, done.err
    assert made.problems() == []
    assert workplace.asked() == [f"show -json {plan}"]
    unplanned = workplace.run("sh", "-c", runs[2], **{**given, "PLANFILE": "other.tfplan"})
    assert unplanned.code == 1


# --- Terragrunt -------------------------------------------------------------------------------------


def terragrunt_hooks(workplace: Workplace) -> dict[str, list[str]]:
    """Give what each hook executes, with Terragrunt's functions called."""
    text = (HOOKS / "terragrunt" / "terragrunt.hcl").read_text(encoding="utf-8")
    (terraform,) = hcl2.loads(text)["terraform"]
    places = {"${get_repo_root()}": str(workplace.folder), "${get_terragrunt_dir()}": str(workplace.folder)}
    found = {}
    for kind in ("before_hook", "after_hook"):
        for hook in terraform[kind]:
            ((label, body),) = ((name, body) for name, body in hook.items() if isinstance(body, dict))
            words = [json.loads(word) for word in body["execute"]]
            for function, path in places.items():
                words = [word.replace(function, path) for word in words]
            found[json.loads(label)] = words
    return found


def test_terragrunt(workplace: Workplace, made: Site) -> None:
    hooks = terragrunt_hooks(workplace)
    given = {"TG_CTX_TF_PATH": "terraform", "TG_CTX_COMMAND": "plan", "TG_CTX_HOOK_NAME": "any"}
    assert workplace.run(*hooks["nfw_planned"], **given).code == 1
    for name in ("nfw_show", "nfw_plan", "nfw_planned", "nfw_apply"):
        done = workplace.run(*hooks[name], **given)
        assert done.code == 0, f"{name}: {done.err}"
    assert made.problems() == []
    assert workplace.asked() == ["show -json tfplan.bin"]
    assert (workplace.folder / ".nfw-reconcile").is_dir()


# --- AWS CodeBuild ----------------------------------------------------------------------------------


def test_codebuild(workplace: Workplace, made: Site) -> None:
    spec = load("codebuild/buildspec.yml")
    phases = spec["phases"]
    lines = [line for phase in phases.values() for line in phase["commands"]]
    given = {"CODEBUILD_BUILD_SUCCEEDING": "1", "NFW_VERSION": "0.1.0", "NFW_JOURNAL": "journal"}
    done = in_one_shell(workplace, lines, **given)
    assert done.code == 0, done.err
    assert made.problems() == []
    assert [line.split()[0] for line in workplace.asked()] == ["-m", "init", "plan", "show", "apply"]
    assert "nfw-reconcile==0.1.0" in workplace.asked()[0]
    files = spec["artifacts"]["files"]
    assert all((workplace.folder / name).is_file() for name in files)
    assert not set(files) & set(SECRET)

    flushed = made.emulator.flow_operations
    after = in_one_shell(
        workplace, phases["post_build"]["commands"], **{**given, "CODEBUILD_BUILD_SUCCEEDING": "0"}
    )
    assert after.code == 1
    assert made.emulator.flow_operations == flushed


# --- GitLab -----------------------------------------------------------------------------------------


def gitlab_job(name: str) -> tuple[dict[str, Any], list[str]]:
    """Give a job as ``extends`` makes it, and its lines."""
    document = load("gitlab/nfw-reconcile.gitlab-ci.yml")
    parent, own = document[document[name]["extends"]], document[name]
    variables = {**parent.get("variables", {}), **own.get("variables", {})}
    job = {**parent, **own, "variables": variables}
    return job, [*job["before_script"], *job["script"]]


def gitlab_environment(job: dict[str, Any], workplace: Workplace) -> dict[str, str]:
    project = {
        "CI_PROJECT_DIR": str(workplace.folder),
        "NFW_PLAN_ROLE_ARN": "arn:aws:iam::111122223333:role/plan",
        "NFW_APPLY_ROLE_ARN": "arn:aws:iam::111122223333:role/apply",
        "NFW_JOURNAL": "journal",
    }
    given = {"CI": "true", "GITLAB_CI": "true", "NFW_ID_TOKEN": "header.claims.signature", **project}
    for name, value in job["variables"].items():
        for known, text in project.items():
            value = value.replace(f"${known}", text)  # noqa: PLW2901 - one replacement after the other
        given[name] = value
    return given


@pytest.mark.parametrize("name", ["nfw-plan", "nfw-apply"])
def test_gitlab(name: str, workplace: Workplace, made: Site) -> None:
    job, lines = gitlab_job(name)
    given = gitlab_environment(job, workplace)
    if name == "nfw-plan":
        checked_out(workplace)
        given["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = "main"
    done = in_one_shell(workplace, lines, **given)
    assert done.code == 0, done.err
    assert "header.claims.signature" not in done.out + done.err
    assert given["AWS_ROLE_ARN"].endswith(name.removeprefix("nfw-"))
    token = workplace.folder / ".nfw-id-token"
    assert token.read_text() == "header.claims.signature"
    assert token.stat().st_mode & 0o077 == 0
    kept = job["artifacts"]["paths"]
    assert all((workplace.folder / path).is_file() for path in kept)
    assert not set(kept) & set(SECRET)
    if name == "nfw-plan":
        assert made.emulator.flow_operations == ()
        assert "Newly denied" in done.out
        assert looked_at_by(workplace.folder / "nfw.plan") == OF_THE_BASE
    else:
        assert made.problems() == []
        assert job["resource_group"]
        assert workplace.asked()[-1].startswith("apply")


# --- GitHub -----------------------------------------------------------------------------------------

SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"
VARIABLES = {
    "github.base_ref": "main",
    "vars.AWS_REGION": "eu-west-1",
    "vars.NFW_VERSION": "0.1.0",
    "vars.NFW_PLAN_ROLE_ARN": "arn:aws:iam::111122223333:role/plan",
    "vars.NFW_APPLY_ROLE_ARN": "arn:aws:iam::111122223333:role/apply",
    "vars.NFW_JOURNAL": "journal",
}
REQUEST_TOKEN = "request-token"


@pytest.fixture
def tokens(httpserver: HTTPServer) -> dict[str, str]:
    """Give the variables of the service that hands out OIDC tokens to jobs with ``id-token: write``."""

    def answer(request: Request) -> Response:
        assert request.headers["Authorization"] == f"Bearer {REQUEST_TOKEN}"
        assert request.args["audience"] == "sts.amazonaws.com"
        return Response(json.dumps({"value": "header.claims.signature"}))

    httpserver.expect_request("/token").respond_with_handler(answer)
    return {
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        "ACTIONS_ID_TOKEN_REQUEST_URL": httpserver.url_for("/token?api-version=2.0"),
    }


@pytest.mark.parametrize("true", [frozenset(), frozenset({SAME_REPOSITORY})], ids=["of a fork", "of our own"])
def test_github_plan(true: frozenset[str], workplace: Workplace, made: Site, tokens: dict[str, str]) -> None:
    checked_out(workplace)
    given = tokens if true else {}
    job = GitHubJob(workplace, VARIABLES, true, dict(given))
    done = job.run(load("github/workflows/plan.yml")["jobs"]["plan"])
    assert done.code == 0, done.err
    assert "Newly denied" in job.summary
    assert made.emulator.flow_operations == ()
    assert ("AWS_WEB_IDENTITY_TOKEN_FILE" in job.variables) is bool(true)
    (upload,) = (step for step in job.used if step["uses"].startswith("actions/upload-artifact@"))
    assert upload["with"]["path"] == "plan.json"
    assert looked_at_by(workplace.folder / "plan.json") == OF_THE_BASE


def test_github_apply(workplace: Workplace, made: Site, tokens: dict[str, str]) -> None:
    job = GitHubJob(workplace, VARIABLES, frozenset({"always()"}), dict(tokens))
    done = job.run(load("github/workflows/apply.yml")["jobs"]["apply"])
    assert done.code == 0, done.err
    assert made.problems() == []
    assert "flows flushed and proven gone" in job.summary
    assert job.variables["AWS_ROLE_ARN"].endswith("role/apply")
    assert [line.split()[0] for line in workplace.asked()] == ["-m", "init", "plan", "show", "apply"]
    kept = job.used[-1]["with"]["path"].split()
    assert all((workplace.folder / name).is_file() for name in kept)
    assert not set(kept) & set(SECRET)


def test_github_without_the_right_to_a_token(workplace: Workplace) -> None:
    job = GitHubJob(workplace, VARIABLES)
    done = job.run(load("github/workflows/apply.yml")["jobs"]["apply"])
    assert done.code != 0
    assert "id-token: write" in done.err
    assert "apply" not in [line.split()[0] for line in workplace.asked()]


def test_the_action(workplace: Workplace, made: Site) -> None:
    action = load("github/action.yml")
    defaults = {f"inputs.{name}": each.get("default", "") for name, each in action["inputs"].items()}
    given = {"GITHUB_ACTION_PATH": str(workplace.hooks / "github")}
    job = GitHubJob(workplace, {}, variables=given)
    for when, options in (("before", "--detailed-exitcode"), ("after", "--max-flows 100 *")):
        inputs = {"inputs.when": when, "inputs.tf-plan": str(DEMO / "plan.json"), "inputs.options": options}
        job.expressions = {**defaults, **inputs}
        done = job.run(action["runs"])
        assert done.code == (2 if when == "before" else 64)
    assert "(*)" in done.err  # a word, and no pattern
    job.expressions = {**defaults, "inputs.when": "after"}
    assert job.run(action["runs"]).code == 0
    assert made.problems() == []
    job.expressions = {**defaults, "inputs.when": "afterwards"}
    assert job.run(action["runs"]).code == 64


# --- GitHub, the comment --------------------------------------------------------------------------------

GH = """#!/bin/sh
echo "$*" >> {log}
case $1 in
  run) cp -R {artifact} artifact ;;
  api) echo 17 ;;
esac
"""


def comment_steps() -> dict[str, Any]:
    steps = load("github/workflows/comment.yml")["jobs"]["comment"]["steps"]
    return {step["name"]: step for step in steps}


def fetched(workplace: Workplace, artifact: Path) -> int:
    workplace.add_program("gh", GH.format(log=workplace.log, artifact=artifact))
    step = comment_steps()["Fetch the artifact"]
    return workplace.run("bash", "-e", "-c", step["run"], RUN_ID="1", GITHUB_REPOSITORY="a/b").code


def test_an_artifact_is_one_file_of_limited_size(workplace: Workplace, tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.mkdir()
    (good / "plan.json").write_text("{}")
    assert fetched(workplace, good) == 0


@pytest.mark.parametrize("kind", ["more", "link", "folder", "large", "none"])
def test_a_hostile_artifact_goes_no_further(kind: str, workplace: Workplace, tmp_path: Path) -> None:
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    plan = artifact / "plan.json"
    match kind:
        case "more":
            plan.write_text("{}")
            (artifact / ".hidden").write_text("")
        case "link":
            plan.symlink_to("/etc/passwd")
        case "folder":
            plan.mkdir()
        case "large":
            plan.write_text(" " * 10_000_001)
        case _:
            pass
    assert fetched(workplace, artifact) == 1


def test_the_pull_request_is_found_by_its_commit(workplace: Workplace, tmp_path: Path) -> None:
    workplace.add_program("gh", GH.format(log=workplace.log, artifact="none"))
    output = tmp_path / "output"
    step = comment_steps()["Find the pull request"]
    given = {
        "GITHUB_OUTPUT": str(output),
        "GITHUB_REPOSITORY": "a/b",
        "HEAD": "c:$(touch x)",
        "HEAD_SHA": "f" * 40,
    }
    assert workplace.run("bash", "-e", "-c", step["run"], **given).code == 0
    assert output.read_text() == "number=17\n"
    assert "--field head=c:$(touch x)" in workplace.asked()[0]


def test_the_plan_of_the_artifact_is_shown_in_a_comment(workplace: Workplace, httpserver: HTTPServer) -> None:
    host = GitHub(httpserver)
    (workplace.folder / "plan.json").write_bytes(document_bytes(sealed(tighten())))
    command = comment_steps()["Comment"]["run"].rstrip().splitlines()[-1]
    given = {
        "GITHUB_API_URL": host.url,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": "token",
        "NFW_HEAD": HEAD,
        "NFW_PULL_REQUEST": str(NUMBER),
    }
    assert workplace.run("bash", "-e", "-c", command, **given).code == 0
    (body,) = host.bodies
    assert "live flows would be cut" in body


# --- HCP Terraform ----------------------------------------------------------------------------------


@pytest.fixture
def agent(workplace: Workplace, tmp_path: Path, httpserver: HTTPServer) -> dict[str, str]:
    """Give the variables of an agent, with the hooks in the folder where it looks for them."""
    for path in [*HOOKS.glob("*.sh"), *(HOOKS / "hcp-terraform").iterdir()]:
        workplace_copy = workplace.folder / path.name
        workplace_copy.write_bytes(path.read_bytes())
        workplace_copy.chmod(0o755)
    return {
        "TFC_RUN_ID": "run-CZcmD7eagjhyX0vN",
        "NFW_HCP_TOKEN": "hcp-token",
        "NFW_HCP_ADDRESS": httpserver.url_for("").rstrip("/"),
        "NFW_JOURNAL": str(tmp_path / "journal"),
        "NFW_WORK": str(tmp_path),
    }


def serve_plan(httpserver: HTTPServer, document: str) -> None:
    """Answer as the API does: with a redirection to where the JSON of the plan lies."""
    where = httpserver.url_for("/archive")
    path = "/api/v2/runs/run-CZcmD7eagjhyX0vN/plan/json-output"
    asked = httpserver.expect_request(path, headers={"Authorization": "Bearer hcp-token"})
    asked.respond_with_response(Response(status=307, headers={"Location": where}))
    httpserver.expect_request("/archive").respond_with_data(document)


def test_hcp_terraform(
    workplace: Workplace, made: Site, agent: dict[str, str], httpserver: HTTPServer
) -> None:
    serve_plan(httpserver, (DEMO / "plan.json").read_text())
    before = workplace.run("./terraform-pre-apply", **agent)
    assert before.code == 0, before.err
    work = workplace.folder.parent / f"nfw-reconcile-{agent['TFC_RUN_ID']}"
    assert {path.name for path in work.iterdir()} == {"nfw.plan", "nfw-plan.md"}
    assert work.stat().st_mode & 0o077 == 0

    after = workplace.run("./terraform-post-apply", **agent)
    assert after.code == 0, after.err
    assert "unfinished" in after.out
    assert made.emulator.flow_operations == ()
    assert not work.exists()
    assert "hcp-token" not in before.out + before.err + after.out + after.err

    resumed = workplace.run("nfw-reconcile", "resume", "--journal", agent["NFW_JOURNAL"])
    assert resumed.code == 0, resumed.err
    assert made.problems() == []


def test_a_run_without_a_firewall_is_left_alone(
    workplace: Workplace, agent: dict[str, str], httpserver: HTTPServer
) -> None:
    serve_plan(httpserver, '{"format_version": "1.2", "resource_changes": []}')
    assert workplace.run("./terraform-pre-apply", **agent).code == 0
    assert workplace.run("./terraform-post-apply", **agent).code == 0


def test_a_plan_that_cannot_be_fetched_fails_the_run(
    workplace: Workplace, agent: dict[str, str], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/api/v2/runs/run-CZcmD7eagjhyX0vN/plan/json-output").respond_with_data(
        status=404
    )
    done = workplace.run("./terraform-pre-apply", **agent)
    assert done.code != 0
    assert "hcp-token" not in done.err


# --- pre-commit -------------------------------------------------------------------------------------


def test_pre_commit(workplace: Workplace) -> None:
    (hook,) = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["pass_filenames"] is False
    plan = str(DEMO / "plan.json")
    done = workplace.run(*hook["entry"].split(), "--old", plan, "--new", plan, "--detailed-exitcode")
    assert done.code == 0, done.err
    done = workplace.run(*hook["entry"].split(), "--tf-plan", plan, "--detailed-exitcode")
    assert done.code == 2, done.err
