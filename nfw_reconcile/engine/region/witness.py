"""Which value of a field stands for many others in an example of a flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import Address

if TYPE_CHECKING:
    from nfw_reconcile.model.intervals import IntervalSet

_SERVICE_PORTS: Final = (443, 80, 53, 22)
_CLIENT_PORTS: Final = (49152, *_SERVICE_PORTS)
_CLIENTS: Final = tuple(
    Address.parse(text).value
    for text in ("198.51.100.10", "203.0.113.10", "192.0.2.10", "10.0.0.10", "2001:db8::10")
)
_SERVERS: Final = tuple(
    Address.parse(text).value
    for text in ("203.0.113.20", "198.51.100.20", "192.0.2.20", "10.0.0.20", "2001:db8::20")
)
"""Values that make a witness easy to read, best first (addresses for documentation, RFC 5737 and 3849).

Clients are never servers: a flow from an address to itself is no example of its class.
"""
_LIKELY: Final = (_CLIENTS, _SERVERS, _CLIENT_PORTS, _SERVICE_PORTS)

_HOST: Final = 10


def representative(values: IntervalSet, field: int) -> int:
    """Choose a value that reads well: a host rather than a network address, a familiar port."""
    found = next((value for value in _LIKELY[field] if value in values), None)
    if found is not None:
        return found
    low, high = values.intervals[0]
    match field:
        case 0:
            return min(low + _HOST, high)
        case 1:
            return low + 2 * _HOST if low + 2 * _HOST <= high else low
        case _:
            return max(low, min(1, high))
