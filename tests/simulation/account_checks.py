"""What holds after everything that happens to an account, whatever it was: see the functions.

Most of it is what :mod:`tests.checker` and :mod:`tests.simulation.invariants` say of one run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.options import NO_OTHER_LIMITS
from nfw_reconcile.errors import ExitCode, FirewallLeased, NfwReconcileError, UnsettledRun
from tests.checker import STARTS, ended_at, violations
from tests.simulation.invariants import DOCUMENTED, invariants
from tests.simulation.simulation import Outcome
from tests.simulation.wires import CALL_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.act.journal.standing import RunStanding
    from tests.simulation.runs import Ended, Operator, Run

ONLY_LOOKS: Final = frozenset({"verify", "dry run", "start"})
BLOCKED: Final = frozenset({ExitCode.UNKNOWN_OUTCOME, ExitCode.BUSY})


def problems_of(ended: Ended, operator: Operator) -> list[str]:
    """Say everything that must not be so after a process."""
    ended.run.look_around()
    told = [
        *(_told(ended, ended.outcome) if ended.outcome else violations_of(ended.run)),
        *_harmless(ended),
        *_blocked(ended),
        *_calm(ended),
        *_alive(ended),
        *journal_problems(operator),
        *_recorded(ended, operator),
    ]
    ended.run.account.restore_faults()
    return [f"{ended.command} of {ended.run.name}: {each}" for each in told]


def violations_of(run: Run) -> list[str]:
    """Say what a run must not have done so far; what it has begun may go on after its process."""
    run.look_around()
    return violations(run.account.emulator, Outcome(run, None, None).expectations)


def is_over(run: Run) -> bool:
    """Say whether all that a run has begun has ended."""
    own, now = run.own, run.account.clock.now()
    emulator = run.account.emulator
    return all(ended_at(emulator, each) <= now for each in emulator.flow_operations if each.id in own)


def journal_problems(operator: Operator) -> Iterator[str]:
    """Say what is wrong with the journal as it is on disk."""
    try:
        standings = operator.standings
    except NfwReconcileError as problem:
        yield f"the journal cannot be read: {problem}"
        return
    unsettled = [each.run for each in standings if each.resumable]
    if len(unsettled) > 1:
        yield f"several runs are open: {unsettled}"
    runs = {run.name: run for run in operator.runs}
    for each in standings:
        taken = {send.operation_id for send in each.sends} - {None}
        if adopted := taken - runs[each.run].own:
            yield f"{each.run} took operations of others for its own: {sorted(map(str, adopted))}"


def _told(ended: Ended, outcome: Outcome) -> list[str]:
    """Hold a process that came to its end against what it said."""
    if outcome.result is None:
        return [*violations_of(ended.run), *_error(ended, outcome)]
    if ended.command == "verify":
        return [*violations_of(ended.run), *_verified(outcome)]
    return invariants(outcome)


def _error(ended: Ended, outcome: Outcome) -> Iterator[str]:
    """A process that ends without a result has begun nothing, and says why in words, in time."""
    if not isinstance(outcome.error, NfwReconcileError):
        yield f"a traceback reaches the user: {outcome.error!r}"
    if outcome.exit_code not in DOCUMENTED:
        yield f"exit code {outcome.exit_code} is not documented"
    if sent := _starts(ended):
        yield f"no result ({outcome.error}), and {sent} were sent"
    if outcome.seconds > ended.run.options["timeout"] + 2 * CALL_TIMEOUT:
        yield f"it took {outcome.seconds:g} s"


def _verified(outcome: Outcome) -> Iterator[str]:
    assert outcome.result is not None
    if outcome.exit_code not in DOCUMENTED:
        yield f"exit code {outcome.exit_code} is not documented"
    told = {each.operation_id for f in outcome.result.firewalls for z in f.zones for each in z.operations}
    if foreign := outcome.simulation.foreign & told:
        yield f"operations of others are told as its own: {sorted(foreign)}"


def _starts(ended: Ended) -> list[str]:
    """Give the starts that a process sent."""
    calls = ended.run.wires.calls[ended.calls_before :]
    return [call.operation for call in calls if call.operation in STARTS]


def _harmless(ended: Ended) -> Iterator[str]:
    """A command that only looks flushes nothing, and writes no line; one that only begins does not even look."""
    sent = _starts(ended)
    if ended.command in ONLY_LOOKS and "StartFlowFlush" in sent:
        yield "it flushed"
    if ended.command == "start" and sent:
        yield f"it began {sent}"
    if ended.command in {"verify", "dry run"} and ended.run.journal.lines:  # type: ignore[attr-defined]
        yield "it wrote to the journal"


def _blocked(ended: Ended) -> Iterator[str]:
    """As long as a run is interrupted, no other begins."""
    if not ended.blocked or ended.command not in {"apply", "start"} or ended.killed:
        return
    outcome = ended.outcome
    if outcome is None or outcome.result is not None or _starts(ended):
        yield "a run was interrupted, and this one began all the same"
    elif ended.calm and not isinstance(outcome.error, UnsettledRun | FirewallLeased):
        yield f"a run was interrupted, and this one ended with {outcome.error!r}"


def _calm(ended: Ended) -> Iterator[str]:
    """Where nothing goes wrong, an ``apply`` of what is live ends well, and of what is not is refused."""
    outcome, run = ended.outcome, ended.run
    if not ended.calm or ended.blocked or outcome is None:
        return
    code = outcome.exit_code
    if ended.command == "resume" and code == ExitCode.UNKNOWN_OUTCOME:
        yield "nothing went wrong, and an outcome is unknown"
    if ended.command not in {"apply", "dry run"}:
        return
    limited = run.options["limits"] != NO_OTHER_LIMITS
    if run.change.new != run.account.live:
        expected = {ExitCode.REFUSED}
    elif run.account.ground.exceptions == "CONTINUE":
        expected = {ExitCode.OK, ExitCode.UNVERIFIED}
    else:
        expected = {ExitCode.OK}
    if code not in expected | ({ExitCode.REFUSED, ExitCode.UNVERIFIED} if limited else set()):
        yield f"nothing went wrong, and the exit code is {code} ({outcome.error or outcome.result})"


def _alive(ended: Ended) -> Iterator[str]:
    """After exit 0, nothing is left of what the rules let in before and deny now; by the tables, not by the result.

    ``verify`` counts from the last modification of the rules, so what was born after it is not told.
    """
    outcome, account = ended.outcome, ended.run.account
    if outcome is None or outcome.exit_code != ExitCode.OK or ended.command == "dry run":
        return
    for zone in account.scene.zones:
        for entry in account.emulator.entries(zone):
            passes = entry.blocked_until is None and not entry.marked
            seen = ended.command != "verify" or entry.born < account.modified_at - 1
            if passes and seen and ended.run.may_flush(entry.flow):
                yield f"exit code 0, and {entry.flow}, born at {entry.born:g}, lives in {zone}"


def _recorded(ended: Ended, operator: Operator) -> Iterator[str]:
    """The journal knows how a run ended, and that one did not."""
    found = next((each for each in operator.standings if each.run == ended.run.name), None)
    result = None if ended.outcome is None else ended.outcome.result
    if ended.command in {"apply", "resume"} and result is not None:
        if found is None or found.exit_code != result.exit_code:
            yield f"exit code {result.exit_code}, and the journal says {found and found.exit_code}"
    elif ended.killed and ended.run.intents and (found is None or _forgotten(found)):
        yield "a flush was about to be sent, and the journal does not tell that the run was interrupted"


def _forgotten(found: RunStanding) -> bool:
    """Say whether a run without an end would not be resumed; one may be killed right after its end as well."""
    return found.exit_code is None and not found.resumable
