"""Documents in which every text is one that an attacker wrote, those that this program fills by itself among them."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")


def poisoned(document: D, text: str) -> D:
    """Give the document with the text behind every text in it."""
    return cast("D", _poisoned(document, text))


def _poisoned(value: Any, text: str) -> Any:  # noqa: ANN401 - any part of a document
    match value:
        case enum.Enum():
            return value
        case str():
            return f"{value}{text}"
        case tuple():
            return tuple(_poisoned(each, text) for each in value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            return dataclasses.replace(
                value, **{name: _poisoned(each, text) for name, each in fields.items()}
            )
        case _:
            return value
