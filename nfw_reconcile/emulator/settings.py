"""What can be set about the emulator, each with the value that AWS documents or is likely to use.

Where AWS does not say how the service behaves, there is a setting: a caller that has to be right
on the real service is tested against both answers.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TWELVE_HOURS: Final = 12 * 60 * 60


class AgeMode(enum.StrEnum):
    """What ``Age`` of a flow counts (the API reference says only "age")."""

    SINCE_FIRST_PACKET = "since first packet"
    SINCE_LAST_PACKET = "since last packet"
    FIRST_TO_LAST_PACKET = "first to last packet"


class ProtocolText(enum.StrEnum):
    """How a listed flow writes its protocol: ``6`` or ``TCP``."""

    NUMBER = "number"
    NAME = "name"


class ConfigKey(enum.StrEnum):
    """What ``SyncStates[zone].Config`` is keyed by (modelled as a name, shown as an ARN in samples)."""

    ARN = "arn"
    NAME = "name"


class Summary(enum.StrEnum):
    """How truthful ``ConfigurationSyncStateSummary`` is."""

    HONEST = "honest"
    ALWAYS_IN_SYNC = "always in sync"
    FLAPPING = "flapping"


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How an update reaches the zones. All times are in seconds.

    ``delay``/``zone_delays``/``jitter``
        from the update until a zone runs it: ``delay``, or the zone's own, plus up to ``jitter``.
    ``stuck_zones``
        zones that stay ``PENDING`` for ever.
    ``pending_lag``
        how long a zone still reports the old version ``IN_SYNC`` before it turns ``PENDING``.
    ``claims_ahead``
        how long before it really runs the new version a zone reports it ``IN_SYNC``.
    ``flapping_zones``
        zones in which every second read of an object in sync says ``PENDING``.
    ``tokens_match``
        whether the zones' tokens are those of the Describe operations.
    ``forced_status``
        a per-object status to report in a zone whatever the truth (``CAPACITY_CONSTRAINED``).
    ``engine_restarts``
        whether a changed ``StatefulEngineOptions`` restarts the engine and so empties its table.
    """

    delay: float = 5.0
    zone_delays: Mapping[str, float] = field(default_factory=dict)
    jitter: float = 0.0
    stuck_zones: frozenset[str] = frozenset()
    pending_lag: float = 0.0
    claims_ahead: float = 0.0
    flapping_zones: frozenset[str] = frozenset()
    summary: Summary = Summary.HONEST
    tokens_match: bool = True
    key: ConfigKey = ConfigKey.ARN
    forced_status: Mapping[str, str] = field(default_factory=dict)
    engine_restarts: bool = True


@dataclass(frozen=True, slots=True)
class TableSettings:
    """How flow tables behave. All times are in seconds.

    ``other_idle``
        idle timeout of all but TCP (TCP has ``TcpIdleTimeoutSeconds`` of the policy).
    ``stub_seconds``
        how long a refused attempt, or a packet that the stream exception policy stopped, stays in
        the table as a young entry that passes nothing; 0: it leaves none.
    ``continue_survives``
        under ``CONTINUE``, a flushed TCP connection goes on whatever the rules say of one without its beginning.
    ``reload_cuts``
        new rules are tried on the packets of connections that live, as stock Suricata tries all but header-only
        rules; one that they stop stays in the table and passes nothing. AWS documents that connections live on.
    ``reversed_share``
        share of new entries that are stored with source and destination swapped.
    ``mirrored``
        every connection has two entries, one in each direction.
    """

    other_idle: float = 300.0
    stub_seconds: float = 0.0
    continue_survives: bool = False
    reload_cuts: bool = False
    reversed_share: float = 0.0
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class OperationSettings:
    """How flow operations run. All times are in seconds.

    ``execute_after``/``duration``
        from the start until the flows are identified, and until the operation has ended.
    ``prune_after``
        from the moment a flush marks a flow until it leaves the table; ``marked_are_listed`` says
        whether a capture in between still lists it.
    ``list_lag``
        how long an accepted operation is missing from ListFlowOperations.
    ``early_timestamp``
        give ``FlowRequestTimestamp`` from the start on, not only once the flows are identified.
    ``busy_code``
        the error for a second operation in a zone (AWS says "throttled", and names no code).
    ``address_required``
        refuse a filter that has neither a source nor a destination, as the console does.
    """

    execute_after: float = 0.5
    duration: float = 2.0
    prune_after: float = 1.0
    marked_are_listed: bool = True
    age: AgeMode = AgeMode.SINCE_FIRST_PACKET
    list_lag: float = 0.0
    early_timestamp: bool = False
    busy_code: str = "ThrottlingException"
    address_required: bool = False
    retention: float = TWELVE_HOURS


@dataclass(frozen=True, slots=True)
class ListingSettings:
    """How flows are written in results.

    ``prefix_length`` adds ``/32`` or ``/128``; ``duplicate_share`` of the flows are listed twice;
    ``page_size`` holds where the caller names no ``MaxResults``.
    """

    prefix_length: bool = True
    protocol: ProtocolText = ProtocolText.NUMBER
    duplicate_share: float = 0.0
    page_size: int = 100


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """All settings. ``zones`` are where CreateFirewall places subnets that ``subnet_zones`` does not name.

    ``zone_ids`` maps zone names to their ids; an id that is missing is derived from the name.
    ``tells_modification``: answers carry ``LastModifiedTime``.
    """

    account: str = "123456789012"
    region: str = "us-east-1"
    zones: tuple[str, ...] = ("us-east-1a", "us-east-1b", "us-east-1c")
    subnet_zones: Mapping[str, str] = field(default_factory=dict)
    zone_ids: Mapping[str, str] = field(default_factory=dict)
    tells_modification: bool = True
    sync: SyncSettings = SyncSettings()
    tables: TableSettings = TableSettings()
    operations: OperationSettings = OperationSettings()
    listing: ListingSettings = ListingSettings()
