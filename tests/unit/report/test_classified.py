from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import FiveTuple
from nfw_reconcile.model.verdict import (
    AfterFlush,
    Cause,
    Decision,
    Effect,
    Engine,
    FlowEffect,
    RuleRef,
    Verdict,
)
from nfw_reconcile.report.classified import (
    csv_header,
    csv_row,
    effect_object,
    json_line,
    render_explanation,
)
from tests.document_schema import SCHEMAS

FLOW = FiveTuple(6, Address.parse("10.1.0.5"), 50_000, Address.parse("2001:db8::1"), 443)
PASS = RuleRef("web", 3, 4, "pass tcp any any -> any 443 (sid:3;)")
SECRET = RuleRef(
    "web", 66, None, 'drop tls any any -> any any (content:".canary.example"; sid:66;)', sensitive=True
)
ALLOWED = Decision(Verdict.ALLOWED, Cause(Engine.STATEFUL, PASS))
STRICT = Decision(Verdict.DENIED, Cause(Engine.STATEFUL, default="aws:drop_strict"))
RAW = {
    "SourceAddress": {"AddressDefinition": "10.1.0.5"},
    "DestinationAddress": {"AddressDefinition": "2001:db8::1/128"},
    "SourcePort": "50000",
    "DestinationPort": "443",
    "Protocol": "TCP",
    "Age": 12,
    "ByteCount": 640,
}
CUT = FlowEffect(FLOW, Effect.NEWLY_DENIED, flush=True, old=ALLOWED, new=STRICT, after_flush=AfterFlush.ENDS)
SCHEMA: dict[str, Any] = json.loads((SCHEMAS / "classified.schema.json").read_text(encoding="utf-8"))


def _possible(decision: Decision) -> FlowEffect:
    conditions = ("tls.sni is or is under canary.example",)
    return FlowEffect(FLOW, Effect.POSSIBLY_DENIED, False, ALLOWED, decision, conditions)  # noqa: FBT003 - as above


CONDITIONAL = _possible(
    Decision(
        Verdict.CONDITIONAL,
        Cause(Engine.STATEFUL, SECRET),
        conditions=("tls.sni is or is under canary.example",),
        reasons=("canary.example is not known",),
        notes=("first packet lost",),
    )
)


def test_the_object_has_the_documented_keys_in_order() -> None:
    assert json.dumps(effect_object(RAW, CUT)) == json.dumps(
        {
            "flow": RAW,
            "effect": "newly_denied",
            "flush": True,
            "after_flush": "ends",
            "old": {
                "verdict": "allowed",
                "rule": {"group": "web", "sid": 3, "line": 4, "text": PASS.text},
            },
            "new": {"verdict": "denied", "rule": None, "default": "aws:drop_strict"},
            "conditions": [],
        }
    )


def test_no_rule_matched_is_a_default_too() -> None:
    undecided = _possible(Decision(Verdict.ALLOWED, Cause(Engine.STATEFUL)))
    assert effect_object({}, undecided)["new"]["default"] == "no rule matched"


def test_what_is_sensitive_is_masked_everywhere() -> None:
    texts = (json_line(RAW, CONDITIONAL), csv_row(RAW, CONDITIONAL), render_explanation(CONDITIONAL))
    assert [text for text in texts if "canary" in text] == []
    assert effect_object(RAW, CONDITIONAL)["new"] == {
        "verdict": "conditional",
        "rule": {"group": "web", "sid": 66, "line": None, "text": "(sensitive)"},
        "reasons": ["(sensitive) is not known"],
        "notes": ["first packet lost"],
    }


@pytest.mark.parametrize(
    "effect",
    [CUT, replace(CUT, after_flush=AfterFlush.MAY_LIVE_ON), CONDITIONAL, _possible(STRICT)],
)
def test_lines_are_what_the_schema_says(effect: FlowEffect) -> None:
    line = json_line(RAW, effect)
    assert line.count("\n") == 1
    jsonschema.validate(json.loads(line), SCHEMA)


def _csv(*lines: str) -> list[dict[str, str]]:
    return list(csv.DictReader(lines))


def test_csv_rows_of_flows_in_json() -> None:
    assert csv_header() == (
        "protocol,source,source_port,destination,destination_port,age,packets,bytes,zone,"
        "effect,flush,old_verdict,old_rule,new_verdict,new_rule,after_flush\n"
    )
    (row,) = _csv(csv_header(), csv_row(RAW, CUT))
    assert row == {
        "protocol": "TCP",
        "source": "10.1.0.5",
        "source_port": "50000",
        "destination": "2001:db8::1",
        "destination_port": "443",
        "age": "12",
        "packets": "",
        "bytes": "640",
        "zone": "",
        "effect": "newly_denied",
        "flush": "true",
        "old_verdict": "allowed",
        "old_rule": "web sid 3 line 4",
        "new_verdict": "denied",
        "new_rule": "aws:drop_strict",
        "after_flush": "ends",
    }


def test_csv_rows_of_flows_in_csv_are_as_they_were_read() -> None:
    columns = ("Protocol", "source", "source_port", "destination", "destination_port")
    raw = dict(zip(columns, ("tcp", "10.1.0.5/32", "050000", "2001:DB8::1", "443"), strict=True))
    (row,) = _csv(csv_header(), csv_row(raw, CUT))
    assert [row[column.lower()] for column in columns] == list(raw.values())
    lower = tuple(column.lower() for column in columns)
    (row,) = _csv(csv_header(lower), csv_row(raw, CUT, lower))
    told = ["effect", "flush", "old_verdict", "old_rule", "new_verdict", "new_rule", "after_flush"]
    assert list(row) == [*lower, *told]


def test_what_becomes_of_a_flow_is_said_only_where_it_is_to_be_flushed() -> None:
    assert effect_object(RAW, CONDITIONAL)["after_flush"] is None
    (row,) = _csv(csv_header(), csv_row(RAW, CONDITIONAL))
    assert row["after_flush"] == ""
    living = replace(CUT, after_flush=AfterFlush.MAY_LIVE_ON)
    assert effect_object(RAW, living)["after_flush"] == "may_live_on"
    assert ": newly denied, to be flushed (and may live on even so)\n" in render_explanation(living)


def test_an_explanation_names_the_rules_of_both_sides() -> None:
    assert render_explanation(CUT) == (
        "TCP 10.1.0.5:50000 -> [2001:db8::1]:443: newly denied, to be flushed\n"
        "\n"
        "old policy: allowed\n"
        "  by          stateful rule web sid 3 line 4\n"
        "  rule        pass tcp any any -> any 443 (sid:3;)\n"
        "\n"
        "new policy: denied\n"
        "  by          stateful default action aws:drop_strict\n"
    )


def test_an_explanation_tells_conditions_reasons_and_notes() -> None:
    assert render_explanation(CONDITIONAL) == (
        "TCP 10.1.0.5:50000 -> [2001:db8::1]:443: possibly denied\n"
        "  if tls.sni is or is under (sensitive)\n"
        "\n"
        "old policy: allowed\n"
        "  by          stateful rule web sid 3 line 4\n"
        "  rule        pass tcp any any -> any 443 (sid:3;)\n"
        "\n"
        "new policy: conditional\n"
        "  by          stateful rule web sid 66\n"
        "  rule        (sensitive)\n"
        "  depends on  tls.sni is or is under (sensitive)\n"
        "  because     (sensitive) is not known\n"
        "  note        first packet lost\n"
    )


def test_an_explanation_shows_a_rule_whole_and_joins_conditions() -> None:
    text = f'drop tcp any any -> any any (content:"{"x" * 3_000}";)'
    effect = FlowEffect(
        FLOW,
        Effect.POSSIBLY_DENIED,
        False,  # noqa: FBT003 - as above
        ALLOWED,
        Decision(Verdict.CONDITIONAL, Cause(Engine.STATEFUL, RuleRef("web", 1, None, text))),
        ("one", "two"),
    )
    told = render_explanation(effect)
    assert f"  rule        {text}\n" in told
    assert "  if one\n  and two\n" in told


def test_an_explanation_is_harmless() -> None:
    rule = RuleRef("web\x1b[31m", 1, None, "drop\n::error::x")
    told = render_explanation(_possible(Decision(Verdict.DENIED, Cause(Engine.STATELESS, rule))))
    assert all(line.isprintable() for line in told.splitlines() if line)
    assert "\n::error" not in told
