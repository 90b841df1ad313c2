"""The live policy beside the planned one: what apply asks before it trusts a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nfw_reconcile.act.ports import LivePolicy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.errors import StalePlan, error
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.pipeline.drift import denied_now
from nfw_reconcile.pipeline.equality import differences
from nfw_reconcile.pipeline.inputs import Loaded, load
from nfw_reconcile.pipeline.planning import enumerated, held
from nfw_reconcile.sources.assemble import NO_CHOICE, assemble
from nfw_reconcile.sources.binding import GIVEN, UNKNOWN_HOME_NET
from nfw_reconcile.sources.bundle import bundle_from_json
from nfw_reconcile.sources.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.ports import JsonObject
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.inventory import PolicyBundle
    from nfw_reconcile.model.plan_document import FirewallPlan
    from nfw_reconcile.pipeline.planning import Compared, Sought


@dataclass(frozen=True)
class PlannedPolicies:
    """The policies of one planned firewall (``act.ports.Policies``)."""

    old: Loaded | None
    new: Loaded
    seek: Callable[[Compared], Sought]

    @classmethod
    def of(cls, plan: FirewallPlan) -> PlannedPolicies:
        """Read both policies out of a plan."""
        old = plan.old_policy
        return cls(
            load(bundle_from_json(old, "the plan's old policy")) if old is not None else None,
            load(bundle_from_json(plan.new_policy, "the plan's new policy")),
            denied_now if plan.attempts else enumerated,
        )

    def current(self, snapshot: JsonObject) -> LivePolicy:
        """Build the live policy out of a snapshot and hold it against the planned one.

        HOME_NET, where the policy does not set it, is what the service says of the firewall's VPC; what
        the plan took only where the user gave that, or the service does not say.
        """
        live = load(self._live_bundle(snapshot))
        found = differences(self.new, live)
        return LivePolicy(live.compiled, found, () if found else self._filters(live))

    def comparison(self, live: LivePolicy) -> Comparison:
        """Compare the planned old policy with the live one."""
        return Comparison(self._old, live.compiled)

    @property
    def _old(self) -> CompiledPolicy | None:
        return self.old.compiled if self.old else None

    def _live_bundle(self, snapshot: JsonObject) -> PolicyBundle:
        inventory, _ = read_snapshot(snapshot, "the live policy")
        assembled = assemble(Inventory(), inventory, None, NO_CHOICE)
        bundles = [change.new for change in assembled.changes if change.new is not None]
        if len(bundles) != 1:
            summary = f"the firewall has {len(bundles)} live policies, planned was one."
            raise StalePlan(error(summary, None, "Make the plan again."))
        planned = self.new.bundle
        bundle = bundles[0]
        if planned.home_net_origin == GIVEN or bundle.home_net == UNKNOWN_HOME_NET:
            return replace(bundle, home_net=planned.home_net, home_net_origin=planned.home_net_origin)
        return bundle

    def _filters(self, live: Loaded) -> tuple[FlowFilter, ...]:
        """Cover what is denied anew where live values fill in what the plan did not know."""
        if live.compiled.digest == self.new.compiled.digest:
            return ()
        return self.seek(held(self.old, live)).filters
