from __future__ import annotations

import pytest

from nfw_reconcile.errors import ExitCode
from nfw_reconcile.model.result_document import ResultDocument, ZoneState
from nfw_reconcile.report.blocks import Tone
from nfw_reconcile.report.exit_codes import ADVICE, next_steps
from nfw_reconcile.report.result_headline import result_headline
from tests import builders as make

ROWS = (make.flow_row(), make.flow_row(make.flow("203.0.113.11")))


def _of(*states: ZoneState, code: int = 0) -> ResultDocument:
    zones = [
        make.zone_result(f"zone-{n}", state, flushed=ROWS if state is ZoneState.VERIFIED else ())
        for n, state in enumerate(states)
    ]
    return make.result_document(make.firewall_result(*zones, exit_code=code))


@pytest.mark.parametrize(
    ("document", "tone", "words"),
    [
        (_of(ZoneState.VERIFIED), Tone.GOOD, "2 flows flushed and proven gone."),
        (_of(ZoneState.NOTHING), Tone.GOOD, "no denied flow is alive (120 flows captured)."),
        (_of(ZoneState.DRY_RUN), Tone.GOOD, "dry run, 0 flows would be flushed; nothing was sent."),
        (_of(code=0), Tone.GOOD, "nothing to flush."),
        (_of(code=1), Tone.BAD, "no zone was reached."),
        (
            _of(ZoneState.VERIFIED, ZoneState.NOT_IN_SYNC, code=4),
            Tone.CAUTION,
            "2 flows flushed and proven gone; never in sync in zone-1.",
        ),
        (
            _of(ZoneState.BUSY, code=8),
            Tone.CAUTION,
            "nothing was flushed; held by another flow operation in zone-0.",
        ),
        (
            _of(ZoneState.REFUSED, ZoneState.REFUSED, code=3),
            Tone.BAD,
            "nothing was flushed; refused in zone-0 and zone-1.",
        ),
    ],
)
def test_of_one_firewall(document: ResultDocument, tone: Tone, words: str) -> None:
    headline = result_headline(document)
    assert (headline.text.raw, headline.tone) == (f"Firewall prod-egress: {words}", tone)


@pytest.mark.parametrize("state", [ZoneState.UNKNOWN, ZoneState.FAILED])
def test_where_an_outcome_is_unknown_nobody_says_that_nothing_was_flushed(state: ZoneState) -> None:
    headline = result_headline(_of(state, code=5)).text.raw
    assert "no flush is confirmed" in headline
    assert "nothing" not in headline


def test_an_unknown_outcome_is_said_before_all_else() -> None:
    headline = result_headline(_of(ZoneState.VERIFIED, ZoneState.UNKNOWN, ZoneState.BUSY, code=5)).text.raw
    assert headline.startswith("Firewall prod-egress: outcome unknown in zone-1; held by")


def test_survivors_are_counted() -> None:
    zone = make.zone_result(state=ZoneState.SURVIVORS, flushed=ROWS, survivors=ROWS[:1])
    headline = result_headline(make.result_document(make.firewall_result(zone, exit_code=6)))
    assert headline.text.raw.startswith("Firewall prod-egress: 2 flows flushed, 1 still alive; ")
    seen = make.zone_result(state=ZoneState.SURVIVORS, survivors=ROWS)
    headline = result_headline(
        make.result_document(make.firewall_result(seen, exit_code=6), command="verify")
    )
    assert headline.text.raw.startswith(
        "Firewall prod-egress: 2 denied flows still alive, nothing was flushed; "
    )


def test_several_firewalls() -> None:
    done = make.firewall_result(make.zone_result(flushed=ROWS), name="a")
    late = make.firewall_result(make.zone_result(state=ZoneState.NOT_IN_SYNC), name="b", exit_code=4)
    both = result_headline(make.result_document(done, late)).text.raw
    assert both == "2 flows flushed and proven gone on 2 firewalls; more is to be done for b."
    well = result_headline(make.result_document(done, done)).text.raw
    assert well == "4 flows flushed and proven gone on 2 firewalls, and all of it is verified."
    assert result_headline(make.result_document()).text.raw == "No firewall was touched."


@pytest.mark.parametrize(
    "code", [code for code in ExitCode if code not in {ExitCode.CHANGES, ExitCode.USAGE}]
)
def test_every_exit_code_of_a_result_is_explained(code: ExitCode) -> None:
    assert code in ADVICE
    (meaning, *step) = next_steps(
        make.result_document(make.firewall_result(make.zone_result(), exit_code=code))
    )
    assert meaning.label == f"Exit code {int(code)}"
    assert bool(step) is (code is not ExitCode.OK)


@pytest.mark.parametrize(
    ("document", "command"),
    [
        (_of(ZoneState.FAILED, code=1), "nfw-reconcile apply PLANFILE"),
        (_of(ZoneState.DRY_RUN), "nfw-reconcile apply PLANFILE"),
        (_of(ZoneState.NOT_IN_SYNC, code=4), "nfw-reconcile apply PLANFILE"),
        (_of(ZoneState.VERIFIED, code=77), "nfw-reconcile apply PLANFILE"),
    ],
)
def test_the_next_command_is_given_exactly(document: ResultDocument, command: str) -> None:
    assert next_steps(document)[1].text.raw.endswith(command)


def test_a_refusal_sends_nobody_for_another_plan_that_the_cause_does_not_ask_for() -> None:
    document = make.result_document(
        make.firewall_result(make.zone_result(state=ZoneState.REFUSED), exit_code=3)
    )
    told = next_steps(document)[1].text.raw
    assert told.startswith("do what each message says")
    assert "make a new plan" not in told
