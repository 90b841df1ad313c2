from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.act.configuration import Configuration, ObjectState, ZoneStatus
from nfw_reconcile.act.lane import Pace
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.act.preflight import Preflight, preflight
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.errors import Severity
from nfw_reconcile.flows.aftermath import ON_OTHERS, ON_TCP, others_live_on, tcp_lives_on
from nfw_reconcile.model.flow import TCP, UDP
from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.verdict import Effect
from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.plan_document import FirewallPlan

NOW: Final = 1_767_268_800.0
POLICY: Final = "arn:aws:network-firewall:us-east-1:111122223333:firewall-policy/main"
READY: Final = ZoneStatus("READY", "vpce-1", {POLICY: ObjectState("IN_SYNC", "t")})
FOUND: Final = Configuration(
    "arn", "id", POLICY, 0, {"zone-a": READY, "zone-b": READY}, {POLICY: "t"}, None, "REJECT"
)
FILTERS: Final = (make.flow_filter(),)
PLAN: Final = make.firewall_plan(make.region_part(), filters=FILTERS)
DROP, REJECT, CONTINUE = (StreamExceptionPolicy(name) for name in ("DROP", "REJECT", "CONTINUE"))


def said(
    plan: FirewallPlan = PLAN,
    found: Configuration = FOUND,
    *,
    expire_in: float | None = None,
    **options: Any,  # noqa: ANN401 - any option
) -> Preflight:
    expire_at = None if expire_in is None else NOW + expire_in
    return preflight(plan, found, ActOptions(**options), expire_at, NOW)


def summaries(found: Preflight) -> list[str]:
    return [each.summary for each in (*found.refusals, *found.lines)]


def with_zone(status: ZoneStatus) -> Configuration:
    return replace(FOUND, zones={"zone-a": status, "zone-b": READY})


# What clients feel


@pytest.mark.parametrize("policy", list(StreamExceptionPolicy))
def test_what_clients_feel_follows_the_live_policy(policy: StreamExceptionPolicy) -> None:
    found = said(found=replace(FOUND, stream_exception=str(policy)))
    assert summaries(found) == [ON_TCP[policy].summary]
    assert found.messages == (f"{PLAN.firewall.label}: {ON_TCP[policy]}",)


@pytest.mark.parametrize(
    ("plan", "lines"),
    [
        (make.firewall_plan(make.region_part(make.box(protocols=(UDP,)))), [ON_OTHERS]),
        (make.firewall_plan(make.region_part(make.box(protocols=(TCP, UDP)))), [ON_OTHERS, ON_TCP[REJECT]]),
        (make.firewall_plan(make.region_part(make.box(protocols=()))), [ON_OTHERS, ON_TCP[REJECT]]),
        (make.firewall_plan(make.region_part(effect=Effect.POSSIBLY_DENIED)), [ON_TCP[REJECT]]),
        (make.firewall_plan(make.region_part(effect=Effect.UNDECIDED)), [ON_TCP[REJECT]]),
        (make.firewall_plan(make.region_part(flush=False)), []),
        (make.firewall_plan(complete=False), [ON_OTHERS, ON_TCP[REJECT]]),
    ],
    ids=["UDP", "both", "any protocol", "possibly", "undecided", "a stateless drop", "too large"],
)
def test_only_what_may_be_flushed_is_talked_about(plan: FirewallPlan, lines: list[object]) -> None:
    foreseen = replace(plan, capture_filters=FILTERS)
    found = said(replace(foreseen, stream_exception_policy="DROP"))
    assert summaries(found) == [getattr(each, "summary", None) for each in lines]
    notes = [each.summary for each in found.found if each.severity is Severity.NOTE]
    assert summaries(said(foreseen)) == notes


def test_a_policy_that_is_not_known_here_is_named() -> None:
    found = said(found=replace(FOUND, stream_exception="NEWER"))
    assert summaries(found) == ["the stream exception policy is NEWER, which is not known here."]


# The plan's own remarks


def test_warnings_of_the_plan_are_said_again_and_notes_are_not() -> None:
    remarks = (
        make.warning("rule order changes", remedy="Plan a maintenance window."),
        make.warning("a rule cannot be read", where="rules.tf:3"),
        make.note("a managed group"),
    )
    found = said(replace(PLAN, remarks=remarks))
    assert [str(each) for each in found.planned] == [
        "prod-egress: rule order changes. Plan a maintenance window.",
        "rules.tf:3: a rule cannot be read",
    ]
    assert found.messages == (f"prod-egress: {ON_TCP[REJECT]}",)


def test_what_the_plan_said_is_not_said_twice() -> None:
    remark = make.warning(ON_TCP[DROP].summary, remedy=ON_TCP[DROP].remedy)
    found = said(replace(PLAN, remarks=(remark,)), replace(FOUND, stream_exception="DROP"))
    assert summaries(found) == [ON_TCP[DROP].summary]
    assert found.messages == ()


def test_what_the_plan_said_of_another_exception_policy_does_not_hold() -> None:
    remark = make.warning(ON_TCP[DROP].summary)
    found = said(replace(PLAN, remarks=(remark,)), replace(FOUND, stream_exception="CONTINUE"))
    assert summaries(found) == [ON_TCP[CONTINUE].summary]


@pytest.mark.parametrize(("live", "held"), [("CONTINUE", 2), ("DROP", 1)])
def test_what_the_plan_foretold_of_flows_that_may_live_on_holds_under_its_policy(
    live: str, held: int
) -> None:
    remarks = tuple(
        make.warning(each.summary, remedy=each.remedy)
        for each in (tcp_lives_on("1 of the 2", "web sid 7"), others_live_on("1 of the 2", "web sid 8"))
    )
    plan = replace(PLAN, remarks=remarks, stream_exception_policy="CONTINUE")
    found = said(plan, replace(FOUND, stream_exception=live))
    assert len(found.planned) == held
    assert bool(found.found) is (live != "CONTINUE")


def test_a_plan_that_denies_nothing_has_only_its_own_remarks() -> None:
    plan = replace(PLAN, capture_filters=(), remarks=(make.warning("TLS inspection changes"),))
    found = said(plan, replace(with_zone(replace(READY, attachment=None)), associations=1), expire_in=0)
    assert summaries(found) == ["TLS inspection changes"]
    assert (found.found, found.refusals) == ((), ())


def test_warnings_come_first_and_refusals_stand_apart() -> None:
    plan = replace(PLAN, remarks=(make.warning("from the plan"),))
    found = said(plan, replace(FOUND, associations=1), expire_in=1)
    assert [each.severity for each in found.lines] == [Severity.WARNING, Severity.WARNING, Severity.NOTE]
    assert found.lines[0].summary == "from the plan"
    assert [each.severity for each in found.refusals] == [Severity.ERROR]
    assert found.messages == tuple(str(each) for each in (*found.refusals, *found.lines[1:]))


# Zones


@pytest.mark.parametrize("status", ["CREATING", "SCALING", "ERROR", "FAILED", "DELETING", None])
def test_a_zone_whose_attachment_is_not_ready_is_named(status: str | None) -> None:
    found = said(found=with_zone(replace(READY, attachment=status)), sync_timeout=90.0)
    line = found.lines[0]
    assert line.summary == f"zone zone-a is not ready: the attachment is {status or 'not listed'}."
    assert "90 s at most (--sync-timeout)" in line.remedy
    assert (line.severity, found.refusals) == (Severity.WARNING, ())


@pytest.mark.parametrize("status", ["CAPACITY_CONSTRAINED", "NOT_SUBSCRIBED", "DEPRECATED"])
def test_a_zone_that_cannot_get_in_sync_is_named(status: str) -> None:
    found = said(found=with_zone(replace(READY, objects={"main": ObjectState(status, "t")})))
    assert found.lines[0].summary == f"zone zone-a cannot get in sync: main is {status}."
    assert "Nothing is flushed there" in found.lines[0].remedy


def test_a_zone_that_is_only_pending_is_what_apply_waits_for() -> None:
    found = said(found=with_zone(replace(READY, objects={"main": ObjectState("PENDING", "t")})))
    assert summaries(found) == [ON_TCP[REJECT].summary]


# Associations


@pytest.mark.parametrize(
    ("count", "include", "told", "next_step"),
    [
        (
            1,
            False,
            "1 VPC endpoint association, of other accounts perhaps, are left alone",
            "Tell their owners",
        ),
        (3, False, "3 VPC endpoint associations, of other accounts perhaps, are left alone", "include them"),
        (
            3,
            True,
            "3 VPC endpoint associations, of other accounts perhaps, are captured and flushed",
            "AWS asks",
        ),
    ],
)
def test_a_firewall_that_others_share_is_told(count: int, include: bool, told: str, next_step: str) -> None:  # noqa: FBT001
    found = said(found=replace(FOUND, associations=count), include_associations=include)
    assert told in found.lines[0].summary
    assert next_step in found.lines[0].remedy


# Credentials


@pytest.mark.parametrize(
    ("expire_in", "severity"),
    [
        (-60.0, Severity.ERROR),
        (0.0, Severity.ERROR),
        (9.9, Severity.ERROR),
        (10.0, Severity.WARNING),
        (1799.9, Severity.WARNING),
        (1800.0, None),
        (None, None),
    ],
)
def test_credentials_have_to_last_for_the_shortest_run_and_should_for_the_longest(
    expire_in: float | None, severity: Severity | None
) -> None:
    found = said(expire_in=expire_in, settle=4.0, pace=Pace(before_verifying=(6.0, 60.0)))
    told = [each for each in (*found.refusals, *found.lines) if "credentials" in each.summary]
    assert [each.severity for each in told] == ([severity] if severity else [])
    assert bool(found.refusals) is (severity is Severity.ERROR)


def test_credentials_that_last_too_short_are_told_with_the_times() -> None:
    (refusal,) = said(expire_in=7.5).refusals
    expiry = time_text(NOW + 7.5)
    assert f"the credentials expire at {expiry}, in 7 s, and no run ends within 10 s." in str(refusal)
    assert "Renew them, then run apply again." in str(refusal)


def test_credentials_that_may_end_first_are_told_with_the_times() -> None:
    line = said(expire_in=60.0, timeout=120.0).lines[0]
    assert time_text(NOW + 60) in line.summary
    assert time_text(NOW + 120) in line.summary
    assert "--timeout" in line.remedy
    assert "resume" in line.remedy


def test_a_dry_run_needs_no_time_to_verify() -> None:
    assert said(expire_in=6.0, dry_run=True).refusals == ()
    assert said(expire_in=6.0).refusals != ()
    assert said(expire_in=4.0, dry_run=True).refusals != ()
