"""Expressions that the native syntax can write, drawn at random."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Final, get_args

from hypothesis import strategies as st

from nfw_reconcile.sources.hcl.syntax import (
    Attr,
    Binary,
    BinaryOperator,
    Call,
    Conditional,
    Element,
    Expression,
    ForDirective,
    ForObject,
    ForTuple,
    IfDirective,
    Index,
    Interpolation,
    Literal,
    Name,
    ObjectItem,
    ObjectOf,
    Part,
    Splat,
    SplatKind,
    Template,
    Text,
    TupleOf,
    Unary,
    UnaryOperator,
)
from tests.unit.sources.hcl.reading.shorthand import HERE

Drawn = st.SearchStrategy[Expression]

_NAMES: Final = st.sampled_from(("a", "b_c", "d-e", "été", "var", "x1"))
_ATTRIBUTES: Final = _NAMES | st.sampled_from(("for", "in", "if", "true", "null", "for_each"))
_LETTERS: Final = st.text(st.sampled_from('ab ${}%~"\\\n\r\té\u0301\x00/#<')) | st.text(
    st.characters(exclude_categories=["Cs"])
)
_TEXTS: Final = _LETTERS.map(lambda letters: unicodedata.normalize("NFC", letters))
_NUMBERS: Final = st.integers(0, 10**12).map(Decimal) | st.decimals(0, 10**6, places=3)


def expressions() -> Drawn:
    """Draw an expression; numbers are never negative, for a minus sign is an operator."""
    return st.recursive(_leaves(), _around, max_leaves=8)


def _leaves() -> Drawn:
    values = st.none() | st.booleans() | _NUMBERS | _TEXTS
    return values.map(lambda value: Literal(value, place=HERE)) | _NAMES.map(
        lambda name: Name(name, place=HERE)
    )


def _around(inner: Drawn) -> Drawn:
    return st.one_of(
        st.lists(inner, max_size=3).map(lambda items: TupleOf(tuple(items), place=HERE)),
        st.lists(st.builds(ObjectItem, inner, inner, place=st.just(HERE)), max_size=3).map(
            lambda items: ObjectOf(tuple(items), place=HERE)
        ),
        st.builds(Unary, st.sampled_from(get_args(UnaryOperator)), inner, place=st.just(HERE)),
        st.builds(Binary, st.sampled_from(get_args(BinaryOperator)), inner, inner, place=st.just(HERE)),
        st.builds(Conditional, inner, inner, inner, place=st.just(HERE)),
        st.builds(ForTuple, st.none() | _NAMES, _NAMES, inner, inner, st.none() | inner, place=st.just(HERE)),
        st.builds(
            ForObject,
            *(st.none() | _NAMES, _NAMES, inner, inner, inner, st.none() | inner, st.booleans()),
            place=st.just(HERE),
        ),
        _calls(inner),
        st.builds(Attr, inner, _ATTRIBUTES, place=st.just(HERE)),
        st.builds(Index, inner, inner, place=st.just(HERE)),
        _full_splats(inner),
        _name_splats(inner),
        _templates(inner),
    )


def _calls(inner: Drawn) -> Drawn:
    functions = _NAMES | st.just("provider::aws::f")
    plain = st.builds(Call, functions, st.lists(inner, max_size=3).map(tuple), place=st.just(HERE))
    arguments = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return plain | st.builds(Call, functions, arguments, st.just(value=True), place=st.just(HERE))


def _full_splats(inner: Drawn) -> Drawn:
    """Draw ``target[*]``, with a chain of names, indexes and splats that apply to each element."""
    element = st.just(Element(place=HERE))

    def longer(chain: Drawn) -> Drawn:
        return st.builds(Attr, chain, _ATTRIBUTES, place=st.just(HERE)) | st.builds(
            Index, chain, inner, place=st.just(HERE)
        )

    chains: Drawn = st.recursive(element, longer, max_leaves=3)
    nested = chains | st.builds(Splat, st.just(SplatKind.FULL), chains, chains, place=st.just(HERE))
    return st.builds(Splat, st.just(SplatKind.FULL), inner, nested, place=st.just(HERE))


def _name_splats(inner: Drawn) -> Drawn:
    """Draw ``target.*``, with names that apply to each element, and an old-fashioned index perhaps."""

    def chain(names: list[str], number: Decimal | None) -> Expression:
        each: Expression = Element(place=HERE)
        for name in names:
            each = Attr(each, name, place=HERE)
        return each if number is None else Index(each, Literal(number, place=HERE), place=HERE)

    numbers = st.none() | st.integers(0, 20).map(Decimal)
    chains = st.builds(chain, st.lists(_ATTRIBUTES, max_size=3), numbers)
    return st.builds(Splat, st.just(SplatKind.ATTRIBUTES), inner, chains, place=st.just(HERE))


def _templates(inner: Drawn) -> Drawn:
    return _parts(inner, levels=2).map(_meant)


def _meant(parts: tuple[Part, ...]) -> Expression:
    """Give what a template means: a literal text and the value of a single interpolation are none."""
    match parts:
        case ():
            return Literal("", place=HERE)
        case (Text(text),):
            return Literal(text, place=HERE)
        case (Interpolation(value),):
            return value
        case _:
            return Template(parts, place=HERE)


def _parts(inner: Drawn, levels: int) -> st.SearchStrategy[tuple[Part, ...]]:
    """Draw the parts of a template, in which no two texts stand beside each other."""
    texts = _TEXTS.filter(bool).map(lambda letters: Text(letters, place=HERE))
    sequences: st.SearchStrategy[Part] = st.builds(Interpolation, inner, place=st.just(HERE))
    if levels:
        body = _parts(inner, levels - 1)
        sequences |= st.builds(IfDirective, inner, body, body, place=st.just(HERE))
        sequences |= st.builds(ForDirective, st.none() | _NAMES, _NAMES, inner, body, place=st.just(HERE))
    runs = st.lists(st.tuples(st.none() | texts, sequences), max_size=2)
    return st.builds(_alternating, runs, st.none() | texts)


def _alternating(runs: list[tuple[Text | None, Part]], last: Text | None) -> tuple[Part, ...]:
    parts = [part for run in runs for part in run if part is not None]
    return tuple(parts if last is None else [*parts, last])
