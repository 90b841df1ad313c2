"""How regions of 5-tuples are called in a report."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import AddressSet, Network
from nfw_reconcile.model.plan_document import Box
from nfw_reconcile.report.masking import SENSITIVE
from nfw_reconcile.report.naming import protocol
from nfw_reconcile.report.phrases import Phrase, data, joined, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.documents import FlowText
    from nfw_reconcile.model.plan_document import RegionPart

MOST_BOXES: Final = 3
MOST_BLOCKS: Final = 3
"""CIDR blocks of one side of a box that are shown."""

_SHORTEST_PREFIX: Final = 8
"""Of a block that tells where addresses are."""

_EVERY_ADDRESS: Final = {
    ("0.0.0.0/0",): "any IPv4",
    ("::/0",): "any IPv6",
    ("0.0.0.0/0", "::/0"): "any",
    (): "any",
}
_EVERY_PORT: Final = frozenset({"", "any", "ANY", "0:65535"})


def region_part(part: RegionPart, most: int = MOST_BOXES) -> Phrase:
    """Write a part of a region by its first boxes, the one that its witness lies in before others."""
    if part.sensitive:
        return Phrase((SENSITIVE,))
    texts = _texts(part)
    shown = joined(data(texts[:most]), "; ")
    return shown if len(texts) <= most else say("{} and {} more", shown, len(texts) - most)


def _texts(part: RegionPart) -> list[str]:
    boxes = sorted(
        _one_for_all_protocols(part.boxes), key=lambda each: (not _may_hold(each, part.witness), box(each))
    )
    texts: list[str] = []
    told: set[Box] = set()
    for each in boxes:
        if each not in told:
            told |= {each, mirror(each)}
            both = mirror(each) in boxes and mirror(each) != each
            texts.append(f"{box(each)}, either way" if both else box(each))
    return texts


def box(bounds: Box) -> str:
    """Write a box: ``TCP from 10.1.0.0/16 to any port 443``; what says nothing is left out."""
    names = ", ".join(protocol(number) for number in sorted(bounds.protocols)) or "any protocol"
    source = _side(bounds.sources, bounds.source_ports)
    return f"{names} from {source} to {_side(bounds.destinations, bounds.destination_ports)}"


def _one_for_all_protocols(boxes: Iterable[Box]) -> list[Box]:
    """Put boxes together that differ in nothing but their protocols."""
    protocols: dict[Box, set[int]] = {}
    for each in boxes:
        bare = Box(
            each.sources,
            _port(each.source_ports),
            each.destinations,
            _port(each.destination_ports),
            protocols=(),
        )
        protocols.setdefault(bare, set()).update(each.protocols or _ALL)
    return [
        dataclasses.replace(each, protocols=() if numbers >= _ALL else tuple(sorted(numbers)))
        for each, numbers in protocols.items()
    ]


_ALL: Final = frozenset(range(256))


def _port(ports: str) -> str:
    return "any" if ports in _EVERY_PORT else ports


def mirror(each: Box) -> Box:
    """Give the box of the same flows, listed from their other side."""
    return dataclasses.replace(
        each,
        sources=each.destinations,
        source_ports=each.destination_ports,
        destinations=each.sources,
        destination_ports=each.source_ports,
    )


def _may_hold(each: Box, flow: FlowText) -> bool:
    """Say whether protocol and ports of a flow are those of the box: enough to choose what to show first."""
    return (
        (not each.protocols or flow.protocol in each.protocols)
        and _holds(each.source_ports, flow.source_port)
        and _holds(each.destination_ports, flow.destination_port)
    )


def _holds(ports: str, port: int) -> bool:
    if ports in _EVERY_PORT:
        return True
    ends = [piece.partition(":") for piece in ports.split(",")]
    return any(
        low.isdecimal() and int(low) <= port <= int(high if high.isdecimal() else low)
        for low, _, high in ends
    )


def _side(blocks: tuple[str, ...], ports: str) -> str:
    name = _EVERY_ADDRESS.get(tuple(sorted(blocks))) or _blocks(blocks)
    if ports in _EVERY_PORT:
        return name
    return f"{name} port {ports}" if ports.isdecimal() else f"{name} ports {ports}"


def _blocks(blocks: Sequence[str]) -> str:
    """Write a few blocks as they are, and many as one of which a few are missing, where it is so."""
    if len(blocks) > MOST_BLOCKS and (rest := _missing(blocks)):
        whole, missing = rest
        every = _EVERY_ADDRESS.get((whole,)) or whole
        return f"({every} but {', '.join(map(_block, missing))})"
    return _in_brackets(blocks)


def _in_brackets(blocks: Sequence[str]) -> str:
    shown = ", ".join(map(_block, blocks[:MOST_BLOCKS]))
    if len(blocks) > MOST_BLOCKS:
        return f"({shown} and {len(blocks) - MOST_BLOCKS} more)"
    return f"({shown})" if len(blocks) > 1 else shown


def _block(text: str) -> str:
    """Leave out the length of a block of one address."""
    return text.removesuffix("/128" if ":" in text else "/32")


def block_around(addresses: Sequence[str]) -> str | None:
    """Give the smallest block that holds all of some addresses; ``None`` where that tells hardly anything."""
    try:
        networks = [Network.parse(address) for address in addresses]
    except ValueError:  # redacted
        return None
    block = _around(networks)
    is_one_family = all(network.family == block.family for network in networks)
    return str(block) if is_one_family and block.length >= _SHORTEST_PREFIX else None


def _missing(blocks: Sequence[str]) -> tuple[str, list[str]] | None:
    """Give the smallest block around all of one family, and what is left out of it, if that is told in fewer words.

    Redacted blocks are not known.
    """
    try:
        networks = [Network.parse(block) for block in blocks]
    except ValueError:
        return None
    whole = _around(networks)
    if any(network.family != whole.family for network in networks):
        return None
    left_out = AddressSet.of([whole]) - AddressSet.of(networks)
    missing = [str(network) for network in left_out.networks()]
    return (str(whole), missing) if 0 < 2 * len(missing) <= min(len(blocks), 2 * MOST_BLOCKS) else None


def _around(networks: Sequence[Network]) -> Network:
    """Give the smallest block that holds all blocks of the first one's family."""
    first = networks[0]
    values = [end for each in networks if each.family == first.family for end in (each.value, each.highest)]
    differing = (min(values) ^ max(values)).bit_length()
    return Network(first.family, min(values) >> differing << differing, first.bits - differing)
