"""What the command line tells a run that acts: its limits, times and switches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import click

from nfw_reconcile.cli.adding import adding
from nfw_reconcile.errors import UsageError, error

if TYPE_CHECKING:
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.cli.adding import Decorator
    from nfw_reconcile.config.settings import LimitSettings
    from nfw_reconcile.model.documents import Limits
    from nfw_reconcile.model.verdict import Effect


@dataclass(frozen=True, slots=True)
class ActChoice:
    """Limits, times and switches as the command line gives them; times in seconds."""

    max_flows: int | None
    max_percent: float | None
    sync_timeout: float
    timeout: float
    settle: float
    min_age: int
    include_associations: bool
    flush_possible: bool
    fail_on: str | None

    def options(self, settings: LimitSettings, *, dry_run: bool) -> ActOptions:
        """Give them as acting wants them; what the configuration file protects, no option opens."""
        from nfw_reconcile.act.options import ActOptions  # noqa: PLC0415 - not for --help

        return ActOptions(
            limits=self._limits(settings),
            sync_timeout=self.sync_timeout,
            timeout=self.timeout,
            settle=self.settle,
            minimum_age=self.min_age,
            dry_run=dry_run,
            include_associations=self.include_associations,
            flush_possible=self.flush_possible,
            fail_on=_effects(self.fail_on),
        )

    def _limits(self, settings: LimitSettings) -> Limits:
        from nfw_reconcile.pipeline.document import limits_of  # noqa: PLC0415 - not for --help

        limits = limits_of(settings)
        return replace(
            limits,
            max_flows=limits.max_flows if self.max_flows is None else self.max_flows,
            max_percent=limits.max_percent if self.max_percent is None else self.max_percent,
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


act_options = adding(
    "choice",
    ActChoice,
    _number(
        "--max-flows", click.IntRange(min=0), None, "N",
        "Flush nothing on a firewall where more flows than this would be flushed  [default: 1000]",
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
"""Adds the options of a run that acts; the command gets one ``choice``."""
