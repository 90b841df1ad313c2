"""Verdicts for the emulator's connections: the product's own engine, asked about one policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.emulator.bodies import Judge
from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.forgotten import Forgetting
from nfw_reconcile.engine.reloaded import may_outlive
from nfw_reconcile.model.inventory import GroupRecord, PolicyBundle, PolicyRecord
from nfw_reconcile.model.policy import GroupName, StreamExceptionPolicy
from nfw_reconcile.model.verdict import AfterFlush, Verdict
from nfw_reconcile.sources.policy import build_policy

if TYPE_CHECKING:
    from nfw_reconcile.emulator.bodies import PolicyBodies
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.policy import Policy


class EngineJudge(Judge):
    """Lets a connection through unless the engine denies it (``bodies.Judge``).

    A verdict that hangs on payload, or on something that is not known, lets it through: the emulator's
    connections carry no payload to ask.
    """

    def __init__(self) -> None:
        """Begin with nothing compiled; a zone gives the same bodies until its policy changes."""
        self._known: dict[int, _Known] = {}

    def judge(self, bodies: PolicyBodies, flow: FiveTuple) -> bool:
        """Say whether the rules let the flow through; its source is the initiator."""
        return self._of(bodies).comparison.effect(flow).new.verdict is not Verdict.DENIED

    def goes_on(self, bodies: PolicyBodies, flow: FiveTuple) -> bool:
        """Say whether the rules, which did not see how it began, may let a TCP connection go on."""
        return self._of(bodies).forgetting.after_flush(flow) is AfterFlush.MAY_LIVE_ON

    def outlives(self, before: PolicyBodies, after: PolicyBodies, flow: FiveTuple) -> bool:
        """Say whether a connection may go on when Suricata reloads its rules."""
        return may_outlive(self._of(before).comparison.new, self._of(after).comparison.new, flow)

    def _of(self, bodies: PolicyBodies) -> _Known:
        known = self._known.get(id(bodies))
        if known is None:
            policy = compile_policy(policy_of(bodies))
            forgetting = Forgetting(policy, StreamExceptionPolicy.CONTINUE)
            known = self._known[id(bodies)] = _Known(bodies, Comparison(None, policy), forgetting)
        return known


@dataclass(frozen=True, slots=True)
class _Known:
    """What is asked about one policy; ``bodies`` are kept so that no others get their id."""

    bodies: PolicyBodies
    comparison: Comparison
    forgetting: Forgetting


def policy_of(bodies: PolicyBodies) -> Policy:
    """Read what a zone runs as the product does."""
    groups = tuple(
        GroupRecord(GroupName(arn.rsplit("/", 1)[-1], arn=arn), ":stateful-rulegroup/" in arn, body)
        for arn, body in bodies.rule_groups.items()
        if body
    )
    bundle = PolicyBundle(
        PolicyRecord(GroupName("policy in force"), bodies.policy),
        groups,
        bodies.prefix_lists,
        list(bodies.vpc_cidrs),
        "CIDRs of the firewall's VPC",
    )
    policy, _ = build_policy(bundle)
    return policy
