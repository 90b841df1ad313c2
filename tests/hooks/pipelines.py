"""Run the scripts of pipeline files as their hosts do: the same shell, in order, with the documented variables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.hooks.workplace import BASH, HOOKS, POSIX, Done

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.hooks.workplace import Workplace

EXPRESSION: Final = re.compile(r"\$\{\{ (.*?) \}\}")


def load(path: str) -> Any:  # noqa: ANN401 - YAML has no narrower type
    """Read a pipeline file; YAML 1.1 takes the key ``on`` for true."""
    return yaml.safe_load((HOOKS / path).read_text(encoding="utf-8"))


def in_one_shell(workplace: Workplace, lines: Sequence[str], **given: str) -> Done:
    """Run lines in one shell that ends at the first that fails, as GitLab and CodeBuild do."""
    return workplace.run(*POSIX, "\n".join(lines), **given)


@dataclass
class GitHubJob:
    """The steps of a job on GitHub: expressions are looked up in ``expressions``, actions only noted in ``used``.

    A step whose ``if`` is not among ``true`` is left out.
    """

    workplace: Workplace
    expressions: Mapping[str, str]
    true: frozenset[str] = frozenset()
    variables: dict[str, str] = field(default_factory=dict)
    used: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the files through which a step speaks to the next."""
        temporary = self.workplace.folder.parent / "runner"
        temporary.mkdir()
        self._files = {
            name: temporary / name for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
        }
        for path in self._files.values():
            path.touch()
        self.variables |= {name: str(path) for name, path in self._files.items()}
        self.variables |= {"CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(temporary)}

    @property
    def summary(self) -> str:
        """Give what is on the page of the job."""
        return self._files["GITHUB_STEP_SUMMARY"].read_text()

    def run(self, job: Mapping[str, Any]) -> Done:
        """Run the steps up to the first that fails; give what came of the last one."""
        done = Done(0, "", "")
        for step in job["steps"]:
            if "if" in step and step["if"] not in self.true:
                continue
            if "uses" in step:
                self.used.append(step)
                continue
            done = self._run(step, {**job.get("env", {}), **step.get("env", {})})
            if done.code:
                break
        return done

    def _run(self, step: Mapping[str, Any], env: Mapping[str, str]) -> Done:
        given = {**self.variables, **{name: self.filled(text) for name, text in env.items()}}
        assert "${{" not in step["run"], "an expression in a script is an injection"
        shell = POSIX if step.get("shell") == "sh" else BASH
        path = [*reversed(self._files["GITHUB_PATH"].read_text().splitlines())]
        given["PATH"] = ":".join([*path, self.workplace.environment({})["PATH"]])
        done = self.workplace.run(*shell, step["run"], **given)
        for line in self._files["GITHUB_ENV"].read_text().splitlines():
            name, _, value = line.partition("=")
            self.variables[name] = value
        return done

    def filled(self, text: str) -> str:
        """Put values in the place of expressions; one that is not expected is a ``KeyError``."""
        return EXPRESSION.sub(lambda found: self.expressions[found[1]], text)


def scripts(path: Path) -> list[tuple[str, str]]:
    """Give every script in a GitHub file, with its shell."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    jobs = [document["runs"]] if "runs" in document else document["jobs"].values()
    steps = [step for job in jobs for step in job["steps"] if "run" in step]
    return [(step.get("shell", "bash"), step["run"]) for step in steps]
