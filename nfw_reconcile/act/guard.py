"""The one place that every flush has to pass: limits for the firewall, and the filters as they will be sent.

AWS checks none of this: it takes an empty filter, which matches every flow, and any number of flows.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.errors import Diagnostic, LimitExceeded, Refused, error
from nfw_reconcile.flows.texts import filter_text
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.filters import MOST_FILTERS
from nfw_reconcile.model.intervals import IntervalSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nfw_reconcile.model.documents import Limits
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple


@dataclass(frozen=True, slots=True)
class Tally:
    """One zone of the firewall: how many flows were captured, and (canonical 5-tuples) which are to go."""

    zone: str
    captured: int
    to_flush: frozenset[FiveTuple]


class Budget:
    """What may be flushed on one firewall, all zones together; all of it or nothing.

    Methods may be called from several threads.
    """

    def __init__(self, limits: Limits, spent: Mapping[str, frozenset[FiveTuple]] | None = None) -> None:
        """Take the limits of the run: never those that a plan file shows.

        ``spent`` are flows (canonical 5-tuples) that an earlier process of the run sent flushes for, by zone.
        """
        self._limits = limits
        self._protected = tuple(Network.parse(text) for text in limits.protected_cidrs)
        self._ports = IntervalSet.of(_range(text) for text in limits.protected_ports)
        self._approved = dict(spent or {})
        self._gone = dict(spent or {})
        self._captured = 0
        self._lock = threading.Lock()

    def approve(self, tallies: Iterable[Tally]) -> None:
        """Approve what is to go in all zones.

        Raises ``LimitExceeded`` with every limit that would be exceeded; nothing is approved then.
        """
        with self._lock:
            wanted, gone, captured = dict(self._approved), dict(self._gone), self._captured
            for tally in tallies:
                wanted[tally.zone] = wanted.get(tally.zone, frozenset()) | tally.to_flush
                gone[tally.zone] = gone.get(tally.zone, frozenset()) - tally.to_flush
                captured += tally.captured
            if problems := self._problems(wanted, captured + sum(map(len, gone.values()))):
                raise LimitExceeded(problems)
            self._approved, self._gone, self._captured = wanted, gone, captured

    def approve_more(self, zone: str, flows: frozenset[FiveTuple]) -> None:
        """Approve what a later look at a zone found; flows that were approved before count once."""
        self.approve([Tally(zone, 0, flows)])

    def approved(self, zone: str) -> frozenset[FiveTuple]:
        """Give what may be flushed in a zone."""
        with self._lock:
            return self._approved.get(zone, frozenset())

    def _problems(self, wanted: dict[str, frozenset[FiveTuple]], captured: int) -> list[Diagnostic]:
        total = sum(len(flows) for flows in wanted.values())
        problems: list[Diagnostic] = []
        if total > self._limits.max_flows:
            summary = f"{total} flows would be flushed, more than the {self._limits.max_flows} allowed."
            problems.append(error(summary, remedy=_raise("--max-flows")))
        most = self._limits.max_percent
        if most is not None and total * 100 > most * captured:
            share = f"{total} of the {captured} flows captured"
            problems.append(
                error(
                    f"{share} would be flushed, more than {most:g}%.",
                    remedy=_raise("--max-percent"),
                )
            )
        protected = sorted(flow for flows in wanted.values() for flow in flows if self._is_protected(flow))
        if protected:
            summary = f"{len(protected)} protected flows would be flushed, {protected[0]} among them."
            remedy = "Change the rules; or take out what protects them from the configuration, and apply the same plan."
            problems.append(error(summary, remedy=remedy))
        return problems

    def _is_protected(self, flow: FiveTuple) -> bool:
        return any(
            block.holds(address) for block in self._protected for address in (flow.source, flow.destination)
        ) or any(port in self._ports for port in (flow.source_port, flow.destination_port))


def _raise(option: str) -> str:
    return (
        f"Look at who would be cut. If it is right, apply the same plan with a higher {option}; "
        "else change the rules."
    )


@dataclass(frozen=True, slots=True)
class View:
    """What a zone was seen to hold, for filters to be checked against.

    ``cut`` and ``kept`` are entries as they are listed; ``captured_with`` are the capture's filters.
    """

    captured_with: tuple[FlowFilter, ...]
    cut: tuple[FiveTuple, ...]
    kept: tuple[FiveTuple, ...]


def check_filters(filters: Sequence[FlowFilter], view: View, approved: frozenset[FiveTuple]) -> None:
    """Check the filters of one flush as they will be sent.

    Raises ``Refused`` with every problem: too few or too many filters, one that matches everything, one
    that reaches beyond what was captured, that matches a flow which must stay (or its mirror image: whether
    AWS matches both directions is not documented), one that was not approved, or none that must go.
    """
    problems: list[str] = []
    if not 1 <= len(filters) <= MOST_FILTERS:
        problems.append(f"there are {len(filters)} filters, and 1 to {MOST_FILTERS} are allowed")
    for found in filters:
        problems += [
            f"the filter {_shown(found)} {problem}" for problem in _filter_problems(found, view, approved)
        ]
    if problems:
        remedy = "Nothing was sent. This is a defect of this program: report it."
        raise Refused([error(f"{problem}.", remedy=remedy) for problem in problems])


def _filter_problems(found: FlowFilter, view: View, approved: frozenset[FiveTuple]) -> list[str]:
    problems: list[str] = []
    if found.matches_everything:
        problems.append("matches every flow")
    if not any(captured.covers(found) for captured in view.captured_with):
        problems.append("reaches beyond what was captured")
    stays = next((flow for flow in view.kept if found.matches(flow) or found.matches(flow.reversed())), None)
    if stays is not None:
        problems.append(f"matches {stays}, which must stay")
    going = [flow for flow in view.cut if found.matches(flow)]
    if not going:
        problems.append("matches no flow that must go")
    unapproved = next((flow for flow in going if flow.canonical() not in approved), None)
    if unapproved is not None:
        problems.append(f"matches {unapproved}, which is over the limits")
    return problems


def _shown(found: FlowFilter) -> str:
    text = filter_text(found, sensitive=False)
    protocols = ",".join(str(number) for number in text.protocols) or "any protocol"
    return f"{protocols} {text.source} {text.source_port} -> {text.destination} {text.destination_port}"


def _range(text: str) -> tuple[int, int]:
    low, separator, high = text.partition(":")
    return int(low), int(high if separator else low)
