"""Suricata rule text in, typed rules out; a rule that cannot be read comes out undecided."""

from __future__ import annotations

from nfw_reconcile.sources.suricata.expression import (
    parse_addresses,
    parse_block,
    parse_ports,
)
from nfw_reconcile.sources.suricata.rule import parse_rule, parse_rules

__all__ = ["parse_addresses", "parse_block", "parse_ports", "parse_rule", "parse_rules"]
