"""Is this the reviewed plan, the planned firewall, and the right time? Asked before anything is sent."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.result import digest
from nfw_reconcile.errors import Diagnostic, StalePlan, error

if TYPE_CHECKING:
    from nfw_reconcile.act.configuration import Configuration
    from nfw_reconcile.model.documents import FirewallIdentity
    from nfw_reconcile.model.plan_document import PlanDocument

MAKE_IT_AGAIN: Final = "Make the plan again."
MOST_SKEW: Final = 30.0
"""Seconds by which the clocks may differ: a reply may have been under way as long as a read waits for it."""


def check_plan(plan: PlanDocument) -> None:
    """Refuse a plan that is not what it was when it was written, or names a firewall twice: raises ``StalePlan``."""
    if digest(plan) != plan.sha256:
        summary = "the plan is not the one that was written: its SHA-256 does not fit its content."
        raise StalePlan(error(summary, remedy=MAKE_IT_AGAIN))
    arns = Counter(each.firewall.arn for each in plan.firewalls if each.firewall.arn is not None)
    twice = [error(f"the plan names {arn} twice.", remedy=MAKE_IT_AGAIN) for arn, n in arns.items() if n > 1]
    if twice:
        raise StalePlan(twice)


def account_problems(planned: FirewallIdentity, region: str, account: str) -> list[Diagnostic]:
    """Say where calls to a region, with credentials of an account, lead elsewhere than the plan says."""
    found: list[Diagnostic] = []
    if planned.arn is None:
        remedy = "Make the plan again with --firewall ARN."
        found.append(error(f"the plan does not say which firewall {planned.label} is.", remedy=remedy))
    wanted = {planned.account, _part_of(planned.arn, 4)} - {None}
    if wanted - {account}:
        summary = f"firewall {planned.label} is planned in account {_one(wanted, account)}, not in {account}."
        found.append(error(summary, remedy="Use credentials of the planned account."))
    regions = {planned.region, _part_of(planned.arn, 3)} - {None}
    if regions - {region}:
        summary = f"firewall {planned.label} is planned in {_one(regions, region)}, not in {region}."
        found.append(error(summary, remedy="Give the planned --region."))
    return found


def clock_problems(service_time: float | None, now: float) -> list[Diagnostic]:
    """Say if this machine's clock is not the service's (both in epoch seconds), so that ages would be misread.

    A service that does not tell its time says nothing against it.
    """
    if service_time is None or abs(now - service_time) <= MOST_SKEW:
        return []
    seconds, way = abs(now - service_time), "ahead of" if now > service_time else "behind"
    summary = f"the clock of this machine is {seconds:.0f} s {way} that of AWS."
    return [error(summary, remedy="Set it (NTP), then run the command again.")]


def firewall_problems(planned: FirewallIdentity, live: Configuration) -> list[Diagnostic]:
    """Say where the firewall of that ARN is not the planned one: it may have been made anew."""
    if planned.firewall_id in {None, live.firewall_id}:
        return []
    summary = (
        f"firewall {planned.label} has id {live.firewall_id}, and was planned with {planned.firewall_id}."
    )
    return [error(summary, remedy=f"It was replaced since. {MAKE_IT_AGAIN}")]


def _part_of(arn: str | None, position: int) -> str | None:
    parts = (arn or "").split(":")
    return parts[position] if len(parts) > position else None


def _one(wanted: set[str | None], actual: str) -> str:
    return ", ".join(sorted(str(each) for each in wanted if each != actual))
