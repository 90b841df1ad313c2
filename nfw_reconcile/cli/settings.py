"""The configuration file on the command line: ``--config FILE``, else the one in the current directory."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from nfw_reconcile.cli.options import FILE
from nfw_reconcile.cli.talk import say
from nfw_reconcile.errors import InputError, Location, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.config.settings import Settings

R = TypeVar("R")

DEFAULT_FILE: Final = Path("nfw-reconcile.toml")


def config_option(command: Callable[..., R]) -> Callable[..., R]:
    """Add ``--config``; the command gets the ``settings`` of the file."""

    @click.option(
        "--config",
        type=FILE,
        metavar="FILE",
        help="Limits and other settings  [default: nfw-reconcile.toml, if it is there]",
    )
    @wraps(command)
    def wrapped(
        *args: object,
        config: Path | None,
        **others: Any,  # noqa: ANN401 - click passes what the command declares
    ) -> R:
        return command(*args, settings=settings_of(config), **others)

    return wrapped  # fmt: skip


def settings_of(path: Path | None) -> Settings:
    """Read the file that was named, else the default one if it is there, which is told on stderr.

    Raises ``InputError`` for a file that cannot be read, with all that is wrong about it.
    """
    from nfw_reconcile.config.read import read_settings  # noqa: PLC0415 - not for --help
    from nfw_reconcile.config.settings import NO_SETTINGS  # noqa: PLC0415

    chosen = path or DEFAULT_FILE
    try:
        content = chosen.read_bytes()
    except FileNotFoundError:
        if path is None:
            return NO_SETTINGS
        raise InputError(error("there is no such file.", Location(str(path)), "Check --config.")) from None
    except OSError as problem:
        summary = f"the file cannot be read ({problem.strerror})."
        raise InputError(error(summary, Location(str(chosen)), "Check --config.")) from problem
    settings = read_settings(content, str(chosen))
    if path is None:
        say(f"Settings are those of {chosen}.")
    return settings
