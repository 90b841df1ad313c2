"""What a run is told: limits, times and switches. The defaults are those of the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.journal.events import RunOptions
from nfw_reconcile.act.lane import Pace
from nfw_reconcile.model.documents import Limits

if TYPE_CHECKING:
    from nfw_reconcile.model.verdict import Effect

MOST_FLOWS: Final = 1000
NO_OTHER_LIMITS: Final = Limits(MOST_FLOWS, None, (), ())


@dataclass(frozen=True, slots=True)
class ActOptions:
    """Options of ``apply`` and ``verify``; all times in seconds.

    ``settle``
        between the first and the second in-sync read; the capture starts after the second.
    ``longer_settle``
        how long a zone has to stay in sync where update tokens never agree.
    ``minimum_age``
        a floor for the ages that a capture is asked for.
    ``fail_on``
        effects of flows that, left alive, make a run end with exit code 6.
    ``flush_possible``
        flush the possibly denied too.
    ``parallel``
        zones and firewalls in threads; else one after the other, in order.
    """

    limits: Limits = NO_OTHER_LIMITS
    sync_timeout: float = 600.0
    timeout: float = 1800.0
    settle: float = 5.0
    longer_settle: float = 60.0
    gate_poll: float = 5.0
    minimum_age: int = 0
    dry_run: bool = False
    include_associations: bool = False
    flush_possible: bool = False
    fail_on: frozenset[Effect] = frozenset()
    parallel: bool = True
    pace: Pace = field(default_factory=Pace)

    @property
    def recorded(self) -> RunOptions:
        """Give what the journal keeps for whoever resumes the run."""
        return RunOptions(
            self.limits,
            self.sync_timeout,
            self.timeout,
            self.settle,
            self.minimum_age,
            self.include_associations,
            self.flush_possible,
            tuple(sorted(self.fail_on)),
        )

    @classmethod
    def resumed(cls, recorded: RunOptions) -> ActOptions:
        """Give the options of an interrupted run."""
        return cls(
            limits=recorded.limits,
            sync_timeout=recorded.sync_timeout,
            timeout=recorded.timeout,
            settle=recorded.settle,
            minimum_age=recorded.minimum_age,
            include_associations=recorded.include_associations,
            flush_possible=recorded.flush_possible,
            fail_on=frozenset(recorded.fail_on),
        )
