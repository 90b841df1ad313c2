"""Where the walk of a flow can end at its first packet: what stands behind is never tried and makes no difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.engine.compiled import Acts, AtFirst, MayAct, MayDeny
from nfw_reconcile.engine.conditions import ProtocolNumbers, Reach
from nfw_reconcile.engine.exchange import exchange
from nfw_reconcile.engine.headers import Signature, upto
from nfw_reconcile.engine.matching import may_match
from nfw_reconcile.model.rule import Action

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import Act, CompiledPolicy, Manner
    from nfw_reconcile.engine.exchange import Packet


def settles(manner: Manner, protocol: int) -> bool:
    """Say whether such a rule passes or drops every flow of the protocol that it is tried on, packets and all."""
    return (
        isinstance(manner.act, Acts)
        and manner.act.action is not Action.ALERT
        and manner.certain
        and manner.meaning.flow is None
        and manner.meaning.reach is Reach.FLOW
        and all(isinstance(c, ProtocolNumbers) and protocol in c.numbers for c in manner.meaning.conditions)
    )


def at_first(policy: CompiledPolicy, protocol: int, *, to_server: bool) -> AtFirst:
    """Give what a policy's rules do to the first packet of a direction."""
    key = (protocol, to_server)
    found = policy.at_first.get(key)
    if found is None:
        packet = next(packet for packet in exchange(protocol) if packet.to_server is to_server)
        found = policy.at_first[key] = (
            _at_first(policy, protocol, packet) if packet.tracked else AtFirst(0, 0, 0)
        )
    return found


def _at_first(policy: CompiledPolicy, protocol: int, packet: Packet) -> AtFirst:
    settling = blocking = idle = 0
    for manner, vector in policy.manners.items():
        if settles(manner, protocol):
            settling |= vector
        elif not may_match(manner.meaning, packet):
            idle |= vector
        elif may_pass(manner.act):
            blocking |= vector
    return AtFirst(settling, blocking & concerning(policy, protocol), idle)


def concerning(policy: CompiledPolicy, protocol: int) -> int:
    """Give the rules that can make a difference to flows of an IP protocol, as a bit vector: none for other ones."""
    known = policy.concerning.get(protocol)
    if known is None:
        strange = 0
        for manner, vector in policy.manners.items():
            numbers = (c.numbers for c in manner.meaning.conditions if isinstance(c, ProtocolNumbers))
            if not all(protocol in found for found in numbers):
                strange |= vector
        known = policy.concerning[protocol] = policy.relevant & ~strange
    return known


def may_pass(act: Act) -> bool:
    """Say whether what a rule does may be to pass."""
    match act:
        case Acts(action=action):
            return action is Action.PASS
        case MayDeny():
            return False
        case MayAct(action=None, passing=passing):
            return passing
        case MayAct(action=action):
            return action is Action.PASS


def tried(policy: CompiledPolicy, protocol: int, signature: Signature) -> Signature:
    """Leave out of a signature the rules that the walk never gets to, whatever the payload.

    These are the rules behind one that settles the flow, and the responder's side where the initiator's
    first packet settles it.
    """
    settling, blocking, _ = at_first(policy, protocol, to_server=True)
    forward = upto(signature.forward, signature.forward & settling, signature.forward & blocking)
    if forward & settling and not forward & blocking:
        return Signature(forward, 0)
    settling, blocking, _ = at_first(policy, protocol, to_server=False)
    return Signature(
        forward, upto(signature.backward, signature.backward & settling, signature.backward & blocking)
    )
