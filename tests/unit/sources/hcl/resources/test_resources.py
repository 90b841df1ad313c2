"""Resources: instances, blocks, references to them, and where all of it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive
from nfw_reconcile.sources.hcl import read_configuration
from nfw_reconcile.sources.hcl.trees.folder import FolderTree
from tests.conftest import CHECKOUT
from tests.unit.sources.hcl.configurations import configured, errors, group, rules_of, told

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.resources.written import Span

VPC = 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'


def policy(inner: str) -> str:
    return (
        'resource "aws_networkfirewall_firewall_policy" "p" {\n  name = "p"\n  firewall_policy {\n'
        '    stateless_default_actions = ["aws:pass"]\n    stateless_fragment_default_actions = ["aws:pass"]\n'
        f"{inner}  }}\n}}\n"
    )


def references(text: str) -> list[object]:
    """Give the rule groups that the policy of a configuration refers to."""
    (record,) = configured(text).inventory.policies
    assert isinstance(record.body, dict)
    listed = record.body["StatefulRuleGroupReferences"]
    if isinstance(listed, Unresolved):
        return [listed]
    assert isinstance(listed, list)
    return [each["ResourceArn"] if isinstance(each, dict) else each for each in listed]


DYNAMIC = """
    dynamic "stateful_rule_group_reference" {{
      for_each = {for_each}
      content {{
        resource_arn = {arn}
      }}
    }}
"""


def test_groups_of_unknown_number_leave_the_policy_undecided_and_stand_for_themselves() -> None:
    text = 'variable "n" {}\n' + group('"a"', extra="  count = var.n\n")
    text += policy(
        DYNAMIC.format(
            for_each="aws_networkfirewall_rule_group.this", arn="stateful_rule_group_reference.value.arn"
        )
    )
    found = configured(text)
    (record,) = found.inventory.groups
    assert record.name.address == "aws_networkfirewall_rule_group.this"
    assert isinstance(rules_of(record), Unresolved)
    (reference,) = references(text)
    assert isinstance(reference, Unresolved)
    assert any("how often there is" in each for each in told(found))


@pytest.mark.parametrize("block", ["count = var.n", "for_each = var.n", "for_each = toset([var.n])"])
def test_an_unknown_number_of_instances_differs_where_anything_behind_it_differs(block: str) -> None:
    def named(text: str) -> object:
        written = group('"a"', extra=f"  {block.replace('var.n', 'local.n')}\n")
        made = configured(f'variable "n" {{}}\nlocals {{\n  n = {text}\n}}\n{written}')
        return rules_of(made.inventory.groups[0])

    assert named("var.n") == named("var.n")
    assert named("var.n") != named("lower(var.n)")


def test_what_is_in_a_module_of_unknown_number_is_unknown() -> None:
    found = configured(
        'variable "n" {}\nmodule "m" {\n  source = "./m"\n  count = var.n\n}\n', m__main_tf=group('"known"')
    )
    (record,) = found.inventory.groups
    assert record.name.address == "module.m.aws_networkfirewall_rule_group.this"
    assert isinstance(rules_of(record), Unresolved)


@pytest.mark.parametrize(
    ("for_each", "arn"),
    [
        ("toset([{a}, {b}])", "stateful_rule_group_reference.key"),
        ("[{a}, {b}]", "stateful_rule_group_reference.value"),
        ("{{ x = {a}, y = {b} }}", "stateful_rule_group_reference.value"),
        ("setunion([{a}], [{b}])", "stateful_rule_group_reference.value"),
    ],
)
def test_references_to_groups_are_told_apart(for_each: str, arn: str) -> None:
    a, b = (f"aws_networkfirewall_rule_group.{name}.arn" for name in "ab")
    text = group('"a"', "a") + group('"b"', "b")
    text += policy(DYNAMIC.format(for_each=for_each.format(a=a, b=b), arn=arn))
    assert references(text) == [Unresolved(a), Unresolved(b)]


def test_an_unknown_for_each_makes_all_blocks_of_its_type_unknown_and_no_others() -> None:
    blocks = DYNAMIC.format(for_each="var.arns", arn="stateful_rule_group_reference.value")
    static = '    stateful_rule_group_reference {\n      resource_arn = "arn:static"\n    }\n'
    found = configured('variable "arns" {}\n' + policy(static + blocks))
    (record,) = found.inventory.policies
    assert isinstance(record.body, dict)
    assert record.body["StatefulRuleGroupReferences"] == Unresolved("var.arns")
    assert record.body["StatelessDefaultActions"] == ["aws:pass"]


def test_an_unknown_setting_that_is_written_is_not_taken_for_one_that_nobody_set() -> None:
    block = '    stateful_rule_group_reference {{\n      resource_arn = "arn:x"\n{0}    }}\n'
    for written, wanted in (("", None), ("      deep_threat_inspection = var.d\n", Unresolved("var.d"))):
        found = configured('variable "d" {}\n' + policy(block.format(written)))
        (record,) = found.inventory.policies
        assert isinstance(record.body, dict)
        (reference,) = record.body["StatefulRuleGroupReferences"]
        assert reference.get("DeepThreatInspection") == wanted


# --- references -----------------------------------------------------------------------------------


def test_what_a_resource_is_given_is_known_and_the_rest_is_named_by_all_that_it_is_given() -> None:
    def named(vpc: str, expression: str) -> object:
        return rules_of(configured(vpc + group(expression)).inventory.groups[0])

    assert named(VPC, "aws_vpc.main.cidr_block") == "10.0.0.0/16"
    assert named(VPC, "aws_vpc.main.id") == Unresolved("aws_vpc.main.id")
    once, again, other = (
        named(text, "aws_vpc.main.ipv6_cidr_block") for text in (VPC, f"#\n{VPC}", VPC.replace("/16", "/17"))
    )
    assert once == again
    assert once != other


def test_an_argument_that_is_null_is_what_the_provider_fills_in() -> None:
    text = VPC.replace('"10.0.0.0/16"', "null") + group("aws_vpc.main.cidr_block")
    found = configured(text)
    name = rules_of(found.inventory.groups[0])
    assert isinstance(name, Unresolved)
    assert found.inventory.vpcs["aws_vpc.main"] == [name]


def test_data_sources_are_unknown_by_all_that_they_are_found_by() -> None:
    data = 'data "aws_vpc" "main" {{\n  tags = {{ name = "{0}" }}\n}}\n'
    one, two = (
        configured(data.format(name) + group("data.aws_vpc.main.cidr_block")).inventory for name in ("a", "b")
    )
    assert one.vpcs["data.aws_vpc.main"] == [rules_of(one.groups[0])]
    assert rules_of(one.groups[0]) != rules_of(two.groups[0])


def test_a_data_source_with_an_id_has_that_id() -> None:
    found = configured(
        'data "aws_vpc" "main" {\n  id = "vpc-1"\n}\nresource "aws_networkfirewall_firewall" "f" {\n  name = "f"\n'
        '  firewall_policy_arn = "arn:p"\n  vpc_id = data.aws_vpc.main.id\n}\n'
    )
    (firewall,) = found.inventory.firewalls
    assert firewall.vpc == "vpc-1"
    assert isinstance(found.inventory.vpcs["vpc-1"], list)


def test_prefix_lists_that_are_looked_up_otherwise_are_not_the_same() -> None:
    def found(name: str) -> object:
        data = f'data "aws_ec2_managed_prefix_list" "l" {{\n  name = "{name}"\n}}\n'
        return configured(data + group('"a"')).inventory.prefix_lists

    assert found("a") == found("a")
    assert found("a") != found("b")


def test_entries_of_a_prefix_list_may_be_an_attribute() -> None:
    found = configured(
        'resource "aws_ec2_managed_prefix_list" "l" {\n  name = "l"\n'
        '  entry = [for cidr in ["10.0.0.0/8"] : { cidr = cidr, description = null }]\n}\n' + group('"a"')
    )
    assert found.inventory.prefix_lists["aws_ec2_managed_prefix_list.l"] == ["10.0.0.0/8"]


def test_cidrs_that_are_associated_belong_to_their_vpc() -> None:
    found = configured(
        VPC + 'resource "aws_vpc_ipv4_cidr_block_association" "more" {\n  for_each = toset(["10.1.0.0/16"])\n'
        "  vpc_id = aws_vpc.main.id\n  cidr_block = each.key\n}\n" + group('"a"')
    )
    assert found.inventory.vpcs["aws_vpc.main"] == ["10.0.0.0/16", "10.1.0.0/16"]


def test_whole_resources_are_never_taken_for_the_little_that_is_known_of_them() -> None:
    for expression in (
        "jsonencode(aws_vpc.main)",
        'join(",", keys(aws_vpc.main))',
        "tostring(length(aws_vpc.main))",
        'lookup(aws_vpc.main, "tags", "none")',
        'join(",", [for key, value in aws_vpc.main : key])',
        "tostring(aws_vpc.main == aws_vpc.main)",
        'contains(keys(aws_vpc.main), "tags") ? "a" : "b"',
        'try(aws_vpc.main.tags["x"], "none")',
        'can(aws_vpc.main.tags["x"]) ? "a" : "b"',
    ):
        found = configured(VPC + group(expression))
        assert isinstance(rules_of(found.inventory.groups[0]), Unresolved), expression
        assert errors(found) == [], expression


def test_alternatives_may_be_whole_resources_with_different_arguments() -> None:
    other = 'resource "aws_vpc" "other" {\n  ipv4_ipam_pool_id = "pool"\n  tags = {}\n}\n'
    found = configured(VPC + other + group("(true ? aws_vpc.main : aws_vpc.other).cidr_block"))
    assert rules_of(found.inventory.groups[0]) == "10.0.0.0/16"


# --- blocks ---------------------------------------------------------------------------------------


def test_what_is_written_twice_in_a_set_is_there_once() -> None:
    sets = 'ip_sets {\n  key = "A"\n  ip_set {\n    definition = ["10.0.0.0/8", "10.0.0.0/8"]\n  }\n}\n'
    found = configured(
        group(
            "null",
            extra=f'rule_group {{\nrule_variables {{\n{sets}{sets}}}\nrules_source {{\nrules_string = "a"\n}}\n}}\n',
        )
    )
    body = found.inventory.groups[0].body
    assert isinstance(body, dict)
    assert body["RuleVariables"] == {"IPSets": {"A": {"Definition": ["10.0.0.0/8"]}}}


def test_a_value_of_the_wrong_type_is_an_error_at_its_place() -> None:
    found = configured(group("null", extra='rule_group {\nrules_source {\nrules_string = ["a"]\n}\n}\n'))
    assert errors(found) == [
        "main.tf:8:16: Wrong type: a value of type tuple([string]) does not become string."
    ]


def test_sensitive_parts_are_sensitive_and_no_others() -> None:
    found = configured(
        'variable "s" {\n  default = "10.0.0.0/8"\n  sensitive = true\n}\n'
        + group(
            "null",
            extra='rule_group {\nrules_source {\nrules_string = "a"\n}\nrule_variables {\nip_sets {\nkey = "A"\n'
            'ip_set {\ndefinition = [var.s, "10.1.0.0/16"]\n}\n}\n}\n}\n',
        )
    )
    body = found.inventory.groups[0].body
    assert isinstance(body, dict)
    assert body["RuleVariables"] == {
        "IPSets": {"A": {"Definition": [Sensitive("10.0.0.0/8"), "10.1.0.0/16"]}}
    }


def test_regions_follow_the_provider_through_modules() -> None:
    firewall = (
        'resource "aws_networkfirewall_firewall" "f" {\n  name = "f"\n  firewall_policy_arn = "arn:p"\n}\n'
    )
    found = configured(
        'provider "aws" {\n  region = "eu-west-1"\n}\nprovider "aws" {\n  alias = "north"\n  region = local.r\n}\n'
        'locals {\n  r = "eu-north-1"\n}\n'
        'module "m" {\n  source = "./m"\n  providers = {\n    aws.here = aws.north\n  }\n}\n' + firewall,
        m__main_tf=firewall.replace('name = "f"', 'name = "g"\n  provider = aws.here')
        + firewall.replace('"f"', '"h"'),
    )
    assert {each.name.name: each.region for each in found.inventory.firewalls} == {
        "f": "eu-west-1",
        "g": "eu-north-1",
        "h": "eu-west-1",
    }


# --- places ---------------------------------------------------------------------------------------


def test_everything_is_found_where_it_is_written() -> None:
    folder = CHECKOUT / "tests" / "cases" / "hcl" / "dynamic-nested"
    found = read_configuration(FolderTree(folder, "here"), "")
    (written,) = found.places.values()
    lines = (folder / "main.tf").read_text(encoding="utf-8").splitlines()

    def text(span: Span) -> str:
        assert span.place.line is not None
        assert span.place.column is not None
        return lines[span.place.line - 1][span.place.column - 1 :]

    source = "rule_group[0].rules_source[0]"
    assert text(written.block).startswith("resource")
    assert text(written.bodies[f"{source}.stateful_rule[0]"]) == "stateful_rule {"
    assert text(written.bodies[f"{source}.stateful_rule[1]"]) == "content {"
    assert written.bodies[f"{source}.stateful_rule[1]"] == written.bodies[f"{source}.stateful_rule[3]"]
    assert text(written.values[f"{source}.stateful_rule[2].action"].span).startswith("action")
    assert f"{source}.stateful_rule[5]" not in written.bodies


def test_the_files_behind_a_value_are_told_however_far_it_came() -> None:
    found = configured(
        'locals {\n  rules = jsondecode(file("rules.json"))\n}\n'
        'module "m" {\n  source = "./m"\n  rules = local.rules\n}\n'
        + group('fileexists("other.txt") ? file("other.txt") : "none"'),
        m__main_tf='variable "rules" {}\n'
        + group('templatefile("${path.module}/t.tftpl", { r = var.rules[0] })'),
        m__t_tftpl="${r}",
        rules_json='["a"]',
    )
    assert found.places["module.m.aws_networkfirewall_rule_group.this"].values["rules"].files == (
        "m/t.tftpl",
        "rules.json",
    )
    assert found.places["aws_networkfirewall_rule_group.this"].values["rules"].files == ()
    assert found.places["aws_networkfirewall_rule_group.this"].block.place == Location("main.tf", 8, 1)
