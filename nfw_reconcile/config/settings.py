"""The settings of a configuration file, checked; every part has a default, so that no file is an empty one."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from nfw_reconcile.model.addresses import AddressSet
    from nfw_reconcile.model.intervals import IntervalSet
    from nfw_reconcile.model.names import BlockName


class Redact(enum.StrEnum):
    """What reports leave out (``--redact``)."""

    IP = "ip"
    TAGS = "tags"
    NAMES = "names"


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """Above these nothing is flushed on a firewall; ``None`` leaves it to the command line and its default.

    ``protected_cidrs`` are blocks of which no flow is ever flushed, and ``protected_ports`` are ports and ranges
    (``443``, ``8000:8100``) of either side.
    """

    max_flows: int | None = None
    max_percent: float | None = None
    protected_cidrs: tuple[str, ...] = ()
    protected_ports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IgnoreEntry:
    """A class of flows of which an owner has accepted, for a reason, that a change denies them.

    It counts up to the end of the day ``until`` (UTC). ``firewall`` is the name or the ARN of one. The other fields
    narrow the flows, and count for their mirror images as well; ``None`` stands for any, and at least one of addresses
    and ports is not ``None``.
    """

    owner: str
    reason: str
    until: date
    firewall: str | None = None
    protocol: int | None = None
    sources: AddressSet | None = None
    source_ports: IntervalSet | None = None
    destinations: AddressSet | None = None
    destination_ports: IntervalSet | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """``home_net`` maps the name or the ARN of a firewall to CIDRs; ``*`` stands for all that are not named.

    ``names`` says what blocks of addresses are called in reports, each block once. ``ignore`` changes how reports
    show what a plan found, and nothing else.
    """

    limits: LimitSettings = field(default_factory=LimitSettings)
    home_net: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    redact: frozenset[Redact] = frozenset()
    names: tuple[BlockName, ...] = ()
    ignore: tuple[IgnoreEntry, ...] = ()


ANY_FIREWALL: Final = "*"
NO_SETTINGS: Final = Settings()
