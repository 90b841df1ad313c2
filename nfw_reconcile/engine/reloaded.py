"""What new rules do to a connection that lives, in an engine that reloads them without forgetting its flows.

AWS documents that connections live on (developer guide, "Managing your firewall"). Stock Suricata 7.0.10 does as said
here: a flow-wide action stays, and all rules but header-only ones are tried on every further packet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.engine.condense import Lists
from nfw_reconcile.engine.exchange import exchange
from nfw_reconcile.engine.headers import bits
from nfw_reconcile.engine.judge import Side, side_signature
from nfw_reconcile.engine.walk import outlives
from nfw_reconcile.engine.worlds import explore

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.worlds import World
    from nfw_reconcile.model.flow import FiveTuple


def may_outlive(old: CompiledPolicy, new: CompiledPolicy, flow: FiveTuple) -> bool:
    """Say whether a conversation that the old policy let through may go on under the new one, without a flush.

    It may where it does for some payload, and some value of what is not known.
    """
    packets = exchange(flow.protocol)
    further = packets[-2:]
    before, after = _all_that_match(old, flow), _all_that_match(new, flow)
    stateless = Side.of(new, flow, side_signature(new, flow))

    def run(world: World) -> bool:
        settled = stateless.before(further, world)
        if settled is not None:
            return settled.allowed
        return outlives(before, after, flow, packets, world)

    found = explore(flow.protocol, old.vocabulary | new.vocabulary, run)
    return not found.complete or any(leaf.outcome for leaf in found.leaves)


def _all_that_match(policy: CompiledPolicy, flow: FiveTuple) -> Lists:
    """Give the rules whose headers match, those too that a conversation from its beginning on would never get to."""
    forward, backward = (
        [policy.rules[number] for number in bits(vector & policy.deciding)]
        for vector in policy.index.signature(flow)
    )
    return Lists(forward, backward)
