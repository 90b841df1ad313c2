"""``for``: what a loop goes over, and how its results are put together (specification, "For Expressions")."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.cty import types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.expressions.identity import derived, opens, unknown_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value


@dataclass(slots=True)
class Loop:
    """One run of a loop: its results so far, the marks on all of them, and whether they are certain."""

    place: Location
    marks: set[object] = field(default_factory=set)
    certain: bool = True
    results: list[tuple[Value | None, Value]] = field(default_factory=list)

    def pairs(self, collection: Value) -> Iterator[tuple[Value, Value]]:
        """Give the keys and elements to go over; none, and no certainty, where they are not known.

        Raises :class:`EvaluationError` for null and for what is no collection.
        """
        collection = values.concrete(collection)
        self.marks |= collection.marks
        if values.is_unknown(collection) or opens(collection):
            self._unsure(collection)
            return
        yield from values.elements(collection)

    def keeps(self, condition: Value) -> bool:
        """Say whether an element is taken; one that may be is not, and leaves no certainty."""
        condition = values.concrete(condition)
        if values.is_null(condition):
            raise EvaluationError("The condition of the loop is null.", self.place)
        decided = types.converted(condition, values.BOOL, self.place)
        self.marks |= decided.marks
        if values.is_unknown(decided):
            self._unsure(decided)
            return False
        return bool(decided.value)

    def add(self, result: Value, key: Value | None = None) -> None:
        """Add the result of one element."""
        self.results.append((key, result))

    def _unsure(self, value: Value) -> None:
        self.certain = False
        self.marks |= values.marks(value)

    def as_tuple(self) -> Value:
        """Give what ``[for ...]`` gives."""
        if not self.certain:
            return self._unknown()
        return values.marked(values.tuple_of(result for _, result in self.results), self.marks)

    def as_object(self, *, grouped: bool) -> Value:
        """Give what ``{for ...}`` gives. Raises :class:`EvaluationError` for keys that are null or there twice."""
        found: dict[str, list[Value]] = {}
        for key, result in self.results:
            name = self._name(values.null() if key is None else key)
            if name is None:
                continue
            if name in found and not grouped:
                raise EvaluationError(f"Two elements of the loop have the key {name!r}.", self.place)
            found.setdefault(name, []).append(result)
        if not self.certain:
            return self._unknown()
        members = {
            name: values.tuple_of(results) if grouped else results[0] for name, results in found.items()
        }
        return values.marked(values.object_of(members), self.marks)

    def _name(self, key: Value) -> str | None:
        key = values.concrete(key)
        if values.is_null(key):
            raise EvaluationError("A key of the loop is null.", self.place)
        name = types.converted(key, values.STRING, self.place)
        self.marks |= name.marks
        if values.is_unknown(name):
            self._unsure(name)
            return None
        return str(name.value)

    def _unknown(self) -> Value:
        deep = {mark for _, result in self.results for mark in values.marks(result)}
        return derived(unknown_from(self.marks | deep))
