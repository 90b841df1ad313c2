"""The programs beside Python that some tests need, and what is said where one is missing."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import Final

MISSING_PACKAGE: Final = "missing system package: "
"""How the reason of a skip begins that CI must not have: ``.ci/run`` fails on it."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the tests with a marker need: a program on the ``PATH``, and perhaps the rights of root.

    ``package`` is the Debian package that has the program, ``None`` where none has.
    """

    marker: str
    program: str
    package: str | None = None
    as_root: bool = False

    def lacking(self) -> str | None:
        """Give the reason to skip, or ``None`` where everything needed is there."""
        if shutil.which(self.program) is None:
            return f"{MISSING_PACKAGE}{self.package}" if self.package else f"{self.program} is not installed"
        if self.as_root and os.geteuid() != 0:
            return f"{self.marker} tests need root"
        return None


NEEDS: Final = (
    Need("suricata", "suricata", package="suricata"),
    Need("terraform", "terraform"),
    Need("browser", "chromium", package="chromium"),
    Need("lab", "ip", package="iproute2", as_root=True),
    Need("lab", "iptables", package="iptables"),
    Need("lab", "conntrack", package="conntrack"),
)
