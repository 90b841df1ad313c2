"""A door on a port: an HTTP server that boto3 and the AWS CLI can talk to."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.replies import Loss, Silence
from nfw_reconcile.emulator.wire import WireReply, handle
from nfw_reconcile.errors import NfwReconcileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.emulator.service import Service

logger = logging.getLogger(__name__)

STOP_WITHIN: Final = 0.05
"""Seconds after which the server notices that it is to stop."""


@contextlib.contextmanager
def serve(emulator: Service, port: int = 0, *, host: str = "127.0.0.1", hold: float = 120.0) -> Iterator[str]:
    """Serve the emulator until the block is left, and give the URL.

    Port 0 takes a free one. Where a reply is to be lost by a timeout, the connection is held open
    for ``hold`` seconds. Raises ``OSError`` if the port cannot be had.
    """
    server = _Server((host, port), _Handler)
    server.emulator = emulator
    server.hold = hold
    thread = threading.Thread(target=server.serve_forever, args=(STOP_WITHIN,), name="emulator", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    emulator: Service
    hold: float

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.closing = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - inherited
        """Log what went wrong with a connection; clients that hang up are no news."""
        hung_up = isinstance(sys.exception(), OSError)
        logger.log(logging.DEBUG if hung_up else logging.ERROR, "connection failed", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: together they would wait for an ACK
    server_version = "nfw-reconcile-emulator"
    sys_version = ""
    server: _Server

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            self.send_error(400, "Bad Request", "Content-Length is not a number.")
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):  # the client died half-way: what did not arrive was not asked for
            self.close_connection = True
            return
        try:
            reply = handle(self.server.emulator, dict(self.headers.items()), body)
        except NfwReconcileError as error:
            self.send_error(500, "emulator defect", str(error))
            return
        if isinstance(reply, Silence):
            self._stay_silent(reply.kind)
        else:
            self._send(reply)

    def do_GET(self) -> None:
        self.send_error(405, "Method Not Allowed", "This is an AWS API endpoint: use POST.")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
        """Keep quiet: the emulator has a request log of its own."""

    def _send(self, reply: WireReply) -> None:
        self.send_response_only(
            reply.status
        )  # without a date of its own: the emulator's clock may be another
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        if reply.announced > len(reply.body):
            self.close_connection = True

    def _stay_silent(self, kind: Loss) -> None:
        self.close_connection = True
        if kind is Loss.TIMEOUT:
            self.server.closing.wait(self.server.hold)
        else:
            self._reset()

    def _reset(self) -> None:
        """Close the socket under the handler so that the client gets a TCP reset, not an end."""
        linger_no_time = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_no_time)
        os.close(self.connection.detach())
