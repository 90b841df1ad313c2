"""Commands that read, and send nothing but the reads that ``live:`` and ``--capture`` ask for."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, TextIO

import click

from nfw_reconcile.cli.naming import name_options
from nfw_reconcile.cli.options import FILE, address_and_port, aws_options, configured, input_options
from nfw_reconcile.cli.ordering import InOrder
from nfw_reconcile.cli.output import now_text
from nfw_reconcile.cli.settings import config_option
from nfw_reconcile.cli.showing import OUT, output_options
from nfw_reconcile.errors import ExitCode, InputError, Location, UsageError, error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from nfw_reconcile.cli.naming import NameChoice
    from nfw_reconcile.cli.options import AwsChoice
    from nfw_reconcile.cli.showing import Shown
    from nfw_reconcile.config.settings import Settings
    from nfw_reconcile.model.flow import CapturedFlow, FiveTuple
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.pipeline import Surroundings
    from nfw_reconcile.pipeline.inputs import Request
    from nfw_reconcile.pipeline.planning import Look, SeenFlows


@click.command("plan", cls=InOrder)
@input_options
@click.option("--flows", type=FILE, metavar="FILE", help="Real flows to look at (JSON Lines or CSV).")
@click.option(
    "--capture", is_flag=True, help="Look at the live flows that the change is about (StartFlowCapture)."
)
@name_options
@config_option
@aws_options
@output_options(saves=OUT)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where something is or may be newly denied.")
def plan_command(
    *,
    request: Request,
    flows: Path | None,
    capture: bool,
    names: NameChoice,
    settings: Settings,
    aws: AwsChoice,
    shown: Shown,
    detailed_exitcode: bool,
) -> int:
    """Work out what a change of policy denies that was allowed. Nothing is changed.

    Nothing is sent either, unless --capture asks the service for the flows in question, or --aws-names asks EC2 whose
    their addresses are. Names are shown in the report, and nothing is decided by them. A source is a file, a directory
    of Terraform configuration, git:REV[:DIR] (DIR from the root of the repository) or live:FIREWALL_ARN.

    \b
    Examples:
      terraform show -json plan.bin > plan.json
      nfw-reconcile plan --tf-plan plan.json
      nfw-reconcile plan --tf-plan plan.json --flows flows.jsonl --out nfw.plan
      nfw-reconcile plan --tf-plan plan.json --flows flows.jsonl --names names.csv
      nfw-reconcile plan --old before.json --new after.json -o markdown=comment.md
      nfw-reconcile plan --old git:origin/main:network --new network --var-file prod.tfvars
      nfw-reconcile plan --old live:FIREWALL_ARN --new plan.json
    """
    from nfw_reconcile.pipeline import make_plan  # noqa: PLC0415
    from nfw_reconcile.pipeline.document import limits_of  # noqa: PLC0415
    from nfw_reconcile.pipeline.ignoring import with_ignored  # noqa: PLC0415
    from nfw_reconcile.pipeline.names import with_names  # noqa: PLC0415

    if flows and capture:
        raise UsageError(error("--flows and --capture exclude each other.", None, "Give one of them."))
    naming = names.naming(settings, aws, has_flows=bool(flows) or capture)
    look = _live(aws) if capture else None
    seen = _seen(flows) if flows else None
    surroundings = aws.surroundings()
    document = make_plan(
        configured(request, settings),
        seen,
        created_at=now_text(),
        look=look,
        surroundings=surroundings,
        limits=limits_of(settings.limits),
    )
    document = with_names(with_ignored(document, settings.ignore), naming)
    shown.by_default(settings).show(document)
    return ExitCode.CHANGES if detailed_exitcode and _tightens(document) else ExitCode.OK


def _live(aws: AwsChoice) -> Look:
    from nfw_reconcile.act.options import ActOptions  # noqa: PLC0415
    from nfw_reconcile.cli.clock import SystemClock  # noqa: PLC0415
    from nfw_reconcile.pipeline.acting import live_look  # noqa: PLC0415

    return live_look(aws.service_for, SystemClock(), ActOptions())


def _seen(path: Path) -> SeenFlows:
    from nfw_reconcile.pipeline.planning import SeenFlows  # noqa: PLC0415

    return SeenFlows(f"file {path.name}", read_flow_file(path))


def read_flow_file(path: Path) -> list[CapturedFlow]:
    """Read all flows of a file; raises ``InputError`` with every problem."""
    from nfw_reconcile.sources.flowfile import read_flows  # noqa: PLC0415

    with _opened(path) as lines:
        return [line.flow for line in read_flows(lines, path.name)]


def _opened(path: Path) -> AbstractContextManager[TextIO]:
    if str(path) == "-":
        return nullcontext(sys.stdin)
    try:
        return path.open(encoding="utf-8", newline="")
    except OSError as problem:
        summary = f"the flows cannot be read: {problem.strerror}."
        raise InputError(
            error(summary, Location(str(path)), "Give a file of JSON Lines or CSV.")
        ) from problem


def _tightens(document: PlanDocument) -> bool:
    return any(plan.region.parts or not plan.region.complete for plan in document.firewalls)


@click.command("classify", cls=InOrder)
@input_options
@click.option(
    "--flows", type=FILE, required=True, metavar="FILE", help="Flows (JSON Lines or CSV); - for stdin."
)
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@config_option
@aws_options
def classify_command(*, request: Request, flows: Path, form: str, settings: Settings, aws: AwsChoice) -> None:
    """Say what the change does to each flow of a file, in input order.

    \b
    Examples:
      nfw-reconcile classify --tf-plan plan.json --flows flows.jsonl
      nfw-reconcile classify --old a.json --new b.json --flows flows.csv --format csv
    """
    with _opened(flows) as lines:
        for text in _classified(configured(request, settings), lines, flows.name, form, aws.surroundings()):
            click.echo(text, nl=False)


def _classified(
    request: Request, lines: TextIO, source: str, form: str, surroundings: Surroundings
) -> Iterator[str]:
    from nfw_reconcile.pipeline import classify_chunks  # noqa: PLC0415
    from nfw_reconcile.report.classified import LineWriter  # noqa: PLC0415

    writer = LineWriter(form)
    yield writer.header()
    for found in classify_chunks(request, lines, source, surroundings):
        plain, effects = found.chunk.plain, found.effects
        if plain is not None:
            yield writer.write_rows(plain.names, plain.rows, effects.distinct, effects.number.tolist())
        else:
            indices = range(len(found.chunk.flows))
            yield writer.write([found.chunk.raw(n) for n in indices], [found.effect(n) for n in indices])


@click.command("explain", cls=InOrder)
@input_options
@click.argument("protocol", metavar="PROTO")
@click.argument("source", metavar="SRC[:PORT]")
@click.argument("destination", metavar="DST[:PORT]")
@config_option
@aws_options
def explain_command(
    *, request: Request, protocol: str, source: str, destination: str, settings: Settings, aws: AwsChoice
) -> None:
    """Trace one flow through both policies.

    Names the deciding rules, and what the verdicts depend on.

    \b
    Examples:
      nfw-reconcile explain --tf-plan plan.json tcp 10.0.1.5:50000 203.0.113.7:443
      nfw-reconcile explain --tf-plan plan.json udp [2001:db8::5]:5353 [2001:db8::53]:53
    """
    from nfw_reconcile.pipeline import explain  # noqa: PLC0415
    from nfw_reconcile.report.classified import render_explanation  # noqa: PLC0415

    found = explain(configured(request, settings), _flow(protocol, source, destination), aws.surroundings())
    click.echo(render_explanation(found), nl=False)


def _flow(protocol: str, source: str, destination: str) -> FiveTuple:
    from nfw_reconcile.model.addresses import Address  # noqa: PLC0415
    from nfw_reconcile.model.flow import PROTOCOL_NUMBERS, FiveTuple  # noqa: PLC0415

    try:
        number = int(protocol) if protocol.isdecimal() else PROTOCOL_NUMBERS[protocol.upper()]
        (one, one_port), (other, other_port) = address_and_port(source), address_and_port(destination)
        flow = FiveTuple(number, Address.parse(one), one_port, Address.parse(other), other_port)
    except (ValueError, KeyError) as problem:
        raise click.UsageError(f"not a flow: {problem}. Write PROTO SRC[:PORT] DST[:PORT].") from problem
    if flow.source.family != flow.destination.family or number > 255:
        raise click.UsageError("not a flow: both addresses must be of one family, the protocol below 256.")
    return flow


@click.command("show")
@click.argument("file", type=FILE)
@config_option
@output_options()
def show_command(*, file: Path, settings: Settings, shown: Shown) -> None:
    """Render a saved plan or result again.

    \b
    Examples:
      nfw-reconcile show nfw.plan
      nfw-reconcile show nfw.result --format markdown
    """
    from nfw_reconcile.pipeline.saved import read_saved  # noqa: PLC0415

    shown.by_default(settings).show(read_saved(file))
