"""Walk through a document and build it anew with some of its texts replaced."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")

STRUCTURAL: Final = frozenset(
    {
        "format_version", "kind", "command", "tool_version", "engine", "created_at", "started_at",
        "finished_at", "in_sync_at", "verified_at", "sent_at", "status", "side", "tuples",
        "sha256", "plan_sha256", "old_digest", "new_digest", "stream_exception_policy",
    }
)  # fmt: skip
"""Fields that this program fills by itself: they hold nothing that others wrote."""


class Rewriter:
    """A change of documents: what is overridden here is done at every place of a document."""

    def node(self, value: object) -> object:
        """Change a document, or a part of one, before its fields are looked at."""
        return value

    def text(self, value: str, owner: object, field: str) -> str:  # noqa: ARG002 - for those that override it
        """Change a text in a field of ``owner`` (in a tuple in it, too); structural fields never get here."""
        return value

    def apply(self, document: D) -> D:
        """Give the changed document."""
        return cast("D", self._value(document, None, ""))

    def _value(self, value: Any, owner: object, field: str) -> Any:  # noqa: ANN401 - any part of a document
        match value:
            case enum.Enum() | Mapping():
                return value
            case str():
                return value if field in STRUCTURAL else self.text(value, owner, field)
            case tuple():
                return tuple(self._value(item, owner, field) for item in value)
            case _ if dataclasses.is_dataclass(value):
                return self._document(self.node(value))
            case _:
                return value

    def _document(self, value: Any) -> Any:  # noqa: ANN401 - any dataclass of a document
        changes = {
            each.name: self._value(getattr(value, each.name), value, each.name)
            for each in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changes)


def texts_of(document: DataclassInstance, kind: type[D]) -> list[D]:
    """Give all parts of a document that are of a kind, in the order of its fields."""
    found: list[D] = []

    class Collector(Rewriter):
        def node(self, value: object) -> object:
            if isinstance(value, kind):
                found.append(value)
            return value

    Collector().apply(document)
    return found
