from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.model.documents import Level
from nfw_reconcile.pipeline import make_plan
from nfw_reconcile.pipeline.drifted import MOST_TOLD, told_drift
from nfw_reconcile.pipeline.inputs import Request, read_sides
from nfw_reconcile.pipeline.source import FileSource
from tests.bodies import firewall, group, inventory, policy, snapshot
from tests.places import DEMO
from tests.unit.pipeline.account import Account

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.model.inventory import PolicyBundle, PolicyChange

NOON: Final = "2025-06-01T12:00:00Z"
PLAN: Final = FileSource(DEMO / "plan.json")
CHANGE: Final = read_sides(Request(tf_plan=PLAN.path)).changes[0]


def account(change: PolicyChange = CHANGE) -> Account:
    assert change.firewall is not None
    assert change.old is not None
    return Account.of(change.firewall, change.old)


def by_hand(bundle: PolicyBundle, *lines: str) -> PolicyBundle:
    """Give the policy with lines in front of the rules of its first group."""
    first, *others = bundle.groups
    body: Any = first.body
    rules = "\n".join((*lines, body["RulesSource"]["RulesString"]))
    changed = replace(first, body={**body, "RulesSource": {"RulesString": rules}})
    return replace(bundle, groups=(changed, *others))


def drift(live: Account, new: FileSource) -> list[str]:
    return [
        str(each) for each in told_drift(read_sides(Request(old=live.source, new=new), live.surroundings))
    ]


def test_a_live_policy_that_terraform_knows_has_no_drift() -> None:
    assert drift(account(), PLAN) == ["live firewall main is what Terraform knows of it: there is no drift."]


def test_what_was_changed_by_hand_is_told_and_the_change_is_from_what_is_live() -> None:
    live = account()
    live.become(by_hand(live.bundle, 'pass tcp any any -> any 9999 (msg:"by hand"; sid:99;)'))
    (told,) = drift(live, PLAN)
    assert told.startswith("aws_networkfirewall_firewall.main: drift: live rule is not Terraform's: ")
    assert "sid 99" in told
    assert told.endswith("Look at these before terraform apply sets them back.")
    plan = make_plan(
        Request(old=live.source, new=PLAN), None, created_at=NOON, surroundings=live.surroundings
    )
    assert plan.remarks[0].text.startswith("drift: ")
    assert plan.remarks[0].level is Level.WARNING
    assert any("9999" in str(change) for change in plan.firewalls[0].rule_changes)


def test_a_rule_that_was_removed_by_hand_is_told_too() -> None:
    live = account()
    first = live.bundle.groups[0]
    body: Any = first.body
    lines = body["RulesSource"]["RulesString"].splitlines()
    kept = next(n for n, line in enumerate(lines) if line.startswith("pass"))
    rest = "\n".join(line for number, line in enumerate(lines) if number != kept)
    gone = replace(first, body={**body, "RulesSource": {"RulesString": rest}})
    live.become(replace(live.bundle, groups=(gone, *live.bundle.groups[1:])))
    told = drift(live, PLAN)
    assert any("drift: Terraform's rule is not live: " in line for line in told)


def test_many_differences_are_counted_not_listed() -> None:
    live = account()
    lines = [f"pass tcp any any -> any {9000 + n} (sid:{900 + n};)" for n in range(MOST_TOLD + 3)]
    live.become(by_hand(live.bundle, *lines))
    told = drift(live, PLAN)
    assert len(told) == MOST_TOLD + 1
    assert "drift: 3 more differences are not listed." in told[-1]


def test_a_plan_of_another_firewall_tells_no_drift(tmp_path: Path) -> None:
    plan = json.loads(PLAN.path.read_text(encoding="utf-8"))
    plan["resource_changes"] = [
        {**each, "change": {**each["change"], "before": None, "actions": ["create"]}}
        for each in plan["resource_changes"]
    ]
    path = tmp_path / "created.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    (told,) = drift(account(), FileSource(path))
    assert told == "created.json holds no state of live firewall main: drift cannot be told."


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("state", ["state.json is a state of Terraform: all that differs from what is live is drift."]),
        ("snapshot", []),
    ],
)
def test_what_cannot_be_compared_is_said(tmp_path: Path, name: str, told: list[str]) -> None:
    prior = json.loads(PLAN.path.read_text(encoding="utf-8"))["prior_state"]
    egress = policy("egress", group("web"))
    contents = {
        "state": prior,
        "snapshot": snapshot(inventory(firewall("main", egress), egress, group("web"))),
    }
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(contents[name]), encoding="utf-8")
    assert drift(account(), FileSource(path)) == told


def test_without_a_live_old_side_nothing_is_said() -> None:
    live = account()
    for request in (
        Request(tf_plan=PLAN.path),
        Request(old=PLAN, new=PLAN),
        Request(old=PLAN, new=live.source),
        Request(old=live.source, new=live.source),
    ):
        assert told_drift(read_sides(request, live.surroundings)) == ()
