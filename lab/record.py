"""What came of a scenario: of each conversation what was foretold and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import ExitCode

if TYPE_CHECKING:
    from lab.talk.fates import Fate
    from lab.talk.values import Conversation

MAY_LIVE_ON: Final = "may_live_on"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a firewall is set to, in AWS's own words; ``terraform`` or else calls of the API bring it about."""

    rule_order: str
    stream_exception: str
    terraform: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What one conversation was foretold, and what became of it.

    ``effect``, ``flush`` and ``after_flush`` are what ``classify`` says of the change; ``flushed``: the result of
    ``apply`` names it. Its fates are those under the old rules, once only the rules had changed, and after ``apply``;
    ``again`` is that of a new connection then, where the old one was to be flushed.
    """

    conversation: Conversation
    effect: str
    flush: bool
    after_flush: str | None
    flushed: bool
    before: Fate
    control: Fate
    after: Fate
    again: Fate | None

    @property
    def cut_wrongly(self) -> bool:
        """Say whether it was to live, and was hit: cut, or made to lose something."""
        return not self.flush and (
            self.flushed
            or not all(seen.alive and seen.continuous for seen in (self.before, self.control, self.after))
        )

    @property
    def survives(self) -> bool:
        """Say whether it was to be flushed, and lives on."""
        return self.flush and self.after.alive

    @property
    def foretold(self) -> bool:
        """Say whether a flush was foretold not to end it for certain."""
        return self.after_flush == MAY_LIVE_ON

    @property
    def back(self) -> bool:
        """Say whether a new connection got through that was to be denied."""
        return self.again is not None and self.again.exchanged > 0


@dataclass(frozen=True, slots=True)
class Record:
    """All that came of a scenario.

    Moments are ``time.monotonic()``: the zone ran the new rules, and ``apply`` began and ended, with the exit code
    ``applied``. ``warnings`` are the plan's.
    """

    scenario: Scenario
    tightened: float
    apply_began: float
    apply_ended: float
    applied: int
    report: str
    warnings: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def wrong_cuts(self) -> tuple[Row, ...]:
        """Give the conversations that were hit although they were to live."""
        return tuple(row for row in self.rows if row.cut_wrongly)

    @property
    def survivors(self) -> tuple[Row, ...]:
        """Give the conversations that live on although they were to be flushed."""
        return tuple(row for row in self.rows if row.survives)

    @property
    def as_foretold(self) -> bool:
        """Say whether all went as ``plan`` said: who was cut, who was not, and what ``apply`` made of it."""
        expected = ExitCode.UNVERIFIED if self.survivors else ExitCode.OK
        return (
            not self.wrong_cuts
            and all(row.foretold for row in self.survivors)
            and not any(row.back for row in self.rows)
            and self.applied == expected
        )
