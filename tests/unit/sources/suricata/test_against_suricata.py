"""What the parser reads as a rule is what the real engine loads, but for the exceptions listed here."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.model.rule import StatefulRule
from nfw_reconcile.sources.suricata import parse_rules

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.model.rule import RuleEntry

pytestmark = pytest.mark.suricata

SETTINGS: Final = """\
%YAML 1.1
---
vars:
  address-groups: { HOME_NET: "[10.0.0.0/8]", EXTERNAL_NET: "!$HOME_NET" }
  port-groups: { WEB: "[80,443]" }
"""

BOTH_READ: Final = (
    "drop tcp any any -> any any (sid:1;)",
    "DROP TCP ANY Any -> aNy any (SID:1;)",
    "rejectboth udp $HOME_NET any <> !$EXTERNAL_NET [$WEB,!80] (sid:1;)",
    "drop  tcp   any any ->   any any  (sid:1;)",
    "drop tcp 10.0.0.0/8,11.0.0.0/8 any -> any 80,443 (sid:1;)",
    "drop tcp [10.0.0.0/8,![10.1.0.0/16,!10.1.2.0/24],2001:db8::/32] any -> any any (sid:1;)",
    "drop tcp 10.0.0.1-10.0.0.9 :1023 -> any 1024: (sid:1;)",
    "drop tcp [10.1.2.3/8,] [80,] -> any : (sid:1;)",
    "drop tcp [10.0.0.0/8,! 10.1.0.0/16] any -> any [80, 443] (sid:1;)",
    r'drop tcp any any -> any any (msg:"a\;b)\"c"; sid : 1 ; noalert:;)',
    "drop tcp any any \\\n -> any any \\  \n (sid:1;)",
)
BOTH_REFUSE: Final = (
    "drop tcp any any => any any (sid:1;)",
    "drop tcp any any <- any any (sid:1;)",
    "drop tcp any any - > any any (sid:1;)",
    "block tcp any any -> any any (sid:1;)",
    "drop tcp any any any -> any any (sid:1;)",
    "drop tcp any -> any any (sid:1;)",
    "drop tcp 10.0.0.0/40 any -> any any (sid:1;)",
    "drop tcp 10.0.0 any -> any any (sid:1;)",
    "drop tcp 10.0.0.0/ any -> any any (sid:1;)",
    "drop tcp 010.0.0.1 any -> any any (sid:1;)",
    "drop tcp fe80::1%eth0 any -> any any (sid:1;)",
    "drop tcp 10.0.0.9-10.0.0.1 any -> any any (sid:1;)",
    "drop tcp [] any -> any any (sid:1;)",
    "drop tcp [10.0.0.0/8,,11.0.0.0/8] any -> any any (sid:1;)",
    "drop tcp [10.0.0.0/8][11.0.0.0/8] any -> any any (sid:1;)",
    "drop tcp [10.0.0.0/8 any -> any any (sid:1;)",
    "drop tcp any 65536 -> any any (sid:1;)",
    "drop tcp any 82:80 -> any any (sid:1;)",
    "drop tcp any 0x50 -> any any (sid:1;)",
    "drop tcp any [80 : 82] -> any any (sid:1;)",
    "drop tcp any 80-82 -> any any (sid:1;)",
    "drop tcp any any -> any any (sid:1)",
    "drop tcp any any -> any any (sid:1;) tail",
    "drop tcp any any -> any any (sid:1; ;)",
    'drop tcp any any -> any any (msg:"a;b"; sid:1;)',
    r'drop tcp any any -> any any (sid:1; msg:"x\\;")',
    "drop tcp any any -> any any",
    "drop tcp any any\N{NO-BREAK SPACE}-> any any (sid:1;)",
)
ONLY_SURICATA_LOADS: Final = (
    # Both are slips of the pen that the engine happens to survive: undecided here, with their header.
    "drop tcp any any -> any any (sid:1;",
    "drop tcp any any -> any any sid:1;",
    # The engine reads these otherwise than they are written.
    "drop tcp !!10.0.0.0/8 any -> any any (sid:1;)",
    "drop tcp 10.0.0.0/255.0.0.0 any -> any any (sid:1;)",
    "drop tcp any +80 -> any any (sid:1;)",
)
ONLY_THE_PARSER_READS: Final = (
    # White space that the meaning does not hang on.
    "drop\ttcp\tany\tany\t->\tany\tany\t(sid:1;)",
    "drop tcp [ 10.0.0.0/8 , 11.0.0.0/8 ] any -> any any (sid:1;)",
    "drop tcp any any -> any any(sid:1;)",
    "drop tcp any any -> any any (sid:1;) # ticket",
    # What the words mean is for the model of the engine to say, not for the grammar.
    "drop tcp !any any -> any any (sid:1;)",
    "drop nosuch any any -> any any (sid:1;)",
    "drop tcp any any -> any any (nosuch:1; sid:1;)",
    "drop tcp $NOSUCH any -> any any (sid:1;)",
    "drop tcp any any -> any any ()",
)
LINES: Final = (*BOTH_READ, *BOTH_REFUSE, *ONLY_SURICATA_LOADS, *ONLY_THE_PARSER_READS)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The lines that Suricata does not load; each is given a sid of its own first."""
    folder = tmp_path_factory.mktemp("suricata")
    numbered = [
        re.sub(r"sid\s*:\s*1\b", f"sid:{n}", line, flags=re.IGNORECASE) for n, line in enumerate(LINES, 1)
    ]
    (folder / "suricata.yaml").write_text(SETTINGS)
    (folder / "all.rules").write_text("\n".join(numbered) + "\n")
    last = _last_lines(numbered)
    bad = {int(number) for number in re.findall(r"all\.rules at line (\d+)", _test_run(folder))}
    assert bad <= last.keys()
    return {last[number] for number in bad}


def _last_lines(numbered: list[str]) -> dict[int, str]:
    """Map the number of the last physical line of each rule to the rule as listed above."""
    number = 0
    found: dict[int, str] = {}
    for written, line in zip(numbered, LINES, strict=True):
        number += written.count("\n") + 1
        found[number] = line
    return found


def _test_run(folder: Path) -> str:
    command = ["suricata", "-T", "-c", "suricata.yaml", "-S", "all.rules", "-l", "."]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return run.stdout + run.stderr


def read(line: str) -> RuleEntry:
    (entry,) = parse_rules(line, "x")
    return entry


@pytest.mark.parametrize("line", BOTH_READ)
def test_both_read(line: str, refused: set[str]) -> None:
    assert line not in refused
    assert isinstance(read(line), StatefulRule)


@pytest.mark.parametrize("line", BOTH_REFUSE)
def test_both_refuse(line: str, refused: set[str]) -> None:
    assert line in refused
    assert not isinstance(read(line), StatefulRule)


@pytest.mark.parametrize("line", ONLY_SURICATA_LOADS)
def test_only_suricata_loads(line: str, refused: set[str]) -> None:
    assert line not in refused
    assert not isinstance(read(line), StatefulRule)


@pytest.mark.parametrize("line", ONLY_THE_PARSER_READS)
def test_only_the_parser_reads(line: str, refused: set[str]) -> None:
    assert line in refused
    assert isinstance(read(line), StatefulRule)
