"""CSV as Terraform reads it (RFC 4180, as Go's ``encoding/csv`` takes it)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.cty.functions import limits
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.sources.hcl.cty.values import Value

_QUOTE: Final = '"'


def csv_decoded(text: str) -> Value:
    """Read a table with a header as a list of objects of strings.

    Raises :class:`EvaluationError` for a table without a header, names that are there twice, rows of other lengths
    than the header, and stray quotes.
    """
    rows = [row for _, row in _rows(text)]
    if not rows:
        raise EvaluationError("The CSV has no header line.")
    header = [str(values.text(name).value) for name in rows[0]]
    if len(set(header)) != len(header):
        raise EvaluationError("The CSV has two columns of one name.")
    if any(len(row) != len(header) for row in rows[1:]):
        raise EvaluationError("A line of the CSV has not as many fields as its header.")
    limits.elements_within(len(rows) * (len(header) + 1))
    kind = values.object_of(dict.fromkeys(header, values.null(values.STRING))).type
    found = [
        values.object_of({name: values.text(cell) for name, cell in zip(header, row, strict=True)})
        for row in rows[1:]
    ]
    return values.of_type(values.list_type(kind), found)


def rows_with_offsets(text: str) -> tuple[int, ...]:
    """Give the offset of each row that :func:`csv_decoded` reads, the header among them."""
    return tuple(start for start, _ in _rows(text))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give offset and fields of each line that is not empty; a line ends with LF, or CR and LF."""
    position = 0
    while position < len(text):
        end = _line_end(text, position)
        if text[position:end].rstrip("\n") in {"", "\r"}:
            position = end
            continue
        start = position
        row, position = _row(text, position)
        yield start, row


def _line_end(text: str, position: int) -> int:
    found = text.find("\n", position)
    return len(text) if found < 0 else found + 1


def _row(text: str, position: int) -> tuple[list[str], int]:
    row: list[str] = []
    while True:
        quoted = text.startswith(_QUOTE, position)
        field, position = _quoted(text, position + 1) if quoted else _bare(text, position)
        row.append(field)
        if text.startswith(",", position):
            position += 1
            continue
        return row, _after_line_end(text, position)


def _bare(text: str, position: int) -> tuple[str, int]:
    end = _line_end(text, position)
    line = text[position:end].removesuffix("\n")
    line = line.removesuffix("\r")
    field = line.partition(",")[0]
    if _QUOTE in field:
        raise EvaluationError("The CSV has a quote inside a field that is not quoted.")
    return field, position + len(field)


def _quoted(text: str, position: int) -> tuple[str, int]:
    pieces: list[str] = []
    while True:
        end = text.find(_QUOTE, position)
        if end < 0:
            raise EvaluationError("The CSV has a quoted field that does not end.")
        pieces.append(text[position:end])
        position = end + 1
        if not text.startswith(_QUOTE, position):
            return "".join(pieces).replace("\r\n", "\n"), position
        pieces.append(_QUOTE)
        position += 1


def _after_line_end(text: str, position: int) -> int:
    for ending in ("\r\n", "\n"):
        if text.startswith(ending, position):
            return position + len(ending)
    if position == len(text) or text[position:] == "\r":
        return len(text)
    raise EvaluationError("The CSV has text behind a quoted field.")
