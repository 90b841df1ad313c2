"""The rules that AWS generates from a domain list.

Source: AWS developer guide, "Examples of stateful rules" (domain list rules) and API
``RulesSourceList``. The guide shows allow and deny lists; reject and alert lists are taken to differ
in the action only. AWS's sids are not documented, so the rules here have none. ``priority`` is
written in action order only, where it has a meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location
from nfw_reconcile.model.places import NOWHERE, GroupPlaces
from nfw_reconcile.model.policy import RuleOrder
from nfw_reconcile.model.rule import UndecidedRule
from nfw_reconcile.sources.policy.body import NotValid, Undecidable
from nfw_reconcile.sources.policy.sensitive import marked
from nfw_reconcile.sources.suricata import parse_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.model.rule import RuleEntry
    from nfw_reconcile.sources.policy.body import Node

    _Entry = tuple[RuleEntry, str | None]

_ACTIONS: Final = {
    "ALLOWLIST": ("pass", "allowlisted"),
    "DENYLIST": ("drop", "denylisted"),
    "REJECTLIST": ("reject", "rejectlisted"),
    "ALERTLIST": ("alert", "alertlisted"),
}
_DOMAIN: Final = re.compile(r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class _Protocol:
    """One target type: its protocol, the buffer that holds the name, and how an allow list ends."""

    name: str
    buffer: str
    nocase: str
    closing: str


_PROTOCOLS: Final = {
    "TLS_SNI": _Protocol("tls", "ssl_state:client_hello; tls.sni;", "nocase; ", "ssl_state:client_hello;"),
    "HTTP_HOST": _Protocol("http", "http.host;", "", 'http.header_names; content:"|0d 0a|"; startswith;'),
}


def domain_rules(
    source: Node, label: str, order: RuleOrder, most: int = 1_000_000, places: GroupPlaces = NOWHERE
) -> Iterator[RuleEntry]:
    """Give the rules of one ``RulesSourceList``: for each target type, one rule a target.

    A list of more than ``most`` targets is undecided as a whole. An allow list in action order ends with a drop of
    its protocol's other requests. What is unknown, not valid, or of a target type without documented rules is
    undecided, with the header where that is known.
    """
    sensitive = source.marked
    for entry, target in _entries(source, label, order, most):
        placed = replace(entry, written=places.otherwise if target is None else places.of_target(target))
        yield marked(placed) if sensitive else placed


def _entries(source: Node, label: str, order: RuleOrder, most: int) -> Iterator[_Entry]:
    """Give each rule with the target that it is for, where it is for one."""
    where = Location(f"{label} targets")
    try:
        kind = source.get("GeneratedRulesType").text().strip().upper()
        types = [(item.text().strip().upper(), item) for item in source.get("TargetTypes").items(most)]
        if kind not in _ACTIONS or not types:
            message = f"{source.path} has no known GeneratedRulesType, or no TargetTypes"
            raise NotValid(message)
    except Undecidable as why:
        yield UndecidedRule("", why.reason, None, where), None
        return
    for target_type, item in dict(types).items():
        protocol = _PROTOCOLS.get(target_type)
        if protocol is None:
            reason = f"the rules that AWS makes for {item.path}, {item.shown}, are not documented"
            yield UndecidedRule("", reason, None, where), None
        else:
            yield from _rules(_List(protocol, kind, order, most), source.get("Targets"), where)


@dataclass(frozen=True, slots=True)
class _List:
    """A domain list seen through one target type."""

    protocol: _Protocol
    kind: str
    order: RuleOrder
    most: int

    def rule(self, domain: str) -> str:
        """Give the rule of one target: a name, or with a leading dot a name and all below it."""
        action, listed = _ACTIONS[self.kind]
        name, nocase = domain.lower(), self.protocol.nocase
        if name.startswith("."):
            match = f'dotprefix; content:"{name}"; {nocase}endswith;'
        else:
            match = f'content:"{name}"; startswith; {nocase}endswith;'
        message = f"matching {self.protocol.name.upper()} {listed} FQDNs"
        return self._line(action, f'{self.protocol.buffer} {match} msg:"{message}";')

    def closing(self) -> str:
        """Give the rule that drops what an allow list does not hold."""
        message = f"not matching any {self.protocol.name.upper()} allowlisted FQDNs"
        return self._line("drop", f'{self.protocol.closing} msg:"{message}";')

    def header_only(self) -> str:
        """Give a rule whose header is that of every target."""
        return self._line(_ACTIONS[self.kind][0], "")

    def _line(self, action: str, options: str) -> str:
        priority = "priority:1; " if self.order is RuleOrder.ACTION else ""
        header = f"{action} {self.protocol.name} $HOME_NET any -> $EXTERNAL_NET any"
        return f"{header} ({options} {priority}flow:to_server, established;)"


def _rules(listed: _List, targets: Node, where: Location) -> Iterator[_Entry]:
    header = parse_rule(listed.header_only(), None).header
    try:
        items = targets.items(listed.most)
    except Undecidable as why:
        yield UndecidedRule("", why.reason, header, where), None
        items = []
    for item in items:
        try:
            domain = item.text().strip()
            if _DOMAIN.fullmatch(domain) is None:
                message = f"{item.path} is {item.shown}, not a domain name"
                raise NotValid(message)
        except Undecidable as why:
            yield UndecidedRule("", why.reason, header, where), None
        else:
            place = where if item.sensitive else Location(f"{where.source}[{domain}]")
            yield parse_rule(listed.rule(domain), place), domain
    if listed.kind == "ALLOWLIST" and listed.order is RuleOrder.ACTION:
        yield parse_rule(listed.closing(), where), None
