"""Flow files read many lines at a time, as columns; what is written in the plain way is read all at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from nfw_reconcile.engine.vectors.columns import FlowColumns
from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.flowcells import cells_of
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
    for start, batch in _batches(_until_bad(bounded(lines, source), stopped), size):
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
        raise stopped[-1]  # found while lines were read that stand before whatever could not be pulled
    reader.finish()


def _batches(lines: Iterator[str], size: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Give lines in batches with the number of the first of each; the first one alone, as it may be a header."""
    start, batch = 1, list(islice(lines, 1))
    while batch:
        yield start, batch
        start += len(batch)
        batch = list(islice(lines, size))


def _until_bad(lines: Iterator[str], stopped: list[InputError]) -> Iterator[str]:
    """Give lines up to where they cannot be read, and leave the reason there."""
    try:
        yield from lines
    except InputError as bad:
        stopped.append(bad)


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
    if not names or len(max(lines, key=len)) > LONGEST_LINE:
        return None
    rows = [line.rstrip("\r\n") for line in lines]
    cells = cells_of(rows, len(names))
    if cells is None:
        return None
    columns = dict(zip(map(str.lower, names), cells, strict=True))
    protocol = read_protocols(columns["protocol"])
    source, destination = read_addresses(columns["source"]), read_addresses(columns["destination"])
    counts = all(are_counts(columns[name]) for name in ("age", "packets", "bytes") if name in columns)
    plain = counts and ("zone" not in columns or are_words(columns["zone"]))
    if protocol is None or source is None or destination is None or not plain:
        return None
    source_port = read_ports(columns["source_port"], protocol)
    destination_port = read_ports(columns["destination_port"], protocol)
    if source_port is None or destination_port is None or not np.array_equal(source[1], destination[1]):
        return None
    flows = FlowColumns(protocol, source[1], source[0], source_port, destination[0], destination_port)
    return FlowChunk(flows, PlainRows(names, rows))
