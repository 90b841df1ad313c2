"""Runs that are held up, forgotten, mistaken for others, or whose firewall is no longer there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.flush import MOST_DELAY
from nfw_reconcile.act.journal.events import Intended, NeverTaken, Refusal, RunFinished, SeenInSync
from nfw_reconcile.act.journal.lines import read_lines
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.act.run import RunName, apply_plan
from nfw_reconcile.model.documents import Limits
from nfw_reconcile.model.result_document import ZoneState
from tests.checker import flushes
from tests.simulation import scenarios
from tests.simulation.invariants import invariants
from tests.simulation.processes import RUN, Disk, Kill, Moment, patient_history
from tests.simulation.simulation import WatchedJournal
from tests.unit.act.scene import ALLOWED, A, Ahead, flow, messages, tight

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.model.result_document import ResultDocument
    from tests.simulation.simulation import Outcome

HALF_A_DAY: Final = 13 * 3600.0
TAKEN: Final = Kill(Moment.WRITTEN, 4)
"""In one zone: begun, in sync, intended, taken."""


class SlowJournal(WatchedJournal):
    """Takes long to write the first intent down, as a disk that stalls, or S3, may."""

    slow = True

    def write(self, event: Event) -> None:
        super().write(event)
        if isinstance(event, Intended) and self.slow:
            self.slow = False
            self.when_slow()

    def when_slow(self) -> None:
        """Replaced by what happens meanwhile."""


def result_of(outcome: Outcome | None) -> ResultDocument:
    assert outcome is not None
    assert outcome.result is not None, outcome.error
    return outcome.result


def test_an_intent_that_took_long_to_write_down_is_not_sent() -> None:
    sim = scenarios.one_zone()
    journal = SlowJournal(sim.wires)
    sim.journal = sim.scene.journal = journal

    def meanwhile() -> None:
        sim.scene.clock.sleep(MOST_DELAY + 1)
        assert sim.scene.emulator.attempt(A, flow(200, ALLOWED))
        assert flushes(sim.scene.emulator) == []

    journal.when_slow = meanwhile  # type: ignore[method-assign]
    outcome = sim.run()
    assert invariants(outcome) == []
    assert outcome.exit_code == 0
    kinds = [type(event) for event in journal.events]
    assert kinds[2:5] == [Intended, Refusal, Intended]
    assert len(flushes(sim.scene.emulator)) == 1


def test_a_flush_that_the_service_has_forgotten_is_told_and_the_capture_decides(tmp_path: Path) -> None:
    run = patient_history(scenarios.one_zone(), tmp_path)
    assert run.apply(TAKEN) is None
    run.simulation.scene.clock.sleep(HALF_A_DAY)
    result = result_of(run.resume())
    assert result.exit_code == 0
    assert "keeps operations for 12 hours" in messages(result)
    assert len(flushes(run.simulation.scene.emulator)) == 1


def test_a_forgotten_flush_is_not_called_one_that_never_was(tmp_path: Path) -> None:
    run = patient_history(scenarios.one_zone(), tmp_path)
    assert run.apply(Kill(Moment.LINE, 4)) is None
    assert len(flushes(run.simulation.scene.emulator)) == 1
    run.simulation.scene.clock.sleep(HALF_A_DAY)
    assert result_of(run.resume()).exit_code == 0
    lines = read_lines(Disk(tmp_path).read(RUN), RUN)
    assert not any(isinstance(line.event, NeverTaken) for line in lines)
    assert isinstance(lines[-1].event, RunFinished)


def test_flushes_that_cannot_be_told_apart_are_all_waited_for(tmp_path: Path) -> None:
    run = patient_history(scenarios.one_zone(), tmp_path)
    assert run.apply(Kill(Moment.LINE, 4)) is None
    scene = run.simulation.scene
    scene.clock.sleep(10)
    asked = next(call.input for call in scene.emulator.requests if call.operation == "StartFlowFlush")
    scene.ok("StartFlowFlush", **asked)
    run.simulation.foreign |= {flushes(scene.emulator)[-1].id}
    result = result_of(run.resume())
    assert result.exit_code == 0
    assert "several flow operations could be the flush" in messages(result)
    assert len(flushes(scene.emulator)) == 2


def test_what_was_never_sent_is_not_told_as_flushed(tmp_path: Path) -> None:
    run = patient_history(scenarios.one_zone(), tmp_path)
    assert run.apply(Kill(Moment.WRITTEN, 3)) is None
    assert flushes(run.simulation.scene.emulator) == []
    run.simulation.scene.clock.sleep(HALF_A_DAY)
    result = result_of(run.resume())
    (zone,) = result.firewalls[0].zones
    assert (zone.state, zone.flushed) == (ZoneState.NOTHING, ())
    assert result.exit_code == 0
    assert flushes(run.simulation.scene.emulator) == []


def test_a_firewall_that_was_made_anew_ends_the_run_that_is_resumed(tmp_path: Path) -> None:
    run = patient_history(scenarios.one_zone(), tmp_path)
    assert run.apply(Kill(Moment.WRITTEN, 1)) is None
    scene = run.simulation.scene
    described = scene.ok("DescribeFirewall", FirewallArn=scene.firewall)["Firewall"]
    scene.ok("DeleteFirewall", FirewallArn=scene.firewall)
    again = {
        name: described[name] for name in ("FirewallName", "FirewallPolicyArn", "VpcId", "SubnetMappings")
    }
    scene.ok("CreateFirewall", **again)
    scene.emulator.put_in_sync()
    result = result_of(run.resume())
    assert result.exit_code == 3
    assert "It was replaced since" in str(result.firewalls[0].messages)
    assert isinstance(read_lines(Disk(tmp_path).read(RUN), RUN)[-1].event, RunFinished)


def test_the_moment_of_sync_is_kept_by_the_clock_of_the_service() -> None:
    scene = tight(zones=1)
    ahead = Ahead(scene.clock, 25.0)
    apply_plan(scene.plan(), scene.services(), ahead, ActOptions(parallel=False), RunName("run-1", "0"))
    (seen,) = [event for event in scene.journal.events if isinstance(event, SeenInSync)]
    assert seen.since is not None
    assert seen.since <= scene.clock.now()


def test_what_an_earlier_process_flushed_counts_towards_the_limit(tmp_path: Path) -> None:
    run = patient_history(scenarios.one_zone(), tmp_path)
    run.simulation.options["limits"] = Limits(3, None, (), ())
    assert run.apply(Kill(Moment.WRITTEN, 5)) is None
    scene = run.simulation.scene
    assert scene.denied_alive() == 0
    scene.put(A, [flow(50), flow(51)])
    result = result_of(run.resume())
    assert result.exit_code == 4
    assert "5 flows would be flushed, more than the 3 allowed" in messages(result)
    assert len(flushes(scene.emulator)) == 1


def test_a_flush_is_not_sent_when_the_time_is_up_while_the_policy_is_read_again() -> None:
    clean = scenarios.one_zone()
    clean.run()
    reads = [call.number for call in clean.wires.calls if call.operation == "DescribeRuleGroup"]
    sent = next(call.number for call in clean.wires.calls if call.operation == "StartFlowFlush")
    sim = scenarios.one_zone()
    sim.options["timeout"] = 30.0
    sim.at_call(max(number for number in reads if number < sent), lambda: sim.scene.clock.sleep(25))
    outcome = sim.run()
    assert invariants(outcome) == []
    assert flushes(sim.scene.emulator) == []
    assert outcome.exit_code == 4
