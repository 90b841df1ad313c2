"""Real git repositories, made with a fixed identity and without the configuration of whoever runs the tests."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ALONE: Final = {
    "GIT_AUTHOR_DATE": "2025-06-01T12:00:00Z",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_AUTHOR_NAME": "Author",
    "GIT_COMMITTER_DATE": "2025-06-01T12:00:00Z",
    "GIT_COMMITTER_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "Author",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C",
    "PATH": os.environ["PATH"],
}

Content = str | bytes | None
"""Of a file; ``-> TARGET`` is a symbolic link, ``None`` takes it away."""


@dataclass(frozen=True)
class Repository:
    root: Path

    @classmethod
    def at(cls, root: Path, *options: str) -> Repository:
        root.mkdir(parents=True, exist_ok=True)
        made = cls(root)
        made.git("init", "--quiet", "--initial-branch=main", *options)
        return made

    def git(self, *words: str, **environment: str) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=self.root,
            env={**ALONE, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, Content]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if isinstance(content, str) and content.startswith("-> "):
                path.symlink_to(content.removeprefix("-> "))
            elif content is not None:
                path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, Content]) -> str:
        """Write the files, commit everything, and give the commit's name."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=change")
        return self.git("rev-parse", "HEAD")

    def object_file(self, name: str) -> Path:
        """Give the file of a loose object."""
        return self.root / ".git" / "objects" / name[:2] / name[2:]


def program(path: Path, *lines: str) -> Path:
    """Write a shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    path.chmod(0o755)
    return path


@dataclass(frozen=True)
class Canary:
    """A program that leaves a mark where it is run."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> Canary:
        program(path, f"touch {shlex.quote(f'{path}.sang')}", "exit 1")
        return cls(path)

    @property
    def sang(self) -> bool:
        return self.path.with_name(f"{self.path.name}.sang").exists()


@dataclass(frozen=True)
class WatchedGit:
    """git on a ``PATH`` of its own, each of whose starts is written down; ``setting`` goes into its environment."""

    folder: Path
    setting: str = ""

    def environ(self) -> dict[str, str]:
        real = shlex.quote(str(shutil.which("git")))
        log = shlex.quote(str(self._log))
        program(self.folder / "git", f'echo "$$ $*" >> {log}', f'{self.setting} exec {real} "$@"')
        return {"PATH": str(self.folder)}

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def started(self, command: str) -> list[int]:
        """Give the processes that were started for a command, in their order."""
        rows = (line.split() for line in self._log.read_text(encoding="utf-8").splitlines())
        return [int(row[0]) for row in rows if command in row]

    def alive(self) -> list[int]:
        """Give those of all processes that have not ended, or have and were not waited for."""
        return [pid for pid in self.started("--no-pager") if _is_there(pid)]


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
