"""Where the elements that a ``dynamic`` block goes over are written: the rows and objects of data files.

Values carry places with their texts only. So an element stands where all of its texts of one file stand: on their
line, or in the innermost object around them. What could as well be something else, such as defaults that all elements
share, gives no place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.placed import PlacedText

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.placed import Record

_CODE: Final = (".tf", ".tf.json")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """The place of an element in one file, and the object that it is, or that it stands in where it is one line."""

    place: Location
    record: Record | None
    is_line: bool


def element_places(elements: Sequence[Value]) -> tuple[Location | None, ...]:
    """Give the place of each element (an object of ``key`` and ``value``); ``None`` where it cannot be told."""
    found = [_candidates(element) for element in elements]
    shared, around = _shared(found), _around(found)
    telling = (
        {file: each.place for file, each in one.items() if file not in shared and _is_innermost(each, around)}
        for one in found
    )
    return tuple(_chosen(one, alone=len(found) == 1) for one in telling)


def _candidates(element: Value) -> dict[str, _Candidate]:
    parts = values.attributes(values.concrete(element))
    texts = list(_texts(parts["value"])) or list(_texts(parts["key"]))
    by_file: defaultdict[str, list[tuple[Location, Record | None]]] = defaultdict(list)
    for text in texts:
        place = next((each for each in text.lines if each is not None), None)
        if place is not None:
            by_file[place.source].append((place, text.record))
    commons = ((file, _common(leaves)) for file, leaves in by_file.items())
    return {file: common for file, common in commons if common is not None}


def _texts(value: Value) -> Iterator[PlacedText]:
    value = values.concrete(value)
    if values.is_unknown(value) or values.is_null(value):
        return
    payload: Any = value.value
    if isinstance(payload, PlacedText):
        yield payload
    elif isinstance(payload, Mapping) or values.is_sequence(value.type):
        inner = values.attributes(value).values() if isinstance(payload, Mapping) else values.members(value)
        for each in inner:
            yield from _texts(each)


def _common(leaves: Sequence[tuple[Location, Record | None]]) -> _Candidate | None:
    """Give the line of all texts, or the innermost object around them, which one of them stands directly in."""
    lines = {place.line for place, _ in leaves}
    if len(lines) == 1:
        return _Candidate(*leaves[0], is_line=True)
    chains = [record.outwards() for _, record in leaves if record is not None]
    if len(chains) < len(leaves):
        return None
    for record in chains[0]:
        if all(any(each is record for each in chain) for chain in chains):
            direct = any(chain[0] is record for chain in chains)
            is_object = direct and not record.is_list
            return _Candidate(record.place, record, is_line=False) if is_object else None
    return None


def _shared(found: Sequence[Mapping[str, _Candidate]]) -> frozenset[str]:
    """Give the files in which several elements all have one place: nothing of them tells one from the others."""
    places: defaultdict[str, list[Location]] = defaultdict(list)
    for one in found:
        for file, candidate in one.items():
            places[file].append(candidate.place)
    return frozenset(file for file, listed in places.items() if len(listed) > 1 and len(set(listed)) == 1)


def _around(found: Sequence[Mapping[str, _Candidate]]) -> frozenset[int]:
    """Give the identities of all objects and lists that elements stand in."""
    records = (each.record for one in found for each in one.values() if each.record is not None)
    return frozenset(id(outer) for record in records for outer in record.outwards()[1:])


def _is_innermost(candidate: _Candidate, around: frozenset[int]) -> bool:
    """Say whether no other element stands further inside: else this is only what is around them."""
    return candidate.is_line or id(candidate.record) not in around


def _chosen(places: Mapping[str, Location], *, alone: bool) -> Location | None:
    """Give the one place that tells an element; that in data goes before that in code, which may be made of it."""
    data = [place for file, place in places.items() if not file.endswith(_CODE)]
    preferred = list(places.values()) if alone else data or list(places.values())
    return preferred[0] if len(preferred) == 1 else None
