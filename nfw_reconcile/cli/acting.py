"""Commands that talk to AWS: apply a plan, verify it, and take a snapshot of what is live."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from nfw_reconcile.cli.clock import SystemClock
from nfw_reconcile.cli.journals import journal_option, journal_place, journal_store
from nfw_reconcile.cli.options import FILE, aws_options
from nfw_reconcile.cli.output import rendered, terminal_width, write_private
from nfw_reconcile.cli.running import ActChoice, act_options
from nfw_reconcile.cli.settings import config_option
from nfw_reconcile.cli.showing import RESULT, check_target, output_options
from nfw_reconcile.cli.stopping import asked_to_stop
from nfw_reconcile.cli.talk import say
from nfw_reconcile.cli.watching import looking, watched
from nfw_reconcile.errors import ExitCode, StalePlan, UsageError, error
from nfw_reconcile.model.plan_document import PlanDocument
from nfw_reconcile.model.result_document import ResultDocument

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.act.journal.store import JournalStore
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.cli.journals import JournalPlace
    from nfw_reconcile.cli.options import AwsChoice
    from nfw_reconcile.cli.showing import Shown
    from nfw_reconcile.config.settings import Settings


@click.command("apply")
@click.argument("planfile", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal to ask on.")
@click.option("--plan-sha256", metavar="HEX", help="Refuse any plan but the one with this digest.")
@click.option("--dry-run", is_flag=True, help="Do everything up to the first flush, and stop there.")
@click.option(
    "--no-wait", is_flag=True, help="Check the plan, write down the intent, and leave the rest to resume."
)
@journal_option
@act_options
@config_option
@aws_options
@output_options(saves=RESULT)
def apply_command(
    *,
    planfile: Path,
    yes: bool,
    plan_sha256: str | None,
    dry_run: bool,
    no_wait: bool,
    journal: str,
    choice: ActChoice,
    settings: Settings,
    aws: AwsChoice,
    shown: Shown,
) -> int:
    """Flush what a saved plan newly denies, and prove it.

    Run it after terraform apply. It waits until every zone provably runs the planned rules, captures the
    flows in question, flushes those that the new policy denies, and captures again.

    \b
    Examples:
      nfw-reconcile apply nfw.plan
      nfw-reconcile apply nfw.plan --yes --result nfw.result --max-flows 200
      nfw-reconcile apply nfw.plan --dry-run
    """
    from nfw_reconcile.pipeline.saved import document_bytes  # noqa: PLC0415 - not for --help

    shown = shown.by_default(settings)
    if dry_run and no_wait:
        raise UsageError(error("--dry-run and --no-wait exclude each other.", None, "Give one of them."))
    options = choice.options(settings.limits, dry_run=dry_run)
    place = journal_place(journal, aws)
    plan = _plan(planfile, plan_sha256)
    if dry_run:
        return _look(plan, aws, options, shown)
    _ask(plan, yes=yes)
    place.store.keep_plan(plan.sha256, document_bytes(plan))
    if no_wait:
        return _begin(plan, aws, options, place)
    return _act(plan, aws, options, place, shown)


def _look(plan: PlanDocument, aws: AwsChoice, options: ActOptions, shown: Shown) -> int:
    from nfw_reconcile.pipeline.acting import apply  # noqa: PLC0415 - not for --help

    with asked_to_stop() as stop:
        with looking(stop) as process:
            document = apply(plan, service_for=aws.service_of, process=process, options=options)
        return shown.deliver(document)


def _begin(plan: PlanDocument, aws: AwsChoice, options: ActOptions, place: JournalPlace) -> int:
    from nfw_reconcile.pipeline.acting import start  # noqa: PLC0415 - not for --help

    with asked_to_stop() as stop, watched(place, stop, waits=False) as process:
        start(plan, service_for=aws.service_of, process=process, options=options)
    say(f"Run {process.run} is begun. Finish it with: {place.resume(process.run)}")
    return ExitCode.OK


def _act(plan: PlanDocument, aws: AwsChoice, options: ActOptions, place: JournalPlace, shown: Shown) -> int:
    from nfw_reconcile.pipeline.acting import apply  # noqa: PLC0415 - not for --help

    with asked_to_stop() as stop:  # until the result is out: a second Ctrl-C must not cost it
        with watched(place, stop) as process:
            document = apply(plan, service_for=aws.service_of, process=process, options=options)
        return shown.deliver(document)


def _plan(path: Path, digest: str | None) -> PlanDocument:
    from nfw_reconcile.pipeline.saved import read_saved  # noqa: PLC0415

    document = read_saved(path)
    if isinstance(document, ResultDocument):
        raise UsageError(
            error(f"{path.name} is a result, not a plan.", None, "Name the plan that it came from.")
        )
    if digest is not None and digest.lower() != document.sha256:
        summary = f"{path.name} has the digest {document.sha256}, and --plan-sha256 asks for another."
        raise StalePlan(error(summary, None, "Apply the plan that was approved, or have this one approved."))
    return document


def _plan_or_result(path: Path, store: JournalStore) -> PlanDocument:
    """Read a plan; for a result, the plan that apply kept in its journal."""
    from nfw_reconcile.pipeline.journals import kept_plan  # noqa: PLC0415 - not for --help
    from nfw_reconcile.pipeline.saved import read_saved  # noqa: PLC0415

    document = read_saved(path)
    if isinstance(document, PlanDocument):
        return document
    plan = kept_plan(store, document.plan_sha256)
    if plan is None:
        summary = f"the plan of {path.name} is not in {store.name}: {document.plan_sha256}.plan is not there."
        raise UsageError(
            error(summary, None, "Name the plan itself, or the journal of its apply with --journal.")
        )
    return plan


def _ask(plan: PlanDocument, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        summary = "there is no terminal to ask on."
        raise UsageError(
            error(summary, None, "Give --yes where nobody can answer, or --dry-run to look only.")
        )
    headline = rendered(plan, "text", color=False, width=terminal_width()).split("\n\n", 1)[0]
    click.echo(f"{headline}\n", err=True)
    click.confirm("Flush them? A flush cannot be taken back.", abort=True, err=True)


@click.command("verify")
@click.argument("file", type=FILE, metavar="PLANFILE|RESULTFILE")
@journal_option
@act_options
@config_option
@aws_options
@output_options(saves=RESULT)
def verify_command(
    *,
    file: Path,
    journal: str,
    choice: ActChoice,
    settings: Settings,
    aws: AwsChoice,
    shown: Shown,
) -> int:
    """Say whether flows live that the plan newly denies. It captures, and flushes nothing.

    \b
    Examples:
      nfw-reconcile verify nfw.plan
      nfw-reconcile verify nfw.result
    """
    from nfw_reconcile.pipeline.acting import verify  # noqa: PLC0415

    options = choice.options(settings.limits, dry_run=True)
    plan = _plan_or_result(file, journal_store(journal, aws))
    clock = SystemClock()
    document = verify(plan, service_for=aws.service_of, clock=clock, options=options)
    return shown.by_default(settings).deliver(document)


@click.command("snapshot")
@click.option("--firewall", required=True, metavar="ARN", help="The firewall.")
@click.option("--out", type=FILE, required=True, metavar="FILE", help="Where to write it (mode 0600).")
@aws_options
def snapshot_command(*, firewall: str, out: Path, aws: AwsChoice) -> None:
    """Save the live policy of a firewall as a file.

    The file is a side for plan, and what the emulator begins with.

    \b
    Example:
      nfw-reconcile snapshot --firewall arn:aws:network-firewall:eu-west-1:111122223333:firewall/main --out live.json
    """
    from nfw_reconcile.pipeline.acting import take_snapshot  # noqa: PLC0415

    check_target(out)
    write_private(out, take_snapshot(firewall, aws.service_for))
