"""Bytes to calls and replies to bytes: the AWS JSON 1.0 protocol.

A request is dispatched by the service that its ``X-Amz-Target`` header names
(``NetworkFirewall_20201112.StartFlowFlush``); a form goes to the neighbouring services. The CBOR
protocol, which the service model lists as well, is refused in words: a client that switches to it
should be noticed, not guessed at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.emulator.names import stand_in_token
from nfw_reconcile.emulator.neighbours import answer, is_query, refusal_text
from nfw_reconcile.emulator.replies import Answer, Garble, Garbled, Refusal, Silence
from nfw_reconcile.emulator.validate import ModelChecker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.service import Service

HEADERS: Final = ("Content-Type", "X-Amz-Target", "smithy-protocol")
"""All headers of a request that are read, in any case of their letters."""

TARGET_PREFIX: Final = "NetworkFirewall_20201112"
JSON_TYPE: Final = "application/x-amz-json-1.0"
XML_TYPE: Final = "text/xml"
HTML_PAGE: Final = b"<html><head><title>Proxy</title></head><body>Please sign in.</body></html>"
BINARY_NOISE: Final = b"\xff\xfe\x00\x9c\xb1\x80"


@dataclass(frozen=True, slots=True)
class WireReply:
    """A reply as bytes. ``announced`` is what ``Content-Length`` says, more than ``body`` if cut off."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def announced(self) -> int:
        """Give the length that the headers announce."""
        return int(self.headers["Content-Length"])


CHECKER: Final = ModelChecker()


def handle(emulator: Service, headers: Mapping[str, str], body: bytes) -> WireReply | Silence:
    """Answer one HTTP request; ``Silence`` where no reply is to reach the client."""
    given = {name.lower(): value for name, value in headers.items()}
    if is_query(given):
        return _query(emulator, body)
    call = _read(given, body)
    reply = call if isinstance(call, Refusal) else emulator.call(*call, CHECKER)
    if isinstance(reply, Silence):
        return reply
    stamp = {
        "x-amzn-RequestId": stand_in_token(f"reply {emulator.call_count} {body!r}"),
        "Date": _date(int(emulator.now)),
    }
    return _write(reply, stamp)


def _query(emulator: Service, body: bytes) -> WireReply:
    reply = answer(emulator, body)
    stamp = {"Date": _date(int(emulator.now))}
    if isinstance(reply, Refusal):
        return _wire(reply.status, refusal_text(reply).encode(), stamp, content_type=XML_TYPE)
    return _wire(200, reply.encode(), stamp, content_type=XML_TYPE)


@lru_cache(maxsize=64)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def _read(headers: Mapping[str, str], body: bytes) -> tuple[str, JsonObject] | Refusal:
    """Read the operation and its input, or say why that cannot be done."""
    if "smithy-protocol" in headers or "cbor" in headers.get("content-type", ""):
        message = "this endpoint speaks AWS JSON 1.0 only: CBOR (smithy-rpc-v2-cbor) is not supported"
        return Refusal("UnsupportedProtocolException", message, 415)
    service, _, operation = headers.get("x-amz-target", "").partition(".")
    if service != TARGET_PREFIX:
        message = f"X-Amz-Target must be {TARGET_PREFIX}.OPERATION, not {service or 'absent'!r}"
        return Refusal("UnknownOperationException", message)
    try:
        params: Any = json.loads(body or b"{}")
    except ValueError as error:
        return Refusal("SerializationException", f"the body is not JSON: {error}")
    if not isinstance(params, dict):
        return Refusal("SerializationException", "the body is not a JSON object")
    return operation, params


def _write(reply: Answer | Refusal | Garbled, stamp: Mapping[str, str]) -> WireReply:
    match reply:
        case Answer(body=body):
            return _wire(200, _json(body), stamp)
        case Refusal(code=code, message=message, status=status):
            return _wire(status, _json({"__type": code, "Message": message}), stamp)
        case Garbled(kind=kind, body=body):
            return _garbled(kind, _json(body), stamp)


def _garbled(kind: Garble, body: bytes, stamp: Mapping[str, str]) -> WireReply:
    match kind:
        case Garble.TRUNCATED:
            return _wire(200, body[: len(body) // 2], stamp, announced=len(body))
        case Garble.HTML:
            return _wire(200, HTML_PAGE, stamp, content_type="text/html")
        case Garble.EMPTY:
            return _wire(200, b"", stamp)
        case Garble.BINARY:
            return _wire(200, BINARY_NOISE, stamp)


def _wire(
    status: int,
    body: bytes,
    stamp: Mapping[str, str],
    *,
    content_type: str = JSON_TYPE,
    announced: int | None = None,
) -> WireReply:
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(len(body) if announced is None else announced),
        **stamp,
    }
    return WireReply(status, headers, body)


def _json(body: JsonObject) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
