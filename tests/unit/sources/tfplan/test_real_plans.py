"""Plans that the real Terraform wrote (beside the checkout; skipped where they are not)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from nfw_reconcile.errors import Severity
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Inventory, Sensitive
from nfw_reconcile.sources.awsbody import read_body
from nfw_reconcile.sources.jsonfile import read_json
from nfw_reconcile.sources.links import bare, group_references, items, member
from nfw_reconcile.sources.remarks import Remarks
from nfw_reconcile.sources.tables import FIREWALL_POLICY, RULE_GROUP
from nfw_reconcile.sources.tfplan import PlanSides, read_plan, read_state
from tests.unit.sources.tfplan.inventories import inventory_json

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.model.inventory import Body

GROUP = "aws_networkfirewall_rule_group"
PLANS = [
    "awssamples-create",
    "awssamples-drift",
    "awssamples-replace",
    "awssamples-tighten",
    "features-create",
    "moj-032587bba",
    "scen-create",
    "scen-moved-import-forget-strict",
    "scen-rules-arg-drift",
    "scen-rules-arg-update",
    "scen-unknown",
]


@pytest.fixture(scope="module")
def plans(shared_data: Path) -> Path:
    folder = shared_data / "plans"
    if not folder.is_dir():
        pytest.skip("no plans in the reference data (../shared/data/plans)")
    return folder


def read(plans: Path, name: str) -> PlanSides:
    return read_plan(read_json(plans / f"{name}.json"), f"{name}.json")


def group_body(inventory: Inventory, address: str) -> Body:
    return next(one.body for one in inventory.groups if one.name.address == address)


def source(inventory: Inventory, address: str) -> Any:  # noqa: ANN401 - JSON
    return member(group_body(inventory, address), "RulesSource")


def links(inventory: Inventory) -> list[Any]:
    return [link for one in inventory.policies for link in group_references(one.body)]


def plain(body: Body) -> object:
    """Give a body without the two added leaves, as the API could return it."""
    match bare(body):
        case Unresolved():
            return None
        case dict() as members:
            return {key: plain(value) for key, value in members.items()}
        case list() as values:
            return [plain(value) for value in values]
        case value:
            return value


@pytest.mark.parametrize("name", PLANS)
def test_every_change_of_the_types_is_read(plans: Path, name: str) -> None:
    data: Any = read_json(plans / f"{name}.json")
    changes = [one for one in data["resource_changes"] if one["type"] == GROUP]

    sides = read(plans, name)

    assert Counter(one.name.address for one in sides.old.groups) == Counter(
        one["address"] for one in changes if one["change"]["before"] is not None
    )
    assert Counter(one.name.address for one in sides.new.groups) == Counter(
        one["address"] for one in changes if one["change"]["actions"] != ["delete"]
    )


@pytest.mark.parametrize("name", PLANS)
def test_bodies_have_the_one_form_that_snapshots_are_brought_into(plans: Path, name: str) -> None:
    sides = read(plans, name)
    remarks = Remarks(name)
    records = [
        (record, shape)
        for side in (sides.old, sides.new)
        for found, shape in ((side.groups, RULE_GROUP), (side.policies, FIREWALL_POLICY))
        for record in found
    ]

    for record, shape in records:
        body = read_body(plain(record.body), shape, record.name.label, remarks)
        assert body == read_body(plain(body), shape, record.name.label, remarks)
        if "Unresolved" not in repr(record.body):
            assert body == plain(record.body)
    assert records
    assert not remarks.problems


def test_one_rule_was_added_to_386(plans: Path) -> None:
    sides = read(plans, "moj-032587bba")
    address = "module.firewall_policy.aws_networkfirewall_rule_group.stateful"

    old, new = (source(side, address)["StatefulRules"] for side in (sides.old, sides.new))

    assert (len(old), len(new)) == (385, 386)
    contents = [Counter((one["Action"], *one["Header"].values()) for one in rules) for rules in (old, new)]
    assert sum((contents[1] - contents[0]).values()) == 1
    assert not contents[0] - contents[1]
    assert links(sides.old) == links(sides.new) == [one.name.arn for one in sides.new.groups]


def test_links_of_replaced_groups_are_terraform_addresses(plans: Path) -> None:
    sides = read(plans, "awssamples-replace")
    replaced = {f"{GROUP}.block_public_dns_resolvers", f"{GROUP}.drop_icmp"}

    unresolved = [link.reference for link in links(sides.new) if isinstance(link, Unresolved)]

    assert set(unresolved) == {f"{address}.arn" for address in replaced}
    assert len(links(sides.new)) == len(links(sides.old)) == 4
    assert all(isinstance(link, str) for link in links(sides.old))
    assert {one.name.address for one in sides.new.groups if one.name.arn is None} == replaced


def test_created_firewall_is_linked_to_policy_vpc_and_groups(plans: Path) -> None:
    new = read(plans, "awssamples-create").new

    assert new.firewalls[0].policy == Unresolved(f"{new.policies[0].name.address}.arn")
    assert new.firewalls[0].vpc == Unresolved("aws_vpc.inspection_vpc.id")
    assert new.firewalls[0].region == "eu-west-1"
    assert new.vpcs["aws_vpc.inspection_vpc"] == ["10.255.0.0/16"]
    assert set(links(new)) == {Unresolved(f"{one.name.address}.arn") for one in new.groups}


def test_tightened_rules_differ_and_nothing_else(plans: Path) -> None:
    sides = read(plans, "awssamples-tighten")

    changed = [
        new.name.address for old, new in zip(sides.old.groups, sides.new.groups, strict=True) if old != new
    ]

    assert changed == [
        f"{GROUP}.block_domains",
        f"{GROUP}.block_public_dns_resolvers",
        f"{GROUP}.drop_non_http_between_vpcs",
    ]
    assert sides.old.policies == sides.new.policies
    assert sides.old.firewalls == sides.new.firewalls
    assert sides.diagnostics == ()


@pytest.mark.parametrize(
    ("name", "address", "words"),
    [
        ("awssamples-drift", f"{GROUP}.block_domains", "since the last apply"),
        ("scen-rules-arg-drift", f"{GROUP}.rules_arg", "the live rules are not those of `rules`"),
    ],
)
def test_drift_is_told(plans: Path, name: str, address: str, words: str) -> None:
    (told,) = read(plans, name).diagnostics

    assert told.severity is Severity.WARNING
    assert told.summary.startswith(f"{address}: changed outside Terraform")
    assert words in told.summary


def test_moved_imported_forgotten_and_replaced(plans: Path) -> None:
    sides = read(plans, "scen-moved-import-forget-strict")
    new = {one.name.address: one for one in sides.new.groups}
    old = {one.name.address: one for one in sides.old.groups}

    assert set(old) - set(new) == {f"{GROUP}.gone"}
    renamed = f"{GROUP}.renamed"
    assert old[renamed].name == new[renamed].name
    assert "8443" in source(sides.new, renamed)["RulesString"]
    assert "8443" not in source(sides.old, renamed)["RulesString"]
    assert old[f"{GROUP}.forget"] == new[f"{GROUP}.forget"]
    assert links(sides.old) == [old[f"{GROUP}.a"].name.arn]
    assert links(sides.new) == [Unresolved(f"{GROUP}.a.arn")]
    options = member(sides.new.policies[0].body, "StatefulEngineOptions")
    assert options == {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "REJECT"}


def test_argument_rules_wins_over_what_was_read_before(plans: Path) -> None:
    sides = read(plans, "scen-rules-arg-update")

    texts = [source(side, f"{GROUP}.rules_arg")["RulesString"] for side in (sides.old, sides.new)]

    assert [text.split(" any ")[-1] for text in texts] == ["443 (sid:1;)", "8443 (sid:1;)"]


def test_unknown_values_name_what_they_come_from(plans: Path) -> None:
    new = read(plans, "scen-unknown").new

    home = member(member(member(group_body(new, f"{GROUP}.a"), "RuleVariables"), "IPSets"), "HOME_NET")
    known, unknown = items(member(home, "Definition"))
    assert known == "10.0.0.0/8"
    assert isinstance(unknown, Unresolved)
    assert unknown.reference.startswith(
        f"aws_vpc.ipam.cidr_block in {GROUP}.a.rule_group[0].rule_variables[0]"
    )
    headers = [one["Header"]["Source"] for one in source(new, f"{GROUP}.b")["StatefulRules"]]
    path = f"{GROUP}.b.rule_group[0].rules_source[0].stateful_rule"
    assert headers == [Unresolved(f"{path}[0].header[0].source"), Unresolved(f"{path}[1].header[0].source")]
    assert new.vpcs == {"aws_vpc.ipam": [Unresolved("aws_vpc.ipam.cidr_block")]}


def test_modules_count_and_for_each_are_read_instance_by_instance(plans: Path) -> None:
    new = read(plans, "features-create").new

    assert [one.name.address for one in new.groups] == [
        f"{GROUP}.dyn1",
        f"{GROUP}.dyn2",
        f'{GROUP}.hd["x"]',
        f'{GROUP}.hd["y"]',
        f"{GROUP}.yml",
        f"module.m.{GROUP}.in_mod[0]",
    ]
    assert len(source(new, f"{GROUP}.dyn2")["StatefulRules"]) == 2
    assert "1.1.1.1/32" in source(new, f'{GROUP}.hd["y"]')["RulesString"]


def test_sensitive_sets_and_new_prefix_lists(plans: Path) -> None:
    new = read(plans, "scen-create").new

    body = group_body(new, f"{GROUP}.a")
    assert isinstance(body, dict)
    assert body["RuleVariables"] == {"IPSets": Sensitive({"SECRET": {"Definition": ["10.9.0.0/16"]}})}
    references = member(member(body, "ReferenceSets"), "IPSetReferences")
    assert references == {"PL": {"ReferenceArn": Unresolved("aws_ec2_managed_prefix_list.pl.arn")}}
    assert new.prefix_lists == {"aws_ec2_managed_prefix_list.pl": ["10.0.0.0/8"]}


def test_state_is_what_the_next_plan_starts_from(plans: Path) -> None:
    inventory, diagnostics = read_state(read_json(plans / "awssamples-state.json"), "state.json")

    assert inventory_json(inventory) == inventory_json(read(plans, "awssamples-tighten").old)
    assert diagnostics == ()
