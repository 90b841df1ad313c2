"""A door without a network: a boto3 client whose requests are answered in the same process.

botocore's own serialisers, signers, parsers and retry rules run as always; only the socket is
replaced. Faults come out as the exceptions that botocore raises for them on a real network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ReadTimeoutError,
)

from nfw_reconcile.emulator.replies import Loss, Silence
from nfw_reconcile.emulator.wire import HEADERS, handle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.emulator.service import Service


class BotoClient(Protocol):
    """A boto3 or botocore client of Network Firewall, STS or EC2."""

    @property
    def meta(self) -> Any:  # noqa: ANN401 - botocore has no types
        """Give the client's ``ClientMeta``."""
        ...  # pragma: no cover - a protocol has no body


@dataclass(frozen=True, slots=True)
class _Raw:
    """What ``AWSResponse`` reads its content from."""

    body: bytes

    def stream(self) -> Iterator[bytes]:
        yield self.body


def attach(client: BotoClient, emulator: Service, *, sleep: Callable[[float], None] | None = None) -> None:
    """Let the emulator answer every request of a client from now on; nothing reaches a network.

    ``sleep`` is called with the client's read timeout wherever a reply is lost by a timeout, so
    that a virtual clock can show the time that this takes.
    """

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        reply = handle(emulator, _text_headers(request), _body(request))
        if isinstance(reply, Silence):
            if reply.kind is Loss.RESET:
                raise ConnectionClosedError(endpoint_url=request.url)
            if sleep is not None:
                sleep(float(client.meta.config.read_timeout))
            raise ReadTimeoutError(endpoint_url=request.url)
        return AWSResponse(request.url, reply.status, dict(reply.headers), _Raw(reply.body))

    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-send.{service}", answer)


def _text_headers(request: AWSPreparedRequest) -> dict[str, str]:
    """Give the headers that are read, as text: botocore leaves some of them as bytes."""
    found = ((name, request.headers.get(name)) for name in HEADERS)
    return {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in found
        if value is not None
    }


def _body(request: AWSPreparedRequest) -> bytes:
    body = request.body or b""
    return body if isinstance(body, bytes) else str(body).encode()
