"""No sensitive value is in a report: neither where it stands nor where a sentence quotes it."""

from __future__ import annotations

import dataclasses

import pytest

from nfw_reconcile.model.plan_document import ChangeKind, PlanDocument, RuleChange, SettingChange, Undecided
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import Format, render
from nfw_reconcile.report.masking import SENSITIVE, hide, masked
from tests import builders as make

CANARY = "canary"
HOST = f"{CANARY}.example.net"
ADDRESS = "198.18.77.77"
BLOCK = "198.18.66.0/24"
TEXT = f'drop tcp {ADDRESS} any -> {BLOCK} 7777 (msg:"{CANARY}"; tls.sni; content:".{HOST}"; sid:66;)'
TELLTALES = (CANARY, ADDRESS, "198.18.66", "7777", "76543")


def _document() -> PlanDocument:
    """Give a plan with a canary in every sensitive field, and in every sentence that may quote one."""
    rule = make.rule(TEXT, sid=66, sensitive=True)
    quoting = f"tls.sni is or is under {HOST}"
    flow = make.flow(ADDRESS, 7777, source="198.18.66.6", source_port=76543)
    part = make.region_part(
        make.box([BLOCK], [ADDRESS], port="7777", source_port="76543"),
        old=make.by_rule(rule),
        new=make.by_rule(rule),
        witness=flow,
        tuples=76543,
        conditions=(quoting, CANARY),
    )
    bare = dataclasses.replace(part, old=make.PASS_3, new=make.by_default(), sensitive=True)
    row = make.flow_row(
        new=make.by_rule(rule), conditions=(quoting,), reasons=(CANARY,), effect=Effect.UNDECIDED
    )
    filters = dataclasses.replace(
        make.flow_filter(BLOCK, ADDRESS, port="7777", source_port="76543"), sensitive=True
    )
    plan = make.firewall_plan(
        part,
        dataclasses.replace(part, effect=Effect.POSSIBLY_DENIED),
        bare,
        dataclasses.replace(bare, effect=Effect.POSSIBLY_DENIED),
        flows=make.flows_seen(row, dataclasses.replace(row, old=make.by_rule(rule), new=make.by_default())),
        rule_changes=(
            make.added(rule),
            make.removed(rule),
            make.changed(rule, rule, cause=f"variable {BLOCK}"),
        ),
        setting_changes=(SettingChange("HOME_NET", BLOCK, f"[{BLOCK},{ADDRESS}]", sensitive=True),),
        undecided=(Undecided("new", f"cannot read {TEXT}", f"{CANARY}:1"),),
        filters=(filters,),
        remarks=(make.warning(f"{BLOCK} is odd", where=ADDRESS, remedy=f'drop "{CANARY}"'),),
    )
    plan = dataclasses.replace(plan, old_policy={"Rules": TEXT}, new_policy={"Rules": TEXT})
    return make.plan_document(plan, remarks=(make.note(f"{HOST} is named"),))


@pytest.mark.parametrize("form", Format)
def test_no_canary_is_in_any_report(form: Format) -> None:
    report = render(_document(), form)
    assert [telltale for telltale in TELLTALES if telltale in report] == []
    assert SENSITIVE in report


def test_the_document_itself_holds_every_canary() -> None:
    assert [telltale for telltale in TELLTALES if telltale not in str(_document())] == []


def test_a_result_is_masked_too() -> None:
    rule = make.rule(TEXT, sid=66, sensitive=True)
    zone = make.zone_result(
        flushed=(make.flow_row(new=make.by_rule(rule), conditions=(CANARY,)),),
        messages=(f"{CANARY} was seen",),
    )
    document = make.result_document(make.firewall_result(zone, messages=(f"{BLOCK} is odd",)))
    for form in Format:
        assert [telltale for telltale in TELLTALES if telltale in render(document, form)] == []


def test_what_is_not_sensitive_stays() -> None:
    document = make.plan_document(
        make.firewall_plan(make.region_part(), rule_changes=(make.added(make.rule()),))
    )
    plan = dataclasses.replace(document.firewalls[0], old_policy=None, new_policy={})
    assert masked(document) == dataclasses.replace(document, firewalls=(plan,))


def test_a_block_of_everything_is_no_secret() -> None:
    rule = make.rule("drop ip 0.0.0.0/0 any -> ::/0 any (sid:66;)", sensitive=True)
    remark = make.note("0.0.0.0/0 and any IPv4")
    document = make.plan_document(make.firewall_plan(rule_changes=(make.added(rule),)), remarks=(remark,))
    assert masked(document).remarks == (remark,)


def test_a_rule_that_is_not_sensitive_keeps_what_a_sensitive_one_shares_with_it() -> None:
    secret = make.rule("drop ip 192.0.2.1 any -> any any (sid:66;)", sensitive=True)
    shown = make.rule("pass ip 192.0.2.1 any -> any any (sid:67;)")
    document = make.plan_document(make.firewall_plan(rule_changes=(make.added(secret), make.added(shown))))
    assert masked(document).firewalls[0].rule_changes[1].new == shown


def test_single_texts_are_hidden_by_the_rules_that_they_may_quote() -> None:
    assert hide([f"sni is {HOST}", "tcp"], [TEXT]) == (f"sni is {SENSITIVE}", "tcp")
    assert hide(["tcp"], []) == ("tcp",)


def test_a_path_that_says_what_is_hidden_is_not_told() -> None:
    secret = make.rule('drop tls any any -> any any (content:"secret.example"; sid:7;)', sensitive=True)
    told = make.rule(file="rules/secret.example.rules", file_line=3)
    document = make.plan_document(
        make.firewall_plan(rule_changes=(RuleChange(ChangeKind.CHANGED, secret, told, None),))
    )
    (change,) = masked(document).firewalls[0].rule_changes
    assert change.new is not None
    assert (change.new.file, change.new.file_line) == (None, None)
