"""A folder in which a pipeline runs: the hooks as ci/nfw; on the PATH the program, and a terraform that plays along."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.cli.site import KEYS
from tests.hasty import PROGRAM
from tests.hooks.resident import CALLER
from tests.places import CHECKOUT, DEMO

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HOOKS: Final = CHECKOUT / "hooks"
ALARM: Final = 300
POSIX: Final = ("sh", "-e", "-c")
BASH: Final = ("bash", "-e", "-c")

# The endpoint goes onto the command line of what calls AWS, as only a user can put it there; times are short.
NFW_RECONCILE: Final = """#!/bin/sh
case ${{1:-}} in
  apply) set -- "$@" --endpoint-url {url} --settle 0.5 ;;
  resume | snapshot | verify) set -- "$@" --endpoint-url {url} ;;
esac
exec {start} "$@"
"""
TERRAFORM: Final = """#!/bin/sh
echo "$*" >> {log}
case $1 in
  plan) for word; do case $word in -out=*) echo planned > "${{word#-out=}}" ;; esac; done ;;
  show) cat {plan} ;;
esac
"""
# What an installation from the registry does, but for the registry.
PYTHON3: Final = """#!/bin/sh
if [ "${{1:-}} ${{2:-}}" = "-m venv" ]; then
  mkdir -p "$3/bin"
  printf '#!/bin/sh\\necho "$*" >> {log}\\n' | tee "$3/bin/python" > "$3/bin/pip"
  chmod +x "$3/bin/python" "$3/bin/pip"
  cp {nfw} "$3/bin/nfw-reconcile"
elif [ "${{1:-}} ${{2:-}}" = "-m pip" ]; then
  echo "$*" >> {log}
else
  exec {python} "$@"
fi
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a script."""

    code: int
    out: str
    err: str


class Workplace:
    """A checkout that holds a root module and the hooks, as README.md of the hooks tells users to lay it out."""

    def __init__(self, folder: Path, url: str = "http://127.0.0.1:9", resident: Path | None = None) -> None:
        """Make ``folder``; the program calls ``url`` where it calls AWS.

        ``resident`` is where a resident process answers; without it each command is a program of its own.
        """
        self.folder = folder
        self.hooks = folder / "ci" / "nfw"
        self._bin = folder.parent / f"{folder.name}.bin"
        self._bin.mkdir()
        shutil.copytree(DEMO / "new", folder)
        shutil.copytree(HOOKS, self.hooks)
        python, quoted = shlex.quote(sys.executable), shlex.quote
        words = ["-c", PROGRAM] if resident is None else ["-S", "-E", "-c", CALLER, str(resident)]
        start = f"{python} {shlex.join(words)}"
        self.add_program("nfw-reconcile", NFW_RECONCILE.format(url=quoted(url), start=start))
        terraform = TERRAFORM.format(log=quoted(str(self.log)), plan=quoted(str(DEMO / "plan.json")))
        self.add_program("terraform", terraform)
        installed = quoted(str(self._bin / "nfw-reconcile"))
        self.add_program("python3", PYTHON3.format(log=quoted(str(self.log)), nfw=installed, python=python))

    @property
    def log(self) -> Path:
        """Where the stand-ins write down what they are asked to do."""
        return self._bin / "log"

    def asked(self) -> list[str]:
        """Give what terraform and pip were asked to do, in order."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def add_program(self, name: str, text: str) -> None:
        program = self._bin / name
        program.write_text(text)
        program.chmod(0o755)

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        path = os.pathsep.join((str(self._bin), os.defpath))
        return {"PATH": path, "HOME": str(self.folder), "LANG": "C.UTF-8", **KEYS, **given}

    def start(self, *words: str, **given: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            words,
            cwd=self.folder,
            env=self.environment(given),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, **given: str) -> Done:
        process = self.start(*words, **given)
        out, err = process.communicate(timeout=ALARM)
        return Done(process.returncode, out, err)
