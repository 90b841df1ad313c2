"""Step 3: act on a saved plan, through the ports of :mod:`nfw_reconcile.act`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from nfw_reconcile import __version__
from nfw_reconcile.act.looking import Observer
from nfw_reconcile.act.run import RunName, Services, apply_plan, verify_plan
from nfw_reconcile.errors import JournalError, UsageError, error
from nfw_reconcile.model.codec import canonical
from nfw_reconcile.pipeline.live import PlannedPolicies
from nfw_reconcile.pipeline.planning import SeenFlows
from nfw_reconcile.sources.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.journal import Event, Journal
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock, FlowService
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.documents import FirewallIdentity, PlanDocument, ResultDocument
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.inventory import FirewallRecord
    from nfw_reconcile.pipeline.planning import Look

_ARN_PARTS: Final = 6


def apply(  # noqa: PLR0913 - what a run needs from outside, each thing by name
    plan: PlanDocument,
    *,
    service_for: Callable[[FirewallIdentity], FlowService],
    journal: Journal,
    clock: Clock,
    options: ActOptions,
    run: str,
) -> ResultDocument:
    """Flush what the plan newly denies, and prove it; see :func:`nfw_reconcile.act.run.apply_plan`."""
    services = Services(service_for, PlannedPolicies.of, journal)
    return apply_plan(plan, services, clock, options, RunName(run, __version__))


def verify(
    plan: PlanDocument,
    *,
    service_for: Callable[[FirewallIdentity], FlowService],
    clock: Clock,
    options: ActOptions,
    run: str,
) -> ResultDocument:
    """Say whether flows live that the plan newly denies; captures only."""
    services = Services(service_for, PlannedPolicies.of, NoJournal())
    return verify_plan(plan, services, clock, options, RunName(run, __version__))


class NoJournal:
    """The journal of a command that sends no flush: nothing may be written to it."""

    def write(self, event: Event) -> None:
        """Refuse: a flush was about to be sent where none may be."""
        raise JournalError(
            error(f"{type(event).__name__} in a command that only looks.", None, "Report this defect.")
        )


def live_look(service_of: Callable[[str | None], FlowService], clock: Clock, options: ActOptions) -> Look:
    """Give what ``plan --capture`` looks at live flows with."""

    def look(
        firewall: FirewallRecord | None, comparison: Comparison, filters: tuple[FlowFilter, ...]
    ) -> SeenFlows | None:
        if firewall is None or firewall.name.arn is None:
            summary = "there is no firewall to capture: the input does not give its ARN."
            raise UsageError(
                error(summary, None, "Name it with --firewall ARN, or look at a file with --flows.")
            )
        observer = Observer(service_of(firewall.region), clock, options)
        found = observer.observe(firewall.name.arn, filters, comparison)
        source = f"a capture of {', '.join(found.zones) or 'no zone'}; {found.since.how}"
        return SeenFlows("; ".join((source, *found.problems)), found.flows, found.complete)

    return look


def take_snapshot(firewall_arn: str, service_of: Callable[[str | None], FlowService]) -> bytes:
    """Give the live policy of a firewall as the bytes of a snapshot file.

    What was read is read back before it is given, so that a snapshot that cannot be used is told at once.
    """
    parts = firewall_arn.split(":", 5)
    if len(parts) != _ARN_PARTS or not parts[5].startswith("firewall/"):
        summary = f"{firewall_arn} is not the ARN of a firewall."
        raise UsageError(
            error(summary, None, "It looks like arn:aws:network-firewall:REGION:ACCOUNT:firewall/NAME.")
        )
    snapshot = service_of(parts[3]).snapshot(firewall_arn)
    plain = json.loads(json.dumps(snapshot, default=_plain))
    read_snapshot(plain, firewall_arn)
    return canonical(plain)


def _plain(value: object) -> str:
    """Write what boto3 parsed into a time back as text; JSON has no times."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(type(value).__name__)
