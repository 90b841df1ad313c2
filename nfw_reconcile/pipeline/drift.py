"""What a policy denies by itself: the plan of a change that never was, from all that passes to what is live.

Where a plan compares what was with what comes, a sweep compares what is with itself, without its stateful
rules and stateful default actions: all that these deny counts as newly denied. Stateless rules stay, because
their drops bite by themselves; so do AWS-managed groups, which are the same on both sides and decide nothing.
All that acts on such a plan is the same as for any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.compiled import Acts, MayAct, MayDeny
from nfw_reconcile.engine.region import RegionFound
from nfw_reconcile.errors import Diagnostic, warning
from nfw_reconcile.flows.capture import cover
from nfw_reconcile.flows.hulls import SUPPORTED_PROTOCOLS
from nfw_reconcile.model.flow import ICMP, ICMPV6
from nfw_reconcile.model.rule import Action
from nfw_reconcile.model.texts import flow_of
from nfw_reconcile.model.verdict import Verdict
from nfw_reconcile.pipeline.inputs import load
from nfw_reconcile.pipeline.planning import Sought, held, plan_compared
from nfw_reconcile.pipeline.texts import remark
from nfw_reconcile.sources.links import bare, items, member
from nfw_reconcile.sources.policy.group import is_managed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.engine.compiled import Act
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.inventory import Body, FirewallRecord, PolicyBundle
    from nfw_reconcile.model.plan_document import AttemptRule, FirewallPlan, FlowsSeen
    from nfw_reconcile.pipeline.planning import Compared, Look

_STATEFUL: Final = "StatefulRuleGroupReferences"
_DEFAULTS: Final = "StatefulDefaultActions"
_HARMLESS: Final = frozenset({Action.PASS, Action.ALERT})
_FOREIGN: Final = {4: ICMPV6, 6: ICMP}
"""The protocol that packets of the address family never carry."""


def drift_of(
    firewall: FirewallRecord | None,
    bundle: PolicyBundle,
    attempts: tuple[AttemptRule, ...],
    look: Look | None,
) -> FirewallPlan:
    """Plan to flush what a live policy denies, but for what looks like one of the ``attempts``.

    The plan names no rule as changed, because none is, and no region: what a policy denies is all but what it
    passes, as a rule.
    """
    compared = held(load(permissive(bundle)), load(bundle))
    plan = plan_compared(firewall, compared, denied_now(compared), None, look)
    told = [remark(each) for each in _either_way(plan.flows, compared.comparison)]
    return replace(
        plan,
        rule_changes=(),
        setting_changes=(),
        undecided=tuple(replace(each, side="new") for each in plan.undecided),
        remarks=(*told, *plan.remarks),
        attempts=attempts,
    )


def _either_way(flows: FlowsSeen | None, comparison: Comparison) -> Iterator[Diagnostic]:
    """Tell of flows that would be allowed, had their other side begun them.

    Between an old policy and a new one that can hardly be: what neither allows to begin was begun from the other
    side. Here the old one allows everything, and that a flow is listed as its source began it is all there is.
    """
    rows = [row for row in flows.rows if row.flush] if flows is not None else []
    mirrored = sum(
        comparison.effect(flow_of(row.flow).reversed()).new.verdict is Verdict.ALLOWED for row in rows
    )
    if mirrored:
        summary = f"{mirrored} of the flows to flush would be allowed if their destination had begun them."
        remedy = "The service does not say who began a flow, and its source is taken for it: look at them before apply."
        yield warning(summary, None, remedy)


def permissive(bundle: PolicyBundle) -> PolicyBundle:
    """Give the policy without its stateful rules and stateful default actions.

    What is left in its stateful engine are AWS-managed groups. As they stand in both policies, that one of them may
    deny a flow makes no difference. Raises ``TypeError`` for a policy of which nothing is known; no live one is.
    """
    body = bare(bundle.policy.body)
    if not isinstance(body, Mapping):
        message = "nothing is known of the policy"
        raise TypeError(message)
    managed = [each for each in items(member(body, _STATEFUL)) if _is_managed(member(each, "ResourceArn"))]
    kept = {name: value for name, value in body.items() if name not in {_STATEFUL, _DEFAULTS}}
    return replace(
        bundle,
        policy=replace(bundle.policy, body={**kept, _STATEFUL: managed}),
        groups=tuple(group for group in bundle.groups if not group.stateful),
        prefix_lists={},
    )


def _is_managed(arn: Body) -> bool:
    return isinstance(arn, str) and is_managed(arn)


def denied_now(compared: Compared) -> Sought:
    """Capture within the headers of all rules and default actions that may deny: no other flow is denied.

    A flow that none of them matches may still be undecided, where stateless rules hide one of its directions from the
    stateful engine; a sweep, which looks for what rules deny, does not list it.

    The region is not enumerated: of a policy that drops by default it is nearly everything.
    """
    rules = compared.new.compiled.rules
    filters = cover(rule.header.box() for rule in rules if _may_deny(rule.act))
    return Sought(RegionFound((), complete=False), tuple(sorted(map(_with_protocols, filters))))


def _may_deny(act: Act) -> bool:
    match act:
        case Acts(action=action):
            return action not in _HARMLESS
        case MayAct(action=None, passing=passing):
            return not passing
        case MayAct(action=action):
            return action not in _HARMLESS
        case MayDeny():
            return False


def _with_protocols(found: FlowFilter) -> FlowFilter:
    """Name all protocols in a filter that leaves nothing out, so that no filter is ever sent that says nothing."""
    if not found.matches_everything:
        return found
    return replace(found, protocols=tuple(sorted(SUPPORTED_PROTOCOLS - {_FOREIGN[found.source.family]})))
