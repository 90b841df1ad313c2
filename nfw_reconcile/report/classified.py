"""The effect of a change on single flows: what ``classify`` and ``explain`` print."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.model.verdict import AfterFlush
from nfw_reconcile.report.jsonout import inert
from nfw_reconcile.report.masking import SENSITIVE, hide
from nfw_reconcile.report.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nfw_reconcile.model.verdict import Cause, Decision, FlowEffect, RuleRef

_LONGEST_LINE: Final = 10_000
"""Characters: an explanation shows rules whole, as far as a rule can be long (Suricata's own limit is 8,192)."""

FLOW_COLUMNS: Final = (
    "protocol", "source", "source_port", "destination", "destination_port", "age", "packets", "bytes", "zone",
)  # fmt: skip
"""The columns of a flow file in CSV; ``age`` and those behind it may be missing there."""

EFFECT_COLUMNS: Final = (
    "effect", "flush", "old_verdict", "old_rule", "new_verdict", "new_rule", "after_flush",
)  # fmt: skip

_AWS_MEMBERS: Final = {"packets": "PacketCount", "bytes": "ByteCount", "zone": "AvailabilityZone"}
"""The members of ``API: Flow`` that are not called like their column in CSV."""


def effect_object(raw: Mapping[str, object], effect: FlowEffect) -> dict[str, Any]:
    """Give the object that ``classify`` writes for a flow; ``raw`` is the flow as it was read.

    ``rule`` is ``None`` where a default decided or no rule did, and ``default`` then says which; ``after_flush`` is
    ``None`` where no flush is called for.
    ``reasons`` and ``notes`` are there only where there are any.
    """
    return {
        "flow": dict(raw),
        "effect": effect.effect.value,
        "flush": effect.flush,
        "after_flush": effect.after_flush,
        "old": _side(effect.old),
        "new": _side(effect.new),
        "conditions": list(_hidden(effect.conditions, effect)),
    }


def json_line(raw: Mapping[str, object], effect: FlowEffect) -> str:
    """Give the object on one line of pure ASCII, with a newline."""
    return f"{inert(json.dumps(effect_object(raw, effect), allow_nan=False))}\n"


class LineWriter:
    """Writes what ``classify`` prints, many flows at a time: the same as :func:`json_line` or :func:`csv_row` for each.

    What is said of an effect is written once and kept while it is among the distinct effects of the call.
    """

    def __init__(self, form: str) -> None:
        """Write ``jsonl`` or ``csv``."""
        self._csv = form == "csv"
        self._distinct: Sequence[FlowEffect] = ()
        self._tails: dict[int, str] = {}

    def header(self) -> str:
        """Give what comes before all flows."""
        return csv_header() if self._csv else ""

    def write(self, raws: Sequence[Mapping[str, object]], effects: Sequence[FlowEffect]) -> str:
        """Give the lines of flows as they were read, with the effect on each."""
        line = csv_row if self._csv else json_line
        return "".join(map(line, raws, effects))

    def write_rows(
        self, names: Sequence[str], rows: Sequence[str], distinct: Sequence[FlowEffect], number: Sequence[int]
    ) -> str:
        """Give the lines of flows in CSV whose cells hold printable ASCII without commas, quotes and blanks."""
        tails = self._tails_of(distinct, number)
        heads = _csv_heads(names, rows) if self._csv else _json_heads(names, rows)
        return "".join(map(str.__add__, heads, tails))

    def _tails_of(self, distinct: Sequence[FlowEffect], number: Sequence[int]) -> list[str]:
        """Give what is written behind each flow."""
        if distinct is not self._distinct:
            self._distinct, self._tails = distinct, {}
        for n in set(number) - self._tails.keys():
            self._tails[n] = _csv_tail(distinct[n]) if self._csv else _json_tail(distinct[n])
        return [self._tails[n] for n in number]


def _csv_heads(names: Sequence[str], rows: Sequence[str]) -> Iterable[str]:
    known = [name.lower() for name in names]
    if known == list(FLOW_COLUMNS):
        return rows
    # A column that the file lacks is taken from an empty cell behind the last.
    order = [known.index(column) if column in known else len(known) for column in FLOW_COLUMNS]
    cells = ((*row.split(","), "") for row in rows)
    return (",".join([row[n] for n in order]) for row in cells)


def _json_heads(names: Sequence[str], rows: Sequence[str]) -> Iterable[str]:
    if any("\\" in row or "#" in row for row in rows):
        return (_json_head(dict(zip(names, row.split(","), strict=True))) for row in rows)
    members = ", ".join(f'{inert(json.dumps(name)).replace("%", "%%")}: "%s"' for name in names)
    return (f'{{"flow": {{{members}}}, ' % tuple(row.split(",")) for row in rows)


def _json_head(raw: Mapping[str, object]) -> str:
    return f'{{"flow": {inert(json.dumps(dict(raw), allow_nan=False))}, '


def _json_tail(effect: FlowEffect) -> str:
    said = effect_object({}, effect)
    del said["flow"]
    return f"{inert(json.dumps(said, allow_nan=False))[1:]}\n"


def _csv_tail(effect: FlowEffect) -> str:
    return f",{_csv_line(_effect_cells(effect))}"


def csv_header(columns: Sequence[str] = FLOW_COLUMNS) -> str:
    """Give the header for flows with these columns."""
    return _csv_line([*columns, *EFFECT_COLUMNS])


def csv_row(raw: Mapping[str, object], effect: FlowEffect, columns: Sequence[str] = FLOW_COLUMNS) -> str:
    """Give the row of a flow: its own columns as read, or out of AWS's shape, then the effect."""
    return _csv_line([*(_column(raw, effect, column) for column in columns), *_effect_cells(effect)])


def _effect_cells(effect: FlowEffect) -> list[str]:
    flush = "true" if effect.flush else "false"
    old, new = effect.old, effect.new
    return [
        *(effect.effect.value, flush),
        *(old.verdict.value, visible(str(old.cause))),
        *(new.verdict.value, visible(str(new.cause))),
        effect.after_flush or "",
    ]


def render_explanation(effect: FlowEffect) -> str:
    """Tell what both policies do with one flow and why, in lines that end with a newline."""
    flush = ", to be flushed" if effect.flush else ""
    if effect.after_flush is AfterFlush.MAY_LIVE_ON:
        flush += " (and may live on even so)"
    lines = [f"{effect.flow}: {effect.effect.value.replace('_', ' ')}{flush}"]
    for number, condition in enumerate(_hidden(effect.conditions, effect)):
        lines.append(f"  {'and' if number else 'if'} {condition}")
    for side, decision in (("old", effect.old), ("new", effect.new)):
        lines += ["", f"{side} policy: {decision.verdict.value}", *_explained(decision)]
    return "".join(f"{visible(line, _LONGEST_LINE)}\n" for line in lines)


def _explained(decision: Decision) -> list[str]:
    told = [("by", _who(decision.cause))]
    if decision.cause.rule is not None:
        told.append(("rule", _text(decision.cause.rule)))
    told += [("depends on", condition) for condition in _masked(decision.conditions, decision)]
    told += [("because", reason) for reason in _masked(decision.reasons, decision)]
    told += [("note", note) for note in _masked(decision.notes, decision)]
    return [f"  {label:<12}{text}" for label, text in told]


def _who(cause: Cause) -> str:
    if cause.rule is not None:
        return f"{cause.engine.value} rule {cause.rule}"
    default = cause.default or "no rule matched"
    return f"{cause.engine.value} default action {default}" if default.startswith("aws:") else default


def _side(decision: Decision) -> dict[str, Any]:
    side: dict[str, Any] = {"verdict": decision.verdict.value, "rule": _rule(decision.cause.rule)}
    if decision.cause.rule is None:
        side["default"] = str(decision.cause)
    if decision.reasons:
        side["reasons"] = list(_masked(decision.reasons, decision))
    if decision.notes:
        side["notes"] = list(_masked(decision.notes, decision))
    return side


def _rule(rule: RuleRef | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    named = {"group": rule.group, "sid": rule.sid, "line": rule.line, "text": _text(rule)}
    written = rule.written
    return named if written is None else {**named, "file": written.source, "file_line": written.line}


def _text(rule: RuleRef) -> str:
    return SENSITIVE if rule.sensitive else rule.text


def _masked(texts: tuple[str, ...], decision: Decision) -> tuple[str, ...]:
    rule = decision.cause.rule
    return hide(texts, [rule.text]) if rule is not None and rule.sensitive else texts


def _hidden(texts: tuple[str, ...], effect: FlowEffect) -> tuple[str, ...]:
    return _masked(_masked(texts, effect.old), effect.new)


def _column(raw: Mapping[str, object], effect: FlowEffect, column: str) -> object:
    """Give a field as it was read, by its column in CSV or its member of ``API: Flow``."""
    read = {name.lower(): value for name, value in raw.items()}
    if column in read:
        return read[column]
    flow = effect.flow
    match column:
        case "source":
            return flow.source
        case "source_port":
            return flow.source_port
        case "destination":
            return flow.destination
        case "destination_port":
            return flow.destination_port
        case _:
            return raw.get(_AWS_MEMBERS.get(column, column), "")


def _csv_line(values: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()
