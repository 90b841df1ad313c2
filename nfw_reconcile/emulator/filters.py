"""Flow filters as the service reads them (API: FlowFilter; developer guide, "Flow operations")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.emulator.replies import JsonObject, invalid_request
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.filters import ANY_PORT, MOST_FILTERS
from nfw_reconcile.model.intervals import HIGHEST_PORT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.flow import FiveTuple

HIGHEST_PROTOCOL: Final = 255


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """One filter: every condition must hold for the entry as it is stored; ``None`` is no condition."""

    source: Network | None
    destination: Network | None
    source_ports: tuple[int, int]
    destination_ports: tuple[int, int]
    protocols: frozenset[int]

    def matches(self, flow: FiveTuple) -> bool:
        """Say whether the entry is in the filter; the mirror image of a flow is another entry."""
        return (
            (self.source is None or self.source.holds(flow.source))
            and (self.destination is None or self.destination.holds(flow.destination))
            and self.source_ports[0] <= flow.source_port <= self.source_ports[1]
            and self.destination_ports[0] <= flow.destination_port <= self.destination_ports[1]
            and (not self.protocols or flow.protocol in self.protocols)
        )


def any_matches(filters: Iterable[EntryFilter], flow: FiveTuple) -> bool:
    """Say whether at least one filter matches."""
    return any(each.matches(flow) for each in filters)


def read_filters(sent: Sequence[JsonObject], *, address_required: bool) -> tuple[EntryFilter, ...]:
    """Read the ``FlowFilters`` of a request; ``InvalidRequestException`` names every problem at once."""
    problems: list[str] = []
    if not sent:
        problems.append("FlowFilters must hold at least one filter")
    if len(sent) > MOST_FILTERS:
        problems.append(f"FlowFilters holds {len(sent)} filters, more than {MOST_FILTERS}")
    filters = tuple(_read(f"FlowFilters[{index}]", each, problems) for index, each in enumerate(sent))
    if address_required:
        problems += [
            f"FlowFilters[{index}] has neither a source nor a destination address"
            for index, each in enumerate(filters)
            if each.source is None and each.destination is None
        ]
    if problems:
        raise invalid_request("; ".join(problems))
    return filters


def _read(where: str, sent: JsonObject, problems: list[str]) -> EntryFilter:
    return EntryFilter(
        source=_network(f"{where}.SourceAddress", sent.get("SourceAddress"), problems),
        destination=_network(f"{where}.DestinationAddress", sent.get("DestinationAddress"), problems),
        source_ports=_ports(f"{where}.SourcePort", sent.get("SourcePort"), problems),
        destination_ports=_ports(f"{where}.DestinationPort", sent.get("DestinationPort"), problems),
        protocols=_protocols(f"{where}.Protocols", sent.get("Protocols", ()), problems),
    )


def _network(where: str, sent: Any, problems: list[str]) -> Network | None:  # noqa: ANN401 - JSON
    if sent is None:
        return None
    text = sent["AddressDefinition"]
    try:
        return Network.parse(text)
    except ValueError:
        problems.append(f"{where}: {text!r} is neither an IP address nor a CIDR block")
        return None


def _ports(where: str, sent: str | None, problems: list[str]) -> tuple[int, int]:
    """Read ``ANY``, ``n`` or ``a:b``; lists and negation are not documented for flow filters."""
    if sent is None or sent == "ANY":
        return ANY_PORT
    low, separator, high = sent.partition(":")
    numbers = (low, high if separator else low)
    if all(number.isascii() and number.isdecimal() for number in numbers):
        ports = (int(numbers[0]), int(numbers[1]))
        if ports[0] <= ports[1] <= HIGHEST_PORT:
            return ports
    problems.append(f"{where}: {sent!r} is not a port, a range such as 1990:1994, or ANY")
    return ANY_PORT


def _protocols(where: str, sent: Sequence[str], problems: list[str]) -> frozenset[int]:
    """Read IANA protocol numbers; whether AWS takes names is not documented, so they are refused."""
    numbers = set()
    for text in sent:
        if text.isascii() and text.isdecimal() and int(text) <= HIGHEST_PROTOCOL:
            numbers.add(int(text))
        else:
            problems.append(f"{where}: {text!r} is not an IANA protocol number")
    return frozenset(numbers)
