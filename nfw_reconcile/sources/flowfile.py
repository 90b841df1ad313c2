"""Flow files: JSON Lines of AWS's ``Flow`` shape, or CSV with a header, told apart by content."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Diagnostic, InputError, Location, error
from nfw_reconcile.model.flow import PROTOCOL_NAMES, CapturedFlow, FiveTuple
from nfw_reconcile.sources.flowfields import (
    BadFieldError,
    has_control_characters,
    read_address,
    read_count,
    read_port,
    read_protocol,
    read_word,
)
from nfw_reconcile.sources.jsonfile import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MOST_PROBLEMS: Final = 50
"""Malformed lines that are listed; reading stops there."""

LONGEST_LINE: Final = 100_000
"""Characters of one line: a flow has about three hundred."""

_NEEDED: Final = ("protocol", "source", "source_port", "destination", "destination_port")
_COLUMNS: Final = (*_NEEDED, "age", "packets", "bytes", "zone")
Raw = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One flow and the line that it was read from: the JSON object, or the CSV fields by column."""

    flow: CapturedFlow
    raw: Raw


def read_flows(lines: Iterable[str], source: str) -> Iterator[FlowLine]:
    """Read flows as they come, one a line; blank lines hold none. ``source`` names the file in messages.

    Well-formed lines are given even where others are not; then, at the end or after
    :data:`MOST_PROBLEMS`, :class:`InputError` is raised with the line of each problem. So a caller
    that acts on flows has to read to the end first.
    """
    reader = FlowReader(source)
    for number, line in enumerate(bounded(lines, source), start=1):
        found = reader.read(number, line)
        if found is not None:
            yield found
    reader.finish()


class FlowReader:
    """Reads the lines of one flow file in their order, and keeps what is wrong with them."""

    def __init__(self, source: str) -> None:
        """Start before the first line; ``source`` names the file in messages."""
        self._source = source
        self._problems: list[Diagnostic] = []
        self._read: Callable[[str], FlowLine] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the names of the columns as written; none before a header, and none in JSON."""
        return self._read.columns if isinstance(self._read, _Csv) else ()

    def read(self, number: int, line: str) -> FlowLine | None:
        """Give the flow of a line, numbered from 1; ``None`` where there is none, or a malformed one.

        Raises :class:`InputError` where there is no use in reading on.
        """
        text = (line.removeprefix("\ufeff") if number == 1 else line).strip(" \t\r\n")
        if not text:
            return None
        try:
            _refuse_endless(line)
            if self._read is None and not text.startswith("{"):
                self._read = _Csv(text)
                return None
            self._read = self._read or _json_line
            return self._read(text)
        except _UnusableError as unusable:
            raise InputError(_problem(str(unusable), self._source, number)) from unusable
        except BadFieldError as bad:
            self._problems.append(_problem(str(bad), self._source, number))
        if len(self._problems) >= MOST_PROBLEMS:
            self._problems.append(
                _problem("too many malformed lines; reading stopped here", self._source, number)
            )
            self.finish()
        return None

    def finish(self) -> None:
        """Raise :class:`InputError` with all problems, if there are any."""
        if self._problems:
            raise InputError(self._problems)


def _refuse_endless(line: str) -> None:
    if len(line) > LONGEST_LINE:
        raise _UnusableError(f"the line is longer than {LONGEST_LINE:,} characters")


def bounded(lines: Iterable[str], source: str) -> Iterator[str]:
    """Give the lines, those of an open file without reading more of one than is allowed."""
    read = (
        lines if not isinstance(lines, io.TextIOBase) else iter(partial(lines.readline, LONGEST_LINE + 1), "")
    )
    try:
        yield from read
    except UnicodeDecodeError as bad:
        summary = f"the flows are not UTF-8: {bad.reason}."
        raise InputError(error(summary, Location(source), "Save the file as UTF-8.")) from bad


def format_flow(flow: CapturedFlow) -> dict[str, object]:
    """Write a flow in AWS's ``Flow`` shape; what is not known is left out. :func:`read_flows` reads it back."""
    entry = flow.tuple
    optional = {
        "Age": flow.age,
        "PacketCount": flow.packets,
        "ByteCount": flow.bytes,
        "AvailabilityZone": flow.zone,
    }
    return {
        "SourceAddress": {"AddressDefinition": str(entry.source)},
        "DestinationAddress": {"AddressDefinition": str(entry.destination)},
        "SourcePort": str(entry.source_port),
        "DestinationPort": str(entry.destination_port),
        "Protocol": PROTOCOL_NAMES.get(entry.protocol, str(entry.protocol)),
        **{name: value for name, value in optional.items() if value is not None},
    }


class _UnusableError(ValueError):
    """The file as a whole cannot be read, whatever its other lines hold."""


class _Csv:
    """Reads the rows below a header into fields by column."""

    def __init__(self, header: str) -> None:
        if header.startswith("["):
            raise _UnusableError("one JSON object a line is needed, not a list; write `jq -c '.[]'`")
        try:
            self.columns = tuple(name.strip() for name in _cells(header))
        except BadFieldError as bad:
            raise _UnusableError(str(bad)) from bad
        known = [name.lower() for name in self.columns]
        missing = [name for name in _NEEDED if name not in known]
        if missing:
            summary = f"the header lacks the column {', '.join(missing)}"
            raise _UnusableError(f"{summary}; it has to be {','.join(_COLUMNS)}, or each line a JSON object")
        twice = sorted(name for name, number in Counter(known).items() if number > 1)
        if twice:
            raise _UnusableError(f"the header has the column {', '.join(twice)} twice")

    def __call__(self, line: str) -> FlowLine:
        cells = _cells(line)
        if len(cells) != len(self.columns):
            raise BadFieldError(
                f"{len(self.columns)} fields are needed, as in the header, and there are {len(cells)}"
            )
        raw = dict(zip(self.columns, cells, strict=True))
        return FlowLine(_flow_of_csv(raw), raw)


def _cells(line: str) -> list[str]:
    """Cut one line of CSV; a field never goes on in the next line."""
    if has_control_characters(line):
        raise BadFieldError("the line holds control characters")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as bad:
        raise BadFieldError(f"the line is not CSV: {bad}") from bad


def _json_line(line: str) -> FlowLine:
    try:
        value = parse_json(line, "")
    except InputError as bad:
        raise BadFieldError("; ".join(problem.summary for problem in bad.problems)) from bad
    if not isinstance(value, Mapping):
        raise BadFieldError("a JSON object is needed")
    if "Flows" in value:
        raise _UnusableError("this is a whole reply, and one flow a line is needed; write `jq -c '.Flows[]'`")
    return FlowLine(_flow_of_json(value), value)


def _flow_of_json(raw: Raw) -> CapturedFlow:
    """Read ``API: Flow``; ``AvailabilityZone`` is an addition of this program."""
    return _flow(
        raw.get("Protocol"),
        (_definition(raw, "SourceAddress"), raw.get("SourcePort")),
        (_definition(raw, "DestinationAddress"), raw.get("DestinationPort")),
        (raw.get("Age"), raw.get("PacketCount"), raw.get("ByteCount")),
        raw.get("AvailabilityZone"),
    )


def _definition(raw: Raw, member: str) -> object:
    """Take an address out of ``API: Address``."""
    value = raw.get(member)
    if not isinstance(value, Mapping):
        raise BadFieldError(f"{member}: an object with AddressDefinition is needed")
    return value.get("AddressDefinition")


def _flow_of_csv(raw: Raw) -> CapturedFlow:
    fields = {name.lower(): value for name, value in raw.items()}
    return _flow(
        fields["protocol"],
        (fields["source"], fields["source_port"]),
        (fields["destination"], fields["destination_port"]),
        (fields.get("age"), fields.get("packets"), fields.get("bytes")),
        fields.get("zone"),
    )


def _flow(
    protocol: object,
    source: tuple[object, object],
    destination: tuple[object, object],
    counts: tuple[object, object, object],
    zone: object,
) -> CapturedFlow:
    """Read the fields: endpoints are address and port, counts are age, packets and bytes."""
    number = read_protocol(protocol, "protocol")
    entry = FiveTuple(
        number,
        read_address(source[0], "source"),
        read_port(source[1], "source port", number),
        read_address(destination[0], "destination"),
        read_port(destination[1], "destination port", number),
    )
    if entry.source.family != entry.destination.family:
        raise BadFieldError("source and destination are of different address families")
    age, packets, size = counts
    return CapturedFlow(
        entry,
        read_count(age, "age"),
        read_count(packets, "packets"),
        read_count(size, "bytes"),
        read_word(zone, "zone"),
    )


def _problem(summary: str, source: str, number: int) -> Diagnostic:
    return error(summary, Location(source, number), "Correct the line; nothing is skipped.")
