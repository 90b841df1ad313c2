"""ClassBench rule sets, where they lie beside the checkout: the community's standard input for classifiers."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.rules import ANY_PROTOCOL, AccessRule
from nfw_reconcile.model.addresses import Network

if TYPE_CHECKING:
    from random import Random

ARCHIVE: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "classbench" / "classbench.tar.xz"
SETS: Final = ("acl1_10k", "fw1_10k", "ipc1_10k")
"""One set of each kind: access lists, firewalls, IP chains."""


def classbench_rules(random: Random, name: str) -> list[AccessRule] | None:
    """Read a set (``acl1_10k``, ``fw1_10k``), without duplicates; ``None`` where the archive is not there.

    The sets have no actions: two rules of three are passes.
    """
    if not ARCHIVE.exists():
        return None
    with tarfile.open(ARCHIVE) as archive:
        member = next(
            found for found in archive.getmembers() if found.isfile() and Path(found.name).name == name
        )
        data = archive.extractfile(member)
        lines = data.read().decode().splitlines() if data else []
    headers = dict.fromkeys(_header(line) for line in lines if line.startswith("@"))
    return [AccessRule("pass" if random.random() < 0.65 else "drop", *header) for header in headers]


def _header(line: str) -> tuple[int, Network, tuple[int, int], Network, tuple[int, int]]:
    """Read ``@SOURCE DESTINATION LOW : HIGH LOW : HIGH PROTOCOL/MASK FLAGS/MASK``, separated by tabs."""
    source, destination, source_ports, destination_ports, protocol, *_ = line.removeprefix("@").split("\t")
    number, mask = (int(part, 16) for part in protocol.split("/"))
    return (
        number if mask else ANY_PROTOCOL,
        Network.parse(source),
        _range(source_ports),
        Network.parse(destination),
        _range(destination_ports),
    )


def _range(text: str) -> tuple[int, int]:
    low, high = text.split(":")
    return int(low), int(high)
