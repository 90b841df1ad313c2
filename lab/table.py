"""What came of a scenario, as a table for people and as JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.record import Record, Row
    from lab.talk.fates import Fate

_HEAD = ("conversation", "to", "the plan said", "rules changed", "after apply", "flushed", "a new connection")


def as_text(record: Record) -> str:
    """Lay a record out as Markdown, which a terminal shows well enough."""
    wanted = record.scenario
    by = "Terraform" if wanted.terraform else "the API"
    lines = [
        f"{wanted.rule_order}, stream exception policy {wanted.stream_exception}, rules changed by {by}",
        "",
        *_table([_HEAD, *(_cells(record, row) for row in record.rows)]),
        "",
        *_sums(record),
    ]
    return "".join(f"{line}\n" for line in lines)


def as_json(record: Record) -> str:
    """Write a record down with all that it holds, and what it comes to."""
    document = {
        **dataclasses.asdict(record),
        "wrong_cuts": [row.conversation.name for row in record.wrong_cuts],
        "survivors": [row.conversation.name for row in record.survivors],
        "as_foretold": record.as_foretold,
    }
    return json.dumps(document, indent=2) + "\n"


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"


def _cells(record: Record, row: Row) -> tuple[str, ...]:
    talk = row.conversation
    foretold = ", a flush may not end it" if row.foretold else ""
    return (
        talk.name,
        f"{talk.kind} {talk.server_port}" + (f" {talk.server_name}" if talk.server_name else ""),
        row.effect.replace("_", " ") + foretold,
        _told(row.control, record.tightened, "the change"),
        _told(row.after, record.apply_began, "apply"),
        "yes" if row.flushed else "no",
        "" if row.again is None else "lives" if row.back else str(row.again.how or "no answer"),
    )


def _told(fate: Fate, since: float, what: str) -> str:
    """Say how a conversation fares, and when it ended: seconds since something."""
    if fate.alive:
        return f"lives, {fate.exchanged} exchanged" + ("" if fate.continuous else ", with losses")
    if fate.ended_at is None:
        return "idle"
    return f"{fate.how} {fate.ended_at - since:+.1f} s from {what}"


def _sums(record: Record) -> Iterator[str]:
    survivors = record.survivors
    yield f"wrong cuts: {len(record.wrong_cuts)}{_names(record.wrong_cuts)}"
    yield f"survivors: {len(survivors)}{_names(survivors)}"
    if survivors:
        unforeseen = [row for row in survivors if not row.foretold]
        yield f"survivors that the plan did not foretell: {len(unforeseen)}{_names(unforeseen)}"
    yield f"apply ended with {record.applied}, after {record.apply_ended - record.apply_began:.1f} s"
    yield "all as foretold" if record.as_foretold else f"NOT as foretold\n\n{record.report}"


def _names(rows: tuple[Row, ...] | list[Row]) -> str:
    return f" ({', '.join(row.conversation.name for row in rows)})" if rows else ""
