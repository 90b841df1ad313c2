"""What must be known about a firewall before anything is sent to it.

Asked once the firewall was read and found to be the planned one. What the change does to connections besides
denying them (the stateful engine restarts, inspection changes, stateless passes turn into forwards) the plan has
remarked already, in words that are not said anew here; the live firewall tells the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.gate import READY, read_zone
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.errors import Diagnostic, Location, Severity, error, warning
from nfw_reconcile.flows.aftermath import after_flush
from nfw_reconcile.model.documents import Level
from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.act.configuration import Configuration
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.model.documents import Remark
    from nfw_reconcile.model.plan_document import FirewallPlan, RegionPart


@dataclass(frozen=True, slots=True)
class Preflight:
    """What there is to say about one firewall.

    ``planned`` are the plan's remarks that hold for the live firewall too; the result document carries the plan's
    remarks anyway. ``found`` is what only the live firewall tells.
    """

    planned: tuple[Diagnostic, ...]
    found: tuple[Diagnostic, ...]

    @property
    def refusals(self) -> tuple[Diagnostic, ...]:
        """Give what forbids to go on; while there is any, nothing may be sent."""
        return tuple(each for each in self.found if each.severity is Severity.ERROR)

    @property
    def lines(self) -> tuple[Diagnostic, ...]:
        """Give what is to be shown before the run begins, besides refusals: warnings, then notes."""
        order = list(Severity)
        said = [each for each in (*self.planned, *self.found) if each.severity is not Severity.ERROR]
        return tuple(sorted(said, key=lambda each: order.index(each.severity)))

    @property
    def messages(self) -> tuple[str, ...]:
        """Give what the result of the firewall has to say besides the plan's remarks."""
        return tuple(str(each) for each in self.found)


NOTHING_SAID: Final = Preflight((), ())


def unheard(_: Diagnostic) -> None:
    """Stand in where nobody listens: the result document carries everything all the same."""


def preflight(
    plan: FirewallPlan,
    found: Configuration,
    options: ActOptions,
    credentials_expire_at: float | None,
    now: float,
) -> Preflight:
    """Say what the plan and the live firewall tell a person before the run begins.

    ``found`` is the firewall as it was just read, ``credentials_expire_at`` and ``now`` are epoch seconds; ``None``
    stands for credentials that renew themselves, or do not tell when they end. A plan that denies nothing starts no
    flow operation, so nothing is to be said about one.
    """
    live = (
        *_credentials(credentials_expire_at, now, options),
        *_zones(found, options),
        *_associations(found, options),
        *_what_clients_feel(plan, found.stream_exception),
    )
    place = Location(plan.firewall.label)
    told = {remark.text for remark in plan.remarks}
    return Preflight(
        tuple(_diagnostic(remark, place) for remark in plan.remarks if _holds(remark, found)),
        tuple(
            Diagnostic(each.severity, each.summary, place, each.remedy)
            for each in live
            if plan.capture_filters and each.summary not in told
        ),
    )


# The plan's remarks


def _holds(remark: Remark, found: Configuration) -> bool:
    """Say whether a warning holds for what is live: not what was said of another stream exception policy."""
    others = (each for each in StreamExceptionPolicy if each != found.stream_exception)
    about_others = any(f"the stream exception policy is {each}" in remark.text for each in others)
    return remark.level is Level.WARNING and not about_others


def _diagnostic(remark: Remark, place: Location) -> Diagnostic:
    return warning(remark.text, Location(remark.where) if remark.where else place, remark.remedy)


# What clients feel


def _what_clients_feel(plan: FirewallPlan, stream_exception: str) -> Iterator[Diagnostic]:
    """Say what a flush does; of the policy that it foresaw, the plan has warned already, and more precisely."""
    try:
        said = list(after_flush(_at_stake(plan), StreamExceptionPolicy(stream_exception)))
    except ValueError:
        summary = f"the stream exception policy is {stream_exception}, which is not known here."
        yield warning(summary, remedy="What clients of flushed TCP connections feel cannot be told.")
        return
    foreseen = stream_exception == plan.stream_exception_policy
    yield from (each for each in said if not foreseen or each.severity is Severity.NOTE)


_OPEN: Final = frozenset({Effect.POSSIBLY_DENIED, Effect.UNDECIDED})


def _at_stake(plan: FirewallPlan) -> frozenset[int] | None:
    """Give the protocols of what may be flushed; ``None``: any."""
    parts = [part for part in plan.region.parts if part.flush or part.effect in _OPEN]
    if not plan.region.complete or not all(_names_protocols(part) for part in parts):
        return None
    return frozenset(number for part in parts for box in part.boxes for number in box.protocols)


def _names_protocols(part: RegionPart) -> bool:
    return bool(part.boxes) and all(box.protocols for box in part.boxes)


# The live firewall


def _zones(found: Configuration, options: ActOptions) -> Iterator[Diagnostic]:
    for zone, status in found.zones.items():
        if broken := read_zone(found, zone).broken:
            remedy = "Nothing is flushed there. Get the zone in sync, then run apply again."
            yield warning(f"zone {zone} cannot get in sync: {broken}.", remedy=remedy)
        elif status.attachment != READY:
            seconds = options.sync_timeout
            yield warning(
                f"zone {zone} is not ready: the attachment is {status.attachment or 'not listed'}.",
                remedy=f"It is waited for, {seconds:g} s at most (--sync-timeout); then it is left alone.",
            )


def _associations(found: Configuration, options: ActOptions) -> Iterator[Diagnostic]:
    """Speak of connections that come in through VPC endpoint associations (developer guide, "Flow operations")."""
    if not found.associations:
        return
    count = found.associations
    through = f"{count} VPC endpoint association{'s' if count > 1 else ''}, of other accounts perhaps"
    if options.include_associations:
        summary = f"connections through {through}, are captured and flushed too."
        yield warning(summary, remedy="AWS asks to tell the owners of associations before a flush.")
    else:
        summary = (
            f"connections through {through}, are left alone: denied ones live on, and nobody looks at them."
        )
        yield warning(summary, remedy="Tell their owners, then include them with --include-associations.")


# Credentials


def _credentials(expire_at: float | None, now: float, options: ActOptions) -> Iterator[Diagnostic]:
    if expire_at is None:
        return
    least = _shortest_run(options)
    ends = now + options.timeout
    if expire_at < now + least:
        left = max(0, int(expire_at - now))
        summary = f"the credentials expire at {time_text(expire_at)}, in {left} s, and no run ends within {least:g} s."
        yield error(summary, remedy="Renew them, then run apply again.")
    elif expire_at < ends:
        summary = (
            f"the credentials expire at {time_text(expire_at)}, and the run may last until {time_text(ends)}."
        )
        remedy = (
            "Renew them first, or allow less with --timeout; a run whose credentials expire after a flush ends "
            "with exit code 5, and resume settles it with new ones."
        )
        yield warning(summary, remedy=remedy)


def _shortest_run(options: ActOptions) -> float:
    """Give the seconds that no run stays below: two in-sync reads, and the pause before the verify capture."""
    return options.settle if options.dry_run else options.settle + options.pace.before_verifying[0]
