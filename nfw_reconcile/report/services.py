"""Flows summed up by the service that they go to and by what decided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.report import naming
from nfw_reconcile.report.blocks import Column, Table
from nfw_reconcile.report.fates import NO_FATES
from nfw_reconcile.report.names import NO_NAMES
from nfw_reconcile.report.phrases import Phrase, count, say
from nfw_reconcile.report.units import UNKNOWN, age, size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.documents import CauseText, FlowRow
    from nfw_reconcile.report.fates import Fates
    from nfw_reconcile.report.names import Names
    from nfw_reconcile.report.phrases import Datum


@dataclass(frozen=True, slots=True)
class Service:
    """All flows to one destination address, port and protocol that the same two causes decided.

    ``bytes`` and ``oldest`` (seconds) are ``None`` where no flow told them.
    """

    name: Datum
    destination: str
    old: CauseText
    new: CauseText
    sources: tuple[str, ...]
    flows: int
    bytes: int | None
    oldest: int | None


def services(rows: Iterable[FlowRow]) -> tuple[Service, ...]:
    """Sum flows up, most flows first, then most bytes."""
    groups: defaultdict[tuple[Datum, CauseText, CauseText], list[FlowRow]] = defaultdict(list)
    for row in rows:
        groups[naming.service(row.flow), row.old, row.new].append(row)
    found = [_service(name, old, new, rows) for (name, old, new), rows in groups.items()]
    return tuple(sorted(found, key=_weight))


def _service(name: Datum, old: CauseText, new: CauseText, rows: Sequence[FlowRow]) -> Service:
    sizes = [row.bytes for row in rows if row.bytes is not None]
    return Service(
        name=name,
        destination=rows[0].flow.destination,
        old=old,
        new=new,
        sources=tuple(sorted({row.flow.source for row in rows})),
        flows=len(rows),
        bytes=sum(sizes) if sizes else None,
        oldest=max((row.age for row in rows if row.age is not None), default=None),
    )


def _weight(service: Service) -> tuple[int, int, str, str, str]:
    causes = naming.cause(service.new).raw, naming.cause(service.old).raw
    return (-service.flows, -(service.bytes or 0), service.name.text, *causes)


def service_table(
    rows: Iterable[FlowRow],
    most: int,
    names: Names = NO_NAMES,
    fates: Fates = NO_FATES,
    *,
    was_allowed: bool = True,
) -> Table:
    """Give the table of who is cut: at most ``most`` services, the rest in one sentence.

    ``names`` say what addresses are, and ``fates`` what becomes of rules. ``was_allowed``: with the old policy's cause
    in the last column.
    """
    found = services(rows)
    columns = (
        Column("Service"),
        Column("From"),
        Column("Flows", right=True),
        Column("Bytes", right=True),
        Column("Oldest", right=True),
        Column("Denied by"),
        *((Column("Was allowed by"),) if was_allowed else ()),
    )
    cells = tuple(_cells(service, names, fates, was_allowed=was_allowed) for service in found[:most])
    return Table(columns, cells, _rest(found[most:]))


def _cells(service: Service, names: Names, fates: Fates, *, was_allowed: bool) -> tuple[Phrase, ...]:
    return (
        Phrase((service.name,)) + names.beside(service.destination),
        names.many(service.sources),
        Phrase((f"{service.flows:,}",)),
        size(service.bytes),
        UNKNOWN if service.oldest is None else age(service.oldest),
        fates.new(service.new),
        *((fates.old(service.old),) if was_allowed else ()),
    )


def _rest(services: Sequence[Service]) -> Phrase | None:
    if not services:
        return None
    flows = sum(service.flows for service in services)
    return say("and {} to {}", count(flows, "more flow"), count(len(services), "more service"))
