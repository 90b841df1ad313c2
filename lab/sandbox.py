"""The lab's own world: a process tree with namespaces of its own, which is gone when its first process is.

Network, mounts and process numbers are the sandbox's own (unshare(1)), and ``/run``, where the lab keeps its files
and iproute2 the names of network namespaces, is an empty file system in memory. So there is nothing to clean up:
when the sandbox ends, however it ends, the kernel ends every process in it and forgets the rest.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILES: Final = Path("/run/lab")
"""Where the lab keeps what it writes."""

PROGRAMS: Final[Mapping[str, str]] = {
    "conntrack": "conntrack",
    "ip": "iproute2",
    "iptables": "iptables",
    "mount": "mount",
    "setpriv": "util-linux",
    "suricata": "suricata",
    "sysctl": "procps",
    "unshare": "util-linux",
}
"""What has to be installed: programs, and the Debian packages that have them."""

_UNSHARED: Final = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
# Whoever kills the lab's outermost process, and however, has killed the sandbox too.
_ENTER: Final = ("setpriv", "--pdeathsig", "KILL", "--", *_UNSHARED, "--propagation", "private", "--")
_INSIDE: Final = "NFW_LAB_INSIDE"
_ENDED_BY_SIGNAL: Final = 128


def lacking() -> list[str]:
    """Say what this machine lacks to run the lab; nothing where it can."""
    if sys.platform != "linux":
        return ["the lab is made of Linux's network namespaces, and this is another system"]
    packages = {package for program, package in PROGRAMS.items() if shutil.which(program) is None}
    missing = [f"missing system package: {package}" for package in sorted(packages)]
    if os.geteuid() != 0:
        return [*missing, "the lab builds network namespaces, which needs root"]
    if "util-linux" not in packages:
        tried = subprocess.run([*_ENTER, "true"], capture_output=True, check=False, text=True)
        if tried.returncode:
            missing.append(f"namespaces are not allowed here: {tried.stderr.strip()}")
    return missing


def is_inside() -> bool:
    """Say whether this process is in the sandbox already."""
    return _INSIDE in os.environ


def enter(command: Sequence[str]) -> int:
    """Run a command in a new sandbox, and give its exit code; a signal that ends this process ends the sandbox."""
    process = subprocess.Popen([*_ENTER, *command], env={**os.environ, _INSIDE: "1"})
    received: list[int] = []

    def end(number: int, _frame: object) -> None:
        received.append(number)
        process.kill()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    code = process.wait()
    return _ENDED_BY_SIGNAL + received[0] if received else code


def furnish() -> None:
    """Put an empty ``/run`` over the machine's, inside the sandbox, and wake its loopback device."""
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    FILES.mkdir()
    run("ip", "link", "set", "lo", "up")


class FailedError(Exception):
    """A program of the system failed; the message is its own."""


def run(*command: str | Path) -> str:
    """Run a program of the system and give its output; raises :class:`FailedError`."""
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        raise FailedError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
