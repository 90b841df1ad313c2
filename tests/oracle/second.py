"""A Suricata 8 beside the installed one: unpacked into ``build/``, run with its own C library, never installed.

AWS documents 8.0.3; no stable Debian has an 8.0 yet, its backports have. ``make suricata8`` fetches what the
machine's own mirror holds, through apt, which checks signatures. Where nothing was fetched, the tests
marked ``suricata8`` are skipped.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.conftest import CHECKOUT
from tests.oracle.suricata import Program

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = CHECKOUT / "build" / "suricata8"
ABSENT: Final = "no Suricata 8 in build/suricata8 (make suricata8 fetches one)"
SUITE: Final = "trixie"
PACKAGE: Final = "suricata"

_KEYRING: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"
_COLUMNS: Final = "$(RELEASE) $(COMPONENT) $(REPO_URI)"
_INDEXES: Final = ("apt-get", "indextargets", "--format", _COLUMNS, "Created-By: Packages")


class NotFetchedError(Exception):
    """No Suricata 8 can be had on this machine."""


@dataclass(frozen=True, slots=True)
class Apt:
    """An apt with folders of its own, which knows nothing of what is installed and takes all from one suite."""

    folder: Path

    @classmethod
    def of(cls, folder: Path, mirror: str) -> Apt:
        """Set the folders up."""
        for name in ("state/lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        options = (
            f"signed-by={_KEYRING} check-valid-until=no"  # a mirror may stand still at some day in the past
        )
        suites = (SUITE, f"{SUITE}-backports")
        lines = "".join(f"deb [{options}] {mirror} {suite} main\n" for suite in suites)
        (folder / "sources.list").write_text(lines, encoding="utf-8")
        return cls(folder)

    def run(self, *arguments: str) -> None:
        """Run apt-get in these folders; raises :class:`NotFetchedError`."""
        places = {
            "Dir::Etc::SourceList": "sources.list",
            "Dir::State": "state",
            "Dir::State::status": "status",
            "Dir::Cache": "cache",
        }
        set_up = [word for name, place in places.items() for word in ("-o", f"{name}={self.folder / place}")]
        _run("apt-get", *set_up, "-o", "Dir::Etc::SourceParts=/dev/null", "-qq", *arguments)

    def packages(self) -> list[Path]:
        """Give the packages that were downloaded."""
        return sorted((self.folder / "cache" / "archives").glob("*.deb"))


def fetch(folder: Path = FOLDER) -> Program:
    """Download and unpack Suricata 8 and every library it needs; raises :class:`NotFetchedError`."""
    downloads = folder / "apt"
    shutil.rmtree(downloads, ignore_errors=True)  # packages of an earlier release would be unpacked as well
    apt = Apt.of(downloads, _mirror())
    apt.run("update")
    apt.run(
        *("install", "--yes", "--download-only", "--no-install-recommends"),
        *("--target-release", f"{SUITE}-backports", PACKAGE),
    )
    root = folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for package in apt.packages():
        _run("dpkg", "--extract", str(package), str(root))
    shutil.rmtree(downloads)
    found = second(folder)
    if found is None or not found.version().startswith("8."):
        shutil.rmtree(root)
        message = f"what the mirror's {SUITE} holds is no Suricata 8, or lies where nobody looks for it"
        raise NotFetchedError(message)
    return found


def second(folder: Path = FOLDER) -> Program | None:
    """Give the Suricata that was fetched, if one was."""
    root = folder / "root" / "usr"
    program = root / "bin" / "suricata"
    loader = next((root / "lib").glob("*-linux-gnu/ld-linux-*.so.*"), None)
    if loader is None or not program.exists():
        return None
    return Program(program, (str(loader), "--library-path", str(loader.parent)))


def _mirror() -> str:
    """Give the mirror that this machine takes Debian's main component from."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    for line in _run(*_INDEXES).splitlines():
        release, component, address = line.split(maxsplit=2)
        if (release, component) == (codename, "main"):
            return address
    message = f"apt has no source of main of Debian {codename} here"
    raise NotFetchedError(message)


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    except FileNotFoundError as missing:
        raise NotFetchedError(str(missing)) from missing
    except subprocess.CalledProcessError as failed:
        raise NotFetchedError(failed.stderr or failed.stdout) from failed
    return done.stdout


if __name__ == "__main__":
    try:
        print(f"Suricata {fetch().version()} in {FOLDER.relative_to(CHECKOUT)}")  # noqa: T201 - a program's answer
    except NotFetchedError as why:
        sys.exit(f"Suricata 8 could not be fetched: {why}")
