"""From the engine's values to the plain ones of the saved documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.errors import Diagnostic, Severity
from nfw_reconcile.model.documents import FirewallIdentity, Level, PolicyIdentity, Remark
from nfw_reconcile.model.filters import ANY_PORT
from nfw_reconcile.model.plan_document import Box

if TYPE_CHECKING:
    from nfw_reconcile.engine.region import Part
    from nfw_reconcile.model.intervals import IntervalSet
    from nfw_reconcile.model.inventory import FirewallRecord, PolicyRecord


def _port_list(ports: IntervalSet) -> str:
    if ports.intervals in ((), (ANY_PORT,)):
        return "any"
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ports)


def box_text(part: Part) -> Box:
    """Write the bounds of a part of the region."""
    return Box(
        tuple(str(block) for block in part.sources.networks()),
        _port_list(part.source_ports),
        tuple(str(block) for block in part.destinations.networks()),
        _port_list(part.destination_ports),
        (part.protocol,),
    )


def remark(diagnostic: Diagnostic) -> Remark:
    """Turn a diagnostic that is no error into a remark."""
    level = Level.NOTE if diagnostic.severity is Severity.NOTE else Level.WARNING
    where = str(diagnostic.where) if diagnostic.where else ""
    return Remark(level, diagnostic.summary, where, diagnostic.remedy)


def firewall_identity(firewall: FirewallRecord | None) -> FirewallIdentity:
    """Name a firewall, or the lack of one."""
    if firewall is None:
        return FirewallIdentity("(no firewall)", None, None, None, None, None)
    name = firewall.name
    return FirewallIdentity(
        name.label, name.name, name.arn, firewall.firewall_id, firewall.account, firewall.region
    )


def policy_identity(policy: PolicyRecord) -> PolicyIdentity:
    """Name a policy, and say where it is written."""
    name, place = policy.name, policy.place
    file, line = (None, None) if place is None else (place.source, place.line)
    return PolicyIdentity(name.label, name.name, name.arn, file, line)
