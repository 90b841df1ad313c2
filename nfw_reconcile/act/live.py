"""The live firewall, held against the plan as often as something about it has changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.act.configuration import read_configuration
from nfw_reconcile.act.gate import runs_current
from nfw_reconcile.act.waiting import patiently
from nfw_reconcile.errors import StalePlan, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.configuration import Configuration
    from nfw_reconcile.act.gate import InSync
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import FlowService, LivePolicy, Policies
    from nfw_reconcile.act.waiting import Deadline

T = TypeVar("T")

REMEDY: Final = "Make a plan for what is live now, or apply what was planned."


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What was live when it was last found to be the planned policy."""

    tokens: dict[str, str | None]
    digest: str


class LiveFirewall:
    """Reads one firewall; methods may be called from several threads."""

    def __init__(
        self,
        service: FlowService,
        arn: str,
        policies: Policies,
        options: ActOptions,
        deadline: Deadline,
    ) -> None:
        self.service = service
        self.arn = arn
        self._policies = policies
        self._options = options
        self._deadline = deadline
        self._agreed: _Agreed | None = None
        self._lock = threading.Lock()
        self._zones: frozenset[str] = frozenset()

    @property
    def zones_seen(self) -> frozenset[str]:
        """Give every zone that any read listed."""
        return self._zones

    def read(self) -> Configuration:
        """Read the firewall, its policy and its groups."""
        configuration = read_configuration(self.service.configuration(self.arn), self.arn)
        with self._lock:
            self._zones |= configuration.zones.keys()
        return configuration

    def planned(self) -> LivePolicy:
        """Give the live policy that flows are going to be judged by from now on.

        Raises ``StalePlan`` with every difference if it is not the planned one, and before them with what could not be
        read: a difference may be no more than that.
        """
        live, agreed = self._look()
        with self._lock:
            self._agreed = agreed
        return live

    def _look(self) -> tuple[LivePolicy, _Agreed]:
        snapshot = self._patiently(lambda: self.service.snapshot(self.arn))
        live = self._policies.current(snapshot)
        if live.differences:
            found = [
                error(f"the live policy is not the planned one: {each}.", remedy=REMEDY)
                for each in live.differences
            ]
            raise StalePlan([*self.service.unread(), *found])
        tokens = dict(read_configuration(snapshot, self.arn).tokens)
        return live, _Agreed(tokens, live.compiled.digest)

    def recheck(self, zone: str, in_sync: InSync) -> InSync:
        """Make sure that the zone still runs the planned policy; say since when it does so without a break.

        A change that makes no difference to any verdict is none; the zone is then waited for. But other rules
        may have been in force between two versions that are equal, so the zone counts as in sync from now on.
        Raises ``StalePlan`` for any other change, and where the zone does not get in sync again.
        """
        until = self._deadline.within(self._options.sync_timeout)
        while True:
            configuration = self._patiently(self.read)
            self._require_agreement(configuration)
            if runs_current(configuration, zone, in_sync):
                same = dict(configuration.tokens) == dict(in_sync.tokens)
                return in_sync if same else replace(in_sync, since=self._now(), tokens=configuration.tokens)
            if not until.sleep(self._options.gate_poll):
                if self._deadline.passed:
                    raise self._deadline.out_of_time()
                summary = f"zone {zone} no longer runs the current version of the policy."
                raise StalePlan(error(summary, remedy="Run apply again once it is in sync."))

    def _require_agreement(self, configuration: Configuration) -> None:
        """Require that what is live decides as what flows were judged by; new tokens alone are taken over."""
        before = self._agreed
        if before is not None and dict(configuration.tokens) == before.tokens:
            return
        _, found = self._look()
        if before is not None and found.digest != before.digest:
            summary = "the live policy changed while flows were being looked at."
            raise StalePlan(error(summary, remedy="Run apply again."))
        with self._lock:
            self._agreed = found

    def _now(self) -> float:
        return self._deadline.clock.now()

    def _patiently(self, read: Callable[[], T]) -> T:
        return patiently(read, self._deadline, self._options.pace.poll)
