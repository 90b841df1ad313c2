from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report.change_flows import FlowsOfRules
from nfw_reconcile.report.names import Names
from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FlowRow

OLD = make.rule("pass tcp any any -> any 1 (sid:1;)", sid=1)
NEW = make.rule("drop tcp any any -> any 1 (sid:2;)", sid=2)


def _row(number: int, size: int | None = 10) -> FlowRow:
    flow = make.flow(f"192.0.2.{number}")
    return make.flow_row(flow, old=make.by_rule(OLD), new=make.by_rule(NEW), size=size)


def test_a_flow_that_both_sides_decided_is_counted_once() -> None:
    flows = FlowsOfRules([_row(1), _row(2)])
    told = "cuts 2 live flows (20 B): TCP 192.0.2.1:443, TCP 192.0.2.2:443"
    assert flows.told(make.changed(OLD, NEW)).raw == told
    assert flows.told(make.removed(OLD)).raw == told
    assert flows.told(make.added(NEW)).raw == told


def test_services_beyond_the_first_are_counted() -> None:
    flows = FlowsOfRules([_row(n, size=None) for n in range(1, 6)])
    assert flows.told(make.added(NEW)).raw.endswith("TCP 192.0.2.3:443 and 2 more services")
    assert flows.told(make.added(NEW)).raw.startswith("cuts 5 live flows: ")


def test_services_have_their_names() -> None:
    flows = FlowsOfRules([_row(1), _row(2)], Names.of([make.name("192.0.2.2")]))
    told = "cuts 2 live flows (20 B): TCP 192.0.2.1:443, TCP 192.0.2.2:443 (checkout, payments)"
    assert flows.told(make.changed(OLD, NEW)).raw == told


def test_flows_that_are_not_newly_denied_hang_on_nothing() -> None:
    kept = dataclasses.replace(_row(1), effect=Effect.STILL_ALLOWED)
    assert not FlowsOfRules([kept]).told(make.changed(OLD, NEW))
    assert not FlowsOfRules([_row(1)]).told(make.moved(make.rule(sid=9)))


def test_a_hidden_rule_without_sid_and_line_could_be_any_other() -> None:
    hidden = make.rule("(sensitive)", sid=None, sensitive=True)
    row = dataclasses.replace(_row(1), new=make.by_rule(hidden))
    assert not FlowsOfRules([row]).told(make.added(hidden))
