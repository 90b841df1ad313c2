"""Documents to JSON and back, by their type annotations, so that no field is ever forgotten.

A document is a frozen dataclass whose fields are JSON scalars, enums, other documents, tuples of
these, or ``JsonObject`` for a part that is kept as it is. A field with a default is one that later
versions of a format added: it is left out where it says nothing else, so that what older versions wrote
is read, and is written, as it was. Canonical JSON is sorted, compact UTF-8 with a final newline: equal
documents are equal bytes.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import re
import types
import typing
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, Union

from nfw_reconcile.errors import Diagnostic, InputError, Location, error

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")

_HALF_SURROGATE: Final = re.compile("[\ud800-\udfff]")

HIGHEST_NUMBER: Final = 10**28 - 1
"""The largest number that a document holds: the bytes of all flows together, each of them with 63 bits."""

MOST_PROBLEMS: Final = 100
"""Problems that are listed of one document."""

JsonObject = Mapping[str, Any]
"""A JSON object that a document carries as it is."""


def to_json(document: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Turn a document into plain JSON values.

    Half of a surrogate pair, which a file's name may hold and no JSON file can, becomes U+FFFD.
    """
    match document:
        case enum.Enum():
            return document.value
        case str() if not document.isascii():
            return _HALF_SURROGATE.sub("\ufffd", document)
        case tuple() | list():
            return [to_json(item) for item in document]
        case Mapping():
            return {str(key): to_json(value) for key, value in document.items()}
        case _ if dataclasses.is_dataclass(document):
            values = ((field, getattr(document, field.name)) for field in dataclasses.fields(document))
            return {field.name: to_json(value) for field, value in values if value != field.default}
        case _:
            return document


def canonical(value: object) -> bytes:
    """Give the one byte string of a JSON value: keys sorted, no spaces, UTF-8, one final newline."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def sha256(value: object) -> str:
    """Give the SHA-256 of a JSON value's canonical bytes, as lower-case hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def from_json(kind: type[D], data: object, source: str) -> D:
    """Build a document from JSON values; ``source`` names the file in every message.

    Raises :class:`~nfw_reconcile.errors.InputError` with all problems: a missing or unknown field, a value
    of another type.
    """
    problems: list[Diagnostic] = []
    document = _read(kind, data, "", source, problems)
    if problems:
        raise InputError(problems)
    return typing.cast("D", document)


@lru_cache(maxsize=256)
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _wrong(path: str, wanted: str, source: str, problems: list[Diagnostic]) -> None:
    if len(problems) > MOST_PROBLEMS:
        return
    summary = f"{path or 'the document'} is not {wanted}."
    if len(problems) == MOST_PROBLEMS:
        summary = "there are more problems, which are not listed."
    problems.append(error(summary, Location(source), "Make the file again with the command that wrote it."))


def _read(kind: Any, data: object, path: str, source: str, problems: list[Diagnostic]) -> object:  # noqa: ANN401 - a type form
    origin = typing.get_origin(kind)
    if kind is object or kind is Any:
        return data
    if origin is tuple:
        return _read_tuple(kind, data, path, source, problems)
    if origin in (Union, types.UnionType):
        inner = [option for option in typing.get_args(kind) if option is not type(None)]
        return None if data is None else _read(inner[0], data, path, source, problems)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(data, path, source, problems)
    if dataclasses.is_dataclass(kind):
        return _read_document(typing.cast("type[DataclassInstance]", kind), data, path, source, problems)
    return _read_scalar(kind, data, path, source, problems)


def _read_tuple(
    kind: Any,  # noqa: ANN401 - a type form
    data: object,
    path: str,
    source: str,
    problems: list[Diagnostic],
) -> object:
    if not isinstance(data, list):
        _wrong(path, "a list", source, problems)
        return ()
    item = typing.get_args(kind)[0]
    return tuple(_read(item, value, f"{path}[{n}]", source, problems) for n, value in enumerate(data))


def _read_mapping(data: object, path: str, source: str, problems: list[Diagnostic]) -> object:
    if not isinstance(data, dict):
        _wrong(path, "an object", source, problems)
        return {}
    return data


def _read_document(
    kind: type[DataclassInstance], data: object, path: str, source: str, problems: list[Diagnostic]
) -> object:
    if not isinstance(data, dict):
        _wrong(path, "an object", source, problems)
        return None
    hints = _hints(kind)
    for name in sorted(set(data) - set(hints)):
        _wrong(f"{path}.{name}".lstrip("."), "a field that this version knows", source, problems)
    values: dict[str, object] = {}
    for name, hint in hints.items():
        inner = f"{path}.{name}".lstrip(".")
        if name in data:
            values[name] = _read(hint, data[name], inner, source, problems)
        elif name not in _optional(kind):
            _wrong(inner, "there, and it must be", source, problems)
    return None if problems else kind(**values)


@lru_cache(maxsize=256)
def _optional(kind: type[DataclassInstance]) -> frozenset[str]:
    return frozenset(f.name for f in dataclasses.fields(kind) if f.default is not dataclasses.MISSING)


def _read_scalar(
    kind: Any,  # noqa: ANN401 - a type form
    data: object,
    path: str,
    source: str,
    problems: list[Diagnostic],
) -> object:
    if issubclass(kind, enum.Enum):
        try:
            return kind(data)
        except ValueError:
            _wrong(path, f"one of {', '.join(str(member.value) for member in kind)}", source, problems)
            return None
    known = (int, float) if kind is float else (kind,)
    if type(data) not in known:
        _wrong(path, _KINDS.get(kind, "a number"), source, problems)
    elif isinstance(data, int) and abs(data) > HIGHEST_NUMBER:
        _wrong(path, "a number of at most 28 digits", source, problems)
    return data


_KINDS: Final = {str: "a text", int: "a whole number", bool: "true or false"}
