"""Events of one run that use every kind once, and what writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.events import (
    Ended,
    Event,
    Intended,
    NeverTaken,
    NoReply,
    Refusal,
    RunFinished,
    RunOptions,
    RunResumed,
    RunStarted,
    SeenInSync,
    Taken,
)
from nfw_reconcile.act.journal.journal import RunJournal
from nfw_reconcile.act.journal.leases import Holder, Leases
from nfw_reconcile.act.options import NO_OTHER_LIMITS
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.model.documents import FilterText
from nfw_reconcile.model.verdict import Effect
from tests.unit.act.scene import flow, row

if TYPE_CHECKING:
    from pathlib import Path

RUN: Final = "run-1"
ARN: Final = "arn:aws:network-firewall:us-east-1:123456789012:firewall/edge"
FILTER: Final = FilterText("10.0.0.0/8", "192.0.2.1/32", "ANY", "5432", (6,), sensitive=False)
OPTIONS: Final = RunOptions(
    NO_OTHER_LIMITS,
    sync_timeout=600.0,
    timeout=1800.0,
    settle=5.0,
    minimum_age=0,
    include_associations=False,
    flush_possible=False,
    fail_on=(Effect.UNDECIDED,),
)
STARTED: Final = RunStarted("1.0", RUN, "5" * 64, (ARN,), OPTIONS)
SYNC: Final = SeenInSync(ARN, "a", 1767225600.5, "proof", {ARN: "token"})
HERE: Final = Holder("this machine", "1")


def intended(send: str, age: int = 11) -> Intended:
    return Intended(send, 1, ARN, "a", "AvailabilityZone a", (FILTER,), age, ("0001",), (row(flow()),))


EVERY: Final[tuple[Event, ...]] = (
    STARTED,
    SYNC,
    intended("1"),
    Refusal("1", "ThrottlingException: Rate exceeded"),
    intended("2"),
    NoReply("2", "ReadTimeoutError", settled=False),
    RunResumed("0.1.0"),
    Taken("2", "0002"),
    Ended("2", "COMPLETED"),
    intended("3"),
    NeverTaken("3"),
    RunFinished(0),
)


def journal_in(
    directory: Path, run: str = RUN, clock: VirtualClock | None = None, holder: Holder = HERE
) -> RunJournal:
    store, clock = DirectoryStore(directory), clock or VirtualClock()
    return RunJournal(store, run, clock, Leases(store, clock, run, holder))


def written(directory: Path, *events: Event, run: str = RUN) -> Path:
    """Write a journal and give its file."""
    journal = journal_in(directory, run)
    for event in events:
        journal.write(event)
    journal.close()
    return directory / f"{run}.jsonl"
