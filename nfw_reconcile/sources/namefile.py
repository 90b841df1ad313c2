"""A user's own names for addresses: CSV rows of a CIDR, a name and, where it is known, an owner."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Diagnostic, InputError, Location, error
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.names import BlockName, name_problem
from nfw_reconcile.sources.jsonfile import read_bytes, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES: Final = 20_000_000
"""A larger file is no list of names."""

MOST_PROBLEMS: Final = 50
"""Problems that are listed of one file."""

FIRST: Final = "cidr"
"""What the first cell of a header says; no block is called that."""

_REMEDY: Final = "A row is cidr,name or cidr,name,owner, such as 10.0.1.0/24,checkout,payments"


def read_names(path: Path) -> tuple[BlockName, ...]:
    """Read a file of names in the order of its rows; a first row ``cidr,name[,owner]`` is a header.

    Raises ``InputError`` with the line of everything that is wrong: another number of cells, a block that is none
    or is named twice, a name that is empty or too long, quotes that do not fit (RFC 4180).
    """
    source = str(path)
    return names_of(text_of(read_bytes(path, most_bytes=MOST_BYTES), source), source)


def names_of(text: str, source: str) -> tuple[BlockName, ...]:
    """Read the text of such a file; ``source`` names it in errors."""
    reader = _Reader(source)
    for line, row in _rows(text, reader):
        reader.read(line, row)
    reader.finish()
    return tuple(found for _, found in reader.found.values())


def _rows(text: str, reader: _Reader) -> Iterator[tuple[int, list[str]]]:
    """Give each row that is not empty with the line that it begins in."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in rows:
            if any(cell.strip() for cell in row) and not (line == 1 and row[0].strip().lower() == FIRST):
                yield line, [cell.strip() for cell in row]
            line = rows.line_num + 1
    except csv.Error as problem:
        reader.problem(line, f"this is no CSV: {problem}")


class _Reader:
    """Collects names by block, each with its line, and all that is wrong."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._problems: list[Diagnostic] = []
        self.found: dict[Network, tuple[int, BlockName]] = {}

    def problem(self, line: int, what: str) -> None:
        self._problems.append(error(f"{what}.", Location(self._source, line), _REMEDY))

    def read(self, line: int, row: list[str]) -> None:
        if len(row) not in {2, 3}:
            self.problem(line, f"a row has 2 or 3 cells, and this one has {len(row)}")
            return
        cidr, name, *rest = row
        owner = "".join(rest) or None
        wrong = [name_problem(name, "name"), name_problem(owner, "owner") if owner else None]
        for what in filter(None, wrong):
            self.problem(line, what)
        try:
            block = Network.parse(cidr)
        except ValueError as bad:
            self.problem(line, str(bad))
            return
        if block in self.found:
            self.problem(line, f"{block} is named in line {self.found[block][0]} already")
        else:
            self.found[block] = (line, BlockName(block, name, owner))

    def finish(self) -> None:
        """Raise all that is wrong, if anything is."""
        if len(self._problems) > MOST_PROBLEMS:
            rest = len(self._problems) - MOST_PROBLEMS
            more = error(f"there are {rest:,} more problems.", Location(self._source), _REMEDY)
            raise InputError([*self._problems[:MOST_PROBLEMS], more])
        if self._problems:
            raise InputError(self._problems)
