from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.errors import InputError, UsageError
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import FiveTuple
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.pipeline import classify, explain, make_plan
from nfw_reconcile.pipeline.inputs import Request
from nfw_reconcile.pipeline.saved import document_bytes
from nfw_reconcile.pipeline.source import FileSource
from nfw_reconcile.sources.assemble import Choice
from tests.bodies import firewall, group, inventory, policy, snapshot

if TYPE_CHECKING:
    from pathlib import Path

OLD: Final = group("web", "pass tcp any any -> any 443 (sid:1;)")
NEW: Final = group("web", "pass tcp any any -> any 8443 (sid:1;)")
EGRESS: Final = policy("egress", OLD)
NOON: Final = "2025-06-01T12:00:00Z"


@pytest.fixture
def request_of_two(tmp_path: Path) -> Request:
    firewalls = (firewall("prod", EGRESS), firewall("dev", EGRESS))
    for name, web in (("old", OLD), ("new", NEW)):
        content = json.dumps(snapshot(inventory(*firewalls, EGRESS, web)))
        (tmp_path / name).write_text(content, encoding="utf-8")
    return Request(old=FileSource(tmp_path / "old"), new=FileSource(tmp_path / "new"))


def picked(request: Request) -> Request:
    return Request(old=request.old, new=request.new, choice=Choice(("dev",)))


def test_a_plan_has_every_firewall_in_order_of_name_and_is_sealed(request_of_two: Request) -> None:
    plan = make_plan(request_of_two, None, created_at=NOON)
    assert [each.firewall.label for each in plan.firewalls] == ["dev", "prod"]
    assert (plan.created_at, plan.source) == (NOON, "old compared with new")
    assert len(plan.sha256) == 64
    assert document_bytes(make_plan(request_of_two, None, created_at=NOON)) == document_bytes(plan)


def test_flows_are_classified_in_input_order_with_the_line_as_read(request_of_two: Request) -> None:
    header = "protocol,source,source_port,destination,destination_port"
    lines = [header, "tcp,10.0.0.1,5000,192.0.2.1,443", "tcp,10.0.0.1,5001,192.0.2.1,8443"]
    found = list(classify(picked(request_of_two), lines, "flows.csv"))
    assert [each.effect.effect for each in found] == [Effect.NEWLY_DENIED, Effect.NEWLY_ALLOWED]
    assert [each.raw["source_port"] for each in found] == ["5000", "5001"]


def test_a_malformed_flow_is_an_error_that_names_its_line(request_of_two: Request) -> None:
    lines = ["protocol,source,source_port,destination,destination_port", "tcp,nowhere,5000,192.0.2.1,443"]
    with pytest.raises(InputError, match=r"flows\.csv:2"):
        list(classify(picked(request_of_two), lines, "flows.csv"))


def test_one_flow_is_explained_with_the_rules_of_both_sides(request_of_two: Request) -> None:
    flow = FiveTuple(6, Address.parse("10.0.0.1"), 5000, Address.parse("192.0.2.1"), 443)
    effect = explain(picked(request_of_two), flow)
    assert (str(effect.old.cause), str(effect.new.cause)) == ("web sid 1 line 1", "aws:drop_strict")


def test_classify_and_explain_need_one_policy(request_of_two: Request) -> None:
    flow = FiveTuple(6, Address.parse("10.0.0.1"), 5000, Address.parse("192.0.2.1"), 443)
    with pytest.raises(UsageError, match="dev, prod"):
        explain(request_of_two, flow)
    with pytest.raises(UsageError, match="dev, prod"):
        list(classify(request_of_two, [], "flows.csv"))
