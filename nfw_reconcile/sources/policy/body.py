"""Walk through a body: nested JSON in which values may be unknown or marked sensitive.

``null``, ``""``, ``[]``, ``{}`` and a missing key mean the same: Terraform and the API write each
for the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body


class Undecidable(Exception):  # noqa: N818 - base of two outcomes; neither is a failure of the program
    """A part of a body does not say what is needed; ``reason`` shows no sensitive value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotKnown(Undecidable):
    """The value will be known later; ``unresolved`` is its identity."""

    def __init__(self, path: str, unresolved: Unresolved) -> None:
        super().__init__(f"{path} is not known: {unresolved.reference}")
        self.unresolved = unresolved


class NotValid(Undecidable):
    """The value is missing, or nothing that AWS would take."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a body: its path for messages, and whether it or a part around it is sensitive."""

    value: str | float | bool | Unresolved | Sequence[Body] | Mapping[str, Body] | None
    path: str
    sensitive: bool = False

    @classmethod
    def of(cls, body: Body, path: str, *, sensitive: bool = False) -> Node:
        """Take a value out of its sensitive marks."""
        while isinstance(body, Sensitive):
            body, sensitive = body.value, True
        return cls(body, path, sensitive)

    @property
    def missing(self) -> bool:
        """Say whether nothing is there."""
        return self.value is None or (_is_container(self.value) and not self.value)

    @property
    def unresolved(self) -> Unresolved | None:
        """Give the identity of the value if it is not known."""
        return self.value if isinstance(self.value, Unresolved) else None

    @property
    def marked(self) -> bool:
        """Say whether the value, a part of it or a part around it is sensitive."""
        return self.sensitive or _holds_sensitive(self.value)

    @property
    def shown(self) -> str:
        """Give a scalar as a message may show it."""
        return "a sensitive value" if self.sensitive else repr(self.value)

    def get(self, key: str) -> Node:
        """Give a member of an object; a member of an unknown object is unknown under its own name."""
        path = f"{self.path}.{key}" if self.path else key
        if isinstance(self.value, Mapping):
            return Node.of(self.value.get(key), path, sensitive=self.sensitive)
        if isinstance(self.value, Unresolved):
            return Node(Unresolved(f"{self.value.reference}.{key}"), path, self.sensitive)
        if not self.missing:
            raise NotValid(f"{self.path} is not an object")
        return Node(None, path, self.sensitive)

    def members(self) -> dict[str, Node]:
        """Give all members of an object by name; raises :class:`Undecidable` where they are not known."""
        self._refuse_unknown()
        if self.missing:
            return {}
        if not isinstance(self.value, Mapping):
            raise NotValid(f"{self.path} is not an object")
        return {key: self.get(key) for key in self.value}

    def items(self, most: int = 1_000_000) -> list[Node]:
        """Give the items of a list, ``most`` at most; raises :class:`Undecidable` where they are not known."""
        self._refuse_unknown()
        if self.missing:
            return []
        if isinstance(self.value, str) or not isinstance(self.value, Sequence):
            raise NotValid(f"{self.path} is not a list")
        if len(self.value) > most:
            raise NotValid(f"{self.path} holds {len(self.value):,} items, and {most:,} at most are read")
        return [
            Node.of(item, f"{self.path}[{index}]", sensitive=self.sensitive)
            for index, item in enumerate(self.value)
        ]

    def text(self) -> str:
        """Give a string, or a number as a string; raises :class:`Undecidable` for all else."""
        self._refuse_unknown()
        if self.missing:
            raise NotValid(f"{self.path} is missing")
        if isinstance(self.value, bool) or not isinstance(self.value, str | int):
            raise NotValid(f"{self.path} is not a string")
        return str(self.value)

    def number(self, lowest: int, highest: int) -> int:
        """Give a whole number from ``lowest`` to ``highest``; raises :class:`Undecidable` for all else."""
        text = self.text().strip()
        if not (text.isascii() and text.isdecimal() and len(text) <= 9 and lowest <= int(text) <= highest):
            raise NotValid(f"{self.path} is {self.shown}, not a number from {lowest} to {highest}")
        return int(text)

    def _refuse_unknown(self) -> None:
        if isinstance(self.value, Unresolved):
            raise NotKnown(self.path, self.value)


def _is_container(value: object) -> TypeGuard[str | Sequence[object] | Mapping[str, object]]:
    return isinstance(value, str | Sequence | Mapping)


def _holds_sensitive(body: Body) -> bool:
    if isinstance(body, str):
        return False
    if isinstance(body, Mapping):
        return any(map(_holds_sensitive, body.values()))
    if isinstance(body, Sequence):
        return any(map(_holds_sensitive, body))
    return isinstance(body, Sensitive)
