"""What a plan denies and an owner has accepted already: ignore entries, laid beside what was found.

An entry changes how reports show a finding. It takes no part in a verdict, a flush, a count or an exit code, and where
it is not certain that it covers all of a finding, it covers none of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import warning
from nfw_reconcile.model.addresses import ANY_ADDRESS, AddressSet, Network
from nfw_reconcile.model.intervals import ALL_PORTS, IntervalSet
from nfw_reconcile.model.plan_document import Acceptance, Box
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.pipeline.saved import sealed
from nfw_reconcile.pipeline.texts import remark
from nfw_reconcile.report.pairs import pairs
from nfw_reconcile.report.regions import box, mirror

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nfw_reconcile.config.settings import IgnoreEntry
    from nfw_reconcile.model.documents import FlowText, Remark
    from nfw_reconcile.model.plan_document import FirewallPlan, PlanDocument
    from nfw_reconcile.report.pairs import Causes

IGNORABLE: Final = (Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED)
"""What could not be decided is not among them: nobody can say what of it would be accepted."""


def with_ignored(document: PlanDocument, entries: Sequence[IgnoreEntry]) -> PlanDocument:
    """Give the plan of a change with what owners have accepted of it marked.

    The day that counts is the one (UTC) on which the plan was made. An entry that had ended by then counts for
    nothing, and a warning names it. A part is marked where entries cover every 5-tuple of every part, and every flow,
    that the same two causes decide; nothing is where the region could not be enumerated. Without an entry that counts
    or has ended the plan stays what it is, to the byte.
    """
    today = date.fromisoformat(document.created_at[: len("2026-03-31")])
    ended = [entry for entry in entries if entry.until < today]
    in_force = [entry for entry in entries if entry.until >= today]
    firewalls = tuple(_marked(plan, in_force) for plan in document.firewalls)
    remarks = (*document.remarks, *(_ended(each) for each in ended))
    return sealed(replace(document, firewalls=firewalls, remarks=remarks))


def _ended(entry: IgnoreEntry) -> Remark:
    summary = f"the ignore entry of {entry.owner} for {box(_bounds(entry))} ended on {entry.until} and does not count."
    remedy = "Take it out of the configuration file, or have its owner renew it."
    return remark(warning(summary, None, remedy))


def _bounds(entry: IgnoreEntry) -> Box:
    """Write the flows of an entry as a report does."""

    def blocks(found: AddressSet | None) -> tuple[str, ...]:
        return () if found is None else tuple(map(str, found.networks()))

    def ports(found: IntervalSet | None) -> str:
        pieces = () if found is None else found.intervals
        return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in pieces)

    protocols = () if entry.protocol is None else (entry.protocol,)
    return Box(
        blocks(entry.sources),
        ports(entry.source_ports),
        blocks(entry.destinations),
        ports(entry.destination_ports),
        protocols,
    )


def _marked(plan: FirewallPlan, entries: Sequence[IgnoreEntry]) -> FirewallPlan:
    own = [entry for entry in entries if entry.firewall in {None, plan.firewall.name, plan.firewall.arn}]
    if not own or not plan.region.complete:
        return plan
    accepted = {
        part: found for pair in _pairs(plan) if (found := _accepted(pair, own)) for part in pair.parts
    }
    parts = tuple(replace(part, ignored=accepted.get(part, ())) for part in plan.region.parts)
    return replace(plan, region=replace(plan.region, parts=parts))


def _pairs(plan: FirewallPlan) -> Iterator[Causes]:
    """Give what is one finding in reports, by the very grouping that makes it one."""
    rows = plan.flows.rows if plan.flows else ()
    for effect in IGNORABLE:
        yield from pairs(
            (part for part in plan.region.parts if part.effect is effect),
            (row for row in rows if row.effect is effect),
        )


def _accepted(pair: Causes, entries: Sequence[IgnoreEntry]) -> tuple[Acceptance, ...]:
    """Give who has accepted all of a finding; empty where anything of it is not known to be accepted."""
    if any(part.sensitive or not part.boxes for part in pair.parts):
        return ()
    sought = chain(
        (each for part in pair.parts for each in part.boxes), (_bounds_of(row.flow) for row in pair.rows)
    )
    found: dict[Acceptance, None] = {}
    for each in sought:
        entry = _covering(each, entries)
        if entry is None:
            return ()
        found[Acceptance(entry.owner, entry.reason, entry.until.isoformat())] = None
    return tuple(found)


def _bounds_of(flow: FlowText) -> Box:
    return Box(
        (flow.source,),
        str(flow.source_port),
        (flow.destination,),
        str(flow.destination_port),
        (flow.protocol,),
    )


def _covering(sought: Box, entries: Iterable[IgnoreEntry]) -> IgnoreEntry | None:
    """Give the first entry that holds all of a box."""
    return next((entry for entry in entries if _holds(entry, sought)), None)


def _holds(entry: IgnoreEntry, sought: Box) -> bool:
    """Say whether an entry holds a box or its mirror image: a flow that is listed both ways is one flow."""
    return _holds_as_it_is(entry, sought) or _holds_as_it_is(entry, mirror(sought))


def _holds_as_it_is(entry: IgnoreEntry, sought: Box) -> bool:
    return (
        (entry.protocol is None or sought.protocols == (entry.protocol,))
        and (entry.sources is None or not _addresses(sought.sources) - entry.sources)
        and (entry.source_ports is None or _ports(sought.source_ports).issubset(entry.source_ports))
        and (entry.destinations is None or not _addresses(sought.destinations) - entry.destinations)
        and (
            entry.destination_ports is None
            or _ports(sought.destination_ports).issubset(entry.destination_ports)
        )
    )


def _addresses(blocks: Sequence[str]) -> AddressSet:
    """Read the blocks of a box; a box without any is not bounded by them."""
    return AddressSet.of(map(Network.parse, blocks)) if blocks else ANY_ADDRESS


def _ports(text: str) -> IntervalSet:
    """Read the ports of a box, as :mod:`nfw_reconcile.pipeline.texts` writes them."""
    if text == "any":
        return ALL_PORTS
    pieces = (piece.partition(":") for piece in text.split(","))
    return IntervalSet.of((int(low), int(high or low)) for low, _, high in pieces)
