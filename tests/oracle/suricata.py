"""Runs the real Suricata over a capture file and says what became of each packet."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.oracle.strict import write_strict_copy
from tests.oracle.wire import pcap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CONFIGURATION: Final = """\
%YAML 1.1
---
vars:
  address-groups:
{addresses}
  port-groups:
{ports}
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types:
        - alert
        - drop: {{ alerts: yes, flows: all }}
exception-policy: ignore
engine-analysis: {{ rules: yes }}
stream: {{ checksum-validation: no, inline: auto, midstream: false, midstream-policy: ignore }}
app-layer:
  protocols:
    tls: {{ enabled: yes }}
    http: {{ enabled: yes }}
    ssh: {{ enabled: yes }}
    dns: {{ udp: {{ enabled: yes }}, tcp: {{ enabled: yes }} }}
"""
_NO_CLASSES: Final = "classification.config"


class RefusedRulesError(Exception):
    """Suricata does not load the rules."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What Suricata is given: rule text, one rule a line, and what its names stand for.

    In ``strict`` order rules are tried by ascending sid, whatever they do.
    """

    text: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the packets, which are numbered from 0.

    ``matched`` gives the sids of the rules that a packet matched; passes are not among them.
    """

    dropped: frozenset[int]
    matched: Mapping[int, tuple[int, ...]]


class Suricata:
    """The installed program, and a copy of it that tries rules in order of their sids."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = Path(shutil.which("suricata") or "suricata").resolve()
        self._strict = folder / "suricata-strict"
        (folder / _NO_CLASSES).touch()

    def judge(self, rules: Rules, packets: Sequence[bytes]) -> Judged:
        """Run the packets through the rules; raises :class:`RefusedRulesError`."""
        capture = self._folder / "flows.pcap"
        capture.write_bytes(pcap(packets))
        out = self._run(rules, ["-r", str(capture), "--simulate-ips", "-k", "none"])
        return _read_events(out / "eve.json")

    def rule_types(self, rules: Rules) -> dict[int, str]:
        """Give Suricata's own class of each rule, by sid; raises :class:`RefusedRulesError`."""
        out = self._run(rules, ["--engine-analysis"])
        lines = (out / "rules.json").read_text(encoding="utf-8").splitlines()
        return {found["id"]: found["type"] for found in map(json.loads, lines)}

    def _run(self, rules: Rules, arguments: list[str]) -> Path:
        out = self._folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        configuration, rule_file = self._folder / "suricata.yaml", self._folder / "policy.rules"
        configuration.write_text(_configuration(rules), encoding="utf-8")
        rule_file.write_text(rules.text, encoding="utf-8")
        done = subprocess.run(
            [
                self._strict_program() if rules.strict else self._program,
                *("-c", configuration, "-S", rule_file, "-l", out, "--runmode", "single"),
                *("--init-errors-fatal", *arguments),
                *("--set", f"classification-file={self._folder / _NO_CLASSES}"),
                *("--set", f"reference-config-file={self._folder / _NO_CLASSES}"),
            ],
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        if done.returncode:
            raise RefusedRulesError(done.stdout + done.stderr)
        return out

    def _strict_program(self) -> Path:
        if not self._strict.exists():
            write_strict_copy(self._program, self._strict)
        return self._strict


def _configuration(rules: Rules) -> str:
    return _CONFIGURATION.format(
        addresses="\n".join(f'    {name}: "{value}"' for name, value in rules.addresses.items()),
        ports="\n".join(f'    {name}: "{value}"' for name, value in rules.ports.items()),
    )


def _read_events(file: Path) -> Judged:
    dropped: set[int] = set()
    matched: dict[int, list[int]] = defaultdict(list)
    for event in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        if "pcap_cnt" not in event:  # a packet that Suricata made up itself, as a flow ended
            continue
        packet = event["pcap_cnt"] - 1
        if event["event_type"] == "drop":
            dropped.add(packet)
        else:
            matched[packet].append(event["alert"]["signature_id"])
    return Judged(frozenset(dropped), {packet: tuple(sids) for packet, sids in matched.items()})
