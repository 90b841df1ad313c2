"""The configuration file on the command line: ``--config FILE``, else the one in the current directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nfw_reconcile.cli.adding import adding
from nfw_reconcile.cli.options import FILE
from nfw_reconcile.cli.talk import say
from nfw_reconcile.errors import InputError, Location, error

if TYPE_CHECKING:
    from nfw_reconcile.config.settings import Settings

DEFAULT_FILE: Final = Path("nfw-reconcile.toml")


def settings_of(config: Path | None) -> Settings:
    """Read the file that was named, else the default one if it is there, which is told on stderr.

    Raises ``InputError`` for a file that cannot be read, with all that is wrong about it.
    """
    from nfw_reconcile.config.read import read_settings  # noqa: PLC0415 - not for --help
    from nfw_reconcile.config.settings import NO_SETTINGS  # noqa: PLC0415

    chosen = config or DEFAULT_FILE
    try:
        content = chosen.read_bytes()
    except FileNotFoundError:
        if config is None:
            return NO_SETTINGS
        raise InputError(error("there is no such file.", Location(str(config)), "Check --config.")) from None
    except OSError as problem:
        summary = f"the file cannot be read ({problem.strerror})."
        raise InputError(error(summary, Location(str(chosen)), "Check --config.")) from problem
    settings = read_settings(content, str(chosen))
    if config is None:
        say(f"Settings are those of {chosen}.")
    return settings


config_option = adding(
    "settings",
    settings_of,
    click.option(
        "--config",
        type=FILE,
        metavar="FILE",
        help="Limits and other settings  [default: nfw-reconcile.toml, if it is there]",
    ),
)
"""Adds ``--config``; the command gets the ``settings`` of the file."""
