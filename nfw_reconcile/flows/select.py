"""What to flush: filters that match the flows that must go, none that must stay, and little else."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.region.filters import Survey
from nfw_reconcile.errors import NfwReconcileError, error
from nfw_reconcile.flows.choose import choose, tightened
from nfw_reconcile.flows.hulls import filter_cost, filter_hull, joinable
from nfw_reconcile.flows.joining import join_cheapest
from nfw_reconcile.flows.prefer import is_region_safe, prefer_safe
from nfw_reconcile.flows.proof import REMEDY, Listing, faults
from nfw_reconcile.flows.table import FlowTable
from nfw_reconcile.model.filters import ANY_PORT, MOST_FILTERS, in_operations
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from nfw_reconcile.engine.region.filters import DeniedRegion
    from nfw_reconcile.flows.choose import Choice
    from nfw_reconcile.flows.table import Families
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

COMPARISONS: Final = 2000
"""Pairs of filters that are tried for a join at first; each try looks at all flows that must stay."""

SHOWN: Final = 5
"""Flows that an error message names."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The filters of each flush operation, and the flows to cut that no captured filter matches.

    ``region_safe`` are filters of which every 5-tuple that they match, captured or not, is newly denied.
    """

    batches: tuple[tuple[FlowFilter, ...], ...] = ()
    uncovered: tuple[FiveTuple, ...] = ()
    region_safe: frozenset[FlowFilter] = frozenset()


def select(
    cut: Collection[FiveTuple],
    keep: Collection[FiveTuple],
    within: Sequence[FlowFilter],
    *,
    most_per_operation: int = MOST_FILTERS,
    region: DeniedRegion | None = None,
) -> Selection:
    """Choose flush filters for ``cut``, flows as the service listed them when asked with ``within``.

    Every flow of ``cut`` that a filter of ``within`` matches is matched by one of the filters; the others
    are ``uncovered``. No flow of ``keep`` is matched, and no mirror image of one: whether the service
    matches filters in both directions is not documented, so a filter is safe either way. Each filter
    lies inside one filter of ``within``, names its protocols, and is the smallest around some of the
    flows to cut. Filters are as few as the method finds, and joined only where that saves an operation.

    Where the ``region`` is given, its borders guide the search, filters inside it are preferred as far as
    they need no further operation, and those that were found to be inside are ``region_safe``.
    The outcome depends on the sets of flows and filters, and the policies, alone. All but the region is
    checked at the end, every filter on every flow.

    Raises :class:`NfwReconcileError` where a flow is in both ``cut`` and ``keep``, in whatever
    orientation, and where the check fails; nothing that failed it is ever returned.
    """
    _refuse_contradictions(cut, keep)
    size = max(1, most_per_operation)
    inside = _looked_at(cut, within)
    survey = None if region is None else Survey(region)
    tables = _keep_tables(keep, {_families(flow) for flow in inside})
    choices = {
        families: choose(list(flows), tables[families], _of_families(within, families), survey)
        for families, flows in itertools.groupby(sorted(inside, key=_families), key=_families)
    }
    chosen = [tightened(each, choice) for choice in choices.values() for each in choice.taken]
    filters = _joined(chosen, tables, within, size)
    if survey is not None:
        filters = _preferred(filters, choices, survey, -len(filters) % size)
    filters = sorted(set(filters))
    batches = tuple(in_operations(filters, size))
    if found := faults(batches, cut=inside, keep=keep, within=within, most=most_per_operation):
        raise NfwReconcileError(found)
    safe = frozenset(each for each in filters if is_region_safe(each, _one_of(each, choices), survey))
    return Selection(batches, tuple(sorted(set(cut).difference(inside))), safe)


def _looked_at(cut: Collection[FiveTuple], within: Iterable[FlowFilter]) -> list[FiveTuple]:
    flows = sorted(set(cut))
    return list(itertools.compress(flows, Listing(flows).matched_by_any(within).tolist()))


def _of_families(within: Iterable[FlowFilter], families: Families) -> list[FlowFilter]:
    return [each for each in within if (each.source.family, each.destination.family) == families]


def _preferred(
    filters: Sequence[FlowFilter], choices: Mapping[Families, Choice], survey: Survey, spare: int
) -> list[FlowFilter]:
    """Put region-safe filters in the place of others, family by family, with at most ``spare`` filters more."""
    preferred: list[FlowFilter] = []
    for families, choice in choices.items():
        found, spare = prefer_safe(_of_families(filters, families), choice, survey, spare)
        preferred += [tightened(each, choice) for each in found]
    return preferred


def _one_of(found: FlowFilter, choices: Mapping[Families, Choice]) -> FiveTuple:
    """Give a flow to cut that the filter matches: the least, so that answers do not depend on the order of rows."""
    choice = choices[found.source.family, found.destination.family]
    return choice.cut[int(choice.table.matching(found).min())]


def _refuse_contradictions(cut: Collection[FiveTuple], keep: Collection[FiveTuple]) -> None:
    kept = {flow.canonical() for flow in keep}
    both = sorted(flow for flow in set(cut) if flow.canonical() in kept)
    if both:
        shown = ", ".join(map(str, both[:SHOWN])) + (", ..." if len(both) > SHOWN else "")
        summary = f"{len(both)} flows were said both to go and to stay: {shown}."
        raise NfwReconcileError(error(summary, remedy=REMEDY))


def _families(flow: FiveTuple) -> Families:
    return flow.source.family, flow.destination.family


def _keep_tables(keep: Iterable[FiveTuple], wanted: set[Families]) -> dict[Families, FlowTable]:
    """Put the flows that must stay, and their mirror images, into one table a pair of families."""
    listed: dict[Families, list[FiveTuple]] = {families: [] for families in wanted}
    for flow in keep:
        for each in (flow, flow.reversed()):
            if _families(each) in listed:
                listed[_families(each)].append(each)
    return {families: FlowTable.of(families, flows) for families, flows in listed.items()}


def _joined(
    chosen: Iterable[FlowFilter],
    tables: dict[Families, FlowTable],
    within: Sequence[FlowFilter],
    most: int,
) -> list[FlowFilter]:
    """Join filters as far as that saves operations; for less, a filter is not made larger than it need be."""
    filters = sorted(chosen)
    if len(filters) <= most:
        return filters

    @functools.cache
    def cost(one: FlowFilter, other: FlowFilter) -> int | None:
        allowed = joinable(one, other) and _allowed(filter_hull(one, other), tables, within)
        return filter_cost(one, other) if allowed else None

    join = functools.partial(
        join_cheapest, filters, cost=cost, hull=filter_hull, reach=max(1, COMPARISONS // len(filters))
    )
    operations = -(-len(join(most=1)) // most)
    return join(most=operations * most)


def _allowed(hull: FlowFilter, tables: dict[Families, FlowTable], within: Sequence[FlowFilter]) -> bool:
    """Say whether a joined filter would still be what :func:`select` promises."""
    portless = not PROTOCOLS_WITH_PORTS.issuperset(hull.protocols)
    if portless and (hull.source_ports, hull.destination_ports) != (ANY_PORT, ANY_PORT):
        return False
    table = tables[hull.source.family, hull.destination.family]
    return any(each.covers(hull) for each in within) and not table.matching(hull).size
