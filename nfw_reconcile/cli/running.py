"""What a run that acts is given by the command line: options, a clock, a journal, and somebody who watches."""

from __future__ import annotations

import secrets
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import click

from nfw_reconcile.errors import UsageError, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nfw_reconcile.act.journal import Event, Journal
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock
    from nfw_reconcile.model.verdict import Effect

R = TypeVar("R")

Decorator: TypeAlias = "Callable[[Callable[..., Any]], Callable[..., Any]]"


@dataclass(frozen=True, slots=True)
class ActChoice:
    """Limits, times and switches as the command line gives them; times in seconds."""

    max_flows: int
    max_percent: float | None
    sync_timeout: float
    timeout: float
    settle: float
    min_age: int
    include_associations: bool
    flush_possible: bool
    fail_on: str | None

    def options(self, *, dry_run: bool) -> ActOptions:
        """Give them as acting wants them."""
        from nfw_reconcile.act.options import ActOptions  # noqa: PLC0415 - not for --help
        from nfw_reconcile.model.documents import Limits  # noqa: PLC0415

        return ActOptions(
            limits=Limits(self.max_flows, self.max_percent, (), ()),
            sync_timeout=self.sync_timeout,
            timeout=self.timeout,
            settle=self.settle,
            minimum_age=self.min_age,
            dry_run=dry_run,
            include_associations=self.include_associations,
            flush_possible=self.flush_possible,
            fail_on=_effects(self.fail_on),
        )


def _effects(text: str | None) -> frozenset[Effect]:
    from nfw_reconcile.model.verdict import Effect  # noqa: PLC0415

    known = {"possibly": Effect.POSSIBLY_DENIED, "undecided": Effect.UNDECIDED}
    words = [word.strip() for word in (text or "").split(",") if word.strip()]
    unknown = [word for word in words if word not in known]
    if unknown:
        summary = f"--fail-on {text}: {', '.join(unknown)} is neither possibly nor undecided."
        raise UsageError(error(summary, None, "For example: --fail-on possibly,undecided"))
    return frozenset(known[word] for word in words)


_FROM_ZERO: Final = click.FloatRange(min=0)


def _number(
    name: str, kind: click.ParamType[Any], default: float | None, letter: str, told: str
) -> Decorator:
    """Make an option that takes a number."""
    shown = default is not None
    return click.option(name, type=kind, default=default, show_default=shown, metavar=letter, help=told)


_ACT_OPTIONS: Final[tuple[Decorator, ...]] = (
    _number(
        "--max-flows", click.IntRange(min=0), 1000, "N",
        "Flush nothing on a firewall where more flows than this would be flushed.",
    ),
    _number("--max-percent", click.FloatRange(0, 100), None, "P", "The same, as a share of the flows captured."),
    _number("--sync-timeout", _FROM_ZERO, 600.0, "S", "How long to wait for each zone to run the new rules."),
    _number("--timeout", _FROM_ZERO, 1800.0, "S", "How long the whole run may take."),
    _number("--settle", _FROM_ZERO, 5.0, "S", "Time between the two in-sync reads."),
    _number("--min-age", click.IntRange(min=0), 0, "S", "Leave younger flows out of the capture."),
    click.option("--include-associations", is_flag=True, help="Touch the flows of VPC endpoint associations as well."),
    click.option("--flush-possible", is_flag=True, help="Flush the possibly denied as well."),
    click.option("--fail-on", metavar="possibly,undecided", help="Exit 6 where such flows were left alive."),
)  # fmt: skip


def act_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add the options of a run that acts; the command gets one ``choice``."""

    @wraps(command)
    def wrapped(*args: object, **given: Any) -> R:  # noqa: ANN401 - click passes what is declared
        names = ActChoice.__dataclass_fields__
        choice = ActChoice(**{name: given.pop(name) for name in names})
        return command(*args, choice=choice, **given)

    found: Callable[..., R] = wrapped
    for option in reversed(_ACT_OPTIONS):
        found = option(found)
    return found


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Give the seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is watched: its name, its clock and its journal."""

    name: str
    clock: Clock
    journal: Journal


@contextmanager
def watched(directory: Path) -> Iterator[Run]:
    """Open a journal for a new run, and tell on stderr what is written to it and that time passes."""
    from nfw_reconcile.act.journal import FileJournal  # noqa: PLC0415

    clock = SystemClock()
    moment = datetime.fromtimestamp(clock.now(), UTC)
    name = f"{moment:%Y%m%dt%H%M%Sz}-{secrets.token_hex(3)}"
    journal = FileJournal(directory, name, clock)
    try:
        with _spinner():
            yield Run(name, clock, _Told(journal))
    finally:
        journal.close()


class _Told:
    """A journal that says on stderr what is written to it, each line with its zone."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._zones: dict[str, str] = {}

    def write(self, event: Event) -> None:
        self._journal.write(event)
        told = self._words(event)
        if told:
            click.echo(told, err=True)

    def _words(self, event: Event) -> str:
        from nfw_reconcile.act.journal import Ended, Intended, NoReply, Refusal, Taken  # noqa: PLC0415

        match event:
            case Intended(send=send, zone=zone, filters=filters, minimum_age=age):
                self._zones[send] = zone
                return f"{zone}: flushing, {len(filters)} filters, flows of at least {age} s"
            case Taken(send=send, operation_id=operation_id):
                return f"{self._zones.get(send)}: accepted as {operation_id}"
            case Refusal(send=send, reason=reason):
                return f"{self._zones.get(send)}: not accepted: {reason}"
            case NoReply(send=send, reason=reason):
                return (
                    f"{self._zones.get(send)}: no reply ({reason}); looking for it in the list of operations"
                )
            case Ended(send=send, status=status):
                return f"{self._zones.get(send)}: ended {status}"
            case _:
                return ""


@contextmanager
def _spinner() -> Iterator[None]:
    if not sys.stderr.isatty():
        click.echo("Waiting for every zone to run the planned rules, then looking at their flows.", err=True)
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task("waiting for sync, capturing, flushing, verifying", total=None)
        yield
