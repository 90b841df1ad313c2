"""Which unknown values are one and the same.

An unknown value with exactly one origin and no :data:`DERIVED` mark *is* what the origin names. What is computed
from unknown values keeps their origins, and is marked as derived.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.cty.values import Origin, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Type

_MOST_SHOWN: Final = 3


class Derivation(enum.Enum):
    """How an unknown value came to be."""

    DERIVED = "computed from what its origins name"
    IDENTIFIER = "given by the service: neither null nor empty"


DERIVED: Final = Derivation.DERIVED
IDENTIFIER: Final = Derivation.IDENTIFIER


@dataclass(frozen=True, slots=True, order=True)
class Open:
    """Marks the object of a whole resource: it has more attributes than are known, all of them unknown."""

    address: str
    digest: str

    def origin(self, attribute: str, place: Location) -> Origin:
        """Name an attribute that the configuration does not set."""
        return Origin(f"{self.address}.{attribute}#{self.digest}", place)


def derived(value: Value) -> Value:
    """Say of a value that its unknown parts are not what their origins name."""
    return value if values.is_wholly_known(value) else values.marked(value, [DERIVED])


def unknown_from(marks: Iterable[object], kind: Type = values.DYNAMIC) -> Value:
    """Make an unknown value that comes from what marks name."""
    return values.marked(Value.unknown(kind), [mark for mark in marks if not isinstance(mark, Open)])


def closed(value: Value) -> Value:
    """Give an object without the marks that say that it has more attributes."""
    kept = [mark for mark in value.marks if not isinstance(mark, Open)]
    return values.marked(values.unmarked(value), kept) if len(kept) < len(value.marks) else value


def opens(value: Value) -> list[Open]:
    """Give the resources that a value is, or may be, the whole of."""
    return sorted(mark for mark in value.marks if isinstance(mark, Open))


def without_opens(value: Value) -> Value:
    """Give a value without any sign that there are whole resources in it: for what looks at none of them."""
    if not is_open_anywhere(value):
        return value
    bare = closed(values.concrete(value))
    if values.is_unknown(bare) or values.is_null(bare):
        return bare
    if values.is_mapping(bare.type):
        made = values.object_of({name: without_opens(each) for name, each in values.attributes(bare).items()})
        return values.marked(made, bare.marks)
    if values.is_sequence(bare.type):
        return values.marked(values.tuple_of(map(without_opens, values.members(bare))), bare.marks)
    return bare


def is_open_anywhere(value: Value) -> bool:
    """Say whether there are whole resources in a value."""
    return any(isinstance(mark, Open) for mark in values.marks(value))


def sole_origin(marks: Iterable[object]) -> Origin | None:
    """Give what an unknown value with these marks is; ``None`` for what is derived."""
    found = set(marks)
    named = {mark for mark in found if isinstance(mark, Origin)}
    return named.pop() if len(named) == 1 and DERIVED not in found else None


def is_identifier(value: Value) -> bool:
    """Say whether a value is the identifier of a resource: known to be there, and to be no empty text."""
    return values.is_unknown(value) and IDENTIFIER in value.marks and sole_origin(value.marks) is not None


def called(marks: Iterable[object], path: str, digest: str) -> str:
    """Name an unknown value by its marks; by where it stands and how it is computed where it is derived."""
    found = frozenset(marks)
    sole = sole_origin(found)
    if sole is not None:
        return sole.reference
    references = sorted({mark.reference for mark in found if isinstance(mark, Origin)})
    more = ", …" if len(references) > _MOST_SHOWN else ""
    shown = f"{', '.join(references[:_MOST_SHOWN])}{more} in " if references else ""
    return f"{shown}{path}#{digest_of([digest, *references])}"


def digest_of(parts: Iterable[str]) -> str:
    """Give a short digest of texts, in their order."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(encoded))
        digest.update(encoded)
    return digest.hexdigest()[:12]
