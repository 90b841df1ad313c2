"""What becomes of a flow that is flushed: said once, for the plan and for the run that carries it out.

AWS developer guide, "Stream exception policy in your firewall policy" and "Flow flush": packets of a flushed TCP
connection count as midstream. Other protocols know no midstream; in Suricata only the TCP engine applies the policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Diagnostic, note, warning
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.policy import StreamExceptionPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

ON_TCP: Final = {
    StreamExceptionPolicy.DROP: warning(
        "the stream exception policy is DROP: clients of flushed TCP connections hang until their own timeout.",
        remedy="REJECT lets them see a reset and reconnect at once.",
    ),
    StreamExceptionPolicy.CONTINUE: warning(
        "the stream exception policy is CONTINUE: a flushed connection goes on, judged without its beginning; "
        "rules with flow:established, and those that wait for TLS or HTTP, do not match it.",
        remedy="REJECT or DROP make a flush final.",
    ),
    StreamExceptionPolicy.REJECT: note(
        "the stream exception policy is REJECT: clients of flushed TCP connections get a reset at their next packet.",
        remedy="They may reconnect at once, and the new connection meets the new rules.",
    ),
}
ON_OTHERS: Final = warning(
    "UDP and ICMP have no handshake: after a flush the next packet makes a new flow, and its sender is the source.",
    remedy="A reply that comes first is judged as if the server had begun; rules for that direction decide about it.",
)


def tcp_lives_on(what: str, causes: str) -> Diagnostic:
    """Say that TCP connections may live on under ``CONTINUE``, and by which rules they are denied when they begin."""
    return warning(
        f"{what} may live on once flushed: the stream exception policy is CONTINUE, and {causes} need not match a "
        "connection that goes on without its beginning.",
        remedy="Deny both directions by headers alone (no flow:established, TLS or HTTP), or close them at one of "
        "their ends. REJECT or DROP make a flush final; a change to them restarts the stateful engine.",
    )


def others_live_on(what: str, causes: str) -> Diagnostic:
    """Say that flows of protocols without a handshake may live on, and by which rules they are denied."""
    return warning(
        f"{what} may live on once flushed: the next packet makes a new flow, its sender is the source, and {causes} "
        "need not match what the other side begins.",
        remedy="Deny both directions by headers alone, or stop them at one of their ends.",
    )


def after_flush(protocols: frozenset[int] | None, policy: StreamExceptionPolicy) -> Iterator[Diagnostic]:
    """Say what clients feel when flows of these protocols (``None``: of any) are flushed."""
    if protocols is None or TCP in protocols:
        yield ON_TCP[policy]
    if protocols is None or protocols - {TCP}:
        yield ON_OTHERS
