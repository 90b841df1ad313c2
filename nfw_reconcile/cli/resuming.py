"""Commands for a run that was begun: finish it, and say where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nfw_reconcile.cli.clock import SystemClock
from nfw_reconcile.cli.journals import journal_option, journal_place, journal_store, require_journal
from nfw_reconcile.cli.options import aws_options
from nfw_reconcile.cli.settings import config_option
from nfw_reconcile.cli.showing import RESULT, output_options
from nfw_reconcile.cli.stopping import asked_to_stop
from nfw_reconcile.cli.talk import say
from nfw_reconcile.cli.watching import watched
from nfw_reconcile.errors import ExitCode, UsageError, error

if TYPE_CHECKING:
    from nfw_reconcile.cli.journals import JournalPlace
    from nfw_reconcile.cli.options import AwsChoice
    from nfw_reconcile.cli.showing import Shown
    from nfw_reconcile.config.settings import Settings
    from nfw_reconcile.pipeline.journals import Interrupted

_run_option = click.option("--run", metavar="RUN", help="The run, where several were interrupted.")


@click.command("resume")
@journal_option
@_run_option
@config_option
@aws_options
@output_options(saves=RESULT)
def resume_command(
    *,
    journal: str,
    run: str | None,
    settings: Settings,
    aws: AwsChoice,
    shown: Shown,
) -> int:
    """Settle and finish an apply that was interrupted, or begun with --no-wait.

    What was sent is looked for in the service's own list first, and nothing is sent a second time before its fate
    is known. Then the run goes on with the plan and the options that it began with. Other credentials of the same
    account, or another machine with the same journal, will do.

    \b
    Examples:
      nfw-reconcile resume
      nfw-reconcile resume --journal s3://audit/nfw --result nfw.result
    """
    from nfw_reconcile.act.options import ActOptions  # noqa: PLC0415 - not for --help
    from nfw_reconcile.pipeline.acting import resume  # noqa: PLC0415
    from nfw_reconcile.pipeline.journals import plan_of_run  # noqa: PLC0415

    place = journal_place(journal, aws)
    store = place.store
    found = _interrupted(place, run) if require_journal(store) else None
    if found is None:
        say(f"There is nothing to resume in {store.name}.")
        return ExitCode.OK
    standing = found.standing
    plan = plan_of_run(store, standing)
    options = ActOptions.resumed(standing.started.options)
    with asked_to_stop() as stop:  # until the result is out: a second Ctrl-C must not cost it
        with watched(place, stop, resumed=standing.run, written=found.written) as process:
            document = resume(plan, standing, service_for=aws.service_of, process=process, options=options)
        return shown.by_default(settings).deliver(document)


def _interrupted(place: JournalPlace, run: str | None) -> Interrupted | None:
    """Give the run to resume; where several could be meant, ``UsageError`` has the command for each."""
    from nfw_reconcile.pipeline.journals import run_to_resume  # noqa: PLC0415 - not for --help

    try:
        return run_to_resume(place.store, run)
    except UsageError as problem:
        if run is not None:
            raise
        raise UsageError([*problem.problems, *place.ways_out()]) from problem


@click.command("status")
@journal_option
@_run_option
@click.option("--format", "form", default="text", show_default=True, metavar="FORMAT", help="text or json.")
@aws_options
def status_command(*, journal: str, run: str | None, form: str, aws: AwsChoice) -> None:
    """Say where the runs of a journal stand: what was sent, what came of it, what to do next.

    It reads the journal and asks nobody else. With a directory no credentials are needed.

    \b
    Examples:
      nfw-reconcile status
      nfw-reconcile status --format json
    """
    from nfw_reconcile.pipeline.journals import status_of  # noqa: PLC0415 - not for --help
    from nfw_reconcile.report.status import status_json, status_text  # noqa: PLC0415

    if form not in {"text", "json"}:
        raise UsageError(error(f"--format {form} is neither text nor json.", None, "Give one of them."))
    store = journal_store(journal, aws)
    require_journal(store)
    document = status_of(store, SystemClock().now(), run)
    click.echo(status_json(document) if form == "json" else status_text(document), nl=False)
