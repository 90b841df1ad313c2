"""Flow filters in AWS's shape (API: FlowFilter, Address), both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict

from nfw_reconcile.errors import InputError, error
from nfw_reconcile.model.addresses import Network, everything
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter
from nfw_reconcile.model.flow import PROTOCOL_NUMBERS
from nfw_reconcile.model.intervals import HIGHEST_PORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.flows.hulls import Ports

ANY: Final = "ANY"
HIGHEST_PROTOCOL: Final = 255


class AddressShape(TypedDict):
    """AWS's ``Address``: one IP address or CIDR block."""

    AddressDefinition: str


class FilterShape(TypedDict):
    """AWS's ``FlowFilter`` as it is sent: all conditions are written, save that of all protocols."""

    SourceAddress: AddressShape
    DestinationAddress: AddressShape
    SourcePort: str
    DestinationPort: str
    Protocols: NotRequired[list[str]]


def to_api(flow_filter: FlowFilter) -> FilterShape:
    """Write a filter for a request.

    Both addresses are always there, hosts as /32 or /128, so that no filter is the empty one, whose
    meaning is not documented. A port is ``n``, ``a:b`` or ``ANY``; protocols are IANA numbers.
    """
    shape = FilterShape(
        SourceAddress={"AddressDefinition": str(flow_filter.source)},
        DestinationAddress={"AddressDefinition": str(flow_filter.destination)},
        SourcePort=_ports_text(flow_filter.source_ports),
        DestinationPort=_ports_text(flow_filter.destination_ports),
    )
    if flow_filter.protocols:
        shape["Protocols"] = [str(number) for number in flow_filter.protocols]
    return shape


def from_api(shape: Mapping[str, Any]) -> FlowFilter:
    """Read a filter as the service echoes it.

    Besides what :func:`to_api` writes it takes what means the same: a host without a prefix length, a
    condition left out, a protocol by name. Raises :class:`InputError` with all problems otherwise.
    """
    problems: list[Diagnostic] = []
    source = _network(shape, "SourceAddress", problems)
    destination = _network(shape, "DestinationAddress", problems)
    source_ports = _ports(shape, "SourcePort", problems)
    destination_ports = _ports(shape, "DestinationPort", problems)
    protocols = _protocols(shape, problems)
    known = source or destination
    if known is None and not problems:
        problems.append(
            error("A flow filter has neither SourceAddress nor DestinationAddress.", remedy=_REMEDY)
        )
    if known is None or problems:
        raise InputError(problems)
    other = everything(known.family)
    return FlowFilter(source or other, destination or other, source_ports, destination_ports, protocols)


_REMEDY: Final = "See FlowFilter in the AWS Network Firewall API reference for what a filter may hold."


def _ports_text(ports: Ports) -> str:
    if ports == ANY_PORT:
        return ANY
    low, high = ports
    return str(low) if low == high else f"{low}:{high}"


def _network(shape: Mapping[str, Any], key: str, problems: list[Diagnostic]) -> Network | None:
    if key not in shape:
        return None
    try:
        return Network.parse(shape[key]["AddressDefinition"])
    except (KeyError, TypeError, ValueError):
        problems.append(_problem(key, shape[key], "an address or CIDR block"))
        return None


def _ports(shape: Mapping[str, Any], key: str, problems: list[Diagnostic]) -> Ports:
    text = shape.get(key, ANY)
    if text == ANY:
        return ANY_PORT
    low, separator, high = str(text).partition(":")
    ends = (_number(low, HIGHEST_PORT), _number(high if separator else low, HIGHEST_PORT))
    if ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]:
        return ends[0], ends[1]
    problems.append(_problem(key, text, "a port, a range such as 1990:1994, or ANY"))
    return ANY_PORT


def _protocols(shape: Mapping[str, Any], problems: list[Diagnostic]) -> tuple[int, ...]:
    numbers: set[int] = set()
    for text in shape.get("Protocols", ()):
        number = PROTOCOL_NUMBERS.get(str(text).upper(), _number(str(text), HIGHEST_PROTOCOL))
        if number is None:
            problems.append(_problem("Protocols", text, "an IANA protocol number"))
        else:
            numbers.add(number)
    return tuple(sorted(numbers))


def _number(text: str, highest: int) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() else None
    return number if number is not None and number <= highest else None


def _problem(key: str, value: object, wanted: str) -> Diagnostic:
    return error(f"{key} of a flow filter is {value!r}, which is not {wanted}.", remedy=_REMEDY)
