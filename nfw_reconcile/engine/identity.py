"""The identity of values: one text for equal values, whatever order their sets are held in."""

from __future__ import annotations

import dataclasses
import enum
import hashlib


def fingerprint(value: object) -> str:
    """Give the SHA-256 of a value, as lower-case hex digits: the same in every process.

    The value is made of frozen dataclasses, enums, tuples, frozensets, strings, numbers and ``None``.
    """
    return hashlib.sha256(_text(value, {}).encode()).hexdigest()


def _text(value: object, known: dict[object, str]) -> str:
    match value:
        case enum.Enum():
            return f"{type(value).__name__}.{value.name}"
        case tuple():
            return f"({','.join([_text(item, known) for item in value])})"
        case frozenset():
            return f"{{{','.join(sorted(_text(item, known) for item in value))}}}"
        case _ if dataclasses.is_dataclass(value):
            found = known.get(value)
            if found is None:
                inner = [_text(getattr(value, field.name), known) for field in dataclasses.fields(value)]
                found = known[value] = f"{type(value).__name__}({','.join(inner)})"
            return found
        case _:
            return repr(value)
