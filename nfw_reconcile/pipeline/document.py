"""The plan as one document: what it says of itself, the plans of all firewalls, and a seal over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile import __version__
from nfw_reconcile.model.documents import FORMAT_VERSION, Limits
from nfw_reconcile.model.plan_document import FOLLOWED_ENGINE, PLAN_KIND, PlanDocument
from nfw_reconcile.pipeline.saved import sealed
from nfw_reconcile.pipeline.texts import remark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.config.settings import LimitSettings
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.plan_document import FirewallPlan

DEFAULT_LIMITS: Final = Limits(max_flows=1000, max_percent=None, protected_cidrs=(), protected_ports=())


def limits_of(settings: LimitSettings) -> Limits:
    """Give the limits of a configuration file, the default ones where it names none."""
    return Limits(
        DEFAULT_LIMITS.max_flows if settings.max_flows is None else settings.max_flows,
        settings.max_percent,
        settings.protected_cidrs,
        settings.protected_ports,
    )


@dataclass(frozen=True, slots=True)
class About:
    """What a plan says of itself: what it was made from, when (UTC text), and the limits in force."""

    source: str
    created_at: str
    limits: Limits = DEFAULT_LIMITS


def plan_document(
    about: About, firewalls: Iterable[FirewallPlan], diagnostics: Iterable[Diagnostic]
) -> PlanDocument:
    """Put the plans of all firewalls together, in the order given, and seal them."""
    return sealed(
        PlanDocument(
            format_version=FORMAT_VERSION,
            kind=PLAN_KIND,
            tool_version=__version__,
            engine=FOLLOWED_ENGINE,
            created_at=about.created_at,
            source=about.source,
            limits=about.limits,
            firewalls=tuple(firewalls),
            remarks=tuple(remark(diagnostic) for diagnostic in diagnostics),
            sha256="",
        )
    )
