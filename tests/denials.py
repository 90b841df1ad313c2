"""Calls that are refused on the wire: Network Firewall's by a fault of the emulator, those of EC2 and STS by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import AWSResponse

from nfw_reconcile.emulator.faults import ErrorFault, FaultRule
from nfw_reconcile.emulator.iam import WHY
from nfw_reconcile.emulator.neighbours import refusal_text
from nfw_reconcile.emulator.replies import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.aws.client import Clients
    from nfw_reconcile.emulator.emulator import Emulator

DENIED: Final = {
    "network-firewall": Refusal("AccessDeniedException", WHY),
    "ec2": Refusal("UnauthorizedOperation", WHY, 403),
    "sts": Refusal("AccessDenied", WHY, 403),
}
"""How each service says that a permission is missing."""


def always() -> bool:
    return True


def deny(emulator: Emulator, clients: Clients, action: str, when: Callable[[], bool] = always) -> None:
    """Let an IAM action (``ec2:DescribeVpcs``) be missing, from now on and as long as ``when`` says."""
    prefix, _, operation = action.partition(":")
    if prefix == "network-firewall":
        emulator.faults.add(FaultRule(ErrorFault(DENIED[prefix]), operation, lambda _: when()))
    else:
        refuse(getattr(clients, prefix), operation, DENIED[prefix], when)


def refuse(client: Any, operation: str, refusal: Refusal, when: Callable[[], bool] = always) -> None:  # noqa: ANN401
    """Let a client of STS or EC2 get this answer to an operation."""

    def answer(request: Any, **_: object) -> AWSResponse | None:  # noqa: ANN401 - botocore's own arguments
        if not when():
            return None
        return AWSResponse(request.url, refusal.status, {"Content-Type": "text/xml"}, _Raw(refusal))

    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first(f"before-send.{service}.{operation}", answer)


class _Raw:
    """What ``AWSResponse`` reads its content from."""

    def __init__(self, refusal: Refusal) -> None:
        self._refusal = refusal

    def stream(self) -> Iterator[bytes]:
        yield refusal_text(self._refusal).encode()
