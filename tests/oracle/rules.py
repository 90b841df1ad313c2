"""Rules as Suricata is given them: passes that log, and default actions as trailing rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST_DEFAULT: Final = 900_000
"""The lowest sid of a rule that stands for a default action."""

_TRAILING: Final[dict[str, tuple[str, ...]]] = {
    "aws:drop_strict": ("drop ip any any -> any any (sid:{};)",),
    "aws:drop_established": (
        "drop tcp any any -> any any (flow:established,to_server; sid:{};)",
        "drop ip any any -> any any (ip_proto:!6; sid:{};)",
    ),
    "aws:alert_strict": ("alert ip any any -> any any (sid:{};)",),
    "aws:alert_established": ("alert ip any any -> any any (flow:established; sid:{};)",),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """Rule text, one rule a line, and what its names stand for.

    In ``strict`` order rules are tried by ascending sid, whatever they do.
    """

    text: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False

    @classmethod
    def of(
        cls,
        lines: Iterable[str],
        defaults: tuple[str, ...],
        addresses: Mapping[str, str],
        ports: Mapping[str, str],
        *,
        strict: bool,
    ) -> Rules:
        """Add what stands for default actions, and let passes log, which changes no verdict."""
        trailing = [line for action in sorted(defaults) for line in _TRAILING[action]]
        numbered = [line.format(sid) for sid, line in enumerate(trailing, FIRST_DEFAULT)]
        return cls(
            "".join(f"{line}\n" for line in (*map(_logging, lines), *numbered)), addresses, ports, strict
        )

    def sids_that(self, *actions: str) -> frozenset[int]:
        """Give the sids of the rules with one of these actions."""
        lines = [line for line in self.text.splitlines() if line.startswith(actions)]
        return frozenset(int(sid) for line in lines for sid in re.findall(r"[(;\s]sid:(\d+);", line))


def _logging(line: str) -> str:
    return f"{line.removesuffix(')')} alert;)" if line.startswith("pass") and "noalert" not in line else line
