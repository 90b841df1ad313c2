"""``--journal``: a directory, or a place in S3."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from nfw_reconcile.errors import JournalError, error

if TYPE_CHECKING:
    from nfw_reconcile.act.journal.store import JournalStore
    from nfw_reconcile.cli.options import AwsChoice

OPTION: Final = "journal"
S3: Final = "s3://"

journal_option = click.option(
    "--journal",
    OPTION,
    default=".nfw-reconcile",
    show_default=True,
    metavar="DIR|s3://BUCKET/PREFIX",
    help="Where apply keeps the plan, and writes every flush down before it is sent.",
)


def journal_store(place: str, aws: AwsChoice) -> JournalStore:
    """Give the store that ``--journal`` names; nothing is read or written yet."""
    from nfw_reconcile.act.journal.directory import DirectoryStore  # noqa: PLC0415 - not for --help

    if not place.startswith(S3):
        return DirectoryStore(Path(place))
    return aws.journal_store(place)


def require_journal(store: JournalStore) -> bool:
    """Say whether there is a journal; raises ``JournalError`` where one that was named is not there."""
    if store.runs():
        return True
    if click.get_current_context().get_parameter_source(OPTION) is ParameterSource.DEFAULT:
        return False
    raise JournalError(
        error(f"there is no journal in {store.name}.", None, "Name the one that apply was run with.")
    )
