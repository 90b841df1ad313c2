"""The pipelines that docs/pipelines.md shows whole, run as their hosts run them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.hooks.workplace import Done
from tests.pages import DOCS, fences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.hooks.workplace import Workplace

PAGE: Final = DOCS / "pipelines.md"
PREPEND: Final = "##vso[task.prependpath]"
MACRO: Final = re.compile(r"\$\(([A-Za-z][A-Za-z0-9_.]*)\)")


def recipe(key: str) -> Any:  # noqa: ANN401 - YAML has no narrower type
    """Give the pipeline of the page that has this key at its top."""
    blocks = [yaml.safe_load(fence.text) for fence in fences(PAGE) if fence.language == "yaml"]
    (found,) = [block for block in blocks if isinstance(block, dict) and key in block]
    return found


# --- Azure Pipelines --------------------------------------------------------------------------------------


def azure_steps(stage: str) -> list[dict[str, Any]]:
    """Give the steps of the one job of a stage, a deployment's as well."""
    (found,) = [each for each in recipe("stages")["stages"] if each["stage"] == stage]
    (job,) = found["jobs"]
    steps = job["steps"] if "job" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
    assert isinstance(steps, list)
    return steps


@dataclass
class AzureJob:
    """The steps of a job; ``commands`` are what it asked the agent for, tasks are only noted in ``used``.

    Scripts are run by bash as it is: they have to stop at errors by themselves. A step that comes after one that has
    failed is left out, unless its condition is ``always()``.
    """

    workplace: Workplace
    variables: dict[str, str]
    commands: list[str] = field(default_factory=list)
    used: list[dict[str, Any]] = field(default_factory=list)

    def run(self, steps: list[dict[str, Any]]) -> Done:
        """Run the steps; give what came of the first that failed, else of the last script."""
        done = Done(0, "", "")
        for step in steps:
            if done.code and step.get("condition") != "always()":
                continue
            script = self._script(step)
            if script is None:
                self.used.append(step)
            else:
                done = self._run(script)
        return done

    def _script(self, step: Mapping[str, Any]) -> str | None:
        if "bash" in step:
            return str(step["bash"])
        if step.get("task") != "AWSShellScript@1":
            return None
        given = step["inputs"]
        assert given["scriptType"] == "inline"
        assert given["disableAutoCwd"]
        assert given["workingDirectory"] == "$(Build.SourcesDirectory)"
        assert not MACRO.search(given["inlineScript"]), "a macro in a script is an injection"
        return str(given["inlineScript"])

    def _run(self, script: str) -> Done:
        path = ":".join([*self._prepended(), self.workplace.environment({})["PATH"]])
        done = self.workplace.run("bash", "-c", script, **{**self.variables, "PATH": path})
        self.commands += [line for line in done.out.splitlines() if "##vso[" in line]
        return done

    def _prepended(self) -> Iterator[str]:
        for command in reversed(self.commands):
            if command.startswith(PREPEND):
                yield command.removeprefix(PREPEND)


# --- Bitbucket Pipelines ----------------------------------------------------------------------------------


def bitbucket_step(*keys: str) -> dict[str, Any]:
    """Give the one step of a pipeline."""
    found = recipe("pipelines")["pipelines"]
    for key in keys:
        found = found[key]
    (item,) = found
    step = item["step"]
    assert isinstance(step, dict)
    return step
