from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given

from nfw_reconcile.model.codec import to_json
from nfw_reconcile.report.jsonout import inert, render_json
from tests import builders as make
from tests.unit.report.scenes import SCENES, tighten
from tests.unit.report.strategies import hostile


def test_a_report_is_the_document_without_its_policies() -> None:
    document = tighten()
    expected = to_json(document)
    for plan in expected["firewalls"]:
        del plan["old_policy"], plan["new_policy"]
    assert json.loads(render_json(document)) == expected


@pytest.mark.parametrize("name", SCENES)
def test_it_is_one_sorted_line(name: str) -> None:
    text = render_json(SCENES[name]())
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert text == f"{inert(json.dumps(json.loads(text), sort_keys=True, separators=(',', ':')))}\n"


@given(hostile())
def test_values_are_true_and_the_text_is_inert(text: str) -> None:
    plan = make.firewall_plan(rule_changes=(make.added(make.rule(text or "x")),))
    document = dataclasses.replace(make.plan_document(), firewalls=(plan,))
    shown = render_json(document)
    # Half of a surrogate pair is in no file: see model/codec.py.
    written = (text or "x").replace("\ud800", "\ufffd")
    assert json.loads(shown)["firewalls"][0]["rule_changes"][0]["new"]["text"] == written
    assert shown.rstrip("\n").isascii()
    assert shown.rstrip("\n").isprintable()
    assert "##[" not in shown
