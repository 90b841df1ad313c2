"""What was found in one zone of a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import naming
from nfw_reconcile.report.findings import Finding, Kind, Scope
from nfw_reconcile.report.names import Names
from nfw_reconcile.report.pairs import (
    Causes,
    Identity,
    by_reason,
    conditions,
    example,
    finding,
    pairs,
    sentences,
)
from nfw_reconcile.report.phrases import Datum, Phrase, count, say
from nfw_reconcile.report.places import Place, of_firewall, of_policy
from nfw_reconcile.report.plan_findings import anchored, owner_identity
from nfw_reconcile.report.plan_sections import hangs_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.model.documents import FlowRow
    from nfw_reconcile.model.result_document import FirewallResult, ZoneResult

_GONE: Final = "No denied flow is alive"
_PROVEN: Final = frozenset({ZoneState.VERIFIED, ZoneState.NOTHING})
_RETRY: Final = "listed again since the flush, as a rule because of retries that the new rules block"
_LIVING: Final = (
    "listed again since the flush, and may live on, because the stream exception policy is CONTINUE"
)


@dataclass(frozen=True, slots=True)
class ZoneOf:
    """A zone, and the firewall that it is a zone of."""

    result: FirewallResult
    zone: ZoneResult

    @property
    def name(self) -> Phrase:
        """Name the zone, and what was acted on in it where that is not all of it."""
        owner, zone = naming.owner(self.result.firewall, self.result.policy), self.zone
        if not zone.scope or zone.scope.endswith(zone.zone):
            return say("{}, zone {}", owner, Datum(zone.zone))
        return say("{}, zone {}, {}", owner, Datum(zone.zone), Datum(zone.scope))

    @property
    def identity(self) -> Identity:
        """Give what makes the zone this one."""
        owner = owner_identity(self.result.firewall, self.result.policy)
        return (*owner, self.zone.zone, self.zone.scope)

    @property
    def place(self) -> Place:
        """Give the place of what concerns the whole zone: a zone has no address of its own."""
        return of_firewall(self.result.firewall)

    def left_alive(self, effect: Effect) -> list[FlowRow]:
        """Give the flows that were left alive and have an effect."""
        return [row for row in self.zone.left_alive if row.effect is effect]


def zone_scope(of: ZoneOf) -> Scope:
    """Give what was found in a zone, and what is proven to be gone."""
    found = (*_state(of), *_denied_flows(of), *_doubtful_flows(of), *_seen_again(of))
    return Scope(of.name, anchored(found, of.result.policy), _fine(of.zone))


def _state(of: ZoneOf) -> Iterator[Finding]:
    zone = of.zone
    told_by_flows = zone.state is ZoneState.SURVIVORS and zone.survivors
    if zone.state in _PROVEN or told_by_flows:
        return
    kind = Kind.DRY_RUN if zone.state is ZoneState.DRY_RUN else Kind.UNPROVEN
    title = Phrase((_GONE if kind is Kind.UNPROVEN else "Nothing was sent",))
    because = say(" {}", sentences(zone.messages)) if zone.messages else Phrase()
    flows = say("{} to flush, {} flushed", count(zone.to_flush, "flow"), len(zone.flushed))
    message = say(f"On {{}}: {zone.state.value} ({{}}).{{}}", of.name, flows, because)
    yield Finding(kind, title, message, of.place, (*of.identity, "state"), weight=zone.to_flush)


def _denied_flows(of: ZoneOf) -> Iterator[Finding]:
    for kind, rows in (
        (Kind.SURVIVOR, of.zone.survivors),
        (Kind.ALIVE, of.left_alive(Effect.NEWLY_DENIED)),
    ):
        for pair in pairs((), rows):
            still = "still alive" if kind is Kind.SURVIVOR else "left alive"
            told = say(f"{still} though denied {{}}, was allowed {{}}", *pair.told)
            yield finding(kind, pair, _message(of, pair.rows, told), of.identity, of.result.policy)


def _doubtful_flows(of: ZoneOf) -> Iterator[Finding]:
    for pair in pairs((), of.left_alive(Effect.POSSIBLY_DENIED)):
        if_what = conditions(pair)
        depends = say(", if {}", if_what) if if_what else Phrase()
        told = say("left alive, may be denied {}, was allowed {}{}", *pair.told, depends)
        yield finding(Kind.LEFT_ALIVE, pair, _message(of, pair.rows, told), of.identity, of.result.policy)
    for reasons, rows in by_reason(of.left_alive(Effect.UNDECIDED)):
        because = hangs_on((), reasons)
        told = say("left alive, because it could not be decided ({})", because)
        title = say("Undecided: {}", because)
        identity = (*of.identity, "undecided", *reasons)
        place = of_policy(of.result.policy)
        yield Finding(Kind.LEFT_ALIVE, title, _message(of, rows, told), place, identity, weight=len(rows))


def _message(of: ZoneOf, rows: Sequence[FlowRow], told: Phrase) -> Phrase:
    flows, shown = count(len(rows), "flow is", "flows are"), example(rows, Names.of(of.result.names))
    return say("On {}, {} {}: {}.", of.name, flows, told, shown)


def _seen_again(of: ZoneOf) -> Iterator[Finding]:
    rows = of.zone.seen_again
    if not rows:
        return
    living = of.result.stream_exception_policy == StreamExceptionPolicy.CONTINUE
    kind, words = (Kind.WARNING, _LIVING) if living else (Kind.NOTE, _RETRY)
    message = _message(of, rows, Phrase((words,)))
    title = Phrase(("Flushed flows are listed again",))
    yield Finding(kind, title, message, of.place, (*of.identity, "seen again"), weight=len(rows))


def _fine(zone: ZoneResult) -> tuple[Phrase, ...]:
    """Name what is proven to be gone."""
    if zone.state not in _PROVEN:
        return ()
    gone = [_flushed(pair) for pair in pairs((), zone.flushed)]
    return (Phrase((_GONE,)), *dict.fromkeys(gone))


def _flushed(pair: Causes) -> Phrase:
    return say("Flushed and gone: denied {}, was allowed {}", *pair.told)
