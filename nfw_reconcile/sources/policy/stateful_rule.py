"""A ``StatefulRules`` block is written as rule text, as AWS does, and read by the one rule parser.

So an option that was put whole into ``Keyword`` (``sid:1; msg:"x"``) or behind another in
``Settings`` means here what it means to the engine. Source: API ``StatefulRule``; the AWS developer
guide, "Examples of stateful rules", shows the generated text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.rule import UndecidedRule
from nfw_reconcile.sources.policy.body import NotKnown, NotValid, Undecidable
from nfw_reconcile.sources.policy.sensitive import hidden
from nfw_reconcile.sources.suricata import parse_rule

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location
    from nfw_reconcile.model.expressions import Unresolved
    from nfw_reconcile.model.rule import RuleEntry
    from nfw_reconcile.sources.policy.body import Node

_DIRECTIONS: Final = {"FORWARD": "->", "ANY": "<>"}
_LABELS: Final = frozenset({"sid", "msg", "rev", "metadata", "reference"})
"""Options that say something about a rule, and nothing about packets: an unknown one does not matter."""

_NO_MARKS: Final = str.maketrans({'"': "'", ";": ","})

_FIELDS: Final = ("Source", "SourcePort", "Destination", "DestinationPort")


def stateful_rule(block: Node, where: Location) -> RuleEntry:
    """Read one block.

    An unknown source, destination or port makes a rule with an ``Unresolved`` in its header; an
    unknown option makes an undecided rule with its header, and anything else unknown or not valid
    one without. A sensitive part marks the rule.
    """
    try:
        return _entry(block, where)
    except Undecidable as why:
        return UndecidedRule("", why.reason, None, where, block.marked)


def _entry(block: Node, where: Location) -> RuleEntry:
    written, unknown = _header_fields(block.get("Header"))
    action = block.get("Action").text().strip().lower()
    protocol = block.get("Header").get("Protocol").text().strip().lower()
    try:
        options, not_read = _options(block.get("RuleOptions")), ""
    except Undecidable as why:
        options, not_read = "", why.reason
    entry = parse_rule(_line(action, protocol, written, options), where)
    if unknown:
        shown = {**written, **{field: str(value) for field, value in unknown.items()}}
        entry = _with_unknown(entry, unknown, _line(action, protocol, shown, options))
    if not_read:
        return UndecidedRule(entry.text, not_read, entry.header, where, block.marked)
    return hidden(entry) if block.marked else entry


def _header_fields(header: Node) -> tuple[dict[str, str], dict[str, Unresolved]]:
    """Give the texts of the fields (``any`` for one that is not known), and the fields not known."""
    direction = header.get("Direction")
    arrow = _DIRECTIONS.get(direction.text().strip().upper())
    if arrow is None:
        message = f"{direction.path} is {direction.shown}, not FORWARD or ANY"
        raise NotValid(message)
    written = {"Direction": arrow}
    unknown: dict[str, Unresolved] = {}
    for field in _FIELDS:
        node = header.get(field)
        if node.unresolved is not None:
            unknown[field] = node.unresolved
        written[field] = "any" if node.unresolved is not None else node.text()
    return written, unknown


def _line(action: str, protocol: str, fields: dict[str, str], options: str) -> str:
    source = f"{fields['Source']} {fields['SourcePort']}"
    destination = f"{fields['Destination']} {fields['DestinationPort']}"
    return f"{action} {protocol} {source} {fields['Direction']} {destination} ({options})"


def _with_unknown(entry: RuleEntry, unknown: dict[str, Unresolved], text: str) -> RuleEntry:
    if entry.header is None:
        return replace(entry, text=text)
    header = replace(
        entry.header,
        source=unknown.get("Source", entry.header.source),
        source_ports=unknown.get("SourcePort", entry.header.source_ports),
        destination=unknown.get("Destination", entry.header.destination),
        destination_ports=unknown.get("DestinationPort", entry.header.destination_ports),
    )
    return replace(entry, header=header, text=text)


def _options(options: Node) -> str:
    return " ".join(f"{_option(option)};" for option in options.items())


def _option(option: Node) -> str:
    keyword = option.get("Keyword").text()
    settings = option.get("Settings")
    text = keyword if settings.missing else f"{keyword}:{_settings(keyword, settings)}"
    text = text.rstrip()
    while text.endswith(";") and not text.endswith("\\;"):
        text = text[:-1].rstrip()
    return text


def _settings(keyword: str, settings: Node) -> str:
    try:
        return ",".join(setting.text() for setting in settings.items())
    except NotKnown as why:
        if keyword.strip().lower() in _LABELS:
            return f'"{str(why.unresolved).translate(_NO_MARKS)}"'
        raise
