"""Take addresses, tags and names out of a document, so that it can be shown in public.

What is taken out leaves a label, the same one for the same value in all of one report: the reader can
still tell two clients apart, and count them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.documents import (
    AddressName,
    FirewallIdentity,
    FlowRow,
    NameOrigin,
    PolicyIdentity,
    RuleText,
)
from nfw_reconcile.model.plan_document import Acceptance, RegionPart, Undecided
from nfw_reconcile.report.addresses import Block, replace_addresses
from nfw_reconcile.report.naming import HIDDEN as REDACTED
from nfw_reconcile.report.rewrite import D, Rewriter, file_of, parts_of, without_file

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Redaction:
    """What to take out.

    ``ip``: addresses and blocks, wherever they stand. ``tags``: what the ``metadata`` option of a rule
    says, and what EC2 calls addresses, which is what their tags say. ``names``: firewalls, policies, groups,
    accounts, ARNs, host names, files, the quoted parts of rules (``msg``, ``content``, ``pcre``), and what addresses
    are called, but for the services that AWS publishes; who has accepted a finding, and why.
    """

    ip: bool = False
    tags: bool = False
    names: bool = False


NOTHING: Final = Redaction()
EVERYTHING: Final = Redaction(ip=True, tags=True, names=True)


def redacted(document: D, redaction: Redaction) -> D:
    """Give the document without what the redaction names."""
    if redaction == NOTHING:
        return document
    return _Redactor(document, redaction).apply(document)


@dataclass(slots=True)
class _Labels:
    """Hands out ``kind#1``, ``kind#2``, the same for the same value."""

    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)

    def number(self, kind: str, value: str) -> int:
        if (kind, value) not in self.numbers:
            self.highest[kind] = self.highest.get(kind, 0) + 1
            self.numbers[kind, value] = self.highest[kind]
        return self.numbers[kind, value]

    def name(self, kind: str, value: str) -> str:
        return f"{kind}#{self.number(kind, value)}"


_ARN: Final = re.compile(r"\barn:[\w-]+:[^\s\"'),\]]+")
_ACCOUNT: Final = re.compile(r"(?<![\w.])\d{12}(?![\w.])")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_METADATA: Final = re.compile(r"(\bmetadata\s*:)[^;]*")
_HOST: Final = re.compile(r"(?<![\w.-])\.?(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-]|\.\w)", re.IGNORECASE)
_KEYWORD: Final = re.compile(
    r"(?:dns|file|ftp|http|http2|ja3|krb5|mqtt|quic|rdp|sip|smb|snmp|ssh|ssl|tls)\.[a-z_0-9]+"
)
"""Suricata's buffers look like host names of two labels."""

_DASHED: Final = re.compile(r"(?<!\d)\d{1,3}(?:-\d{1,3}){3}(?!\d)")
"""An address as AWS writes it into names: ``ip-10-0-1-5``."""


class _Redactor(Rewriter):
    def __init__(self, document: DataclassInstance, redaction: Redaction) -> None:
        super().__init__()
        self._redaction = redaction
        self._labels = _Labels()
        self._known = self._name_everything(document) if redaction.names else {}
        longest_first = sorted(self._known, key=lambda name: (-len(name), name))
        pattern = "|".join(re.escape(name) for name in longest_first)
        self._names = re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])") if pattern else None

    def node(self, value: DataclassInstance) -> DataclassInstance:
        """Leave out where something is written if that tells what is to be hidden: half a path is a wrong one."""
        file = file_of(value)
        holds_address = replace_addresses(file, lambda _, __: REDACTED) != file
        is_hidden = self._redaction.names or (self._redaction.ip and holds_address)
        return without_file(value) if file and is_hidden else value

    def text(self, value: str, owner: object, field: str) -> str:
        if isinstance(owner, AddressName) and field != "address":
            return self._called(value, owner, field)
        if isinstance(owner, Acceptance) and self._redaction.names and field != "until":
            return self._labels.name("owner", value) if field == "owner" else REDACTED
        is_rule = isinstance(owner, RuleText) and field == "text"
        if self._redaction.tags and is_rule:
            value = _METADATA.sub(rf"\1{REDACTED}", value)
        if self._redaction.names:
            value = _QUOTED.sub(f'"{REDACTED}"', value) if is_rule else self._without_names(value, owner)
        return replace_addresses(value, self._address) if self._redaction.ip else value

    def _called(self, value: str, owner: AddressName, field: str) -> str:
        by_tags = self._redaction.tags and owner.origin is NameOrigin.EC2
        by_names = self._redaction.names and owner.origin is not NameOrigin.RANGES
        if by_tags or by_names:
            return self._labels.name(field, value)
        if not self._redaction.ip:
            return value
        return _DASHED.sub(REDACTED, replace_addresses(value, self._address))

    def _name_everything(self, document: DataclassInstance) -> dict[str, str]:
        known: dict[str, str] = {}
        for part in parts_of(document):
            match part:
                case FirewallIdentity():
                    names: tuple[str | None, ...] = (part.label, part.name, part.arn, part.firewall_id)
                    self._label(known, "firewall", part.arn or part.label, names)
                    self._label(known, "account", part.account or "", (part.account,))
                case PolicyIdentity():
                    self._label(known, "policy", part.arn or part.label, (part.label, part.name, part.arn))
                case RuleText():
                    self._label(known, "group", part.group, (part.group,))
                case _:
                    pass
        return known

    def _label(self, known: dict[str, str], kind: str, identity: str, names: tuple[str | None, ...]) -> None:
        for name in names:
            if name and name not in known:
                known[name] = self._labels.name(kind, identity)

    def _without_names(self, value: str, owner: object) -> str:
        if value in self._known:
            return self._known[value]
        value = _ARN.sub(self._arn, value)
        if self._names is not None:
            value = self._names.sub(lambda match: self._known[match[0]], value)
        value = _ACCOUNT.sub(lambda match: self._labels.name("account", match[0]), value)
        if isinstance(owner, RegionPart | FlowRow | Undecided):
            value = _HOST.sub(self._host, value)
        return value

    def _arn(self, match: re.Match[str]) -> str:
        return self._known.get(match[0]) or self._labels.name("arn", match[0])

    def _host(self, match: re.Match[str]) -> str:
        if _KEYWORD.fullmatch(match[0]):
            return match[0]
        return self._labels.name("host", match[0].removeprefix(".").lower())

    def _address(self, written: str, block: Block) -> str:
        """Keep the first part of the address and the prefix length: they tell what kind of network it is."""
        if block.prefixlen == 0:
            return written
        first, _, length = written.partition("/")
        masked = f"{first.split('.')[0]}.x.x.x" if block.version == 4 else f"{first.split(':')[0]}::x"
        return f"{masked}{'/' if length else ''}{length}#{self._labels.number('address', str(block))}"
