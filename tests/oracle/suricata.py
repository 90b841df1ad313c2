"""Runs a real Suricata over a capture file and says what became of each packet."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.oracle.strict import NotPatchableError, write_strict_copy
from tests.oracle.wire import pcap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.oracle.rules import Rules

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
mpm-algo: ac
spm-algo: bm
max-pending-packets: 64
flow: {{ hash-size: 1024, prealloc: 100 }}
defrag: {{ hash-size: 256, prealloc: no }}
host: {{ hash-size: 256, prealloc: 10 }}
ippair: {{ hash-size: 256, prealloc: 10 }}
"""
# What begins at mpm-algo is about starting, most of the work for a few hundred packets: no databases of
# Hyperscan are compiled, and tables start small. None of it says what a rule matches.
_NO_CLASSES: Final = "classification.config"
_REFUSED_LINE: Final = re.compile(r"error parsing signature .* at line (\d+)")
_ANY_PACKET: Final = b"\x45"


class RefusedRulesError(Exception):
    """Suricata does not load the rules."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the packets, which are numbered from 0.

    ``matched`` gives the sids of the rules that a packet matched; passes are not among them.
    """

    dropped: frozenset[int]
    matched: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Program:
    """A Suricata: its file, and what it is started with where it does not run on the libraries of the system."""

    file: Path
    loader: tuple[str, ...] = ()

    def command(self, copy: Path | None = None) -> tuple[str, ...]:
        """Give the words that start it, or a copy of it."""
        return (*self.loader, str(copy or self.file))

    def version(self) -> str:
        """Ask it for its version."""
        done = subprocess.run([*self.command(), "-V"], capture_output=True, check=True, encoding="utf-8")
        return done.stdout.removeprefix("This is Suricata version ").split()[0]


def installed() -> Program:
    """Give the Suricata of the system."""
    return Program(Path(shutil.which("suricata") or "suricata").resolve())


class Suricata:
    """One Suricata, and a copy of it that tries rules in order of their sids."""

    def __init__(self, folder: Path, program: Program) -> None:
        self._folder = folder
        self._program = program
        self.version = program.version()
        self.release = int(self.version.partition(".")[0])
        self._strict = folder / "suricata-strict"
        self._out = folder / "out"
        (folder / _NO_CLASSES).touch()

    def judge(self, rules: Rules, packets: Sequence[bytes]) -> Judged:
        """Run the packets through the rules; raises :class:`RefusedRulesError`."""
        self._run(rules, [*self._capture(packets), "--simulate-ips", "--init-errors-fatal"])
        return _read_events(self._out / "eve.json")

    def rule_types(self, rules: Rules) -> dict[int, str]:
        """Give Suricata's own type of each rule, by sid; those that it refuses are left out.

        The analysis stops at the first rule that is refused, so that these have to be found before.
        """
        said = self._run(rules, self._capture([_ANY_PACKET]))
        refused = {int(line) for line in _REFUSED_LINE.findall(said)}
        lines = [line for number, line in enumerate(rules.text.splitlines(), 1) if number not in refused]
        self._run(replace(rules, text="\n".join(lines)), ["--engine-analysis"])
        analysed = (self._out / "rules.json").read_text(encoding="utf-8").splitlines()
        return {found["id"]: found["type"] for found in map(json.loads, analysed)}

    def _capture(self, packets: Sequence[bytes]) -> list[str]:
        file = self._folder / "flows.pcap"
        file.write_bytes(pcap(packets))
        return ["-r", str(file), "-k", "none"]

    def _run(self, rules: Rules, arguments: list[str]) -> str:
        shutil.rmtree(self._out, ignore_errors=True)
        self._out.mkdir()
        configuration, rule_file = self._folder / "suricata.yaml", self._folder / "policy.rules"
        configuration.write_text(_configuration(rules), encoding="utf-8")
        rule_file.write_text(rules.text, encoding="utf-8")
        done = subprocess.run(
            [
                *self._program.command(self._strict_copy() if rules.strict else None),
                *("-c", configuration, "-S", rule_file, "-l", self._out, "--runmode", "single"),
                *arguments,
                *("--set", f"classification-file={self._folder / _NO_CLASSES}"),
                *("--set", f"reference-config-file={self._folder / _NO_CLASSES}"),
            ],
            capture_output=True,
            check=False,
            encoding="utf-8",
        )
        said = done.stdout + done.stderr
        if done.returncode:
            raise (RefusedRulesError if "Error: detect" in said else RuntimeError)(said)
        return said

    def _strict_copy(self) -> Path:
        if not self._strict.exists():
            try:
                write_strict_copy(self._program.file, self._strict)
            except NotPatchableError as why:
                pytest.skip(f"this Suricata cannot be made to keep written order: {why}")
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
