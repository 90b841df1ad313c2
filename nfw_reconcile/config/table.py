"""One table of the configuration file, read key by key; what is wrong is collected, so that all of it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.errors import Location, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.errors import Diagnostic

T = TypeVar("T")

REMEDY: Final = "See nfw_reconcile/schemas/config.schema.json for what it may hold."


class Table:
    """One table of the file, at ``path``; problems of all tables go into the one list.

    What ``read`` functions raise as ``ValueError`` is what is wrong with a value, in words for its user.
    """

    def __init__(
        self, values: Mapping[str, object], source: str, path: str, problems: list[Diagnostic]
    ) -> None:
        self._values = values
        self._source = source
        self._path = path
        self.problems = problems

    @property
    def names(self) -> tuple[str, ...]:
        """Give the keys, in the order of the file."""
        return tuple(self._values)

    def table(self, name: str) -> Table:
        """Give the table under a key: an empty one where there is none."""
        return self._below(name, self.one(name, _mapping) or {})

    def tables(self, name: str) -> tuple[Table, ...]:
        """Give the tables of an array (``[[name]]``), in the order of the file."""
        places = [(f"{name}[{index}]", value) for index, value in enumerate(self._list(name))]
        found = ((place, self._read(place, value, _mapping)) for place, value in places)
        return tuple(self._below(place, values) for place, values in found if values is not None)

    def one(self, name: str, read: Callable[[object], T]) -> T | None:
        """Read the value of a key; ``None`` where there is none, or none that can be read."""
        return self._read(name, self._values[name], read) if name in self._values else None

    def needed(self, name: str, read: Callable[[object], T]) -> T | None:
        """Read the value of a key that has to be there; ``None`` where it is told as a problem."""
        if name not in self._values:
            self.problem(name, "this is needed")
        return self.one(name, read)

    def several(self, name: str, read: Callable[[object], T]) -> tuple[T, ...]:
        """Read a list, each value once."""
        return self._each(name, self._list(name), read)

    def one_or_several(self, name: str, read: Callable[[object], T]) -> tuple[T, ...]:
        """Read a value, or a list of at least one; empty where the key is not there."""
        value = self._values.get(name)
        if value == []:
            self.problem(name, "the list is empty")
        if isinstance(value, list):
            return self._each(name, value, read)
        found = self.one(name, read)
        return () if found is None else (found,)

    def each(self, read: Callable[[str, object], T]) -> Iterator[tuple[str, T]]:
        """Read every key with its value."""
        for name, value in self._values.items():
            try:
                yield name, read(name, value)
            except ValueError as problem:
                self.problem(name, str(problem))

    def nothing_else(self, *known: str) -> None:
        """Tell every key that is not known."""
        for name in self._values:
            if name not in known:
                self.problem(name, f"this is not known; {', '.join(known)} are")

    def problem(self, name: str, what: str) -> None:
        """Tell what is wrong about a key; about the table itself where ``name`` is empty."""
        self.problems.append(error(f"{self._place(name)}: {what}.", Location(self._source), REMEDY))

    def _list(self, name: str) -> list[object]:
        values = self._values.get(name, [])
        if isinstance(values, list):
            return values
        self.problem(name, "a list is needed")
        return []

    def _each(self, name: str, values: list[object], read: Callable[[object], T]) -> tuple[T, ...]:
        found = (self._read(f"{name}[{index}]", value, read) for index, value in enumerate(values))
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def _read(self, name: str, value: object, read: Callable[[object], T]) -> T | None:
        try:
            return read(value)
        except ValueError as problem:
            self.problem(name, str(problem))
            return None

    def _below(self, name: str, values: Mapping[str, object]) -> Table:
        return Table(values, self._source, self._place(name), self.problems)

    def _place(self, name: str) -> str:
        return ".".join(part for part in (self._path, name) if part)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError("a table is needed")  # noqa: TRY004 - told with all other problems of the file
    return value
