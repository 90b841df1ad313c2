from __future__ import annotations

import pytest

from nfw_reconcile.errors import ExitCode
from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import findings_of
from nfw_reconcile.report.findings import Kind, plain
from tests import builders as make

PROVEN = {ZoneState.VERIFIED, ZoneState.NOTHING}


@pytest.mark.parametrize("state", ZoneState)
def test_every_state_but_a_proven_one_is_a_finding(state: ZoneState) -> None:
    zone = make.zone_result(state=state, to_flush=3, messages=("It took too long.",))
    found = findings_of(make.result_document(make.firewall_result(zone))).ranked
    kinds = {Kind.DRY_RUN} if state is ZoneState.DRY_RUN else {Kind.UNPROVEN}
    assert {finding.kind for finding in found} == (set() if state in PROVEN else kinds)
    assert all(state.value in plain(finding.message) for finding in found)
    assert all("It took too long." in plain(finding.message) for finding in found)


def test_survivors_are_told_pair_by_pair_in_each_zone() -> None:
    other = make.by_default()
    rows = (make.flow_row(), make.flow_row(make.flow("203.0.113.11")), make.flow_row(new=other))
    zones = [
        make.zone_result(name, ZoneState.SURVIVORS, survivors=rows) for name in ("eu-west-1a", "eu-west-1b")
    ]
    found = findings_of(make.result_document(make.firewall_result(*zones, exit_code=6))).ranked
    assert [(finding.kind, finding.weight) for finding in found] == [(Kind.SURVIVOR, n) for n in (2, 2, 1, 1)]
    assert len({finding.fingerprint for finding in found}) == 4


def test_what_was_left_alive_is_told_by_what_is_known_of_it() -> None:
    rows = (
        make.flow_row(),
        make.flow_row(effect=Effect.POSSIBLY_DENIED, conditions=("tls.sni is example.net",)),
        make.flow_row(effect=Effect.UNDECIDED, reasons=("HOME_NET is not known",)),
    )
    zone = make.zone_result(state=ZoneState.REFUSED, left_alive=rows)
    found = findings_of(make.result_document(make.firewall_result(zone, exit_code=3))).ranked
    assert [finding.kind for finding in found] == [
        Kind.UNPROVEN,
        Kind.ALIVE,
        Kind.LEFT_ALIVE,
        Kind.LEFT_ALIVE,
    ]
    told = " ".join(plain(finding.message) for finding in found)
    assert "if tls.sni is example.net" in told
    assert "could not be decided (HOME_NET is not known)" in told


@pytest.mark.parametrize(
    ("policy", "kind"), [("CONTINUE", Kind.WARNING), ("DROP", Kind.NOTE), ("REJECT", Kind.NOTE)]
)
def test_flows_that_are_seen_again_may_live_on_where_midstream_goes_on(policy: str, kind: Kind) -> None:
    zone = make.zone_result(seen_again=(make.flow_row(age=3),))
    (found,) = findings_of(
        make.result_document(make.firewall_result(zone, stream_exception_policy=policy))
    ).ranked
    assert found.kind is kind


def test_a_firewall_that_no_zone_was_reached_of_is_a_finding() -> None:
    (found,) = findings_of(make.result_document(make.firewall_result(exit_code=3))).ranked
    assert found.kind is Kind.UNPROVEN
    assert "exit code 3" in plain(found.message)


def test_a_run_that_touched_no_firewall_is_a_finding_unless_it_ended_well() -> None:
    (found,) = findings_of(make.result_document(exit_code=ExitCode.ERROR)).ranked
    assert found.kind is Kind.UNPROVEN
    assert findings_of(make.result_document()).ranked == ()


def test_what_is_proven_is_fine() -> None:
    zone = make.zone_result(flushed=(make.flow_row(), make.flow_row(make.flow("203.0.113.11"))))
    (scope,) = findings_of(make.result_document(make.firewall_result(zone))).scopes
    assert [plain(phrase) for phrase in scope.fine] == [
        "No denied flow is alive",
        "Flushed and gone: denied by sid 7 of group web, was allowed by sid 3",
    ]


def test_a_result_tells_its_exit_code() -> None:
    found = findings_of(make.result_document(make.firewall_result(exit_code=5)))
    assert found.exit is not None
    assert (found.exit.code, found.exit.meaning) == (5, "an outcome is unknown, or the run was interrupted")
    assert dict(found.numbers)["exit_code"] == 5
    assert findings_of(make.plan_document()).exit is None
