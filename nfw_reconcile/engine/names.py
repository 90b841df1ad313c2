"""Host name conditions: ``tls.sni``, ``http.host`` and ``dns.query`` with the contents behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.conditions import ApplicationIs, Carrier, Condition, NameIs, OpaqueIs
from nfw_reconcile.engine.keywords import application_of, clause_text
from nfw_reconcile.engine.protocols import applications
from nfw_reconcile.engine.questions import NameMatch, Names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.rule import Option

BUFFERS: Final[dict[str, str]] = {
    "tls.sni": "tls.sni",
    "tls_sni": "tls.sni",
    "http.host": "http.host",
    "dns.query": "dns.query",
    "dns_query": "dns.query",
}
"""Sticky buffers that hold one host name, and the name that a question uses for each."""


def name_conditions(clause: Sequence[Option]) -> tuple[Condition, ...]:
    """Read a buffer with all contents that look into it.

    One content that compares the whole name, or its end, is a name condition; anything else is kept
    as one opaque condition, named by its text.
    """
    keyword = clause[0].keyword
    name = _name(BUFFERS[keyword], clause[1:])
    if name is not None:
        return (name,)
    text = clause_text(clause).replace(keyword, BUFFERS[keyword], 1)
    spoken = applications(application_of(keyword) or "")
    return ApplicationIs(spoken), OpaqueIs(text, Carrier.REQUEST)


def _name(buffer: str, clause: Sequence[Option]) -> NameIs | None:
    contents = [option for option in clause if option.keyword == "content"]
    words = {option.keyword for option in clause if option.keyword != "content"}
    if len(contents) != 1 or not words <= {"dotprefix", "nocase", "startswith", "endswith", "fast_pattern"}:
        return None
    text = _literal(contents[0].value or "")
    if text is None or "endswith" not in words:
        return None
    written, negated = text
    sensitive = "nocase" not in words and buffer != "http.host"
    value = written if sensitive else written.lower()
    if "dotprefix" in words:
        if not value.startswith(".") or "startswith" in words:
            return None
        names = Names(buffer, NameMatch.DOMAIN, value.removeprefix("."), sensitive)
    elif "startswith" in words:
        names = Names(buffer, NameMatch.EXACT, value, sensitive)
    else:
        names = Names(buffer, NameMatch.SUFFIX, value, sensitive)
    return NameIs(names, negated)


def _literal(value: str) -> tuple[str, bool] | None:
    """Give a content as text and whether it is negated; ``None`` where its bytes are no plain text."""
    negated = value.startswith("!")
    quoted = value.removeprefix("!").strip()
    if len(quoted) < 3 or quoted[0] != '"' or quoted[-1] != '"':
        return None
    inner = quoted[1:-1]
    if "|" in inner or "\\" in inner or not inner.isascii():
        return None
    return inner, negated
