"""``nfw-reconcile.toml`` in, settings out; whatever is wrong about the file is told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from nfw_reconcile.config.settings import LimitSettings, Redact, Settings
from nfw_reconcile.errors import InputError, Location, error
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.intervals import HIGHEST_PORT
from nfw_reconcile.model.names import BlockName, name_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.errors import Diagnostic

T = TypeVar("T")

MOST_BYTES: Final = 1_000_000
"""A larger file is no configuration."""

_REMEDY: Final = "See nfw_reconcile/schemas/config.schema.json for what it may hold."
_SYNTAX_PLACE: Final = re.compile(
    r"^(?P<what>.*?) \(at line (?P<line>\d+), column (?P<column>\d+)\)$", re.DOTALL
)


def read_settings(content: bytes, source: str) -> Settings:
    """Read a configuration file; raises ``InputError`` with all that is wrong about it."""
    table = _Table(_parsed(content, source), source, "", [])
    limits = table.table("limits")
    home_net = table.table("home_net")
    found = Settings(
        LimitSettings(
            limits.one("max_flows", _count),
            limits.one("max_percent", _percent),
            limits.several("protected_cidrs", _network),
            limits.several("protected_ports", _ports),
        ),
        MappingProxyType({name: home_net.several(name, _network) for name in home_net.names}),
        frozenset(table.several("redact", _redact)),
        _once(table.table("names")),
    )
    limits.nothing_else("max_flows", "max_percent", "protected_cidrs", "protected_ports")
    table.nothing_else("limits", "home_net", "redact", "names")
    if table.problems:
        raise InputError(table.problems)
    return found


def _once(names: _Table) -> tuple[BlockName, ...]:
    """Give the names of blocks, and tell those that are written in two ways: ``10.0.0.0/8`` and ``10.1.0.0/8``."""
    found: dict[Network, BlockName] = {}
    for key, each in names.each(_block_name):
        if each.block in found:
            names.problem(key, f"{each.block} is named already")
        found.setdefault(each.block, each)
    return tuple(found.values())


def _parsed(content: bytes, source: str) -> Mapping[str, object]:
    if len(content) > MOST_BYTES:
        _refuse(Location(source), f"the file has {len(content):,} bytes, and {MOST_BYTES:,} are the most.")
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        _refuse(Location(source, line), "the file is not UTF-8.")
    except tomllib.TOMLDecodeError as problem:
        match = _SYNTAX_PLACE.match(str(problem))
        place = Location(source, int(match["line"]), int(match["column"])) if match else Location(source)
        _refuse(place, f"this is no TOML: {match['what'] if match else problem}.")
    except RecursionError:
        _refuse(Location(source), "the file is nested too deeply.")


def _refuse(where: Location, summary: str) -> NoReturn:
    raise InputError(error(summary, where, _REMEDY))


class _Table:
    """One table of the file; problems of all tables go into one list."""

    def __init__(
        self, values: Mapping[str, object], source: str, path: str, problems: list[Diagnostic]
    ) -> None:
        self._values = values
        self._source = source
        self._path = path
        self.problems = problems

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._values)

    def table(self, name: str) -> _Table:
        value = self._values.get(name, {})
        if not isinstance(value, Mapping):
            self.problem(name, "a table is needed")
            value = {}
        return _Table(value, self._source, self._place(name), self.problems)

    def one(self, name: str, read: Callable[[object], T]) -> T | None:
        if name not in self._values:
            return None
        try:
            return read(self._values[name])
        except ValueError as problem:
            self.problem(name, str(problem))
            return None

    def several(self, name: str, read: Callable[[object], T]) -> tuple[T, ...]:
        values = self._values.get(name, [])
        if not isinstance(values, list):
            self.problem(name, "a list is needed")
            return ()
        found: dict[T, None] = {}
        for index, value in enumerate(values):
            try:
                found[read(value)] = None
            except ValueError as problem:
                self.problem(f"{name}[{index}]", str(problem))
        return tuple(found)

    def each(self, read: Callable[[str, object], T]) -> Iterator[tuple[str, T]]:
        for name, value in self._values.items():
            try:
                yield name, read(name, value)
            except ValueError as problem:
                self.problem(name, str(problem))

    def nothing_else(self, *known: str) -> None:
        for name in self._values:
            if name not in known:
                self.problem(name, f"this is not known; {', '.join(known)} are")

    def _place(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def problem(self, name: str, what: str) -> None:
        self.problems.append(error(f"{self._place(name)}: {what}.", Location(self._source), _REMEDY))


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number from 0 is needed")
    return value


def _percent(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise ValueError("a number from 0 to 100 is needed")
    return float(value)


def _network(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a CIDR is needed, as text")  # noqa: TRY004 - told with the other problems of the value
    return str(Network.parse(value))


def _block_name(block: str, value: object) -> BlockName:
    """Read ``"10.0.1.0/24" = "checkout"``, or ``= { name = "checkout", owner = "payments" }``."""
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, Mapping) or not {"name"} <= set(value) <= {"name", "owner"}:
        raise ValueError("a name is needed, or a table of name and owner")
    for what, text in value.items():
        problem = name_problem(text, what) if isinstance(text, str) else f"the {what} is no text"
        if problem is not None:
            raise ValueError(problem)
    return BlockName(Network.parse(block), value["name"], value.get("owner"))


def _ports(value: object) -> str:
    low, _, high = str(value).partition(":")
    words = (low, high or low)
    if isinstance(value, bool) or not isinstance(value, int | str) or not all(map(_is_port, words)):
        raise ValueError("a port (443) or a range of ports (8000:8100) is needed")
    if int(words[0]) > int(words[1]):
        raise ValueError("the range ends before it begins")
    return str(value)


def _is_port(word: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", word) is not None and int(word) <= HIGHEST_PORT


def _redact(value: object) -> Redact:
    if value not in set(Redact):
        raise ValueError(f"{' or '.join(Redact)} is needed")
    return Redact(str(value))
