"""One Suricata that decides about the packets of one queue."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lab.network import FIREWALL, inside
from lab.sandbox import FailedError

if TYPE_CHECKING:
    from pathlib import Path

_CONFIGURATION: Final = """\
%YAML 1.1
---
vars: {{ address-groups: {{}}, port-groups: {{}} }}
default-rule-path: {folder}
rule-files: [policy.rules]
classification-file: {folder}/none.config
reference-config-file: {folder}/none.config
outputs: []
exception-policy: ignore
nfq: {{ mode: accept }}
unix-command: {{ enabled: yes, filename: {socket} }}
stream: {{ checksum-validation: no, inline: auto, midstream: false, midstream-policy: {midstream} }}
app-layer:
  protocols:
    tls: {{ enabled: yes }}
    http: {{ enabled: yes }}
    dns: {{ udp: {{ enabled: yes }}, tcp: {{ enabled: yes }} }}
"""
MIDSTREAM: Final = {"DROP": "drop-flow", "CONTINUE": "ignore", "REJECT": "reject"}
"""Suricata's words for the stream exception policies (user guide, "Exception Policies")."""

RULE_FILE: Final = "policy.rules"
_READY_WITHIN: Final = 60.0
_ASK_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Engine:
    """A running Suricata. ``folder`` holds the rule file, which all engines share."""

    queue: int
    process: subprocess.Popen[bytes]
    socket: Path

    @classmethod
    def start(cls, program: Path, folder: Path, queue: int, stream_exception: str) -> Engine:
        """Start an engine, without waiting for it."""
        place, own = folder / f"queue-{queue}.socket", folder / f"queue-{queue}"
        own.mkdir(exist_ok=True)
        (folder / "none.config").touch()
        text = _CONFIGURATION.format(folder=folder, socket=place, midstream=MIDSTREAM[stream_exception])
        (own / "suricata.yaml").write_text(text, encoding="utf-8")
        words = [
            *inside(FIREWALL),
            str(program),
            "-c",
            f"{own}/suricata.yaml",
            "-q",
            f"{queue}",
            "-l",
            f"{own}",
        ]
        with (own / "said").open("wb") as said:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        return cls(queue, process, place)

    def wait(self) -> None:
        """Wait until it decides about packets; raises :class:`FailedError` where it does not come that far."""
        until = time.monotonic() + _READY_WITHIN
        while time.monotonic() < until and self.process.poll() is None:
            try:
                self.ask("uptime")
            except OSError:
                time.sleep(_ASK_EVERY)
            else:
                self._check_rules()
                return
        raise FailedError(f"Suricata does not start: {self._said()}")

    def reload(self) -> None:
        """Let it read its rules anew, and wait until it runs them; raises :class:`FailedError`."""
        self.wait()
        self.ask("reload-rules")
        self._check_rules()

    def ask(self, command: str) -> dict[str, Any]:
        """Send a command to its socket (user guide, "Interacting via Unix Socket") and give the reply."""
        with socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(_READY_WITHIN)
            talk.connect(str(self.socket))
            _exchange(talk, {"version": "0.2"})
            return _exchange(talk, {"command": command})

    def stop(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)

    def _check_rules(self) -> None:
        loaded = self.ask("ruleset-stats")["message"]
        if any(each["rules_failed"] or each["rules_skipped"] for each in loaded):
            raise FailedError(f"Suricata refuses some rules: {self._said()}")

    def _said(self) -> str:
        said = (self.socket.with_suffix("") / "said").read_text(encoding="utf-8", errors="replace")
        return " ".join(line for line in said.splitlines() if line.startswith("Error"))


def _exchange(talk: socket.socket, message: dict[str, str]) -> dict[str, Any]:
    talk.sendall(json.dumps(message).encode() + b"\n")
    received = b""
    while not received.endswith(b"\n"):
        more = talk.recv(4096)
        if not more:
            raise ConnectionError("Suricata closed its socket")
        received += more
    reply: dict[str, Any] = json.loads(received)
    return reply
