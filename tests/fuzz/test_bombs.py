"""Each shape ends in words, within seconds of the processor and a gibibyte of memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.fuzz.bombs import FLOWS, PLANS, SAVED, SNAPSHOTS, Shape
from tests.places import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

MEMORY: Final = 1 << 30
SECONDS: Final = 20
"""Of the processor: several times what the slowest shape takes on a machine that does nothing else."""

MOST_SAID: Final = 400_000
"""Characters on stderr."""

EXAMPLE: Final = EXAMPLES / "policy-only" / "plan.json"
LAUNCH: Final = f"""
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
from nfw_reconcile.cli import run
code = run(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_SELF)
with open(sys.argv[1], "w") as file:
    json.dump([code, used.ru_utime + used.ru_stime, used.ru_maxrss], file)
"""
ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "PYTHONUTF8": "1"}
CODES: Final = {0, 1, 3, 64}

CASES: Final = [
    *(("plan", name, shape) for name, shape in PLANS.items()),
    *(("compare", name, shape) for name, shape in SNAPSHOTS.items()),
    *(("classify", name, shape) for name, shape in FLOWS.items()),
    *(("show", name, shape) for name, shape in SAVED.items()),
]
QUICK: Final = {"references that double a level", "variables in variables", "a header of words in brackets"}
SOAK: Final = {
    "objects in objects", "an endless exponent", "nothing but white space", "escaped NULs", "byte order marks",
    "NaN", "numbers", "resources without a type", "CIDRs of a VPC", "entries of a prefix list",
    "an address of a million brackets", "comments", "continuations", "brackets", "groups without a policy",
    "columns", "empty lines", "no text",
}  # fmt: skip
"""Neighbours of other shapes: 40 are enough for every change."""


def _marks(name: str) -> list[pytest.MarkDecorator]:
    return [] if name in QUICK else [pytest.mark.soak if name in SOAK else pytest.mark.full]


def _arguments(command: str, file: str) -> list[str]:
    match command:
        case "plan":
            return ["plan", "--tf-plan", file]
        case "compare":
            return ["plan", "--old", file, "--new", file, "--context", file]
        case "classify":
            return ["classify", "--tf-plan", str(EXAMPLE), "--flows", file]
        case _:
            return ["show", file]


@pytest.mark.parametrize(
    ("command", "shape"),
    [
        pytest.param(command, shape, id=f"{command}: {name}", marks=_marks(name))
        for command, name, shape in CASES
    ],
)
def test_it_ends_in_words(command: str, shape: Shape, tmp_path: Path) -> None:
    bomb, usage = tmp_path / "bomb", tmp_path / "usage"
    bomb.write_bytes(shape())
    child = subprocess.run(
        [sys.executable, "-c", LAUNCH, str(usage), *_arguments(command, str(bomb))],
        capture_output=True,
        text=True,
        check=False,
        env=ONE_THREAD,
        cwd=EXAMPLES.parent,
    )
    bomb.unlink()
    assert child.returncode == 0, child.stderr[-2_000:]
    code, seconds, _ = json.loads(usage.read_text())
    assert code in CODES, child.stderr[-2_000:]
    assert seconds < SECONDS
    assert len(child.stderr) < MOST_SAID
    for word in ("Traceback", "defect", "MemoryError"):
        assert word not in child.stderr
    assert (code == 0) == ("error: " not in child.stderr)
