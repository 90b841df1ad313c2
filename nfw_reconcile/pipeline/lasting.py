"""Which flows a flush would not end: counted among those that were looked at, else told of the newly denied region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.forgotten import Forgetting
from nfw_reconcile.errors import Severity
from nfw_reconcile.flows.aftermath import ON_OTHERS, ON_TCP, others_live_on, tcp_lives_on
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.verdict import AfterFlush, Effect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from nfw_reconcile.engine.region import Part, RegionFound
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.verdict import Cause, FlowEffect
    from nfw_reconcile.pipeline.inputs import Loaded

_OPEN: Final = frozenset({Effect.POSSIBLY_DENIED, Effect.UNDECIDED})
_MOST_NAMED: Final = 3
_KIND: Final = {True: "TCP connections", False: "flows without a handshake (UDP, ICMP)"}


def flush_warnings(
    old: Loaded | None, new: Loaded, found: RegionFound, seen: Collection[FlowEffect]
) -> Iterator[Diagnostic]:
    """Warn of what a flush does to its flows; a stateless drop needs none.

    What may live on is named. A general warning stands where that cannot be said: for a region that was not
    enumerated, and for what is possibly denied or undecided.
    """
    sensitive = new.sensitive or (old is not None and old.sensitive)
    stream_exception = new.policy.options.stream_exception
    forgetting = Forgetting(new.compiled)
    for tcp in (True, False):
        parts = [part for part in found.parts if (part.protocol == TCP) == tcp]
        flushed = [each for each in seen if each.flush and (each.flow.protocol == TCP) == tcp]
        if tcp and stream_exception is not StreamExceptionPolicy.CONTINUE:
            general = ON_TCP[stream_exception]
            if general.severity is Severity.WARNING and _at_stake(found, parts):
                yield general
            continue
        exact = _of_flows(forgetting, flushed, tcp=tcp) or _of_parts(parts, tcp=tcp, sensitive=sensitive)
        if exact is not None:
            yield exact
        elif not found.complete or any(part.key.effect in _OPEN for part in parts):
            yield ON_TCP[stream_exception] if tcp else ON_OTHERS


def _at_stake(found: RegionFound, parts: Iterable[Part]) -> bool:
    return not found.complete or any(part.key.flush or part.key.effect in _OPEN for part in parts)


def _of_flows(forgetting: Forgetting, flushed: Collection[FlowEffect], *, tcp: bool) -> Diagnostic | None:
    """Count the flows to be flushed that may live on."""
    living = [each for each in flushed if forgetting.after_flush(each.flow) is AfterFlush.MAY_LIVE_ON]
    if not living:
        return None
    what = f"{len(living)} of the {len(flushed)} {_KIND[tcp]} to be flushed, {living[0].flow} among them,"
    return _say(what, (each.new.cause for each in living), tcp=tcp)


def _of_parts(parts: Iterable[Part], *, tcp: bool, sensitive: bool) -> Diagnostic | None:
    """Tell of the newly denied flows that may live on."""
    flushed = [part for part in parts if part.key.flush]
    living = [part for part in flushed if part.living]
    if not living:
        return None
    share = "all" if all(part.living == part.count for part in flushed) else "some"
    example = "" if sensitive else f", {living[0].survivor} for example,"
    return _say(
        f"{share} of the newly denied {_KIND[tcp]}{example}", (part.key.new for part in living), tcp=tcp
    )


def _say(what: str, causes: Iterable[Cause], *, tcp: bool) -> Diagnostic:
    names = list(dict.fromkeys(map(str, causes)))
    more = len(names) - _MOST_NAMED
    shown = names[:_MOST_NAMED] if more <= 0 else [*names[:_MOST_NAMED], f"{more} more"]
    named = " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[:-1] else shown)
    return (tcp_lives_on if tcp else others_live_on)(what, named)
