"""Pictures of flows: to which services they go, how old they are, from where to which port."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.report import naming
from nfw_reconcile.report.charts import Bar, Bars, Bin, Grid, Histogram, Label
from nfw_reconcile.report.names import NO_NAMES
from nfw_reconcile.report.phrases import Datum, Phrase, count, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.documents import FlowRow, FlowText
    from nfw_reconcile.report.charts import Chart
    from nfw_reconcile.report.names import Names

FEWEST: Final = 5
"""Flows; of fewer, a table says all at a glance."""

MOST_BARS: Final = 10
MOST_NETWORKS: Final = 12
MOST_PORTS: Final = 10

_BINS: Final = (
    (0, "<1", "min", "under 1 minute"),
    (60, "1-10", "min", "1 to 10 minutes"),
    (600, "10-60", "min", "10 to 60 minutes"),
    (3_600, "1-6", "h", "1 to 6 hours"),
    (21_600, "6-24", "h", "6 to 24 hours"),
    (86_400, "1-7", "d", "1 to 7 days"),
    (604_800, "7+", "d", "7 days and more"),
)
"""Spans of age by their lower ends in seconds, wider and wider: ages span from seconds to weeks."""

_LENGTHS: Final = {4: (24, 20, 16, 12, 8, 0), 6: (64, 56, 48, 32, 16, 0)}
"""Prefix lengths of networks, tried from the left until there are few enough networks."""

_WIDEST: Final = len(_LENGTHS[4]) - 1


def flow_charts(rows: Sequence[FlowRow], names: Names = NO_NAMES) -> tuple[Chart, ...]:
    """Give the pictures that show more than a table would: none for a few flows, or for some that are all alike."""
    if len(rows) < FEWEST:
        return ()
    found = (service_bars(rows, names), age_histogram(rows), place_grid(rows, names))
    return tuple(chart for chart in found if chart is not None)


def service_bars(rows: Sequence[FlowRow], names: Names = NO_NAMES) -> Bars | None:
    """Give a bar for each of the services that most flows go to; ``None`` where there is one service."""
    services = Counter(naming.service(row.flow) for row in rows)
    if len(services) < 2:
        return None
    addresses = {naming.service(row.flow): row.flow.destination for row in rows}
    ranked = sorted(services.items(), key=lambda each: (-each[1], each[0].text))
    rest = ranked[MOST_BARS:]
    flows = count(sum(number for _, number in rest), "more flow")
    return Bars(
        title="Flows by service",
        caption=say("{} to {}.", count(len(rows), "flow"), count(len(services), "service")),
        of="Service",
        measure="Flows",
        bars=tuple(
            Bar(Label(Phrase((service,)), names.whose([addresses[service]])), number)
            for service, number in ranked[:MOST_BARS]
        ),
        rest=say("and {} to {}", flows, count(len(rest), "more service")) if rest else None,
    )


def age_histogram(rows: Sequence[FlowRow]) -> Histogram | None:
    """Give how old flows are; ``None`` where fewer than two tell their age."""
    ages = [row.age for row in rows if row.age is not None]
    if len(ages) < 2:
        return None
    lower_ends = [low for low, *_ in _BINS]
    found = Counter(max(bisect_right(lower_ends, age) - 1, 0) for age in ages)
    untold = len(rows) - len(ages)
    without = say(", {} without an age", untold) if untold else Phrase()
    return Histogram(
        title="Flows by age",
        caption=say("Time since the first packet of {}{}.", count(len(ages), "flow"), without),
        of="Age",
        measure="Flows",
        bins=tuple(Bin(span, unit, name, found[index]) for index, (_, span, unit, name) in enumerate(_BINS)),
    )


def place_grid(rows: Sequence[FlowRow], names: Names = NO_NAMES) -> Grid | None:
    """Give how many flows go from which network to which port; ``None`` where there is one pair alone."""
    networks = _networks([row.flow.source for row in rows])
    common = Counter(_port(row.flow) for row in rows).most_common()
    ports = sorted(port for port, _ in sorted(common, key=lambda each: (-each[1], each[0]))[:MOST_PORTS])
    cells = Counter(
        (networks[row.flow.source], port if (port := _port(row.flow)) in ports else _OTHER) for row in rows
    )
    if len(cells) < 2:
        return None
    columns = [*ports, *([_OTHER] if len(common) > len(ports) else [])]
    found = sorted(set(networks.values()), key=_address_order)
    sources = {network: [each for each in networks if networks[each] == network] for network in found}
    return Grid(
        title="From where to which port",
        caption=say(
            "Flows from {} to {}.", count(len(found), "network"), count(len(common), "destination port")
        ),
        of="Network",
        rows=tuple(Label(Phrase((Datum(network),)), names.whose(sources[network])) for network in found),
        columns=tuple(_port_name(port) for port in columns),
        cells=tuple(tuple(cells[network, port] for port in columns) for network in found),
    )


_OTHER: Final = (-1, -1)


def _port(flow: FlowText) -> tuple[int, int]:
    return flow.protocol, flow.destination_port if flow.protocol in PROTOCOLS_WITH_PORTS else 0


def _port_name(key: tuple[int, int]) -> Phrase:
    protocol, port = key
    if key == _OTHER:
        return Phrase(("others",))
    name = naming.protocol(protocol)
    return Phrase((f"{name} {port}" if protocol in PROTOCOLS_WITH_PORTS else name,))


def _networks(sources: Sequence[str]) -> dict[str, str]:
    """Give each address the network that it is counted under: the smallest of which there are few enough."""
    read = {source: _read(source) for source in set(sources)}
    for step in range(_WIDEST + 1):
        found = {_network(address, step) for address in read.values()}
        if step == _WIDEST or len(found) <= MOST_NETWORKS:
            break
    names = {network: _name(network) for network in found}
    return {source: names[_network(address, step)] for source, address in read.items()}


_Block = tuple[int, int, int] | str
"""Family, first address and prefix length; of an address that is redacted, what is still shown of it."""


def _read(source: str) -> _Block:
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source.partition("#")[0]
    return address.version, int(address), address.max_prefixlen


def _network(address: _Block, step: int) -> _Block:
    if isinstance(address, str):
        return address
    family, number, width = address
    length = _LENGTHS[family][step]
    return family, number >> (width - length) << (width - length), length


def _name(network: _Block) -> str:
    if isinstance(network, str):
        return network
    family, number, length = network
    first = ipaddress.IPv4Address(number) if family == 4 else ipaddress.IPv6Address(number)
    return f"{first}/{length}"


def _address_order(name: str) -> tuple[int, bytes, str]:
    try:
        network = ipaddress.ip_network(name)
    except ValueError:
        return 0, b"", name
    return network.version, network.network_address.packed, name
