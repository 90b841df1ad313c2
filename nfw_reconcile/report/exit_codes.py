"""What the exit code of an apply or verify means, and the command to run next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.errors import ExitCode
from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.report.blocks import Bullet, Tone
from nfw_reconcile.report.phrases import Datum, Phrase, say

if TYPE_CHECKING:
    from nfw_reconcile.model.result_document import ResultDocument


class Advice(NamedTuple):
    """``{}`` in ``step`` stands for ``command``; both are empty where nothing has to be run."""

    meaning: str
    step: str
    command: str = ""
    tone: Tone = Tone.BAD


ADVICE: Final = {
    ExitCode.OK: Advice("done, and nothing is left to do", "", tone=Tone.GOOD),
    ExitCode.ERROR: Advice(
        "an error stopped the run",
        "mend what the messages say, then run the same plan again: {}",
        "nfw-reconcile apply PLANFILE",
    ),
    ExitCode.REFUSED: Advice(
        "refused, and nothing was flushed for it",
        "do what each message says; unless one asks for another plan, this one is still good: {}",
        "nfw-reconcile apply PLANFILE",
    ),
    ExitCode.PARTIAL: Advice(
        "partly done, and the state of every zone is known",
        "when the zones that were left alone are in sync, run the same plan again: {}",
        "nfw-reconcile apply PLANFILE",
        Tone.CAUTION,
    ),
    ExitCode.UNKNOWN_OUTCOME: Advice(
        "an outcome is unknown, or the run was interrupted",
        "settle what was sent, and go on, with {}",
        "nfw-reconcile resume",
    ),
    ExitCode.UNVERIFIED: Advice(
        "denied flows survive, or their absence could not be proven",
        "look once more with {}; where they still live, apply the plan again.",
        "nfw-reconcile verify RESULTFILE",
    ),
    ExitCode.BUSY: Advice(
        "another flow operation held a zone past the timeout",
        "when it has ended, run the same plan again: {}",
        "nfw-reconcile apply PLANFILE",
        Tone.CAUTION,
    ),
}
"""For every exit code that a result can have."""


_DRY_RUN: Final = Advice(
    "dry run, nothing was sent", "flush for real: {}", "nfw-reconcile apply PLANFILE", Tone.PLAIN
)


def advice(document: ResultDocument) -> Advice:
    """Give what there is to say of how a run ended; a code that no result can have is treated as an error."""
    states = {zone.state for result in document.firewalls for zone in result.zones}
    if document.exit_code == ExitCode.OK and ZoneState.DRY_RUN in states:
        return _DRY_RUN
    return next(
        (found for code, found in ADVICE.items() if code == document.exit_code), ADVICE[ExitCode.ERROR]
    )


def next_steps(document: ResultDocument) -> tuple[Bullet, ...]:
    """Say what the exit code means, and what to run."""
    found = advice(document)
    meaning = Bullet(f"Exit code {document.exit_code}", Phrase((f"{found.meaning}.",)), found.tone)
    return (meaning, Bullet("Next", say(found.step, Datum(found.command)))) if found.command else (meaning,)
