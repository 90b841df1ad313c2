from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.flow import CapturedFlow, FiveTuple
from nfw_reconcile.model.inventory import PolicyChange, Sensitive
from nfw_reconcile.model.verdict import Effect, Verdict
from nfw_reconcile.pipeline.planning import SeenFlows, capture_filters, compare, plan_firewall
from tests.bodies import (
    blocks,
    bundle,
    change,
    firewall,
    group,
    ip_sets,
    policy,
    references,
    rule_block,
    stateless_group,
    stateless_rule,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import PolicyBundle
    from nfw_reconcile.model.plan_document import FirewallPlan

PASS_WEB: Final = "pass tcp any any -> any 443 (sid:1;)"


def planned(old: PolicyBundle | None, new: PolicyBundle) -> FirewallPlan:
    return plan_firewall(change(old, new), None)


def flow(text: str) -> FiveTuple:
    """Read ``PROTOCOL SOURCE:PORT DESTINATION:PORT``; IPv4 only."""
    protocol, *ends = text.split()
    (source, source_port), (destination, port) = (end.split(":") for end in ends)
    return FiveTuple(
        int(protocol), Address.parse(source), int(source_port), Address.parse(destination), int(port)
    )


# --- the plan as a whole -----------------------------------------------------------------------


def test_a_plan_names_firewall_policy_digests_and_changes() -> None:
    egress = policy("egress", group("web", PASS_WEB))
    prod = firewall("prod", egress)
    old, new = bundle(group("web", PASS_WEB)), bundle(group("web", PASS_WEB.replace("443", "8443")))
    plan = plan_firewall(PolicyChange(prod, old, new), None)
    assert plan.firewall.arn == prod.name.arn
    assert (plan.firewall.account, plan.firewall.region) == (prod.account, prod.region)
    assert plan.old_digest != plan.new_digest
    assert [str(c.kind) for c in plan.rule_changes] == ["changed"]
    assert {part.effect for part in plan.region.parts} == {Effect.NEWLY_DENIED}
    assert plan.region.complete
    assert plan.flows is None


def test_no_change_is_an_empty_plan() -> None:
    same = bundle(group("web", PASS_WEB))
    plan = planned(same, same)
    assert plan.old_digest == plan.new_digest
    assert (plan.rule_changes, plan.setting_changes, plan.region.parts, plan.capture_filters, plan.remarks) == (
        (), (), (), (), (),
    )  # fmt: skip


def test_a_policy_that_is_new_denies_nothing_that_lives_and_says_so() -> None:
    plan = planned(None, bundle(group("web", PASS_WEB)))
    assert plan.region.parts == ()
    assert [remark.text for remark in plan.remarks] == [
        "there was no policy before: no flow can have been allowed by it."
    ]


def test_a_policy_that_was_not_known_before_is_not_taken_for_one_that_denied_everything() -> None:
    before = replace(policy("egress"), body=Unresolved("the old policy"))
    plan = planned(bundle(of=before), bundle(group("web", PASS_WEB)))
    assert plan.region.parts
    assert plan.capture_filters
    assert [(found.side, found.reason) for found in plan.undecided] == [
        ("old", "the old policy is not known")
    ]


def test_a_policy_that_is_not_known_after_leaves_what_was_allowed_undecided() -> None:
    after = replace(policy("egress"), body=Unresolved("the new policy"))
    plan = planned(bundle(group("web", PASS_WEB)), bundle(of=after))
    assert {part.effect for part in plan.region.parts} == {Effect.UNDECIDED}
    assert not any(part.flush for part in plan.region.parts)


def test_a_deleted_policy_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="deleted"):
        compare(PolicyChange(None, bundle(), None))


def test_what_is_too_large_to_enumerate_is_said_and_its_headers_are_captured() -> None:
    old = bundle(
        group("web", PASS_WEB), stateless_group("edge", stateless_rule(1, "aws:pass", protocols=(6,)))
    )
    new = bundle(group("web", PASS_WEB))
    compared = compare(change(old, new))
    found = capture_filters(compared.comparison, compared.alignment, None)
    assert any(f.matches(flow("6 10.0.0.1:5000 192.0.2.1:22")) for f in found)


# --- flows that were looked at -----------------------------------------------------------------


def test_flows_are_counted_by_effect_and_the_telling_ones_are_kept() -> None:
    old, new = bundle(group("web", PASS_WEB)), bundle(group("web", PASS_WEB.replace("443", "8443")))
    texts = (
        "6 10.0.0.1:5000 192.0.2.1:443",
        "6 10.0.0.1:5001 192.0.2.1:8443",
        "17 10.0.0.1:5002 192.0.2.1:53",
    )
    flows = [CapturedFlow(flow(text), 10, 20, 30, "eu-west-1a") for text in texts]
    plan = plan_firewall(change(old, new), SeenFlows("a test", flows, complete=False))
    assert plan.flows is not None
    assert (plan.flows.looked_at, plan.flows.complete, plan.flows.source) == (3, False, "a test")
    assert {(c.effect, c.flows, c.to_flush, c.packets, c.bytes) for c in plan.flows.counts} == {
        (Effect.NEWLY_DENIED, 1, 1, 20, 30),
        (Effect.NEWLY_ALLOWED, 1, 0, 20, 30),
        (Effect.STILL_DENIED, 1, 0, 20, 30),
    }
    (row,) = plan.flows.rows
    assert (row.flow.destination_port, row.zone, row.flush) == (443, "eu-west-1a", True)
    assert (row.old_verdict, row.new_verdict) == (Verdict.ALLOWED, Verdict.DENIED)


# --- HOME_NET ----------------------------------------------------------------------------------


NO_HOME: Final = Unresolved("HOME_NET")


def home_net_remarks(plan: FirewallPlan) -> list[int]:
    return [n for n, remark in enumerate(plan.remarks) if remark.text.startswith("HOME_NET ")]


@pytest.mark.parametrize("name", ["$HOME_NET", "$EXTERNAL_NET", "[$HOME_NET,192.0.2.0/24]"])
def test_a_home_net_that_is_not_known_is_said_once_and_first_where_a_rule_depends_on_it(name: str) -> None:
    web = group("web", f"pass tcp {name} any -> any 443 (sid:1;)\npass tcp any any -> {name} 80 (sid:2;)")
    new = bundle(web, bundle_group := group("odd", "no rule at all"), home_net=NO_HOME)
    plan = planned(bundle(web, bundle_group, home_net=NO_HOME), new)
    assert home_net_remarks(plan) == [0]
    assert "--home-net" in plan.remarks[0].remedy
    assert not any("HOME_NET" in found.reason for found in plan.undecided)


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(bundle(group("web", PASS_WEB), home_net=NO_HOME), id="no rule names it"),
        pytest.param(
            bundle(group("web", "alert tcp $HOME_NET any -> any 443 (sid:1;)"), home_net=NO_HOME),
            id="an alert does",
        ),
        pytest.param(
            bundle(
                group(
                    "web",
                    "pass tcp $HOME_NET any -> any 443 (sid:1;)",
                    RuleVariables=ip_sets(HOME_NET=["10.0.0.0/8"]),
                ),
                home_net=NO_HOME,
            ),
            id="the group has its own",
        ),
        pytest.param(bundle(group("web", "pass tcp $HOME_NET any -> any 443 (sid:1;)")), id="it is known"),
    ],
)
def test_nothing_is_said_of_home_net_where_nothing_depends_on_it(new: PolicyBundle) -> None:
    assert home_net_remarks(planned(new, new)) == []


# --- sensitive ---------------------------------------------------------------------------------


SECRET: Final = Sensitive("10.66.0.0/16")


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(
            bundle(group("web", Sensitive("pass tcp 10.66.0.0/16 any -> any 443 (sid:1;)"))), id="rules text"
        ),
        pytest.param(
            bundle(group("web", "pass tcp $C any -> any 443 (sid:1;)", RuleVariables=ip_sets(C=[SECRET]))),
            id="an IP set",
        ),
        pytest.param(
            bundle(
                group("web", "pass tcp @L any -> any 443 (sid:1;)", ReferenceSets=references(L="arn:list")),
                prefix_lists={"arn:list": [SECRET]},
            ),
            id="a prefix list",
        ),
        pytest.param(
            bundle(group("web", "pass tcp $HOME_NET any -> any 443 (sid:1;)"), home_net=[SECRET]),
            id="HOME_NET",
        ),
        pytest.param(
            bundle(blocks("web", rule_block("PASS", ("TCP", SECRET, "ANY", "ANY", "443"), ("sid", "1")))),
            id="a block",
        ),
        pytest.param(
            bundle(
                group("web", PASS_WEB), stateless_group("edge", stateless_rule(1, "aws:drop", source=SECRET))
            ),
            id="a stateless rule",
        ),
    ],
)
def test_the_region_and_the_filters_of_a_sensitive_change_are_marked(new: PolicyBundle) -> None:
    plan = planned(bundle(group("web", PASS_WEB)), new)
    assert plan.region.parts
    assert all(part.sensitive for part in plan.region.parts)
    assert plan.capture_filters
    assert all(found.sensitive for found in plan.capture_filters)
    changed = [rule for c in plan.rule_changes for rule in (c.old, c.new) if rule and "10.66" in rule.text]
    assert all(rule.sensitive for rule in changed)
    backwards = planned(new, bundle(group("web", "")))
    assert all(part.sensitive for part in backwards.region.parts)


def test_a_plan_without_sensitive_values_marks_nothing() -> None:
    plan = planned(bundle(group("web", PASS_WEB)), bundle(group("web", "")))
    assert not any(part.sensitive for part in plan.region.parts)
    assert not any(found.sensitive for found in plan.capture_filters)
