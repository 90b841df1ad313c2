"""What the lab's change of rules does to each of its conversations."""

from __future__ import annotations

from typing import Final

FLUSHED_TCP: Final = frozenset({"database", "database-idle", "replication", "legacy", "reports"})
FLUSHED: Final = FLUSHED_TCP | {"metrics", "logs"}
KEPT: Final = {
    "orders": "still_allowed",  # a flow-wide pass
    "intranet": "still_allowed",  # no rule matches
    "names": "still_allowed",
    "audit": "still_allowed",
    "web": "possibly_denied",  # the names of TLS are not to be seen from outside
    "partner": "possibly_denied",
}
CUT_BY_THE_RELOAD: Final = frozenset({"reports"})
"""Suricata tries other than header-only rules on every packet of a flow that was not passed for good."""

BEYOND_A_FLUSH: Final = frozenset({"replication", "reports"})
"""Denied by rules for established flows, which CONTINUE does not make of a flow that was flushed."""
