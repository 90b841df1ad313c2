"""Rules as model values, drawn at random, and texts that are nearly rules."""

from __future__ import annotations

from hypothesis import strategies as st

from nfw_reconcile.model.addresses import HIGHEST_ADDRESS, Family
from nfw_reconcile.model.expressions import (
    AddressRange,
    Anything,
    Expression,
    Group,
    Negation,
    PortRange,
    SetReference,
    Variable,
)
from nfw_reconcile.model.rule import Action, Direction, Header, Option

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True)
FAMILIES: st.SearchStrategy[Family] = st.sampled_from((4, 6))


@st.composite
def address_ranges(draw: st.DrawFn) -> AddressRange:
    """Draw single addresses, blocks and plain ranges in equal parts."""
    family = draw(FAMILIES)
    highest = HIGHEST_ADDRESS[family]
    low = draw(st.integers(0, highest) | st.sampled_from((0, highest)))
    if draw(st.booleans()):
        host_bits = draw(st.integers(0, highest.bit_length()))
        low = low >> host_bits << host_bits
        return AddressRange(family, low, low + (1 << host_bits) - 1)
    return AddressRange(family, low, draw(st.integers(low, highest)))


@st.composite
def port_ranges(draw: st.DrawFn) -> PortRange:
    low = draw(st.integers(0, 65535))
    return PortRange(low, draw(st.integers(low, 65535)))


def expressions(leaves: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Draw groups and negations of the leaves; a negation is never negated again."""
    return st.recursive(leaves, _around, max_leaves=6)


def _around(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operands = inner.filter(lambda operand: not isinstance(operand, Negation))
    groups = st.lists(inner, min_size=1, max_size=4).map(lambda items: Group(tuple(items)))
    return groups | operands.map(Negation)


ADDRESSES = expressions(
    st.just(Anything()) | address_ranges() | NAMES.map(Variable) | NAMES.map(SetReference)
)
PORTS = expressions(st.just(Anything()) | port_ranges() | NAMES.map(Variable))
PROTOCOLS = st.sampled_from(("ip", "tcp", "udp", "icmp", "tls", "http2", "tcp-pkt", "ftp-data", "newproto"))
HEADERS = st.builds(
    Header,
    st.sampled_from(Action),
    PROTOCOLS,
    ADDRESSES,
    PORTS,
    st.sampled_from(Direction),
    ADDRESSES,
    PORTS,
)

_QUOTED = st.text(st.sampled_from('abc ()#:,|!$[]/é\\;"'), max_size=12).map(
    lambda text: '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"').replace(";", "\\;"))
)
_PLAIN = st.text(st.sampled_from("abcXYZ019 ,.:/()#-_+=<>!"), max_size=12).map(str.strip)
KEYWORDS = st.from_regex(r"[a-z0-9_][a-z0-9_.-]{0,10}", fullmatch=True)
OPTIONS = st.lists(st.builds(Option, KEYWORDS, st.none() | _PLAIN | _QUOTED), max_size=5).map(tuple)


def rule_text(header: Header, options: tuple[Option, ...]) -> str:
    """Write a rule as the model does."""
    return f"{header} ({' '.join(map(str, options))})"


RULE_TEXTS = st.builds(rule_text, HEADERS, OPTIONS)
_MARKS = st.sampled_from('()[]!,;:\\"#$@ \t\n\r->=<x0\N{NO-BREAK SPACE}')


@st.composite
def damaged_rule_texts(draw: st.DrawFn) -> str:
    """Take a good rule, and put a character in, take one out, or cut it short."""
    text = draw(RULE_TEXTS)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        kept = draw(st.sampled_from((at, min(at + 1, len(text)), len(text))))
        text = text[:at] + draw(_MARKS | st.just("")) + text[kept:]
    return text
