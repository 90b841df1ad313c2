"""Walk through a document, and build it anew with some of its parts and texts replaced."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from nfw_reconcile.model.documents import PolicyIdentity, RuleText
from nfw_reconcile.model.plan_document import Undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")

STRUCTURAL: Final = frozenset(
    {
        "format_version", "kind", "command", "tool_version", "engine", "created_at", "started_at",
        "finished_at", "in_sync_at", "verified_at", "sent_at", "born_after", "status", "side", "tuples",
        "sha256", "plan_sha256", "file", "old_digest", "new_digest", "stream_exception_policy",
    }
)  # fmt: skip
"""Fields that this program fills by itself, and names of files, which are whole or not there (:func:`without_file`)."""

Written: Final = (RuleText, PolicyIdentity, Undecided)
"""Parts of documents that say in which file they are written."""


def without_file(part: DataclassInstance) -> DataclassInstance:
    """Give a part of a document that does not say in which file it is written."""
    return dataclasses.replace(part, file=None, file_line=None) if isinstance(part, Written) else part


def file_of(part: DataclassInstance) -> str:
    """Give the file in which a part of a document is written; empty where it does not say."""
    return (part.file if isinstance(part, Written) else None) or ""


@lru_cache(maxsize=64)
def _fields(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def parts_of(document: DataclassInstance) -> Iterator[DataclassInstance]:
    """Give the document and all documents in it, each before its own parts."""
    yield document
    for name in _fields(type(document)):
        value = getattr(document, name)
        for inner in value if isinstance(value, tuple) else (value,):
            if dataclasses.is_dataclass(inner):
                yield from parts_of(cast("DataclassInstance", inner))


class Rewriter:
    """A change of documents: what is overridden here is done at every place of a document.

    Equal parts become equal parts: what a part becomes depends on nothing but the part.
    """

    def __init__(self) -> None:
        self._done: dict[DataclassInstance, DataclassInstance] = {}

    def node(self, value: DataclassInstance) -> DataclassInstance:
        """Change a document, or a part of one, before its fields are looked at."""
        return value

    def text(self, value: str, owner: object, field: str) -> str:  # noqa: ARG002 - for those that override it
        """Change a text in a field of ``owner`` (in a tuple in it, too); structural fields never get here."""
        return value

    def apply(self, document: D) -> D:
        """Give the changed document."""
        return cast("D", self._document(document))

    def _value(self, value: Any, owner: DataclassInstance, field: str) -> Any:  # noqa: ANN401 - any part of a document
        if value is None or isinstance(value, int | float | enum.Enum | Mapping):
            return value
        if isinstance(value, str):
            return value if field in STRUCTURAL else self.text(value, owner, field)
        if isinstance(value, tuple):
            return tuple(self._value(item, owner, field) for item in value)
        return self._shared(value)

    def _shared(self, value: DataclassInstance) -> DataclassInstance:
        """Change a part; the same rule stands in thousands of flows, so small parts are remembered."""
        if any(isinstance(getattr(value, name), Mapping | tuple) for name in _fields(type(value))):
            return self._document(value)
        if value not in self._done:
            self._done[value] = self._document(value)
        return self._done[value]

    def _document(self, value: DataclassInstance) -> DataclassInstance:
        value = self.node(value)
        changes = {}
        for name in _fields(type(value)):
            before = getattr(value, name)
            after = self._value(before, value, name)
            if after is not before and after != before:
                changes[name] = after
        return dataclasses.replace(value, **changes) if changes else value
