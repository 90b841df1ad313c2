"""What clients feel when a flow is flushed.

AWS developer guide, "Stream exception policy in your firewall policy" and "Flow flush": packets of a
flushed TCP connection count as midstream. That other protocols know no midstream is Suricata's
behaviour (only its TCP engine applies the policy).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report.blocks import Bullet, Bullets, Section, Tone
from nfw_reconcile.report.phrases import Datum, Phrase, say

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from nfw_reconcile.model.plan_document import FirewallPlan

_TCP: Final = {
    StreamExceptionPolicy.DROP: (
        "the stream exception policy is DROP: packets of a flushed connection are dropped without an answer, "
        "so both ends hang until their own timeout. With REJECT clients would reconnect at once."
    ),
    StreamExceptionPolicy.REJECT: (
        "the stream exception policy is REJECT: the next packet of a flushed connection is answered with a RST, "
        "so clients reconnect, and the new connection meets the new rules."
    ),
    StreamExceptionPolicy.CONTINUE: (
        "the stream exception policy is CONTINUE: a flushed connection is judged again without its context, so "
        "rules with established or with application layer conditions do not match, and it may live on."
    ),
}
_OTHERS: Final = (
    "the next packet is a new flow, and the side that sends it becomes the source: "
    "a reply that comes first is judged as if the server had begun."
)


def what_clients_feel(plan: FirewallPlan) -> Section | None:
    """Say what becomes of connections that are cut; ``None`` where none can be."""
    bullets = on_protocols(plan.stream_exception_policy, _denied_protocols(plan))
    return Section("What clients will feel", (Bullets(bullets),)) if bullets else None


def on_protocols(stream_exception_policy: str, protocols: AbstractSet[int] | None) -> tuple[Bullet, ...]:
    """Say what a flush does to flows of these protocols (IP protocol numbers; ``None``: any)."""
    bullets = []
    if protocols is None or TCP in protocols:
        bullets.append(on_tcp(stream_exception_policy))
    if protocols is None or protocols - {TCP}:
        bullets.append(Bullet("UDP and ICMP", Phrase((_OTHERS,))))
    return tuple(bullets)


def on_tcp(stream_exception_policy: str) -> Bullet:
    """Say what the stream exception policy does to a flushed TCP connection."""
    try:
        known = StreamExceptionPolicy(stream_exception_policy)
    except ValueError:
        unknown = say(
            "the stream exception policy is {}, which is not known here.", Datum(stream_exception_policy)
        )
        return Bullet("TCP", unknown, Tone.CAUTION)
    tone = Tone.PLAIN if known is StreamExceptionPolicy.REJECT else Tone.CAUTION
    return Bullet("TCP", Phrase((_TCP[known],)), tone)


def _denied_protocols(plan: FirewallPlan) -> frozenset[int] | None:
    """Give the protocols of all that is or may be denied; ``None``: any."""
    denied = {Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED}
    rows = plan.flows.rows if plan.flows else ()
    found = {row.flow.protocol for row in rows if row.effect in denied}
    for part in plan.region.parts:
        for box in part.boxes:
            if part.effect in denied and not box.protocols:
                return None
            found.update(box.protocols if part.effect in denied else ())
        if part.effect in denied and not part.boxes:
            return None
    return frozenset(found)
