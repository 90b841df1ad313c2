"""Effects on flows that the first rule they meet settles on both sides: nothing has to be walked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.compiled import Acts
from nfw_reconcile.engine.walk import APPROXIMATE
from nfw_reconcile.model.rule import Action
from nfw_reconcile.model.verdict import Cause, Decision, Effect, Engine, FlowEffect, Verdict

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledRule
    from nfw_reconcile.model.flow import FiveTuple


def decision_of(rule: CompiledRule) -> Decision:
    """Give the decision on a flow that a rule settles."""
    allowed = isinstance(rule.act, Acts) and rule.act.action is Action.PASS
    cause = Cause(Engine.STATEFUL, rule.ref, rule.default)
    if allowed:
        return Decision(Verdict.ALLOWED, cause)
    return Decision(Verdict.DENIED, cause, notes=(APPROXIMATE,) if rule.approximate else ())


def settled_effect(flow: FiveTuple, old: Decision, new: Decision) -> FlowEffect:
    """Give the effect on a flow that both policies settle."""
    before, after = old.verdict is Verdict.ALLOWED, new.verdict is Verdict.ALLOWED
    return FlowEffect(flow, _EFFECTS[before, after], flush=before and not after, old=old, new=new)


_EFFECTS: Final = {
    (True, True): Effect.STILL_ALLOWED,
    (True, False): Effect.NEWLY_DENIED,
    (False, True): Effect.NEWLY_ALLOWED,
    (False, False): Effect.STILL_DENIED,
}
"""By whether the flow was allowed, and whether it is."""
