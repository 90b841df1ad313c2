"""The configuration file on the command line: ``--config``, else the one in the current directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nfw_reconcile.cli.adding import adding
from nfw_reconcile.cli.talk import say
from nfw_reconcile.errors import InputError, Location, error

if TYPE_CHECKING:
    from nfw_reconcile.config.settings import Settings
    from nfw_reconcile.pipeline.source import GitSource

DEFAULT_FILE: Final = Path("nfw-reconcile.toml")


def settings_of(config: str | None) -> Settings:
    """Read the file that was named, else the default one if it is there, which is told on stderr.

    ``git:REV[:FILE]`` is a file of a commit, its path relative to the root of the repository; without a path it is the
    default one of this directory as it is in that commit, and that it is not there is told on stderr. So a pipeline
    can go by what a protected branch says while it looks at a change of it. Raises ``InputError`` for a file that
    cannot be read, with all that is wrong about it.
    """
    from nfw_reconcile.pipeline.source import GitSource, parse_source  # noqa: PLC0415 - not for --help

    source = None if config is None else parse_source(config)
    return _of_commit(source) if isinstance(source, GitSource) else _of_file(config)


def _of_file(config: str | None) -> Settings:
    from nfw_reconcile.config.read import read_settings  # noqa: PLC0415 - not for --help
    from nfw_reconcile.config.settings import NO_SETTINGS  # noqa: PLC0415

    chosen = DEFAULT_FILE if config is None else Path(config)
    try:
        content = chosen.read_bytes()
    except FileNotFoundError:
        if config is None:
            return NO_SETTINGS
        raise _missing(config) from None
    except OSError as problem:
        summary = f"the file cannot be read ({problem.strerror})."
        raise InputError(error(summary, Location(str(chosen)), "Check --config.")) from problem
    settings = read_settings(content, str(chosen))
    if config is None:
        say(f"Settings are those of {chosen}.")
    return settings


def _of_commit(source: GitSource) -> Settings:
    from nfw_reconcile.config.read import read_settings  # noqa: PLC0415 - not for --help
    from nfw_reconcile.config.settings import NO_SETTINGS  # noqa: PLC0415
    from nfw_reconcile.sources.hcl.trees.git import git_tree  # noqa: PLC0415

    here = Path.cwd()
    with git_tree(here, source.revision, os.environ) as tree:
        path = source.path or _default_path(here)
        content = tree.read(path)
    where = f"git:{source.revision}:{path}"
    if content is not None:
        return read_settings(content, where)
    if source.path:
        raise _missing(where)
    say(f"There is no {where}, so no settings count.")
    return NO_SETTINGS


def _default_path(directory: Path) -> str:
    """Give the path of a directory's default file from the root of its repository."""
    from nfw_reconcile.sources.hcl.trees.folder import repository_of  # noqa: PLC0415 - not for --help

    root = repository_of(directory) or directory
    return (directory.resolve().relative_to(root.resolve()) / DEFAULT_FILE).as_posix()


def _missing(where: str) -> InputError:
    return InputError(error("there is no such file.", Location(where), "Check --config."))


config_option = adding(
    "settings",
    settings_of,
    click.option(
        "--config",
        metavar="FILE|git:REV[:FILE]",
        help="Limits and other settings, of a commit too  [default: nfw-reconcile.toml, if it is there]",
    ),
)
"""Adds ``--config``; the command gets the ``settings`` of the file."""
