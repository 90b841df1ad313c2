"""The git program, asked with fixed words in a fixed environment, so that nothing but git runs.

The repository that is read may be hostile, its ``.git/config`` included (an archive that somebody sent holds one).
Of the settings that start a program (git-config(1)), none belongs to a command that is used here but the fetch of
objects that a partial clone lacks. It is switched off (``GIT_NO_LAZY_FETCH``), and for versions of git that do not
know that, no protocol is allowed (``GIT_ALLOW_PROTOCOL``). The other settings lock doors that these commands do not
open.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, Location, error

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS: Final = 60.0
"""How long git may take for one answer, or be silent in the middle of one."""

_SETTINGS: Final = (
    "core.alternateRefsCommand=false",
    "core.askPass=false",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.warnAmbiguousRefs=true",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
)
"""Settings that go before those of the repository."""

_ENVIRONMENT: Final = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "PATH": os.defpath,
}
_OF_THE_USER: Final = ("HOME", "XDG_CONFIG_HOME")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git that has ended left behind."""

    code: int
    output: bytes
    complaint: str


@dataclass(frozen=True, slots=True)
class Git:
    """git for one repository; ``root`` is the directory that holds its ``.git``, and no other repository is found."""

    program: str
    root: Path
    environment: Mapping[str, str]
    settings: tuple[str, ...] = _SETTINGS
    seconds: float = SECONDS

    def ask(self, *words: str) -> Answer:
        """Run one command to its end. Raises :class:`InputError` where git cannot be run or does not end."""
        try:
            ended = subprocess.run(  # noqa: S603 - fixed words
                self._line(words),
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as problem:
            raise self._silent() from problem
        except OSError as problem:
            raise self._unusable(problem) from problem
        return Answer(ended.returncode, ended.stdout, ended.stderr.decode("utf-8", "replace").strip())

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command that is talked to; the caller ends it. Raises :class:`InputError` where git cannot be run."""
        try:
            return subprocess.Popen(  # noqa: S603 - fixed words
                self._line(words),
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as problem:
            raise self._unusable(problem) from problem

    def trusting(self, directories: tuple[str, ...]) -> Git:
        """Give the same git, with directories whose owner it is not to mind (``safe.directory``)."""
        return replace(self, settings=(*self.settings, *(f"safe.directory={each}" for each in directories)))

    def _line(self, words: tuple[str, ...]) -> list[str]:
        settings = [word for setting in self.settings for word in ("-c", setting)]
        return [self.program, "--no-pager", *settings, *words]

    def _unusable(self, problem: Exception) -> InputError:
        remedy = "Look at the installation of git."
        return InputError(error(f"git cannot be run: {problem}.", Location(str(self.root)), remedy))

    def _silent(self) -> InputError:
        summary = f"git has given no answer for {self.seconds:g} seconds."
        remedy = "Try again; `git fsck` says whether the repository is sound."
        return InputError(error(summary, Location(str(self.root)), remedy))


def find_git(environ: Mapping[str, str], root: Path) -> Git:
    """Find git on the ``PATH`` of an environment, of which nothing else is used.

    Relative entries of the path are left out: they may lead into the repository. Raises :class:`InputError`
    where there is no git.
    """
    places = [each for each in environ.get("PATH", os.defpath).split(os.pathsep) if Path(each).is_absolute()]
    program = shutil.which("git", path=os.pathsep.join(places)) if places else None
    if program is None:
        remedy = "Install git, or check the revisions out and name their directories."
        raise InputError(error("git is not installed.", None, remedy))
    return Git(program, root, {**_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(root.parent)})


def trusted_directories(git: Git, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give the user's own ``safe.directory`` settings, the system's first; nothing else of them is used.

    A job in a container works, as a rule, on a checkout of another owner, and has said so to git.
    """
    user = {name: environ[name] for name in _OF_THE_USER if name in environ}
    kept = {name: value for name, value in git.environment.items() if not name.startswith("GIT_CONFIG")}
    asking = replace(git, environment={**kept, **user})
    answers = [
        asking.ask("config", scope, "--null", "--get-all", "safe.directory")
        for scope in ("--system", "--global")
    ]
    found = (each for answer in answers for each in answer.output.split(b"\0")[:-1])
    return tuple(each.decode("utf-8", "surrogateescape") for each in found)
