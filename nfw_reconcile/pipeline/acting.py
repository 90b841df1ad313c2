"""Step 3: act on a saved plan, through the ports of :mod:`nfw_reconcile.act`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from nfw_reconcile import __version__
from nfw_reconcile.act.run import RunName, Services, apply_plan
from nfw_reconcile.errors import UsageError, error
from nfw_reconcile.model.codec import canonical
from nfw_reconcile.pipeline.live import PlannedPolicies
from nfw_reconcile.sources.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.journal import Journal
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock, FlowService
    from nfw_reconcile.model.documents import FirewallIdentity, PlanDocument, ResultDocument

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
