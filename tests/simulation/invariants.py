"""What holds of every run, whatever went wrong: what it did, by the emulator's log, and what it said, by its result.

The first half is :func:`tests.checker.violations`; here its end is held against the emulator's tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import NfwReconcileError
from nfw_reconcile.model.result_document import ZoneState
from tests.checker import FLUSH, STARTS, violations
from tests.simulation.wires import CALL_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.emulator.operations import FlowOperation
    from nfw_reconcile.model.documents import FlowText
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.result_document import ResultDocument, ZoneResult
    from tests.simulation.simulation import Outcome

DOCUMENTED: Final = frozenset({0, 1, 3, 4, 5, 6, 8})
PROVEN: Final = frozenset({ZoneState.VERIFIED, ZoneState.NOTHING})
PARTLY: Final = frozenset({ZoneState.NOT_IN_SYNC, ZoneState.FAILED, ZoneState.SKIPPED})
UNPROVEN: Final = frozenset({ZoneState.SURVIVORS, ZoneState.UNPROVEN})


def invariants(outcome: Outcome) -> list[str]:
    """Say everything that must not be so after a run; an empty list is the proof that all is well."""
    sim = outcome.simulation
    sim.scene.emulator.faults.clear()
    return [
        *violations(sim.scene.emulator, outcome.expectations),
        *_ending(outcome),
        *_journal(outcome),
        *(_error(outcome) if outcome.result is None else _result(outcome, outcome.result)),
    ]


def passing(outcome: Outcome, zone: str) -> set[FiveTuple]:
    """Give the flows in a zone that the change denies, and whose packets pass all the same."""
    sim = outcome.simulation
    return {
        entry.flow
        for entry in sim.scene.emulator.entries(zone)
        if sim.may_flush(entry.flow) and entry.blocked_until is None and not entry.marked
    }


def _ending(outcome: Outcome) -> Iterator[str]:
    """A run is over by its deadline, but for the calls that nobody answers.

    One may be under way by then.
    """
    if outcome.exit_code not in DOCUMENTED:
        yield f"exit code {outcome.exit_code} is not documented"
    most = outcome.simulation.options["timeout"] + CALL_TIMEOUT
    if outcome.seconds > most:
        yield f"the run took {outcome.seconds:g} s, and {most:g} is the most"


def _journal(outcome: Outcome) -> Iterator[str]:
    """Every flush that is sent was written down before."""
    calls = [call for call in outcome.simulation.wires.calls if call.operation == "StartFlowFlush"]
    intents = outcome.simulation.journal.intents
    for position, call in enumerate(calls, 1):
        if sum(written < call.number for written in intents) < position:
            yield f"call {call.number} flushed and was not written down before"


def _error(outcome: Outcome) -> Iterator[str]:
    """A run that ends without a result has begun nothing, and says why in words."""
    if not isinstance(outcome.error, NfwReconcileError):
        yield f"a traceback reaches the user: {outcome.error!r}"
    for call in outcome.requests:
        if call.operation in STARTS:
            yield f"no result ({outcome.error}), and {call.operation} was sent"


def _result(outcome: Outcome, result: ResultDocument) -> Iterator[str]:
    zones = [zone for firewall in result.firewalls for zone in firewall.zones]
    named = [zone.zone for zone in zones]
    if sorted(named) != sorted(outcome.simulation.scene.zones):
        yield f"the result names the zones {named}, and there are {outcome.simulation.scene.zones}"
    if result.exit_code not in _codes(outcome, zones):
        states = ", ".join(zone.state for zone in zones)
        yield f"exit code {result.exit_code}, and the zones are {states}"
    own = [each for each in _own(outcome) if each.type == FLUSH]
    for zone in zones:
        yield from (f"{zone.zone}: {text}" for text in _zone(outcome, zone, own))


def _codes(outcome: Outcome, zones: list[ZoneResult]) -> set[int]:
    """Work the exit code out as the table of the README does.

    Whether a flush that was declined counts as sent the table leaves open; both readings will do.
    """
    states = {zone.state for zone in zones}
    asked = [call for call in outcome.requests if call.operation == "StartFlowFlush"]
    if states & {ZoneState.UNKNOWN, ZoneState.INTERRUPTED}:
        return {5}
    codes = set()
    if ZoneState.REFUSED in states and not any(call.accepted for call in asked):
        codes.add(3)
    if ZoneState.REFUSED not in states or asked:
        codes.add(_lesser(outcome, zones, states))
    return codes


def _lesser(outcome: Outcome, zones: list[ZoneResult], states: set[ZoneState]) -> int:
    fail_on = outcome.simulation.options.get("fail_on", frozenset())
    done = [zone for zone in zones if zone.state in {*PROVEN, ZoneState.DRY_RUN}]
    failing = any(row.effect in fail_on for zone in done for row in zone.left_alive)
    if states & UNPROVEN or failing:
        return 6
    if states & {*PARTLY, ZoneState.REFUSED}:
        return 4
    return 8 if ZoneState.BUSY in states else 0


def _zone(outcome: Outcome, zone: ZoneResult, own: list[FlowOperation]) -> Iterator[str]:
    """Hold what is said of a zone against what is so."""
    here = [each for each in own if each.zone == zone.zone]
    told = {each.operation_id for each in zone.operations}
    alive = passing(outcome, zone.zone)
    if zone.state in PROVEN and alive:
        yield f"{zone.state}, and {len(alive)} denied flows live"
    if zone.state is ZoneState.VERIFIED and not here:
        yield "flushed and verified, and no flush was accepted"
    if zone.state in {ZoneState.NOTHING, ZoneState.DRY_RUN} and here:
        yield f"{zone.state}, and a flush was accepted"
    if zone.state is ZoneState.INTERRUPTED and not own:
        yield "interrupted, and there is nothing that a resume would have to know of"
    if zone.state is ZoneState.SURVIVORS and not zone.survivors:
        yield "denied flows survive, and none is named"
    if zone.state is not ZoneState.UNKNOWN:
        yield from (f"{zone.state}, and flush {each.id} is not told" for each in here if each.id not in told)
    foreign = outcome.simulation.foreign & told
    if foreign:
        yield f"operations of others are told as the run's own: {sorted(foreign)}"
    complete = not any("flows may be missing" in text for text in zone.messages)
    if zone.state is ZoneState.VERIFIED or (zone.state is ZoneState.SURVIVORS and complete):
        gone = {_ends(row.flow) for row in zone.flushed}
        lying = [each for each in alive if {_ends(each), _ends(each.reversed())} & gone]
        yield from (f"{each} is told as flushed, and lives" for each in lying)


def _ends(found: FiveTuple | FlowText) -> tuple[str, int, str, int]:
    return str(found.source), found.source_port, str(found.destination), found.destination_port


def _own(outcome: Outcome) -> list[FlowOperation]:
    sim = outcome.simulation
    return [each for each in sim.scene.emulator.flow_operations if each.id not in sim.foreign]
