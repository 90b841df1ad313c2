"""Entries of a flow table as the API writes them, read strictly; and flows, which are one or two entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.act.paging import broken
from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.flow import PROTOCOL_NUMBERS, CapturedFlow, FiveTuple
from nfw_reconcile.model.intervals import HIGHEST_PORT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.act.ports import JsonObject
    from nfw_reconcile.model.filters import FlowFilter

HIGHEST_PROTOCOL: Final = 255
_NO_PORT: Final = frozenset({None, ""})


@dataclass(frozen=True, slots=True)
class Look:
    """The entries that one operation listed, and when it looked (epoch seconds)."""

    at: float
    entries: tuple[CapturedFlow, ...]


@dataclass(frozen=True, slots=True)
class ListedFlow:
    """One flow: its entries, each 5-tuple once; two where both directions are listed.

    ``looked_at`` is when, in epoch seconds; the ages are those of that moment.
    """

    entries: tuple[CapturedFlow, ...]
    looked_at: float

    @property
    def key(self) -> FiveTuple:
        """Give what identifies the flow, however it is listed."""
        return self.entries[0].tuple.canonical()

    def matched_by(self, filters: Iterable[FlowFilter]) -> bool:
        """Say whether a filter matches one of the entries."""
        return any(each.matches(entry.tuple) for each in filters for entry in self.entries)

    @property
    def age(self) -> int | None:
        """Give the age of the older entry in seconds; ``None`` if an entry has none."""
        ages = [entry.age for entry in self.entries]
        known = [age for age in ages if age is not None]
        return max(known) if len(known) == len(ages) else None


def read_entry(flow: JsonObject, zone: str) -> CapturedFlow:
    """Read a ``Flow`` (API), whose protocol is a number or a name and whose addresses may have a prefix length.

    Raises :class:`~nfw_reconcile.act.paging.BrokenPagesError` for one that is not complete.
    """
    try:
        found = FiveTuple(
            _protocol(flow["Protocol"]),
            _address(flow["SourceAddress"]),
            _port(flow.get("SourcePort")),
            _address(flow["DestinationAddress"]),
            _port(flow.get("DestinationPort")),
        )
        age, packets, size = (_count(flow.get(name)) for name in ("Age", "PacketCount", "ByteCount"))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        what = f"a flow in it cannot be read ({type(problem).__name__}: {problem})"
        raise broken(what) from problem
    return CapturedFlow(found, age, packets, size, zone)


def as_flows(looks: Iterable[Look]) -> tuple[ListedFlow, ...]:
    """Put entries together to flows, in the order of first appearance.

    An entry that one look lists more than once (several hosts or endpoints have it) counts once, with its
    highest age and counts; of several looks the first counts. An entry and its mirror image are one flow.
    """
    once: dict[FiveTuple, tuple[float, CapturedFlow]] = {}
    for look in looks:
        for entry in look.entries:
            at, known = once.get(entry.tuple, (look.at, entry))
            once[entry.tuple] = (at, _oldest(known, entry) if at == look.at else known)
    flows: dict[FiveTuple, list[tuple[float, CapturedFlow]]] = {}
    for found in once.values():
        flows.setdefault(found[1].tuple.canonical(), []).append(found)
    return tuple(
        ListedFlow(tuple(entry for _, entry in found), min(at for at, _ in found)) for found in flows.values()
    )


def _oldest(one: CapturedFlow, other: CapturedFlow) -> CapturedFlow:
    return CapturedFlow(
        one.tuple,
        _larger(one.age, other.age),
        _larger(one.packets, other.packets),
        _larger(one.bytes, other.bytes),
        one.zone,
    )


def _larger(one: int | None, other: int | None) -> int | None:
    """Give the larger number; what is not known stays so, because it may be larger still."""
    return None if one is None or other is None else max(one, other)


def _protocol(value: object) -> int:
    text = str(value).strip().upper()
    number = PROTOCOL_NUMBERS.get(text)
    if number is None:
        number = _number(text)
    if not 0 <= number <= HIGHEST_PROTOCOL:
        message = f"protocol {value!r}"
        raise ValueError(message)
    return number


def _address(value: Any) -> Address:  # noqa: ANN401 - JSON
    block = Network.parse(_definition(value))
    if block.length != block.bits:
        message = f"{block} is not one address"
        raise ValueError(message)
    return Address(block.family, block.value)


def _definition(value: object) -> str:
    text = value.get("AddressDefinition") if isinstance(value, Mapping) else None
    if isinstance(text, str):
        return text
    message = "an address has no AddressDefinition"
    raise ValueError(message)


def _port(value: object) -> int:
    if value in _NO_PORT:
        return 0
    port = _number(str(value))
    if port > HIGHEST_PORT:
        message = f"port {value!r}"
        raise ValueError(message)
    return port


def _count(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        message = f"count {value!r}"
        raise ValueError(message)
    return value


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        message = f"number {text!r}"
        raise ValueError(message)
    return int(text)
