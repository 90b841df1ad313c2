"""Flow files read many lines at a time, as columns; what is written in the plain way is read all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from nfw_reconcile.engine.vectors.columns import FlowColumns
from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.flowfile import LONGEST_LINE, FlowReader, bounded
from nfw_reconcile.sources.flowtext import are_counts, are_words, read_addresses, read_ports, read_protocols

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nfw_reconcile.sources.flowfile import FlowLine, Raw

LINES: Final = 65_536
"""Lines that are read at a time."""


@dataclass(frozen=True, slots=True)
class PlainRows:
    """Rows of CSV in printable ASCII, without quotes: a cell is what stands between two commas.

    ``names`` are the columns as the header has them.
    """

    names: tuple[str, ...]
    rows: Sequence[str]


@dataclass(frozen=True, slots=True)
class FlowChunk:
    """Flows in the order of the file, and each as it was read."""

    flows: FlowColumns
    read: PlainRows | Sequence[Raw]

    @property
    def plain(self) -> PlainRows | None:
        """Give the rows, where they are plain ones."""
        return self.read if isinstance(self.read, PlainRows) else None

    def raw(self, index: int) -> Raw:
        """Give one flow as it was read: the JSON object, or the CSV fields by column."""
        if isinstance(self.read, PlainRows):
            return dict(zip(self.read.names, self.read.rows[index].split(","), strict=True))
        return self.read[index]


def read_chunks(lines: Iterable[str], source: str, size: int = LINES) -> Iterator[FlowChunk]:
    """Read flows as :func:`nfw_reconcile.sources.flowfile.read_flows` does, ``size`` lines at a time.

    The same flows are given before the same :class:`InputError` is raised.
    """
    reader = FlowReader(source)
    stopped: list[InputError] = []
    for start, batch in _batches(bounded(lines, source), size, stopped):
        found = _plain(reader.columns, batch)
        if found is not None:
            yield found
            continue
        flows: list[FlowLine] = []
        stopped += _read_all(reader, start, batch, flows)
        if flows:
            yield FlowChunk(FlowColumns.of([line.flow.tuple for line in flows]), [line.raw for line in flows])
        if stopped:
            break
    if stopped:
        raise stopped[0]
    reader.finish()


def _batches(
    lines: Iterator[str], size: int, stopped: list[InputError]
) -> Iterator[tuple[int, Sequence[str]]]:
    """Give lines in batches with the number of the first of each; the first one alone, as it may be a header."""
    batch: list[str] = []
    start = number = 1
    try:
        for line in lines:
            batch.append(line)
            number += 1
            if len(batch) == size or number == 2:
                yield start, batch
                batch, start = [], number
    except InputError as bad:
        stopped.append(bad)
    if batch:
        yield start, batch


def _read_all(
    reader: FlowReader, start: int, lines: Sequence[str], flows: list[FlowLine]
) -> list[InputError]:
    """Read lines one by one into ``flows``; give what stopped the reading, if anything did."""
    try:
        for number, line in enumerate(lines, start):
            found = reader.read(number, line)
            if found is not None:
                flows.append(found)
    except InputError as bad:
        return [bad]
    return []


def _plain(names: tuple[str, ...], lines: Sequence[str]) -> FlowChunk | None:
    """Read rows all at once; ``None`` where anything about them is out of the ordinary."""
    rows = _rows(lines)
    if not names or rows is None or {row.count(",") for row in rows} != {len(names) - 1}:
        return None
    cells = ",".join(rows).split(",")
    columns = {name.lower(): cells[n :: len(names)] for n, name in enumerate(names)}
    protocol = read_protocols(columns["protocol"])
    source, destination = read_addresses(columns["source"]), read_addresses(columns["destination"])
    counts = all(are_counts(columns.get(name, ())) for name in ("age", "packets", "bytes"))
    plain = counts and are_words(columns.get("zone", ()))
    if protocol is None or source is None or destination is None or not plain:
        return None
    source_port = read_ports(columns["source_port"], protocol)
    destination_port = read_ports(columns["destination_port"], protocol)
    if source_port is None or destination_port is None or not np.array_equal(source[1], destination[1]):
        return None
    flows = FlowColumns(protocol, source[1], source[0], source_port, destination[0], destination_port)
    return FlowChunk(flows, PlainRows(names, rows))


def _rows(lines: Sequence[str]) -> Sequence[str] | None:
    """Give the lines without their ends, where every one is printable ASCII without quotes and blanks."""
    if len(max(lines, key=len)) > LONGEST_LINE:
        return None
    rows = [line.rstrip("\r\n") for line in lines]
    body = "".join(rows)
    if not (body.isascii() and body.isprintable()) or '"' in body or " " in body:
        return None
    return rows
