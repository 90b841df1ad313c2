from __future__ import annotations

from dataclasses import replace

import pytest

from nfw_reconcile.errors import InputError, Severity
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.sources.assemble import NO_CHOICE, assemble
from nfw_reconcile.sources.policy import build_policy
from tests.bodies import (
    arn,
    called,
    firewall,
    group,
    inventory,
    policy,
    references,
    stateless_group,
    stateless_rule,
)
from tests.unit.sources.stack import (
    CREATED_WEB,
    DROP_WEB,
    EGRESS,
    PASS_WEB,
    PROD,
    WEB,
    both,
    only,
    rules,
    said,
)

# --- linking -----------------------------------------------------------------------------------


def test_a_firewall_finds_its_policy_and_that_its_groups_by_arn() -> None:
    change = only(both(inventory(PROD, EGRESS, WEB)))
    assert change.firewall == PROD
    assert rules(change.old) == rules(change.new) == [PASS_WEB]


def test_what_is_still_to_be_created_is_found_by_its_address() -> None:
    web = group("web", PASS_WEB, address="group.web", known=False)
    egress = policy("egress", web, address="policy.egress", known=False)
    prod = firewall("prod", egress, address="firewall.prod", known=False)
    change = only(assemble(Inventory(), inventory(prod, egress, web), None, NO_CHOICE))
    assert change.old is None
    assert rules(change.new) == [PASS_WEB]


def test_a_policy_that_still_holds_the_arn_of_a_replaced_group_finds_the_new_one() -> None:
    old, new = inventory(PROD, EGRESS, WEB), inventory(PROD, EGRESS, CREATED_WEB)
    change = only(assemble(old, new, None, NO_CHOICE))
    assert (rules(change.old), rules(change.new)) == ([PASS_WEB], [DROP_WEB])


def test_a_firewall_that_still_holds_the_arn_of_a_replaced_policy_finds_the_new_one() -> None:
    replaced = policy("egress-2", CREATED_WEB, address="policy.egress", known=False)
    old, new = inventory(PROD, EGRESS, WEB), inventory(PROD, replaced, CREATED_WEB)
    change = only(assemble(old, new, None, NO_CHOICE))
    assert (rules(change.old), rules(change.new)) == ([PASS_WEB], [DROP_WEB])


def test_a_group_whose_arn_is_known_after_apply_only_and_that_nothing_names_is_opaque() -> None:
    lost = policy("egress", StatefulRuleGroupReferences=[{"ResourceArn": Unresolved("?"), "Priority": 1}])
    change = only(both(inventory(lost, WEB)))
    assert rules(change.new) == ["opaque: ?"]


def test_groups_of_one_name_in_two_regions_are_two_groups() -> None:
    other = replace(WEB, name=called("stateful-rulegroup", "web", region="eu-north-1"), body={})
    change = only(both(inventory(policy("egress", WEB), other, WEB)))
    assert rules(change.new) == [PASS_WEB]


def test_a_stateful_and_a_stateless_group_may_have_one_name() -> None:
    twin = stateless_group("web", stateless_rule(1, "aws:drop"))
    change = only(assemble(Inventory(), inventory(policy("p", WEB, twin), twin, WEB), None, NO_CHOICE))
    assert change.new is not None
    assert change.new.groups == (WEB, twin)


def test_prefix_lists_are_those_that_the_groups_refer_to() -> None:
    known, unknown = arn("prefix-list", "pl-1"), Unresolved("prefix_list.partners.arn")
    web = group("web", PASS_WEB, ReferenceSets=references(A=known, B=unknown))
    lists = {known: ["192.0.2.0/24"], "prefix_list.partners": ["198.51.100.0/24"], "other": ["0.0.0.0/0"]}
    change = only(both(inventory(policy("p", web), web, prefix_lists=lists)))
    assert change.new is not None
    assert set(change.new.prefix_lists) == {known, "prefix_list.partners"}


# --- created, deleted, renamed -----------------------------------------------------------------


def test_a_created_firewall_has_no_policy_before() -> None:
    change = only(assemble(inventory(EGRESS, WEB), inventory(PROD, EGRESS, WEB), None, NO_CHOICE))
    assert change.old is None
    assert rules(change.new) == [PASS_WEB]


def test_a_deleted_firewall_is_a_note_and_its_policy_stays_without_one() -> None:
    found = assemble(inventory(PROD, EGRESS, WEB), inventory(EGRESS, WEB), None, NO_CHOICE)
    assert found.changes == ()
    assert any("firewall firewall.prod is deleted" in text for text in said(found))


@pytest.mark.parametrize("what", [EGRESS, WEB, PROD])
def test_an_input_that_only_deletes_is_no_empty_input(what: object) -> None:
    old = inventory(what)  # type: ignore[arg-type]
    found = assemble(old, Inventory(), None, NO_CHOICE)
    assert found.changes == ()
    assert [d.severity for d in found.diagnostics] == [Severity.NOTE]
    assert "is deleted" in said(found)[0]


def test_a_renamed_firewall_and_policy_are_the_old_ones_by_their_addresses() -> None:
    egress = replace(EGRESS, name=called("firewall-policy", "renamed", address="policy.egress"))
    prod = replace(
        PROD,
        name=called("firewall", "renamed", address="firewall.prod"),
        policy=arn("firewall-policy", "renamed"),
    )
    change = only(assemble(inventory(PROD, EGRESS, WEB), inventory(prod, egress, WEB), None, NO_CHOICE))
    assert change.firewall == prod
    assert change.old is not None


def test_a_firewall_that_changes_to_another_policy_is_compared_with_its_own_old_one() -> None:
    other = policy("other", group("drop", DROP_WEB))
    switched = replace(PROD, policy=arn("firewall-policy", "other"))
    records = (EGRESS, other, WEB, group("drop", DROP_WEB))
    change = only(assemble(inventory(PROD, *records), inventory(switched, *records), None, NO_CHOICE))
    assert (rules(change.old), rules(change.new)) == ([PASS_WEB], [DROP_WEB])


def test_two_firewalls_of_one_policy_are_two_changes_each_with_its_own_vpc() -> None:
    north, south = (firewall(name, EGRESS, vpc=f"vpc-{name}") for name in ("north", "south"))
    vpcs = {"vpc-north": ["10.1.0.0/16"], "vpc-south": ["10.2.0.0/16"]}
    found = both(inventory(north, south, EGRESS, WEB, vpcs=vpcs))
    homes = {c.firewall.name.label: c.new.home_net for c in found.changes if c.firewall and c.new}
    assert homes == {"north": ["10.1.0.0/16"], "south": ["10.2.0.0/16"]}


def test_a_group_that_two_policies_share_is_in_both() -> None:
    found = both(inventory(policy("one", WEB), policy("two", WEB), WEB))
    assert [rules(change.new) for change in found.changes] == [[PASS_WEB], [PASS_WEB]]


def test_an_empty_input_is_an_error_with_the_remedy() -> None:
    with pytest.raises(InputError, match="--context"):
        both(Inventory())


# --- a policy that is not in the input ---------------------------------------------------------


def test_a_firewall_whose_policy_stays_outside_the_input_is_a_warning() -> None:
    found = both(inventory(PROD))
    assert found.changes == ()
    assert any("is not in the input" in text and "--context" in text for text in said(found))


def test_an_old_policy_outside_the_input_is_not_taken_for_none() -> None:
    elsewhere = replace(PROD, policy=arn("firewall-policy", "elsewhere"))
    found = assemble(inventory(elsewhere, EGRESS, WEB), inventory(PROD, EGRESS, WEB), None, NO_CHOICE)
    change = only(found)
    assert change.old is not None
    assert change.old.policy.body == Unresolved(arn("firewall-policy", "elsewhere"))
    assert change.old.policy.name.name == "elsewhere"


def test_a_new_policy_that_is_not_known_is_not_taken_for_no_change() -> None:
    lost = replace(PROD, policy=Unresolved("local.policy in firewall.prod"))
    replaced = policy("egress-2", WEB, address="policy.egress", known=False)
    found = assemble(inventory(PROD, EGRESS, WEB), inventory(lost, replaced, WEB), None, NO_CHOICE)
    change = only(found)
    assert change.new is not None
    assert change.new.policy.body == Unresolved("local.policy in firewall.prod")
    assert any("local.policy" in text for text in said(found))


# --- groups without a policy -------------------------------------------------------------------


def test_groups_alone_are_judged_each_by_itself_with_a_warning() -> None:
    dns = stateless_group("dns", stateless_rule(1, "aws:drop"))
    found = assemble(inventory(WEB), inventory(CREATED_WEB, dns), None, NO_CHOICE)
    labels = [change.new.policy.name.label for change in found.changes if change.new]
    assert labels == ["group.web alone", "dns alone"]
    assert (rules(found.changes[0].old), rules(found.changes[0].new)) == ([PASS_WEB], [DROP_WEB])
    assert found.changes[1].new is not None
    assert build_policy(found.changes[1].new)[0].stateless[0].group.name.label == "dns"
    assert any("each is judged as if it stood alone" in text for text in said(found))


def test_a_lone_group_keeps_its_rule_order() -> None:
    web = group("web", PASS_WEB, StatefulRuleOptions={"RuleOrder": "STRICT_ORDER"})
    change = only(both(inventory(web)))
    assert change.new is not None
    assert build_policy(change.new)[0].options.rule_order == "STRICT_ORDER"


def test_a_group_that_no_policy_refers_to_is_a_note_and_a_warning_where_it_changes() -> None:
    spare = group("spare", PASS_WEB)
    changed = replace(spare, body=CREATED_WEB.body)
    same = both(inventory(EGRESS, WEB, spare))
    assert [d.severity for d in same.diagnostics] == [Severity.NOTE]
    other = assemble(inventory(EGRESS, WEB, spare), inventory(EGRESS, WEB, changed), None, NO_CHOICE)
    assert [d.severity for d in other.diagnostics] == [Severity.WARNING]
    assert "--context" in said(other)[0]


def test_unused_groups_of_the_context_are_nobodys_business() -> None:
    assert both(inventory(EGRESS, WEB), inventory(group("spare"))).diagnostics == ()


# --- context -----------------------------------------------------------------------------------


def test_the_context_supplies_what_is_missing_on_both_sides() -> None:
    change = only(assemble(inventory(WEB), inventory(CREATED_WEB), inventory(PROD, EGRESS), NO_CHOICE))
    assert change.firewall == PROD
    assert (rules(change.old), rules(change.new)) == ([PASS_WEB], [DROP_WEB])


def test_the_input_wins_over_the_context() -> None:
    stale = replace(WEB, body=CREATED_WEB.body)
    change = only(both(inventory(WEB), inventory(PROD, EGRESS, stale)))
    assert rules(change.new) == [PASS_WEB]


def test_the_context_does_not_resurrect_what_the_input_deletes() -> None:
    gone = group("gone", DROP_WEB, address="group.gone")
    old, new = inventory(EGRESS, WEB, gone), inventory(EGRESS, WEB)
    egress = policy("egress", WEB, gone, address="policy.egress")
    context = inventory(gone, egress)
    assert rules(only(assemble(old, new, context, NO_CHOICE)).new) == [PASS_WEB]
    both_refer = (replace(old, policies=(egress,)), replace(new, policies=(egress,)))
    change = only(assemble(*both_refer, context, NO_CHOICE))
    assert rules(change.old) == [PASS_WEB, DROP_WEB]
    assert rules(change.new) == [PASS_WEB, "opaque: gone"]


def test_the_context_does_not_resurrect_the_old_members_of_a_prefix_list() -> None:
    key = arn("prefix-list", "pl-1")
    web = group("web", PASS_WEB, ReferenceSets=references(A=key))
    old = inventory(policy("p", web), web, prefix_lists={key: ["192.0.2.0/24"]})
    change = only(assemble(old, replace(old, prefix_lists={}), replace(old, policies=()), NO_CHOICE))
    assert change.new is not None
    assert change.new.prefix_lists == {}


def test_a_stack_given_as_context_may_use_the_addresses_of_the_input() -> None:
    other_web = group("base", DROP_WEB, address="group.web")
    other = policy("base", other_web, address="policy.egress")
    dev = firewall("dev", other, address="firewall.prod")
    old = inventory(PROD, EGRESS, WEB)
    for new in (old, inventory(PROD, EGRESS, CREATED_WEB)):
        found = assemble(old, new, inventory(dev, other, other_web), NO_CHOICE)
        by_name = {c.firewall.name.name: c for c in found.changes if c.firewall}
        assert rules(by_name["prod"].old) == [PASS_WEB]
        assert rules(by_name["dev"].old) == rules(by_name["dev"].new) == [DROP_WEB]


def test_a_created_group_does_not_hide_one_of_the_context_that_has_its_address() -> None:
    other_web = group("base", DROP_WEB, address="group.web")
    other = policy("base", other_web)
    created = group("web", PASS_WEB, address="group.web", known=False)
    found = assemble(Inventory(), inventory(created), inventory(other, other_web), NO_CHOICE)
    assert rules(only(found).new) == [DROP_WEB]


def test_two_contexts_that_overlap_count_once() -> None:
    twice = inventory(PROD, EGRESS, WEB, PROD, EGRESS, WEB)
    assert len(assemble(Inventory(), Inventory(), twice, NO_CHOICE).changes) == 1


def test_a_moved_module_is_one_thing_by_its_arn() -> None:
    before = replace(WEB, name=called("stateful-rulegroup", "web", address="module.old.group.web"))
    change = only(assemble(inventory(EGRESS, before), inventory(EGRESS, WEB), None, NO_CHOICE))
    assert rules(change.old) == rules(change.new) == [PASS_WEB]
