"""Functions that encode and decode text: Base64, URL, JSON, CSV and character sets."""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus

from nfw_reconcile.sources.hcl.cty import forms, numbers, values
from nfw_reconcile.sources.hcl.cty.functions import limits
from nfw_reconcile.sources.hcl.cty.functions.csvtext import csv_decoded
from nfw_reconcile.sources.hcl.cty.functions.signature import (
    TEXT,
    Around,
    Function,
    Known,
    Parameter,
    of_texts,
)
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.cty.values import Type, Value

_CHARSETS: Final = {"utf-8": "utf-8", "utf8": "utf-8", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
"""Only the encodings in which Python and Terraform agree on every text."""

_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_BASE64: Final = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def base64_bytes(text: str) -> bytes:
    """Decode standard Base64 with padding; line ends are skipped. Raises :class:`EvaluationError`."""
    packed = text.replace("\r", "").replace("\n", "")
    if not _BASE64.fullmatch(packed):
        raise EvaluationError("The text is no Base64.")
    return base64.b64decode(packed)


def utf8_text(content: bytes) -> str:
    """Decode UTF-8; raises :class:`EvaluationError`."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise EvaluationError("The content is no UTF-8.") from problem


def base64_text(content: bytes) -> str:
    """Encode as standard Base64 with padding."""
    return base64.b64encode(content).decode("ascii")


def _charset(name: str) -> str:
    known = _CHARSETS.get(name.lower())
    if known is None:
        raise Unresolvable(f"the character encoding {name!r} is not computed with")
    return known


def _encode_charset(text: str, name: str) -> str:
    return base64_text(text.encode(_charset(name)))


def _decode_charset(text: str, name: str) -> str:
    content = base64_bytes(text)
    try:
        decoded = codecs.decode(content, _charset(name))
    except UnicodeDecodeError as problem:
        raise EvaluationError("The content is not of this character encoding.") from problem
    if "\ufffd" in decoded:
        raise EvaluationError("The content is not of this character encoding.")
    if "\ufeff" in decoded[:1]:
        raise Unresolvable("the content begins with a byte order mark")
    return decoded


def _url_encode(text: str) -> str:
    return quote_plus(text, safe="~")


# JSON


def json_decoded(text: str) -> Value:
    """Read JSON as Terraform does: the last of equal names counts, numbers are exact.

    Raises :class:`EvaluationError` for what is no JSON.
    """
    if text[:1] == "\ufeff" or "\x00" in text:
        raise EvaluationError("The text is no JSON.")
    try:
        document: object = json.loads(
            text,
            parse_float=_json_number,
            parse_int=_json_number,
            parse_constant=_no_constant,
            object_pairs_hook=_members,
        )
    except RecursionError as problem:
        raise Unresolvable("the JSON is nested too deep") from problem
    except json.JSONDecodeError as problem:
        if problem.msg == "Extra data":
            raise Unresolvable(
                "Terraform takes some texts behind a JSON value, and refuses others"
            ) from problem
        raise EvaluationError(f"The text is no JSON: {problem}.") from problem
    except ValueError as problem:
        raise EvaluationError(f"The text is no JSON: {problem}.") from problem
    _depth_within(document)
    return forms.from_plain(_without_surrogates(document))


def _without_surrogates(node: object) -> object:
    """Put U+FFFD for each half of a surrogate pair that stands alone, as Go does."""
    match node:
        case str():
            return _SURROGATE.sub("\ufffd", node)
        case list():
            return [_without_surrogates(member) for member in node]
        case dict():
            return {_SURROGATE.sub("\ufffd", name): _without_surrogates(node[name]) for name in node}
        case _:
            return node


def _json_number(text: str) -> Decimal:
    _, _, exponent = text.lower().partition("e")
    if len(text) > numbers.LARGEST_EXPONENT or len(exponent.lstrip("+-0")) > 6:
        raise Unresolvable("a number is longer than what is computed with")
    return numbers.canonical(Decimal(text))


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Keep the last member of a name; Terraform tells them apart by type, and converts or refuses some."""
    found: dict[str, object] = {}
    for name, member in pairs:
        if name in found and _type(found[name]) != _type(member):
            raise Unresolvable(f"the name {name!r} is there twice, with values of different types")
        found[name] = member
    return found


def _type(member: object) -> Type:
    return forms.from_plain(_without_surrogates(member)).type


def _no_constant(name: str) -> Decimal:
    raise ValueError(f"{name} is no value")


def _depth_within(document: object) -> None:
    left: list[tuple[object, int]] = [(document, 0)]
    while left:
        node, depth = left.pop()
        if depth > limits.DEEPEST:
            raise Unresolvable(f"the document is nested more than {limits.DEEPEST} levels deep")
        if isinstance(node, dict):
            left.extend((member, depth + 1) for member in node.values())
        elif isinstance(node, list):
            left.extend((member, depth + 1) for member in node)


def json_encoded(value: Value) -> str:
    """Write JSON as Terraform does: without spaces, names sorted, and ``<``, ``>`` and ``&`` escaped."""
    value = values.concrete(value)
    payload: Any = value.value
    if values.is_null(value):
        return "null"
    match payload:
        case bool():
            return "true" if payload else "false"
        case str():
            return _json_text(payload)
        case Decimal():
            return numbers.text(payload)
        case Mapping():
            members = (f"{_json_text(name)}:{json_encoded(payload[name])}" for name in sorted(payload))
            return f"{{{','.join(members)}}}"
        case _:
            return f"[{','.join(json_encoded(member) for member in payload)}]"


def _json_text(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return "".join(_ESCAPES.get(each, each) for each in written)


def _of_document(decode: Callable[[str], Value]) -> Function:
    def body(arguments: Sequence[Value], _: Around) -> Value:
        text = str(arguments[0].value)
        limits.text_within(len(text))
        return decode(text)

    return Function(body, (TEXT,))


def _json_encode(arguments: Sequence[Value], _: Around) -> Value:
    return values.text(json_encoded(arguments[0]))


ENCODINGS: Final[Mapping[str, Function]] = {
    "base64decode": of_texts(lambda text: utf8_text(base64_bytes(text))),
    "base64encode": of_texts(lambda text: base64_text(text.encode("utf-8"))),
    "csvdecode": _of_document(csv_decoded),
    "jsondecode": _of_document(json_decoded),
    "jsonencode": Function(
        _json_encode, (Parameter(known=Known.THROUGHOUT, null=True),), result=values.STRING
    ),
    "textdecodebase64": of_texts(_decode_charset, 2),
    "textencodebase64": of_texts(_encode_charset, 2),
    "urlencode": of_texts(_url_encode),
}
