"""What both saved files are made of: the plan (:mod:`.plan_document`) and the result (:mod:`.result_document`).

All are plain values, so that :mod:`nfw_reconcile.model.codec` writes and reads them whole.
``sensitive`` marks what Terraform calls sensitive, or what follows from it: it stands in the plan
file, and no report may show it. Times are UTC, ``YYYY-MM-DDTHH:MM:SSZ``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

# The codec reads these annotations at run time.
from nfw_reconcile.model.verdict import Effect, Engine, Verdict  # noqa: TC001

FORMAT_VERSION: Final = "1.0"


class Level(enum.StrEnum):
    """How much a remark matters."""

    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a reader must know: what, where (may be empty), and what to do (may be empty)."""

    level: Level
    text: str
    where: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FirewallIdentity:
    """Which firewall. ``label`` is for people; the rest is ``None`` where the input does not say."""

    label: str
    name: str | None
    arn: str | None
    firewall_id: str | None
    account: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class PolicyIdentity:
    """Which firewall policy; ``file`` and ``file_line`` say where it begins in the repository, where that is known."""

    label: str
    name: str | None
    arn: str | None
    file: str | None = None
    file_line: int | None = None


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule for people: its group, its sid and 1-based line in the group's text where known, its text.

    ``file`` and ``file_line`` say where it is written: a path from the root of the repository, and a 1-based line.
    """

    group: str
    sid: int | None
    line: int | None
    text: str
    sensitive: bool
    file: str | None = None
    file_line: int | None = None


@dataclass(frozen=True, slots=True)
class CauseText:
    """What decided: a rule, or (``rule`` is ``None``) a default action or that nothing matched."""

    engine: Engine
    rule: RuleText | None
    default: str | None


@dataclass(frozen=True, slots=True)
class FlowText:
    """A 5-tuple in text form; ports are 0 where the protocol has none."""

    protocol: int
    source: str
    source_port: int
    destination: str
    destination_port: int


class FilterSafety(enum.StrEnum):
    """What is known of a flush filter; the second is true of every one.

    ``REGION``: every 5-tuple that it matches, captured or not, is newly denied, its source taken as the
    initiator. ``FLOW``: it lies inside what was captured, and matches no captured flow that must stay, nor
    the mirror image of one.
    """

    REGION = "region-safe"
    FLOW = "flow-safe"


@dataclass(frozen=True, slots=True)
class FilterText:
    """A flow filter in AWS's own text form; ports are ``ANY``, ``n`` or ``low:high``.

    ``safety`` is there for the filters of a flush.
    """

    source: str
    destination: str
    source_port: str
    destination_port: str
    protocols: tuple[int, ...]
    sensitive: bool
    safety: FilterSafety | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force when the document was made: shown, never obeyed from a file."""

    max_flows: int
    max_percent: float | None
    protected_cidrs: tuple[str, ...]
    protected_ports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One flow with its effect and both causes; age in seconds, packets and bytes where known."""

    flow: FlowText
    zone: str | None
    age: int | None
    packets: int | None
    bytes: int | None
    effect: Effect
    flush: bool
    old_verdict: Verdict
    old: CauseText
    new_verdict: Verdict
    new: CauseText
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EffectCount:
    """How many flows have an effect, and what they carried where that is known."""

    effect: Effect
    flows: int
    to_flush: int
    packets: int
    bytes: int


class NameKind(enum.StrEnum):
    """What kind of thing an address belongs to."""

    GIVEN = "named by the user"
    INSTANCE = "instance"
    FUNCTION = "Lambda function"
    LOAD_BALANCER = "load balancer"
    DATABASE = "RDS database"
    NAT_GATEWAY = "NAT gateway"
    ENDPOINT = "VPC endpoint"
    TRANSIT_GATEWAY = "transit gateway attachment"
    TASK = "ECS task"
    INTERFACE = "network interface"
    SUBNET = "subnet"
    SERVICE = "AWS service"


class NameOrigin(enum.StrEnum):
    """Who says what an address is; an earlier one goes before a later one."""

    GIVEN = "own names"
    EC2 = "EC2"
    RANGES = "ip-ranges.json"


@dataclass(frozen=True, slots=True)
class AddressName:
    """What an address of a flow is: shown beside it, and nothing is ever decided by it.

    ``address`` is written as the flows write it. Where several things have the address, ``name`` gives all of
    them. ``owner`` and ``network`` (subnet and VPC) are ``None`` where they are not known.
    """

    address: str
    name: str
    kind: NameKind
    owner: str | None
    network: str | None
    origin: NameOrigin
