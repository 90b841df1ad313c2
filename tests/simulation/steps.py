"""What can happen to an account, one thing after the other, as values that chance can draw and a failure can print."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Final

import hypothesis.strategies as st

from nfw_reconcile.act.options import NO_OTHER_LIMITS
from nfw_reconcile.emulator.outcomes import FAILED, OperationType, Outcome, with_errors
from nfw_reconcile.model.documents import Limits
from tests.simulation.account import Ground, Talk
from tests.simulation.processes import Kill, Moment
from tests.simulation.rules import DATABASE, POLICIES, SERVICES, Policy, Service
from tests.unit.act.scene import ZONES

SOME_FAULTS: Final = (
    "THROTTLED",
    "INTERNAL_ERROR",
    "INTERNAL_ERROR_AFTER",
    "TIMEOUT",
    "TIMEOUT_AFTER",
    "RESET",
    "RESET_AFTER",
    "ACCESS_DENIED",
    "EXPIRED_CREDENTIALS",
    "TRUNCATED",
    "EMPTY",
    "HTML",
    "UNKNOWN_STATUS",
    "WITH_ERRORS",
    "OTHER_OPERATION",
    "REPEATED_TOKEN",
    "CYCLIC_TOKEN",
    "MISSING_LIST",
    "DUPLICATE_ITEM",
)
OPERATIONS: Final = (
    "StartFlowFlush",
    "StartFlowCapture",
    "DescribeFlowOperation",
    "ListFlowOperations",
    "ListFlowOperationResults",
    "DescribeFirewall",
    "DescribeRuleGroup",
    "*",
)
ENDINGS: Final[dict[str, tuple[OperationType, Outcome]]] = {
    "a flush fails": (OperationType.FLUSH, FAILED),
    "a flush ends with errors": (OperationType.FLUSH, with_errors(touches=0.5)),
    "a flush leaves half": (OperationType.FLUSH, Outcome(touches=0.5)),
    "a capture fails": (OperationType.CAPTURE, FAILED),
    "a capture ends with errors": (OperationType.CAPTURE, with_errors(lists=0.5)),
}
FOREIGN: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "capture": ("StartFlowCapture", {"SourceAddress": {"AddressDefinition": "10.0.0.0/8"}}),
    "flush elsewhere": ("StartFlowFlush", {"SourceAddress": {"AddressDefinition": "10.9.0.0/16"}}),
    "flush inside": (
        "StartFlowFlush",
        {
            "SourceAddress": {"AddressDefinition": "10.0.0.0/8"},
            "DestinationAddress": {"AddressDefinition": "192.0.2.1/32"},
            "DestinationPort": str(DATABASE[1]),
            "Protocols": ["6"],
        },
    ),
}
LIMITS: Final = (
    NO_OTHER_LIMITS,
    NO_OTHER_LIMITS,
    Limits(2, None, (), ()),
    Limits(1000, 50.0, (), ()),
    Limits(1000, None, (), (str(DATABASE[1]),)),
)


class Edit(enum.Enum):
    """What somebody does to the rules."""

    PLANNED = "plan a change and make it"
    PLAN = "only plan a change"
    UNPLANNED = "change the rules without a plan"
    TIGHTEN = "deny all that is ever denied"
    COMMENT = "change a comment"
    VARIABLE = "change a variable that no rule uses"


class First(enum.Enum):
    """What is done about a run that was interrupted, before the program is run for another."""

    RESUME = "resume it"
    LOSE_JOURNAL = "go on where there is no journal of it"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Meanwhile:
    """What others do before a call of the process: a key of ``FOREIGN``, or an ``Edit`` that loosens nothing."""

    call: int
    what: str | Edit


@dataclass(frozen=True)
class Apply:
    """``apply``, perhaps killed or disturbed, perhaps with ``--no-wait``."""

    kill: Kill | None = None
    machine: str = "here"
    meanwhile: Meanwhile | None = None
    wait: bool = True


@dataclass(frozen=True)
class Look:
    """``verify``, or ``apply --dry-run``."""

    verify: bool


Command = Apply | Look


@dataclass(frozen=True)
class Traffic:
    """Flows of an age in seconds, and perhaps a client that goes on."""

    zone: str
    services: tuple[Service, ...]
    age: int
    client: Talk | None


@dataclass(frozen=True)
class Passage:
    """Time goes by; others may work on the firewall, and updates take ``delay`` seconds from now on."""

    seconds: int
    zone: str
    delay: float | None
    foreign: str | None


@dataclass(frozen=True)
class Terraform:
    """What somebody does to the rules."""

    how: Edit
    policy: Policy


@dataclass(frozen=True)
class Trouble:
    """A key of ``ENDINGS``, or of ``FAULTS`` for calls of an operation (``*``: any); ``None`` times: all of them."""

    name: str
    operation: str
    times: int | None


@dataclass(frozen=True)
class Calm:
    """Nothing goes wrong any more."""


@dataclass(frozen=True)
class Program:
    """The program is run for a change that is made now, or for what was planned some plans ``back``."""

    first: First
    change: Policy | None
    command: Command
    back: int
    limits: Limits


@dataclass(frozen=True)
class Resume:
    """The run that was interrupted is resumed, if there is one; ``more`` flows of every service turn up before."""

    kill: Kill | None
    machine: str
    more: int


Step = Traffic | Passage | Terraform | Trouble | Calm | Program | Resume


grounds = st.builds(
    Ground,
    zones=st.integers(1, 2),
    exceptions=st.sampled_from(("DROP", "DROP", "REJECT", "CONTINUE")),
    delay=st.sampled_from((5.0, 31.0)),
    duration=st.sampled_from((2.0, 20.0)),
    list_lag=st.sampled_from((0.0, 0.0, 4.0)),
    stub_seconds=st.sampled_from((0.0, 40.0)),
    mirrored=st.booleans(),
    page=st.sampled_from((100, 2)),
)
zones = st.sampled_from(ZONES)
services = st.sampled_from(SERVICES)
policies = st.sampled_from(POLICIES)
machines = st.sampled_from(("here", "here", "elsewhere"))
kills = st.one_of(
    st.none(),
    st.builds(Kill, st.sampled_from((Moment.CALL, Moment.REPLY)), st.integers(1, 60)),
    st.builds(Kill, st.sampled_from((Moment.LINE, Moment.WRITTEN)), st.integers(2, 7)),
    st.builds(Kill, st.just(Moment.LINE), st.integers(4, 5)),  # accepted, and not yet written down
)


disturbances = st.builds(
    Meanwhile,
    st.integers(1, 60),
    st.sampled_from((*sorted(FOREIGN), Edit.TIGHTEN, Edit.COMMENT, Edit.VARIABLE)),
)
limits = st.sampled_from(LIMITS)
commands = st.one_of(
    st.builds(Apply),
    st.builds(Apply, kills, machines),
    st.builds(Apply, kills, machines),
    st.builds(Apply, kills, machines),
    st.builds(Apply, kills, machines, wait=st.just(value=False)),
    st.builds(Apply, machine=machines, meanwhile=disturbances),
    st.builds(Look, st.booleans()),
)
one_zone_traffic = st.builds(
    Traffic,
    zones,
    st.lists(services, min_size=1, max_size=4).map(tuple),
    st.sampled_from((0, 20, 3600)),
    st.none() | st.builds(Talk, st.booleans(), st.integers(0, 1)),
)
passages = st.builds(
    Passage,
    st.sampled_from((1, 4, 20, 90, 600)),
    zones,
    st.sampled_from((None, None, 2.0, 12.0, 60.0)),
    st.sampled_from((None, *sorted(FOREIGN))),
)
troubles = st.builds(
    Trouble,
    st.sampled_from((*SOME_FAULTS, *sorted(ENDINGS))),
    st.sampled_from(OPERATIONS),
    st.sampled_from((1, 1, 2, None)),
)
programs = st.builds(
    Program,
    st.sampled_from((First.RESUME, First.RESUME, First.LOSE_JOURNAL, First.NOTHING)),
    st.sampled_from((None, *POLICIES[1:])),
    commands,
    st.sampled_from((1, 1, 1, 2, 3)),
    limits,
)
steps: st.SearchStrategy[Step] = st.one_of(
    one_zone_traffic,
    passages,
    st.builds(Terraform, st.sampled_from((Edit.PLANNED, *Edit)), policies),
    troubles,
    st.builds(Calm),
    st.builds(Calm),
    programs,
    programs,
    st.builds(Resume, kills, machines, st.sampled_from((0, 0, 2))),
)
