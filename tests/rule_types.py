"""Suricata's types of rules, for the table in ``tests/cases/rule-types.txt`` and for drawn rules."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from nfw_reconcile.engine.conditions import Reach, When
from nfw_reconcile.engine.protocols import protocol_match
from nfw_reconcile.engine.semantics import meaning_of
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.rule import StatefulRule
from nfw_reconcile.sources.suricata import parse_rule

TABLE: Final = Path(__file__).parent / "cases" / "rule-types.txt"

_TYPES: Final = {
    "ip_only": (When.FIRST, Reach.FLOW),
    "like_ip_only": (When.EVERY, Reach.FLOW),
    "pd_only": (When.EVERY, Reach.FLOW),
    "app_layer": (When.EVERY, Reach.FLOW),
    "app_tx": (When.EVERY, Reach.FLOW),
    "pkt": (When.EVERY, Reach.PACKET),
    "de_only": (When.EVERY, Reach.PACKET),
}


class TypedRule(NamedTuple):
    """A protocol and options, and the type of a rule with them whose header holds no negation."""

    kind: str
    protocol: str
    options: str

    def rule(self, *, sid: int = 1, negated: bool = False) -> str:
        """Write a rule with them."""
        destination = "!10.0.0.0/8" if negated else "any"
        return f"drop {self.protocol} any any -> {destination} any ({self.options} sid:{sid};)"


def typed_rules() -> list[TypedRule]:
    """Read the table."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split(maxsplit=2) for line in lines if line and not line.startswith("#")]
    return [TypedRule(kind, protocol, "".join(options)) for kind, protocol, *options in rows]


def read(text: str, *, negated: bool) -> tuple[When, Reach]:
    """Ask the engine when a rule is tried, and how far it reaches."""
    rule = parse_rule(text, None)
    assert isinstance(rule, StatefulRule)
    meaning = meaning_of(rule.options, protocol_match(rule.header.protocol), negated_address=negated)
    return meaning.when, meaning.reach


def meant(kind: str, protocol: str) -> tuple[When, Reach]:
    """Translate Suricata's type; only TCP has streams."""
    if kind not in {"stream", "pkt_stream"}:
        return _TYPES[kind]
    numbers = protocol_match(protocol).numbers
    return When.EVERY, Reach.PACKET if numbers and TCP not in numbers else Reach.STREAM
