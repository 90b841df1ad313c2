"""``nfw-reconcile.toml`` in, settings out; whatever is wrong about the file is told at once."""

from __future__ import annotations

import re
import tomllib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NoReturn

from nfw_reconcile.config.ignoring import read_ignored
from nfw_reconcile.config.settings import LimitSettings, Settings
from nfw_reconcile.config.table import REMEDY, Table
from nfw_reconcile.config.values import block_name, count, network_text, percent, port_text, redact
from nfw_reconcile.errors import InputError, Location, error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.model.addresses import Network
    from nfw_reconcile.model.names import BlockName

MOST_BYTES: Final = 1_000_000
"""A larger file is no configuration."""

_SYNTAX_PLACE: Final = re.compile(
    r"^(?P<what>.*?) \(at line (?P<line>\d+), column (?P<column>\d+)\)$", re.DOTALL
)


def read_settings(content: bytes, source: str) -> Settings:
    """Read a configuration file; raises ``InputError`` with all that is wrong about it."""
    table = Table(_parsed(content, source), source, "", [])
    home_net = table.table("home_net")
    found = Settings(
        _limits(table.table("limits")),
        MappingProxyType({name: home_net.several(name, network_text) for name in home_net.names}),
        frozenset(table.several("redact", redact)),
        _once(table.table("names")),
        tuple(read_ignored(table.tables("ignore"))),
    )
    table.nothing_else("limits", "home_net", "redact", "names", "ignore")
    if table.problems:
        raise InputError(table.problems)
    return found


def _limits(table: Table) -> LimitSettings:
    found = LimitSettings(
        table.one("max_flows", count),
        table.one("max_percent", percent),
        table.several("protected_cidrs", network_text),
        table.several("protected_ports", port_text),
    )
    table.nothing_else("max_flows", "max_percent", "protected_cidrs", "protected_ports")
    return found


def _once(names: Table) -> tuple[BlockName, ...]:
    """Give the names of blocks, and tell those that are written in two ways: ``10.0.0.0/8`` and ``10.1.0.0/8``."""
    found: dict[Network, BlockName] = {}
    for key, each in names.each(block_name):
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
    raise InputError(error(summary, where, REMEDY))
