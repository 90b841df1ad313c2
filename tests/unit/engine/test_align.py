from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.align import align
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.plan_document import ChangeKind
from tests.rulesets import compiled, group, numbered

if TYPE_CHECKING:
    from nfw_reconcile.engine.align import Alignment
    from nfw_reconcile.engine.compiled import CompiledPolicy

ADDED, REMOVED, CHANGED, MOVED = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED, ChangeKind.MOVED

PASS_WEB = "pass tcp any any -> 10.0.0.1 443 (sid:1;)"
DROP_WEB = "drop tcp any any -> 10.0.0.1 443 (sid:2;)"
DROP_TLS = "drop tcp any any -> any 443 (sid:3;)"
DROP_DNS = "drop udp any any -> any 53 (sid:4;)"
PASS_DNS = "pass udp any any -> any 53 (sid:5;)"
PASS_TO_SERVER = "pass tcp any any -> any 443 (flow:to_server; sid:6;)"


def of(*rules: str, strict: bool = True) -> CompiledPolicy:
    return compiled("\n".join(rules), strict=strict)


def kinds(found: Alignment) -> list[ChangeKind]:
    return [delta.kind for delta in found.deltas]


def texts(found: Alignment) -> list[str]:
    rules = [delta.new or delta.old for delta in found.deltas]
    return [rule.ref.text for rule in rules if rule is not None and rule.ref is not None]


@pytest.mark.parametrize("strict", [True, False])
def test_a_policy_does_not_differ_from_itself(*, strict: bool) -> None:
    policy = of(PASS_WEB, DROP_TLS, DROP_DNS, PASS_TO_SERVER, strict=strict)
    found = align(policy, policy)
    assert (found.deltas, found.touched_old, found.touched_new) == ((), 0, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(sid:1;)", "(sid:2;)"),
        ("(sid:1; rev:1;)", "(sid:1; rev:2;)"),
        ('(msg:"a"; sid:1;)', '(msg:"b"; sid:1;)'),
        ("(metadata:a b; sid:1;)", "(reference:url,a.example; classtype:x; sid:1;)"),
        ("(flow:to_server; flags:S; sid:1;)", "(sid:1; flags:S; flow:to_server;)"),
        ("(flow:established,to_server; sid:1;)", "(flow:from_client , established; sid:1;)"),
        ('(content:"a"; fast_pattern; sid:1;)', '(content:"a"; sid:1;)'),
        ("(priority:1; sid:1;)", "(priority:3; sid:1;)"),
    ],
)
def test_what_says_nothing_about_packets_is_no_change(before: str, after: str) -> None:
    header = "drop tcp any any -> any 443"
    assert align(of(f"{header} {before}"), of(f"{header} {after}")).deltas == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("drop tcp 10.0.0.0/24 any -> any any", "drop tcp [10.0.0.0/25,10.0.0.128/25] any -> any any"),
        ("drop tcp any any -> any [80,81]", "drop tcp any any -> any 80:81"),
        ("drop tcp any any -> any any", "reject tcp any any -> any any"),
        ("drop tcp $HOME_NET any -> any any", "drop tcp 10.0.0.0/8 any -> any any"),
        ("drop ip any any -> any any", "drop pkthdr any any -> any any"),
    ],
)
def test_other_words_for_the_same_packets_are_no_change(before: str, after: str) -> None:
    assert align(of(f"{before} (sid:1;)"), of(f"{after} (sid:1;)")).deltas == ()


@pytest.mark.parametrize(
    ("rules", "moved"),
    [
        # A pass and a drop that meet on a packet: which comes first decides.
        ((PASS_WEB, DROP_WEB), True),
        ((PASS_WEB, DROP_TLS), True),
        # Rules that never meet, two drops, and two passes of one reach may stand in any order.
        ((PASS_WEB, DROP_DNS), False),
        ((DROP_WEB, DROP_TLS), False),
        ((PASS_WEB, "pass tcp any any -> any 443 (sid:9;)"), False),
        # A pass of the packet, and one of the flow: the first of them ends the walk.
        ((PASS_WEB, PASS_TO_SERVER), True),
        # An alert decides nothing.
        (("alert tcp any any -> any any (sid:9;)", PASS_WEB), False),
        # Swapped, the headers meet.
        (("pass tcp any 443 <> any any (sid:8;)", "drop tcp 10.0.0.1 any -> any 443 (sid:9;)"), True),
    ],
)
def test_in_strict_order_a_move_counts_where_a_packet_notices(rules: tuple[str, str], *, moved: bool) -> None:
    found = align(of(*rules), of(*reversed(rules)))
    assert kinds(found) == ([MOVED] if moved else [])
    assert bool(found.touched_old) == bool(found.touched_new) == moved


def test_in_action_order_places_mean_nothing() -> None:
    rules = (PASS_WEB, DROP_TLS, DROP_DNS, PASS_DNS)
    assert align(of(*rules, strict=False), of(*reversed(rules), strict=False)).deltas == ()


def test_in_action_order_a_sid_can_decide_between_passes_of_different_reach() -> None:
    before = of("pass tcp any any -> any 443 (sid:1;)", PASS_TO_SERVER, strict=False)
    after = of("pass tcp any any -> any 443 (sid:7;)", PASS_TO_SERVER, strict=False)
    assert kinds(align(before, after)) == [MOVED]


def test_in_action_order_places_matter_to_rules_that_ask_about_earlier_packets() -> None:
    one, other = (f"drop tcp any any -> any {port} (flowbits:isset,mark; sid:1;)" for port in ("any", "443"))
    assert kinds(align(of(one, other, strict=False), of(other, one, strict=False))) == [MOVED]


def test_another_order_of_rules_touches_all_of_them() -> None:
    found = align(of(PASS_WEB, DROP_TLS, strict=False), of(PASS_WEB, DROP_TLS))
    assert found.deltas == ()
    assert (found.touched_old, found.touched_new) == (0b11, 0b11)


def test_what_came_and_went_is_added_and_removed() -> None:
    found = align(of(PASS_WEB, DROP_TLS), of(DROP_TLS, DROP_DNS))
    assert set(zip(kinds(found), texts(found), strict=True)) == {(REMOVED, PASS_WEB), (ADDED, DROP_DNS)}
    assert (found.touched_old, found.touched_new) == (0b01, 0b10)


@pytest.mark.parametrize(
    "after",
    [
        "pass tcp any any -> 10.0.0.2 443 (sid:1;)",  # the same sid, and much the same rule
        "pass tcp any any -> 10.0.0.1 [443,8443] (sid:99;)",  # one part of six differs
        "drop tcp any any -> 10.0.0.1 443 (sid:98;)",
    ],
)
def test_an_edited_rule_is_one_change(after: str) -> None:
    found = align(of(PASS_WEB, DROP_DNS), of(after, DROP_DNS))
    assert kinds(found) == [CHANGED]
    assert not found.deltas[0].variable


def test_a_changed_variable_is_a_change_of_each_rule_that_uses_it() -> None:
    text = "pass tcp $SERVERS any -> any 443 (sid:1;)\npass udp $SERVERS any -> any 53 (sid:2;)\n" + DROP_DNS
    before = compiled(group(text, ip_sets={"SERVERS": "10.0.0.0/24"}))
    after = compiled(group(text, ip_sets={"SERVERS": "10.0.0.0/25"}))
    found = align(before, after)
    assert kinds(found) == [CHANGED, CHANGED]
    assert all(delta.variable for delta in found.deltas)


def test_a_variable_that_is_not_known_does_not_change() -> None:
    text = "pass tcp $HOME_NET any -> any 443 (sid:1;)"
    unknown = compiled(text, home_net=Unresolved("aws_vpc.main.cidr_block"))
    assert align(unknown, compiled(text, home_net=Unresolved("aws_vpc.main.cidr_block"))).deltas == ()
    assert kinds(align(unknown, compiled(text, home_net=Unresolved("aws_vpc.other.cidr_block")))) == [CHANGED]


def test_a_rule_that_goes_to_another_group_is_no_change() -> None:
    before, after = (
        compiled(f"{PASS_WEB}\n{DROP_TLS}", DROP_DNS),
        compiled(PASS_WEB, f"{DROP_TLS}\n{DROP_DNS}"),
    )
    assert align(before, after).deltas == ()


def test_rules_that_are_written_twice_are_told_apart_by_number() -> None:
    once, twice = of(DROP_TLS), of(DROP_TLS, "drop tcp any any -> any 443 (sid:30;)")
    assert kinds(align(once, twice)) == [ADDED]
    assert kinds(align(twice, once)) == [REMOVED]


def test_144_edits_of_which_three_say_something() -> None:
    """Rules are renumbered, relabelled and shuffled; one is narrowed, one is gone and one is new."""
    drops = [f"drop tcp any any -> 10.1.{n}.0/24 443" for n in range(72)]
    passes = [f"pass tcp any any -> 10.2.{n}.0/24 443" for n in range(72)]
    before = numbered([f'{rule} (msg:"v1"; rev:1;)' for rule in (*drops, *passes)])
    edited = [rule.replace("10.2.5.0/24", "10.2.5.0/25") for rule in passes]
    shuffled = [*reversed(drops[1:]), *edited, "pass udp any any -> 10.3.0.0/24 53"]
    after = numbered([f'{rule} (rev:2; msg:"v2"; metadata:moved now;)' for rule in shuffled])
    found = align(compiled(before), compiled(after))
    said = {(kind, text.split(" (")[0]) for kind, text in zip(kinds(found), texts(found), strict=True)}
    assert said == {
        (CHANGED, "pass tcp any any -> 10.2.5.0/25 443"),
        (REMOVED, "drop tcp any any -> 10.1.0.0/24 443"),
        (ADDED, "pass udp any any -> 10.3.0.0/24 53"),
    }


def test_a_default_action_is_never_paired_with_a_rule() -> None:
    before = compiled(DROP_TLS, defaults=("aws:drop_strict",))
    after = compiled(DROP_TLS, "drop ip any any -> any any (flow:established; sid:7;)")
    assert sorted(kinds(align(before, after))) == [ADDED, REMOVED]


def test_where_there_was_no_policy_every_rule_is_added() -> None:
    found = align(None, of(PASS_WEB, DROP_TLS))
    assert kinds(found) == [ADDED, ADDED]
    assert found.touched_new == 0b11


RULES = (PASS_WEB, DROP_WEB, DROP_TLS, DROP_DNS, PASS_DNS, PASS_TO_SERVER)


@given(st.lists(st.sampled_from(RULES), max_size=6), st.lists(st.sampled_from(RULES), max_size=6))
def test_every_rule_is_kept_or_accounted_for(before: list[str], after: list[str]) -> None:
    old, new = of(*before), of(*after)
    found = align(old, new)
    gone = sum(delta.kind in {REMOVED, CHANGED} for delta in found.deltas)
    come = sum(delta.kind in {ADDED, CHANGED} for delta in found.deltas)
    assert len(old.rules) - gone == len(new.rules) - come
    assert sorted(before) != sorted(after) or (gone, come) == (0, 0)
