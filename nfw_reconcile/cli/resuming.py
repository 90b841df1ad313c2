"""Commands for a run that was begun: finish it, and say where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nfw_reconcile.cli.journals import journal_option, journal_store, require_journal
from nfw_reconcile.cli.options import FILE, aws_options, output_options
from nfw_reconcile.cli.output import show, write_private
from nfw_reconcile.cli.watching import SystemClock, watched
from nfw_reconcile.errors import ExitCode, UsageError, error

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.cli.options import AwsChoice

_run_option = click.option("--run", metavar="RUN", help="The run, where several were interrupted.")


@click.command("resume")
@journal_option
@_run_option
@click.option("--result", type=FILE, metavar="FILE", help="Save the result (mode 0600).")
@aws_options
@output_options()
def resume_command(
    *,
    journal: str,
    run: str | None,
    result: Path | None,
    aws: AwsChoice,
    form: str,
    outputs: tuple[str, ...],
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
    from nfw_reconcile.pipeline.journals import interrupted_run, plan_of_run  # noqa: PLC0415
    from nfw_reconcile.pipeline.saved import document_bytes  # noqa: PLC0415

    store = journal_store(journal, aws)
    standing = interrupted_run(store, run) if require_journal(store) else None
    if standing is None:
        click.echo(f"There is nothing to resume in {store.name}.", err=True)
        return ExitCode.OK
    plan = plan_of_run(store, standing)
    with watched(store, standing.run) as process:
        document = resume(
            plan,
            standing,
            service_for=aws.service_of,
            process=process,
            options=ActOptions.resumed(standing.started.options),
        )
    if result is not None:
        write_private(result, document_bytes(document))
    show(document, form, outputs)
    return document.exit_code


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
