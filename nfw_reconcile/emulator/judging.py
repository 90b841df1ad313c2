"""Verdicts for the emulator's connections: the product's own engine, asked about one policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.inventory import GroupRecord, PolicyBundle, PolicyRecord
from nfw_reconcile.model.policy import GroupName
from nfw_reconcile.model.verdict import Verdict
from nfw_reconcile.sources.policy import build_policy

if TYPE_CHECKING:
    from nfw_reconcile.emulator.bodies import PolicyBodies
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.policy import Policy


class EngineJudge:
    """Lets a connection through unless the engine denies it (``bodies.Judge``).

    A verdict that hangs on payload, or on something that is not known, lets it through: the emulator's
    connections carry no payload to ask.
    """

    def __init__(self) -> None:
        """Begin with nothing compiled; a zone gives the same bodies until its policy changes."""
        self._compiled: dict[int, tuple[PolicyBodies, Comparison]] = {}

    def judge(self, bodies: PolicyBodies, flow: FiveTuple) -> bool:
        """Say whether the rules let the flow through; its source is the initiator."""
        known = self._compiled.get(id(bodies))
        if known is None:
            known = bodies, Comparison(None, compile_policy(policy_of(bodies)))
            self._compiled[id(bodies)] = known
        return known[1].effect(flow).new.verdict is not Verdict.DENIED


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
