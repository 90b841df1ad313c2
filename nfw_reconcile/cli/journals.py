"""``--journal``: a directory, or a place in S3; and how a run that is kept there is gone on with."""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from nfw_reconcile.errors import JournalError, error, note

if TYPE_CHECKING:
    from collections.abc import Collection

    from nfw_reconcile.act.journal.store import JournalStore
    from nfw_reconcile.cli.options import AwsChoice
    from nfw_reconcile.errors import Diagnostic

OPTION: Final = "journal"
DEFAULT: Final = ".nfw-reconcile"
S3: Final = "s3://"

journal_option = click.option(
    "--journal",
    OPTION,
    default=DEFAULT,
    show_default=True,
    metavar="DIR|s3://BUCKET/PREFIX",
    help="Where apply keeps the plan, and writes every flush down before it is sent.",
)


@dataclass(frozen=True, slots=True)
class JournalPlace:
    """Where the journal is kept; ``words`` are the options that lead another command there, and to the same AWS."""

    store: JournalStore
    words: tuple[str, ...] = ()

    def resume(self, run: str) -> str:
        """Give the command that finishes a run."""
        return shlex.join(("nfw-reconcile", "resume", "--run", run, *self.words))

    def ways_out(self, firewalls: Collection[str] | None = None, but: str | None = None) -> list[Diagnostic]:
        """Say of each interrupted run (of these firewalls, except ``but``) how it is finished, if it can be read."""
        with suppress(JournalError):
            return [
                note(f"run {run} was interrupted.", None, f"Settle and finish it with: {self.resume(run)}")
                for run in self._interrupted(firewalls)
                if run != but
            ]
        return []

    def _interrupted(self, firewalls: Collection[str] | None) -> list[str]:
        from nfw_reconcile.act.journal.standing import RunStanding, records  # noqa: PLC0415 - not for --help

        found = records(self.store, self.store.unsettled_runs())
        runs = [each for each in found if isinstance(each, RunStanding) and each.resumable]
        return [each.run for each in runs if firewalls is None or each.may_concern(firewalls)]


def journal_place(place: str, aws: AwsChoice) -> JournalPlace:
    """Give the place that ``--journal`` names; nothing is read or written yet."""
    words = () if place == DEFAULT else ("--journal", place)
    return JournalPlace(journal_store(place, aws), (*words, *aws.words()))


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
