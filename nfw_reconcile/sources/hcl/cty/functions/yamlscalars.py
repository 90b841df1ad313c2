"""What plain YAML scalars mean to Terraform: numbers as YAML 1.2 has them, truth values as YAML 1.1 has them."""

from __future__ import annotations

import datetime as dt
import enum
import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import numerals, types, values
from nfw_reconcile.sources.hcl.cty.functions.encodings import base64_bytes
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.cty.values import Value

_HINTS: Final = frozenset("yYnNtTfFoO~0123456789+-.")
"""How scalars begin that may be something else than a string."""

_TAG: Final = "tag:yaml.org,2002:"
_TRUE: Final = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE: Final = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_INFINITE: Final = frozenset(f"{sign}.{word}" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF"))
_NOT_A_NUMBER: Final = frozenset((".nan", ".NaN", ".NAN"))
_NUMBER: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_BASED: Final = re.compile(r"0x([0-9a-fA-F]+)|0o([0-7]+)", re.ASCII)
_LARGEST_BASED: Final = (1 << 64) - 1
_LONGEST_BASED: Final = 100
_TIMESTAMP: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?:[Tt]| (?=[0-9:.]+$))([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)
_LARGEST_OFFSET: Final = 23
_LARGEST_MINUTE: Final = 59


class Style(enum.Enum):
    """How a scalar is written."""

    PLAIN = enum.auto()
    QUOTED = enum.auto()
    BLOCK = enum.auto()


def resolved_scalar(tag: str | None, text: str, style: Style) -> Value:
    """Give the value of a scalar; raises :class:`EvaluationError` for tags and texts that Terraform refuses."""
    kind = "" if tag is None else tag.removeprefix(_TAG)
    if tag is not None and kind == tag:
        raise EvaluationError(f"The YAML tag {tag!r} means nothing here.")
    match kind:
        case "str":
            return values.text(text)
        case "binary":
            base64_bytes(text)
            return values.text(text)
        case "" | "bool" | "int" | "float" | "null" | "timestamp":
            return _resolved(kind, text, style)
        case _:
            raise EvaluationError(f"The YAML tag {tag!r} means nothing here.")


def _resolved(kind: str, text: str, style: Style) -> Value:
    if style is Style.QUOTED:
        if kind and text and text[0] not in _HINTS:
            raise Unresolvable("a quoted scalar with a tag of another type is not computed with")
        return values.text(text)
    found = _plain(text)
    if found is not None:
        return types.converted(found, values.STRING) if style is Style.BLOCK and not kind else found
    match kind:
        case "":
            return values.text(text)
        case "timestamp":
            raise EvaluationError(f"{text!r} is no timestamp.")
        case _:
            raise Unresolvable(f"a scalar with the tag {kind!r} that is no such value is not computed with")


def _plain(text: str) -> Value | None:
    if text in _TRUE or text in _FALSE:
        return values.boolean(text in _TRUE)
    if text in _NULL:
        return values.null()
    if text in _INFINITE:
        raise Unresolvable("infinity is not computed with")
    if text in _NOT_A_NUMBER:
        raise EvaluationError("YAML's not-a-number is no value.")
    if _NUMBER.fullmatch(text):
        return numerals.number_of(text)
    based = _BASED.fullmatch(text)
    if based is not None:
        if len(text) > _LONGEST_BASED:
            raise Unresolvable("the number is longer than what is computed with")
        integer = int(based[1], 16) if based[1] else int(based[2], 8)
        if integer > _LARGEST_BASED:
            raise EvaluationError(f"{text!r} has more than 64 bits.")
        return values.number(integer)
    return _timestamp(text)


def _timestamp(text: str) -> Value | None:
    """Write a timestamp as RFC 3339 has it, without fractions of a second; ``None`` for what is none."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None or (text[10:].lower().find("t") >= 0 and found[8] is None):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = found[8] or "Z"
    if zone != "Z" and (int(zone[1:3]) > _LARGEST_OFFSET or int(zone[4:6]) > _LARGEST_MINUTE):
        raise Unresolvable("the offset of a timestamp is out of range")
    try:
        moment = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        if year == 0:
            raise Unresolvable("the year 0 is not computed with") from None
        return None
    shown = "Z" if zone[1:] == "00:00" else zone
    return values.text(f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}{shown}")
