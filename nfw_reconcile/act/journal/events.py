"""What a journal tells: one event for each thing that a run was about to do, or found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nfw_reconcile.errors import ExitCode
from nfw_reconcile.model.codec import JsonObject  # noqa: TC001 - the codec reads the annotations
from nfw_reconcile.model.documents import FilterText, FlowRow, Limits  # noqa: TC001 - as above
from nfw_reconcile.model.verdict import Effect  # noqa: TC001 - as above

FORMAT: Final = "1.0"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the run was told, so that whoever resumes it keeps to the same; times in seconds."""

    limits: Limits
    sync_timeout: float
    timeout: float
    settle: float
    minimum_age: int
    include_associations: bool
    flush_possible: bool
    fail_on: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins with this plan, on these firewalls (ARNs)."""

    format_version: str
    run: str
    plan_sha256: str
    firewalls: tuple[str, ...]
    options: RunOptions


@dataclass(frozen=True, slots=True)
class RunResumed:
    """Somebody goes on with the run, in a process of its own."""

    tool_version: str


@dataclass(frozen=True, slots=True)
class SeenInSync:
    """A zone was first seen to run the planned rules at ``since``, by the service's clock (epoch seconds).

    ``since`` is ``None`` where the service does not tell its time: clocks of two machines differ. ``tokens`` are the
    update tokens of that moment, by ARN: as long as they stay, so does ``since``.
    """

    firewall_arn: str
    zone: str
    since: float | None
    proof: str
    tokens: JsonObject


@dataclass(frozen=True, slots=True)
class Intended:
    """This flush will be sent now.

    ``send`` names it within the run; ``round`` counts the rounds of the zone, from 1; ``known`` are the zone's
    flushes before it; ``flows`` are those that it is meant for.
    """

    send: str
    round: int
    firewall_arn: str
    zone: str
    scope: str
    filters: tuple[FilterText, ...]
    minimum_age: int
    known: tuple[str, ...]
    flows: tuple[FlowRow, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """AWS accepted it: by its reply, or because it was found in the list of operations."""

    send: str
    operation_id: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """AWS said a definite no: nothing was started."""

    send: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nobody knows whether it was accepted; ``settled`` is false as long as it is being looked for."""

    send: str
    reason: str
    settled: bool


@dataclass(frozen=True, slots=True)
class NeverTaken:
    """It was not accepted and cannot be any more: it is not listed, and its signature has expired."""

    send: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The operation has ended with AWS's status."""

    send: str
    status: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run came to its end."""

    exit_code: int

    @property
    def resumable(self) -> bool:
        """Say whether it left an outcome unknown, so that it can be resumed."""
        return self.exit_code == ExitCode.UNKNOWN_OUTCOME


SendEvent = Intended | Taken | Refusal | NoReply | NeverTaken | Ended
Event = RunStarted | RunResumed | SeenInSync | SendEvent | RunFinished

KINDS: Final[dict[str, type[Event]]] = {
    "run started": RunStarted,
    "run resumed": RunResumed,
    "in sync": SeenInSync,
    "intended": Intended,
    "taken": Taken,
    "refused": Refusal,
    "no reply": NoReply,
    "never taken": NeverTaken,
    "ended": Ended,
    "run finished": RunFinished,
}
"""The kinds of events by the word that stands for each in a journal."""
