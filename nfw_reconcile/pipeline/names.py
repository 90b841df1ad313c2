"""What the addresses of a plan's flows are: the user's own names, then what EC2 says, then AWS's published ranges.

The first of these that knows an address names it, by the longest prefix that it lies in. Names are for readers:
nothing is decided by them, and what prevents them is a remark, never an error.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from nfw_reconcile.errors import Diagnostic, NfwReconcileError, note, warning
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.documents import AddressName, NameKind, NameOrigin
from nfw_reconcile.model.names import BlockName, PrefixTable
from nfw_reconcile.pipeline.saved import sealed
from nfw_reconcile.pipeline.texts import remark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nfw_reconcile.model.documents import FlowRow
    from nfw_reconcile.model.plan_document import FirewallPlan, PlanDocument

MOST_ASKED: Final = 2_000
"""Addresses that EC2 is asked for in one run: ten requests of 200."""


@dataclass(frozen=True, slots=True)
class FoundNames:
    """What a service says of addresses, and, as warnings, what prevented it from saying more."""

    names: tuple[AddressName, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


class NameService(Protocol):
    """Knows whose addresses those of one account and region are."""

    def names(self, addresses: Sequence[Address]) -> FoundNames:
        """Name the addresses that are known; never raises for what the service refuses or fails to answer."""
        ...  # pragma: no cover - a protocol has no body


@dataclass(frozen=True, slots=True)
class Naming:
    """Where names come from; without a ``service_of`` (by region) nobody is asked.

    Of two ``given`` names for one block the first counts; ``ranges`` are AWS's published ones.
    """

    given: tuple[BlockName, ...] = ()
    ranges: tuple[BlockName, ...] = ()
    service_of: Callable[[str | None], NameService] | None = None
    most: int = MOST_ASKED


def with_names(document: PlanDocument, naming: Naming) -> PlanDocument:
    """Give the plan with names for the addresses of its flows, and with remarks on what prevented them.

    Each address is asked for once for each region, those of the flows with most bytes first, and at most
    ``naming.most`` in all. Without a name the plan stays what it is, to the byte.
    """
    if naming == Naming():
        return document
    plans = document.firewalls
    register = _Register(naming)
    regions: defaultdict[str | None, list[FirewallPlan]] = defaultdict(list)
    for plan in plans:
        regions[plan.firewall.region].append(plan)
    for region, found in regions.items():
        register.ask(region, _by_weight(found))
    return sealed(
        replace(
            document,
            firewalls=tuple(replace(plan, names=register.names(plan)) for plan in plans),
            remarks=(*document.remarks, *(remark(each) for each in register.said())),
        )
    )


def _rows(plan: FirewallPlan) -> Iterator[FlowRow]:
    if plan.flows is not None:
        yield from plan.flows.rows
        yield from plan.flows.attempts


def _by_weight(plans: Iterable[FirewallPlan]) -> list[Address]:
    """Give each address once, those of the flows with most bytes first."""
    weights: Counter[Address] = Counter()
    for plan in plans:
        for row in _rows(plan):
            for text in (row.flow.source, row.flow.destination):
                weights[Address.parse(text)] += row.bytes or 0
    return sorted(weights, key=lambda address: (-weights[address], address))


@dataclass(slots=True)
class _Register:
    """All that is known so far; ``left`` counts the addresses that nobody was asked for."""

    naming: Naming
    asked: int = 0
    left: int = 0
    problems: list[Diagnostic] = field(default_factory=list)
    told: dict[tuple[str | None, Address], AddressName] = field(default_factory=dict)
    given: PrefixTable[BlockName] = field(init=False)
    ranges: PrefixTable[BlockName] = field(init=False)

    def __post_init__(self) -> None:
        self.given = PrefixTable.of((each.block, each) for each in self.naming.given)
        self.ranges = PrefixTable.of((each.block, each) for each in self.naming.ranges)

    def ask(self, region: str | None, addresses: Sequence[Address]) -> None:
        """Ask the service of a region for what has no name of the user's own."""
        wanted = [address for address in addresses if self.given.longest(address) is None]
        if self.naming.service_of is None or not wanted:
            return
        now = wanted[: self.naming.most - self.asked]
        self.asked += len(now)
        self.left += len(wanted) - len(now)
        try:
            found = self.naming.service_of(region).names(now) if now else FoundNames()
        except NfwReconcileError as problem:
            self.problems += [_not_named(each) for each in problem.problems]
            return
        self.problems += [_not_named(each) for each in found.problems]
        self.told.update({(region, Address.parse(each.address)): each for each in found.names})

    def names(self, plan: FirewallPlan) -> tuple[AddressName, ...]:
        """Name the addresses of a plan, sorted."""
        addresses = sorted(_by_weight([plan]))
        found = (self._name(plan.firewall.region, address) for address in addresses)
        return tuple(each for each in found if each is not None)

    def _name(self, region: str | None, address: Address) -> AddressName | None:
        given = self.given.longest(address)
        if given is not None:
            return AddressName(str(address), given.name, NameKind.GIVEN, given.owner, None, NameOrigin.GIVEN)
        if (region, address) in self.told:
            return self.told[region, address]
        published = self.ranges.longest(address)
        if published is None:
            return None
        return AddressName(str(address), published.name, NameKind.SERVICE, None, None, NameOrigin.RANGES)

    def said(self) -> Iterator[Diagnostic]:
        """Say what prevented names, each once."""
        yield from dict.fromkeys(self.problems)
        if self.left:
            most = self.naming.most
            yield note(
                f"EC2 was asked for the {most:,} addresses with most bytes, and not for {self.left:,} others.",
                None,
                "Name those with --names, or look at fewer flows.",
            )


def _not_named(problem: Diagnostic) -> Diagnostic:
    return warning(f"addresses lack names: {problem.summary}", problem.where, problem.remedy)
