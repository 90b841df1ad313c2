"""The pipelines of docs/pipelines.md, for Azure and Bitbucket, run as their hosts would run them on the emulator."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import pytest
from junitparser import JUnitXml
from werkzeug import Request, Response

from nfw_reconcile.pipeline.saved import document_bytes
from tests import builders as make
from tests.cli.site import DENIED
from tests.hooks.pipelines import in_one_shell
from tests.hooks.recipes import AzureJob, azure_steps, bitbucket_step, recipe
from tests.hooks.revisions import OF_THE_BASE, checked_out, looked_at_by
from tests.unit.report.scenes import SCENES

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from tests.cli.site import Site
    from tests.hooks.workplace import Workplace

SECRET: Final = {"tfplan.bin", "tfplan.json", ".nfw-id-token"}

# --- Azure Pipelines --------------------------------------------------------------------------------------


def azure(workplace: Workplace, **given: str) -> AzureJob:
    agent = {
        "AGENT_TEMPDIRECTORY": str(workplace.folder.parent),
        "NFW_JOURNAL": str(workplace.folder.parent / "journal"),
        "NFW_VERSION": "0.1.0",
        "TF_BUILD": "True",
    }
    return AzureJob(workplace, {**agent, **given})


def test_azure_plan(workplace: Workplace, made: Site) -> None:
    checked_out(workplace)
    job = azure(workplace, SYSTEM_PULLREQUEST_TARGETBRANCH="refs/heads/main")
    done = job.run(azure_steps("plan"))
    assert done.code == 0, done.err
    assert made.emulator.flow_operations == ()
    assert "nfw-reconcile==0.1.0" in workplace.asked()[0]
    issues = [command for command in job.commands if "task.logissue type=error" in command]
    assert any("sourcepath=main.tf;linenumber=" in issue for issue in issues)
    report = workplace.folder / "nfw" / "nfw-plan.md"
    assert job.commands[-1] == f"##vso[task.uploadsummary]{report}"
    assert "Newly denied" in report.read_text()
    _, tests, upload = job.used
    assert JUnitXml.fromfile(str(workplace.folder / tests["inputs"]["testResultsFiles"])).failures
    kept = {path.name for path in (workplace.folder / upload["publish"]).iterdir()}
    assert kept == {"nfw.plan", "nfw-plan.md", "nfw-plan.html", "nfw.junit.xml"}
    assert looked_at_by(workplace.folder / "nfw" / "nfw.plan") == OF_THE_BASE


def test_azure_apply(workplace: Workplace, made: Site) -> None:
    job = azure(workplace)
    done = job.run(azure_steps("apply"))
    assert done.code == 0, done.err
    assert made.problems() == []
    report = workplace.folder / "nfw" / "nfw-result.md"
    assert f"{len(DENIED)} flows flushed and proven gone" in report.read_text()
    assert job.commands[-1] == f"##vso[task.uploadsummary]{report}"
    assert [line.split()[0] for line in workplace.asked()] == ["-m", "init", "plan", "show", "apply"]
    kept = {path.name for path in (workplace.folder / job.used[-1]["publish"]).iterdir()}
    assert kept == {"nfw.plan", "nfw-plan.md", "nfw.result", "nfw-result.md"}
    assert not kept & SECRET


def test_azure_after_a_failure_keeps_what_there_is(offline: Workplace) -> None:
    offline.add_program("terraform", "#!/bin/sh\nexit 1\n")
    job = azure(offline)
    assert job.run(azure_steps("apply")).code == 1
    assert job.used[-1]["artifact"].startswith("nfw-result-")


def test_azure_resume(workplace: Workplace, made: Site) -> None:
    begun = workplace.run(
        "nfw-reconcile",
        "apply",
        str(made.folder / "nfw.plan"),
        "--yes",
        "--no-wait",
        "--journal",
        "../journal",
    )
    assert begun.code == 0, begun.err
    resumed = azure(workplace)
    done = resumed.run(azure_steps("resume"))
    assert done.code == 0, done.err
    assert made.problems() == []
    assert (workplace.folder / resumed.used[-1]["publish"] / "nfw.result").is_file()


def test_azure_says_when_which_stage_runs() -> None:
    stages = {each["stage"]: each for each in recipe("stages")["stages"]}
    assert "PullRequest" in stages["plan"]["condition"]
    for name in ("apply", "resume"):
        assert "refs/heads/main" in stages[name]["condition"]
        (job,) = stages[name]["jobs"]
        assert job["environment"] == "production"
        assert stages[name]["lockBehavior"] == "sequential"
    asked = {name: _connections(name) for name in stages}
    assert asked == {"plan": {"nfw-plan"}, "apply": {"nfw-apply"}, "resume": {"nfw-apply"}}


def _connections(stage: str) -> set[str]:
    tasks = [step["inputs"] for step in azure_steps(stage) if step.get("task") == "AWSShellScript@1"]
    return {each["awsCredentials"] for each in tasks}


def test_what_others_wrote_is_no_command_for_an_agent(offline: Workplace) -> None:
    rule = make.by_rule(make.rule("drop ip ##vso[task.setvariable variable=PATH]x any -> any any", sid=None))
    said = make.warning("##vso[task.setvariable variable=PATH]x", where="##vso[task.complete result=Failed]")
    plan = make.firewall_plan(make.region_part(new=rule), remarks=(said,))
    (offline.folder / "nfw.plan").write_bytes(document_bytes(make.plan_document(plan)))
    done = offline.run("ci/nfw/azure/show.sh", "nfw.plan", "none.md")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert len(lines) == 2
    assert [line.count("##") for line in lines] == [1, 1]
    assert all(line.startswith("##vso[task.logissue type=") for line in lines)


def test_without_a_plan_there_is_nothing_to_show(offline: Workplace) -> None:
    assert offline.run("ci/nfw/azure/show.sh", "nfw.plan", "nfw-plan.md").out == ""
    assert offline.run("ci/nfw/bitbucket/code-insights.sh", "nfw.plan").code == 0


# --- Bitbucket Pipelines ----------------------------------------------------------------------------------

PLACE: Final = "/2.0/repositories/acme/network/commit/abc123/reports/nfw-reconcile"
REPORT: Final = {
    "type": "object",
    "required": ["title", "details", "report_type"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string", "maxLength": 450},
        "details": {"type": "string", "maxLength": 2000},
        "reporter": {"type": "string", "maxLength": 450},
        "report_type": {"enum": ["SECURITY", "COVERAGE", "TEST", "BUG"]},
        "result": {"enum": ["PASSED", "FAILED", "PENDING"]},
        "data": {
            "type": "array",
            "maxItems": 10,
            "items": {
                "type": "object",
                "required": ["title", "value"],
                "properties": {"type": {"const": "NUMBER"}, "value": {"type": "number"}},
            },
        },
    },
}
ANNOTATIONS: Final = {
    "type": "array",
    "minItems": 1,
    "maxItems": 100,
    "items": {
        "type": "object",
        "required": ["external_id", "annotation_type", "summary"],
        "additionalProperties": False,
        "properties": {
            "external_id": {"type": "string", "maxLength": 450},
            "annotation_type": {"enum": ["VULNERABILITY", "CODE_SMELL", "BUG"]},
            "summary": {"type": "string", "minLength": 1, "maxLength": 450},
            "details": {"type": "string", "maxLength": 2000},
            "severity": {"enum": ["CRITICAL", "HIGH", "MEDIUM", "LOW"]},
            "result": {"enum": ["PASSED", "FAILED", "IGNORED", "SKIPPED"]},
            "path": {"type": "string"},
            "line": {"type": "integer", "minimum": 1},
        },
    },
}


@dataclass
class Insights:
    """The proxy of Pipelines, and behind it the reports of a commit, as the API of Bitbucket Cloud has them."""

    server: HTTPServer
    report: dict[str, Any] | None = None
    annotations: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Answer for the one report."""
        self.server.expect_request(PLACE).respond_with_handler(self._report)
        self.server.expect_request(f"{PLACE}/annotations").respond_with_handler(self._annotations)

    @property
    def proxy(self) -> str:
        return self.server.url_for("").rstrip("/")

    def _report(self, request: Request) -> Response:
        assert request.host == "api.bitbucket.org"
        if request.method == "DELETE":
            self.report, self.annotations = None, {}
            return Response(status=204)
        assert request.method == "PUT"
        jsonschema.validate(request.json, REPORT)
        self.report = request.json
        return Response(json.dumps(request.json))

    def _annotations(self, request: Request) -> Response:
        assert request.method == "POST"
        assert self.report is not None
        jsonschema.validate(request.json, ANNOTATIONS)
        self.annotations |= {each["external_id"]: each for each in request.json}
        return Response(json.dumps(request.json))


def bitbucket(workplace: Workplace, insights: Insights | None = None, **given: str) -> dict[str, str]:
    return {
        "AWS_REGION": "eu-west-1",
        "BITBUCKET_CLONE_DIR": str(workplace.folder),
        "BITBUCKET_COMMIT": "abc123",
        "BITBUCKET_REPO_FULL_NAME": "acme/network",
        "BITBUCKET_STEP_OIDC_TOKEN": "header.claims.signature",
        "CI": "true",
        "NFW_APPLY_ROLE_ARN": "arn:aws:iam::111122223333:role/apply",
        "NFW_JOURNAL": str(workplace.folder.parent / "journal"),
        "NFW_PLAN_ROLE_ARN": "arn:aws:iam::111122223333:role/plan",
        "NFW_PROXY": insights.proxy if insights else "http://127.0.0.1:9",
        **given,
    }


def kept(step: dict[str, Any]) -> list[str]:
    (upload,) = step["artifacts"]["upload"]
    assert upload["capture-on"] == "always"
    return list(upload["paths"])


def test_bitbucket_plan(workplace: Workplace, made: Site, httpserver: HTTPServer) -> None:
    checked_out(workplace)
    insights = Insights(httpserver)
    step = bitbucket_step("pull-requests", "**")
    given = bitbucket(workplace, insights, BITBUCKET_PR_DESTINATION_BRANCH="main")
    done = in_one_shell(workplace, step["script"], **given)
    assert done.code == 0, done.err
    assert "header.claims.signature" not in done.out + done.err
    assert made.emulator.flow_operations == ()
    assert all((workplace.folder / path).is_file() for path in kept(step))
    assert not set(kept(step)) & SECRET
    assert JUnitXml.fromfile(str(workplace.folder / "test-results" / "nfw-plan.xml")).failures
    assert insights.report is not None
    assert insights.report["result"] == "FAILED"
    assert "would be denied" in insights.report["details"]
    placed = [each for each in insights.annotations.values() if each.get("path") == "main.tf"]
    assert {each["result"] for each in placed} == {"FAILED"}
    assert looked_at_by(workplace.folder / "nfw.plan") == OF_THE_BASE


def test_bitbucket_apply_and_resume(workplace: Workplace, made: Site, httpserver: HTTPServer) -> None:
    insights = Insights(httpserver)
    step = bitbucket_step("branches", "main")
    given = bitbucket(workplace, insights)
    done = in_one_shell(workplace, step["script"], **given)
    assert done.code == 0, done.err
    after = in_one_shell(workplace, step["after-script"], **given)
    assert after.code == 0, after.err
    assert made.problems() == []
    assert insights.report is not None
    assert insights.report["result"] == "PASSED"
    assert f"{len(DENIED)} flows flushed and proven gone" in insights.report["details"]
    assert all((workplace.folder / path).is_file() for path in kept(step))
    resume = bitbucket_step("custom", "resume")
    done = in_one_shell(workplace, resume["script"], **given)
    assert done.code == 0, done.err
    assert "nothing to resume" in done.out + done.err


def test_a_report_that_cannot_be_written_fails_nothing(offline: Workplace, made: Site) -> None:
    plan = made.folder / "nfw.plan"
    done = offline.run("ci/nfw/bitbucket/code-insights.sh", str(plan), **bitbucket(offline))
    assert done.code == 0
    assert "could not be written" in done.err


@pytest.mark.parametrize("name", ["ignored", "tighten", "survivors", "nothing-denied"])
def test_what_a_report_says_of_any_document(offline: Workplace, httpserver: HTTPServer, name: str) -> None:
    insights = Insights(httpserver)
    (offline.folder / "document").write_bytes(document_bytes(SCENES[name]()))
    done = offline.run("ci/nfw/bitbucket/code-insights.sh", "document", **bitbucket(offline, insights))
    assert done.code == 0, done.err
    assert done.err == ""
    assert insights.report is not None
    results = {each["result"] for each in insights.annotations.values()}
    assert ("IGNORED" in results) is (name == "ignored")
    assert insights.report["result"] == ("PASSED" if name == "nothing-denied" else "FAILED")
    again = offline.run("ci/nfw/bitbucket/code-insights.sh", "document", **bitbucket(offline, insights))
    assert again.code == 0


def test_nobody_but_the_deployment_may_flush() -> None:
    for keys in (("branches", "main"), ("custom", "resume")):
        assert bitbucket_step(*keys)["deployment"] == "production"
    assert "deployment" not in bitbucket_step("pull-requests", "**")
