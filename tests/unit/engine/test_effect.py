"""Each row of the definition of an effect, and what unknown values do to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.engine.effect import MOST_CONDITIONS, Comparison
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.policy import (
    GroupName,
    OpaqueGroup,
    StatefulReference,
    StatelessGroup,
    StatelessReference,
)
from nfw_reconcile.model.rule import StatelessAction, StatelessRule
from nfw_reconcile.model.verdict import Effect, Engine, Verdict
from tests.rulesets import compiled, flow, group

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.model.verdict import FlowEffect

NEWLY, POSSIBLY, ALLOWED_NOW = Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.NEWLY_ALLOWED
STILL_ALLOWED, STILL_DENIED, UNDECIDED = Effect.STILL_ALLOWED, Effect.STILL_DENIED, Effect.UNDECIDED

FLOW = flow("tcp 10.0.1.10:40000 192.0.2.10:443")

PASS = "pass tcp any any -> any 443 (sid:1;)"
DROP = "drop tcp any any -> any 443 (sid:2;)"
DROP_DATA = "drop tcp any any -> any any (flow:established,to_server; sid:9;)"


def name_rule(action: str, name: str, sid: int = 5) -> str:
    match = (
        f'dotprefix; content:"{name}"; endswith; nocase;'
        if name.startswith(".")
        else (f'content:"{name}"; startswith; endswith; nocase;')
    )
    return f"{action} tls any any -> any any (tls.sni; {match} sid:{sid};)"


def content_rule(action: str, content: str, sid: int = 6) -> str:
    return f'{action} tcp any any -> any any (content:"{content}"; flow:to_server; sid:{sid};)'


def effect(old: CompiledPolicy | None, new: CompiledPolicy) -> FlowEffect:
    return Comparison(old, new).effect(FLOW)


def of(*rules: str) -> CompiledPolicy:
    return compiled("\n".join(rules))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # Nothing about payload.
        ((PASS,), (DROP,), NEWLY),
        ((PASS,), (PASS,), STILL_ALLOWED),
        ((DROP,), (DROP,), STILL_DENIED),
        ((DROP,), (PASS,), ALLOWED_NOW),
        ((), (DROP_DATA,), NEWLY),
        # Denied for every content that allowed it.
        ((name_rule("pass", "a.example"), DROP_DATA), (DROP_DATA,), NEWLY),
        ((name_rule("drop", "a.example"),), (DROP,), NEWLY),
        # Denied for some content that allowed it, and allowed for other.
        ((), (name_rule("drop", "a.example"),), POSSIBLY),
        ((), (content_rule("drop", "x"),), POSSIBLY),
        ((PASS,), (name_rule("pass", "a.example"), DROP_DATA), POSSIBLY),
        ((name_rule("pass", ".a.example"), DROP_DATA), (name_rule("pass", "a.example"), DROP_DATA), POSSIBLY),
        # Two contents change places: one is denied now, the other no longer.
        ((content_rule("drop", "x"),), (content_rule("drop", "y"),), POSSIBLY),
        # No content is denied that was allowed.
        ((name_rule("drop", "a.example"),), (), STILL_ALLOWED),
        ((name_rule("pass", "a.example"), DROP_DATA), (name_rule("pass", ".a.example"), DROP_DATA), STILL_ALLOWED),
        ((DROP_DATA,), (name_rule("pass", "a.example"), DROP_DATA), ALLOWED_NOW),
        # Names that no rule of the other side tells apart.
        ((name_rule("drop", "a.example"),), (name_rule("drop", ".a.example"),), POSSIBLY),
        ((name_rule("drop", ".a.example"),), (name_rule("drop", "a.example"),), STILL_ALLOWED),
        # The same rule on both sides cancels, whatever it asks.
        ((content_rule("drop", "x"), PASS), (content_rule("drop", "x"), PASS), STILL_ALLOWED),
        ((name_rule("pass", "a.example"), DROP_DATA), (name_rule("pass", "a.example"), DROP_DATA), STILL_ALLOWED),
        ((content_rule("drop", "x"),), (content_rule("drop", "x"), name_rule("drop", "a.example")), POSSIBLY),
        # An alert says nothing.
        ((), ("alert tcp any any -> any any (sid:1;)",), STILL_ALLOWED),
    ],
)  # fmt: skip
def test_an_effect_is_what_all_contents_say(
    before: tuple[str, ...], after: tuple[str, ...], expected: Effect
) -> None:
    found = effect(of(*before), of(*after))
    assert found.effect is expected
    assert found.flush == (expected is NEWLY)


def test_where_there_was_no_policy_nothing_was_allowed() -> None:
    assert effect(None, of(PASS)).effect is ALLOWED_NOW
    assert effect(None, of(DROP)).effect is STILL_DENIED
    assert str(effect(None, of(PASS)).old.cause) == "no firewall policy"


def test_every_answer_names_its_cause_on_both_sides() -> None:
    found = effect(of(PASS), of("", DROP))
    assert (found.old.verdict, str(found.old.cause)) == (Verdict.ALLOWED, "group 1 sid 1 line 1")
    assert (found.new.verdict, str(found.new.cause)) == (Verdict.DENIED, "group 1 sid 2 line 2")


def test_a_possible_denial_tells_the_conditions_under_which_it_is_one() -> None:
    listed = [name_rule("pass", f".site{n}.example", n + 1) for n in range(60)]
    found = effect(of(*listed, DROP_DATA), of(*listed[:-1], DROP_DATA))
    assert found.effect is POSSIBLY
    assert found.conditions[-1] == "tls.sni is or is under site59.example"
    assert len(found.conditions) <= MOST_CONDITIONS
    assert str(found.old.cause) == "group 1 sid 60 line 60"
    assert str(found.new.cause) == "group 1 sid 9 line 60"


def test_a_long_list_that_is_the_same_on_both_sides_raises_no_alarm() -> None:
    contents = [content_rule("drop", f"pattern {n}", n + 1) for n in range(300)]
    names = [name_rule("pass", f".site{n}.example", 1000 + n) for n in range(300)]
    rules = (*contents, *names, DROP_DATA)
    found = effect(of(*rules), of(*rules))
    assert (found.effect, found.old.verdict) == (STILL_ALLOWED, Verdict.CONDITIONAL)


def test_a_changed_line_in_a_long_list_is_found() -> None:
    contents = [content_rule("drop", f"pattern {n}", n + 1) for n in range(300)]
    found = effect(of(*contents), of(*contents, content_rule("drop", "one more", 999)))
    assert found.effect is POSSIBLY
    assert found.conditions[-1] == 'content:"one more" (to server)'


# --- unknown values ----------------------------------------------------------------------------------------------

HOME = Unresolved("aws_vpc.main.cidr_block")
FROM_HOME = "tcp $HOME_NET any -> any 443 (sid:3;)"


def unknown_home(*rules: str) -> CompiledPolicy:
    return compiled("\n".join(rules), home_net=HOME)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # The same unknown on both sides cancels.
        ((f"pass {FROM_HOME}", DROP), (f"pass {FROM_HOME}", DROP), {STILL_ALLOWED}),
        # It is not asked about by what decides.
        ((PASS, f"drop {FROM_HOME}"), (DROP, f"drop {FROM_HOME}"), {NEWLY}),
        # Whatever it is, all that was allowed is denied.
        ((), (f"drop {FROM_HOME}", DROP), {NEWLY}),
        # It tells whether the flow was allowed at all.
        ((f"pass {FROM_HOME}", DROP), (DROP,), {UNDECIDED}),
        # It decides.
        ((), (f"drop {FROM_HOME}",), {UNDECIDED}),
        ((DROP,), (f"pass {FROM_HOME}", DROP), {UNDECIDED}),
        # It decides, and no value of it denies what was allowed.
        ((f"drop {FROM_HOME}",), (), {STILL_ALLOWED}),
    ],
)
def test_an_unknown_value_counts_only_where_it_decides(
    before: tuple[str, ...], after: tuple[str, ...], expected: set[Effect]
) -> None:
    found = effect(unknown_home(*before), unknown_home(*after))
    assert found.effect in expected
    assert found.flush == (found.effect is NEWLY)


def test_an_undecided_verdict_says_what_is_missing() -> None:
    found = effect(of(), unknown_home(f"drop {FROM_HOME}"))
    assert (found.old.verdict, found.new.verdict) == (Verdict.ALLOWED, Verdict.UNDECIDED)
    assert found.new.reasons == ("aws_vpc.main.cidr_block",)


def test_an_unknown_value_taints_only_what_it_can_match() -> None:
    udp = flow("udp 10.0.1.10:40000 192.0.2.10:443")
    comparison = Comparison(unknown_home(), unknown_home(f"drop {FROM_HOME}"))
    assert comparison.effect(udp).effect is STILL_ALLOWED
    assert comparison.effect(FLOW).effect is UNDECIDED


def test_a_line_whose_header_is_read_taints_what_the_header_matches() -> None:
    broken = 'drop tcp any any -> any 443 (content:x"; sid:1;)'
    comparison = Comparison(of(), of(broken))
    assert comparison.effect(FLOW).effect is UNDECIDED
    assert comparison.effect(flow("tcp 10.0.1.10:40000 192.0.2.10:80")).effect is STILL_ALLOWED
    assert Comparison(of(broken), of(broken)).effect(FLOW).effect is STILL_ALLOWED


def test_a_line_whose_header_is_not_read_taints_all_that_reaches_its_group() -> None:
    comparison = Comparison(of(), compiled(PASS, "drop tcp any any any 443 (sid:1;)"))
    assert comparison.effect(FLOW).effect is STILL_ALLOWED
    assert comparison.effect(flow("udp 10.0.1.10:40000 192.0.2.10:443")).effect is UNDECIDED


def test_an_alert_that_cannot_be_read_taints_nothing() -> None:
    comparison = Comparison(of(), of('alert tcp any any -> any 443 (content:x"; sid:1;)'))
    assert comparison.effect(FLOW).effect is STILL_ALLOWED


@pytest.mark.parametrize("protocol", ["gopher", "ws"])
def test_a_protocol_that_is_not_known_taints_what_its_header_matches(protocol: str) -> None:
    assert effect(of(), of(f"drop {protocol} any any -> any 443 (sid:1;)")).effect is UNDECIDED
    assert effect(of(), of(f"alert {protocol} any any -> any 443 (sid:1;)")).effect is STILL_ALLOWED


def test_a_keyword_that_is_not_known_is_a_condition_whose_reach_is_open_too() -> None:
    drops = "drop tcp any any -> any 443 (brand_new:1; sid:1;)"
    assert effect(of(), of(drops)).effect is POSSIBLY
    assert effect(of(drops), of(drops)).effect is STILL_ALLOWED


ISSET = "drop tcp any any -> any 443 (flowbits:isset,seen; sid:7;)"


def test_state_of_a_flow_cancels_where_the_flow_meets_the_same_rules() -> None:
    elsewhere = "drop udp any any -> any 53 (sid:8;)"
    assert effect(of(ISSET), of(ISSET, elsewhere)).effect is STILL_ALLOWED
    met = "drop tcp any any -> any 443 (flags:F; sid:8;)"
    assert effect(of(ISSET), of(met, ISSET)).effect is UNDECIDED


def test_an_alert_counts_where_it_leaves_behind_what_is_asked_for() -> None:
    mark = "alert tcp any any -> any 443 (flowbits:set,seen; sid:8;)"
    assert effect(of(ISSET), of(mark, ISSET)).effect is UNDECIDED
    assert effect(of(PASS), of(mark, PASS)).effect is STILL_ALLOWED


def test_state_of_hosts_depends_on_rules_that_the_flow_does_not_meet() -> None:
    isset = "drop tcp any any -> any 443 (xbits:isset,seen,track ip_src; sid:7;)"
    mark = "alert udp any any -> any 53 (xbits:set,seen,track ip_src; sid:8;)"
    assert effect(of(isset), of(mark, isset)).effect is UNDECIDED


def test_more_unknown_values_than_are_combined_are_undecided_or_agree() -> None:
    pieces = [f"drop tcp $SET{n} any -> any 443 (sid:{n + 1};)" for n in range(12)]
    sets = {f"SET{n}": Unresolved(f"set {n}") for n in range(12)}
    unknown = compiled(group("\n".join(pieces), ip_sets=sets))
    assert effect(of(), unknown).effect is UNDECIDED
    assert effect(unknown, of(DROP)).effect is UNDECIDED


# --- opaque groups -----------------------------------------------------------------------------------------------

MANAGED = OpaqueGroup(
    GroupName("threats", arn="arn:aws:network-firewall:::threats"), managed=True, reason="AWS's own"
)
ABSENT = OpaqueGroup(GroupName("other stack"), managed=False, reason="the input does not hold it")


def test_a_managed_group_cancels_where_it_did_not_change() -> None:
    assert effect(compiled(MANAGED, PASS), compiled(MANAGED, PASS)).effect is STILL_ALLOWED
    assert effect(compiled(MANAGED, PASS), compiled(MANAGED, DROP)).effect is NEWLY


def test_a_managed_group_may_deny_and_never_passes() -> None:
    assert effect(compiled(PASS), compiled(MANAGED, PASS)).effect is POSSIBLY
    assert effect(compiled(DROP), compiled(MANAGED, DROP)).effect is STILL_DENIED
    assert effect(compiled(PASS), compiled(PASS, MANAGED)).effect is STILL_ALLOWED


def test_a_managed_group_that_only_alerts_denies_nothing() -> None:
    alerting = StatefulReference(MANAGED, 1, drop_to_alert=True)
    assert effect(compiled(PASS), compiled(alerting, PASS)).effect is STILL_ALLOWED


def test_an_absent_group_leaves_all_that_reaches_it_undecided() -> None:
    assert effect(compiled(), compiled(ABSENT)).effect is UNDECIDED
    assert effect(compiled(PASS, ABSENT), compiled(PASS, ABSENT, DROP)).effect is STILL_ALLOWED
    assert effect(compiled(ABSENT), compiled(ABSENT)).effect is STILL_ALLOWED


# --- the stateless engine ----------------------------------------------------------------------------------------


def stateless(action: StatelessAction, **fields: object) -> tuple[StatelessReference, ...]:
    rule = StatelessRule(1, action, **fields)  # type: ignore[arg-type]
    return (StatelessReference(StatelessGroup(GroupName("stateless"), (rule,)), 1),)


def test_a_stateless_drop_bites_by_itself() -> None:
    found = effect(compiled(), compiled(stateless=stateless(StatelessAction.DROP)))
    assert (found.effect, found.flush, found.new.cause.engine) == (NEWLY, False, Engine.STATELESS)


def test_what_the_stateless_engine_passes_never_meets_a_stateful_rule() -> None:
    passing = stateless(StatelessAction.PASS)
    assert effect(compiled(stateless=passing), compiled(DROP, stateless=passing)).effect is STILL_ALLOWED
    assert effect(compiled(DROP, stateless=passing), compiled(DROP)).effect is NEWLY


def test_a_stateless_pass_of_one_direction_is_not_modelled_and_cancels() -> None:
    one_way = stateless(StatelessAction.PASS, sources=(Network.parse("10.0.0.0/8"),))
    elsewhere = "drop udp any any -> any 53 (sid:8;)"
    assert effect(compiled(stateless=one_way), compiled(stateless=one_way)).effect is STILL_ALLOWED
    assert effect(compiled(stateless=one_way), compiled(elsewhere, stateless=one_way)).effect is STILL_ALLOWED
    assert effect(compiled(stateless=one_way), compiled(DROP, stateless=one_way)).effect is UNDECIDED


def test_answers_for_one_signature_are_worked_out_once() -> None:
    comparison = Comparison(of(PASS), of(DROP))
    one, other = comparison.effect(FLOW), comparison.effect(flow("tcp 10.9.9.9:1 192.0.2.77:443"))
    assert other.old is one.old
    assert other.flow != one.flow
