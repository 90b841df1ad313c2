"""Where runs stand, as lines for people and as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nfw_reconcile.model.codec import to_json
from nfw_reconcile.model.status import RunState
from nfw_reconcile.report.jsonout import inert
from nfw_reconcile.report.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.model.status import FlushStatus, RunStatus, StatusDocument


def status_json(document: StatusDocument) -> str:
    """Render all runs as one line of sorted JSON."""
    text = json.dumps(to_json(document), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return f"{inert(text)}\n"


def status_text(document: StatusDocument) -> str:
    """Render all runs, a block each, with what to do next."""
    if not document.runs:
        return f"There is no run in {visible(document.journal)}.\n"
    return "\n".join("".join(f"{visible(line)}\n" for line in _run_lines(run)) for run in document.runs)


def _run_lines(run: RunStatus) -> Iterator[str]:
    yield f"Run {run.run}: {_state(run)}"
    if run.started_at is not None and run.plan_sha256 is not None:
        yield f"  begun    {run.started_at}, plan {run.plan_sha256[:12]}"
    for arn in run.firewalls:
        yield f"  firewall {arn}"
    for flush in run.flushes:
        yield f"  flush    {_flush(flush)}"
    if run.problem is not None:
        yield from (f"  problem  {line}" for line in run.problem.splitlines())
    yield f"  next     {_next(run)}"


def _state(run: RunStatus) -> str:
    if run.exit_code is not None:
        return f"{run.state}, exit code {run.exit_code}"
    return run.state if run.held_until is None else f"{run.state}, its firewall held until {run.held_until}"


def _flush(flush: FlushStatus) -> str:
    name = "" if flush.operation_id is None else f" {flush.operation_id}"
    asked = f"{flush.flows} flows with {flush.filters} filters"
    return f"{flush.zone}, {flush.sent_at}: {asked}, {flush.outcome}{name}"


def _next(run: RunStatus) -> str:
    match run.state:
        case RunState.RUNNING:
            return "wait for it"
        case RunState.FINISHED:
            return "nothing"
        case RunState.DAMAGED:
            return "settle it by hand, as the problem says"
        case _:
            return f"nfw-reconcile resume --run {run.run}"
