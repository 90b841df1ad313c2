from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.report import Format, render
from nfw_reconcile.report.fates import NO_FATES, Fates
from tests import builders as make
from tests.unit.report.scenes import DROP_WEB, PASS_DNS, PASS_WEB

if TYPE_CHECKING:
    from nfw_reconcile.model.plan_document import RuleChange

OLD, NEW = make.by_rule(PASS_WEB), make.by_rule(DROP_WEB)
SAME = make.changed(PASS_WEB, PASS_WEB)
CAUSED = make.changed(PASS_WEB, PASS_WEB, cause="$HOME_NET and $PARTNER")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ((), "by sid 7 of group web (was allowed by sid 3)"),
        ((make.added(DROP_WEB),), "by sid 7 of group web, which is added (was allowed by sid 3)"),
        ((make.removed(PASS_WEB),), "by sid 7 of group web (was allowed by sid 3, which is removed)"),
        (
            (make.changed(PASS_WEB, DROP_WEB),),
            "by sid 7 of group web, which is changed (was allowed by sid 3, which is changed)",
        ),
        ((make.moved(PASS_WEB),), "by sid 7 of group web (was allowed by sid 3, which is moved)"),
        ((SAME,), "by sid 7 of group web (was allowed by sid 3, which means something else)"),
        ((CAUSED,), "by sid 7 of group web (was allowed by sid 3, where $HOME_NET and $PARTNER changed)"),
        ((make.removed(PASS_DNS),), "by sid 7 of group web (was allowed by sid 3)"),
    ],
)
def test_what_a_change_does_to_the_rules_that_decide(changes: tuple[RuleChange, ...], told: str) -> None:
    assert Fates.of(changes).pair(NEW, OLD).raw == told


def test_the_words_of_a_table() -> None:
    fates = Fates.of((make.removed(PASS_WEB), make.added(DROP_WEB)))
    assert fates.old(OLD).raw == "web sid 3 line 4 (removed)"
    assert fates.new(NEW).raw == "web sid 7 line 12 (added)"
    assert fates.old(NEW).raw == "web sid 7 line 12"
    assert Fates.of((CAUSED,)).old(OLD).raw == "web sid 3 line 4 ($HOME_NET and $PARTNER changed)"
    assert NO_FATES.new(make.by_default()).raw == "aws:drop_strict"


def test_a_hidden_rule_that_could_be_any_other_has_no_fate() -> None:
    hidden = make.rule("(sensitive)", sid=None, sensitive=True)
    redacted = make.rule('pass tls any any -> any any (content:"(redacted)";)', sid=None)
    for rule in (hidden, redacted):
        assert Fates.of((make.removed(rule),)).old(make.by_rule(rule)) == NO_FATES.old(make.by_rule(rule))


def test_the_reader_of_a_comment_finds_what_is_cut_and_why_and_the_line() -> None:
    old = make.rule("pass tcp $HOME_NET any -> any [80,443] (sid:3;)", sid=3, line=4)
    new = make.rule(
        "drop tcp any any -> any 80 (sid:9;)", sid=9, line=2, file="network/rules.tf", file_line=31
    )
    part = make.region_part(make.box(port="80"), old=make.by_rule(old), new=make.by_rule(new))
    row = make.flow_row(make.flow("203.0.113.10", 80), old=make.by_rule(old), new=make.by_rule(new))
    plan = make.firewall_plan(
        part, flows=make.flows_seen(row), rule_changes=(make.removed(old), make.added(new))
    )
    report = render(make.plan_document(plan), Format.MARKDOWN)
    assert (
        "**1 live flow would be cut on firewall `prod-egress` by sid 9 of group `web`, which is added"
        in report
    )
    assert "(was allowed by sid 3, which is removed).**" in report
    (service,) = [line for line in report.splitlines() if line.startswith("| `TCP 203.0.113.10:80`")]
    assert "`web sid 9 network/rules.tf:31` (added)" in service
    assert "`web sid 3 line 4` (removed)" in service
