"""``python -m benchmarks [ROW ...]``: measure, print a table, write it as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import classifying, flushing, planning, regions
from benchmarks.machine import this_machine
from benchmarks.scenes import FLOWS, RULES, Scene
from nfw_reconcile.cli import collect_rarely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.machine import Machine
    from benchmarks.measure import Figure, Row

ROWS: Final[dict[str, Callable[[Scene], Iterator[Row]]]] = {
    "classify": classifying.whole,
    "classify-alone": classifying.alone,
    "plan": planning.whole,
    "parse": planning.parse,
    "diff": planning.diff,
    "region": regions.region,
    "growth": planning.growth,
    "flush": flushing.filters,
}


def main(arguments: list[str]) -> None:
    """Measure the rows that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"what to measure, of {', '.join(ROWS)}")
    parser.add_argument("--repeats", type=int, default=3, help="how often each figure is taken")
    parser.add_argument("--rules", type=int, default=RULES, help="rules of a policy")
    parser.add_argument("--flows", type=int, default=FLOWS, help="flows of the file to classify")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), help="where the figures go")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.rows) - ROWS.keys()
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    collect_rarely()  # as the program does, for the rows that are measured in this process
    machine = this_machine()
    sys.stdout.write(f"{machine}\nmedian (lowest to highest) of {chosen.repeats}\n")
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder), chosen.repeats, chosen.rules, chosen.flows)
        rows = [row for name in chosen.rows or ROWS for row in _shown(ROWS[name](scene))]
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(_document(machine, rows), indent=2) + "\n", encoding="utf-8")


def _shown(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        lines = [row.name, *(f"  {figure.name}: {figure}" for figure in row.figures)]
        lines += [f"  peer ({row.peer}): {figure.name} {figure}" for figure in row.peers]
        lines += [f"  {remark}" for remark in row.remarks]
        lines += [f"  reach: {goal}" for goal in row.goals]
        sys.stdout.write("\n" + "".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
        yield row


def _document(machine: Machine, rows: list[Row]) -> dict[str, object]:
    def figure(found: Figure) -> dict[str, object]:
        values = {"median": found.median, "min": min(found.values), "max": max(found.values)}
        return {**asdict(found), **values}

    return {
        "format_version": "1.0",
        "machine": asdict(machine),
        "rows": [
            {
                "name": row.name,
                "figures": [figure(found) for found in row.figures],
                "goals": [{**asdict(goal), "reached": goal.reached} for goal in row.goals],
                "peer": row.peer,
                "peers": [figure(found) for found in row.peers],
                "remarks": row.remarks,
            }
            for row in rows
        ],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
