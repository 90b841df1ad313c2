"""The command that keeps the one comment on a pull request or merge request."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nfw_reconcile.cli.clock import SystemClock
from nfw_reconcile.cli.options import FILE
from nfw_reconcile.cli.output import now_text
from nfw_reconcile.cli.redacting import METAVAR, redaction
from nfw_reconcile.cli.talk import report, say
from nfw_reconcile.errors import ExitCode, HostError

if TYPE_CHECKING:
    from nfw_reconcile.hosts.marker import Marker
    from nfw_reconcile.hosts.place import Place
    from nfw_reconcile.hosts.port import Discussion
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from nfw_reconcile.report.redaction import Redaction

API_TIMEOUT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says of the comment."""

    stack: str
    head: str | None
    redact: Redaction | None
    any_author: bool


@click.command("comment")
@click.argument("file", type=FILE, metavar="PLANFILE|RESULTFILE")
@click.option("--host", type=click.Choice(["github", "gitlab"]), required=True, help="Where the comment is.")
@click.option("--repo", metavar="NAME", help="OWNER/NAME, or GitLab's project  [default: the job's own]")
@click.option(
    "--pr",
    type=click.IntRange(min=1),
    metavar="N",
    help="The pull or merge request  [default: the job's own]",
)
@click.option(
    "--head", metavar="SHA", help="The commit that a plan was made of; not shown once there is another."
)
@click.option(
    "--stack",
    default="default",
    show_default=True,
    metavar="NAME",
    help="Each stack has a comment of its own.",
)
@click.option(
    "--redact",
    metavar=METAVAR,
    help="What to leave out  [default: all of it where everybody can read it]",
)
@click.option("--link", metavar="URL", help="Where the whole report is  [default: the job]")
@click.option(
    "--api-url", metavar="URL", help="Of GitHub Enterprise or a GitLab of one's own  [default: the job's own]"
)
@click.option(
    "--api-timeout",
    type=click.FloatRange(min=0),
    default=API_TIMEOUT,
    show_default=True,
    metavar="S",
    help="How long to wait where the host asks for a pause.",
)
@click.option("--any-author", is_flag=True, help="Update the comment whoever wrote it.")
@click.option("--require-comment", is_flag=True, help="Exit 1 where it could not be written.")
def comment_command(
    *,
    file: Path,
    host: str,
    repo: str | None,
    pr: int | None,
    head: str | None,
    stack: str,
    redact: str | None,
    link: str | None,
    api_url: str | None,
    api_timeout: float,
    any_author: bool,
    require_comment: bool,
) -> int:
    """Show a saved plan, then the result of its apply, in one comment that is kept up to date.

    The token comes from the environment: GITHUB_TOKEN or GITLAB_TOKEN. A comment that cannot be written goes to the
    summary of the job instead, and changes no exit code unless --require-comment asks for that.

    \b
    Examples:
      nfw-reconcile comment nfw.plan --host github
      nfw-reconcile comment nfw.result --host github --pr 12 --stack prod/eu-west-1
      nfw-reconcile comment nfw.plan --host gitlab
    """
    from nfw_reconcile.hosts.place import HostKind  # noqa: PLC0415 - not for --help
    from nfw_reconcile.hosts.places import Said, place_of  # noqa: PLC0415
    from nfw_reconcile.pipeline.saved import read_saved  # noqa: PLC0415

    place = place_of(HostKind(host), Said(repo, pr, api_url, link), os.environ)
    wanted = Wanted(stack, head or place.head, redaction(redact), any_author)
    document = read_saved(file)
    try:
        _comment(document, place, wanted, api_timeout)
    except HostError as problem:
        for each in problem.problems:
            report(each)
        _instead(document, place, wanted)
        return ExitCode.ERROR if require_comment else ExitCode.OK
    return ExitCode.OK


def _comment(document: PlanDocument | ResultDocument, place: Place, wanted: Wanted, seconds: float) -> None:
    from nfw_reconcile.hosts.patience import Patience  # noqa: PLC0415 - not for --help
    from nfw_reconcile.hosts.places import discussion_at  # noqa: PLC0415
    from nfw_reconcile.hosts.upsert import upsert  # noqa: PLC0415
    from nfw_reconcile.model.plan_document import PlanDocument  # noqa: PLC0415
    from nfw_reconcile.report.comment import comment_text  # noqa: PLC0415

    clock = SystemClock()
    discussion = discussion_at(place, Patience(clock, clock.now() + seconds))
    redact = _default_redaction(discussion) if wanted.redact is None else wanted.redact
    found = upsert(
        discussion,
        _marker(document, wanted, now_text()),
        comment_text(document, redact, place.link),
        only_at_head=isinstance(document, PlanDocument),
        any_author=wanted.any_author,
    )
    more = f", and {found.deleted} superfluous deleted" if found.deleted else ""
    say(f"Comment on {discussion.name}: {found.done}{more}.")


def _marker(document: PlanDocument | ResultDocument, wanted: Wanted, now: str) -> Marker:
    """Say what the comment shows; a document from the future, which would never be replaced, counts as of now."""
    from nfw_reconcile.hosts.marker import Marker  # noqa: PLC0415 - not for --help
    from nfw_reconcile.model.plan_document import PlanDocument  # noqa: PLC0415

    at = document.created_at if isinstance(document, PlanDocument) else document.finished_at
    return Marker(wanted.stack, document.sha256, wanted.head, min(at, now))


def _default_redaction(discussion: Discussion) -> Redaction:
    from nfw_reconcile.report.redaction import EVERYTHING, NOTHING  # noqa: PLC0415 - not for --help

    return EVERYTHING if discussion.is_public() else NOTHING


def _instead(document: PlanDocument | ResultDocument, place: Place, wanted: Wanted) -> None:
    """Leave the report in the summary of the job, if there is one; whether the job is public is not known then."""
    from nfw_reconcile.cli.github import SUMMARY, append  # noqa: PLC0415 - not for --help
    from nfw_reconcile.report.comment import comment_text  # noqa: PLC0415
    from nfw_reconcile.report.redaction import EVERYTHING  # noqa: PLC0415

    path = os.environ.get(SUMMARY)
    if not path:
        return
    redact = EVERYTHING if wanted.redact is None else wanted.redact
    append(Path(path), comment_text(document, redact, place.link))
    say("The report is in the summary of the job instead.")
