"""``terraform show -json`` in, inventories of both sides of a plan out."""

from __future__ import annotations

from nfw_reconcile.sources.tfplan.plan import PlanSides, read_plan, read_state

__all__ = ["PlanSides", "read_plan", "read_state"]
