"""What a configuration says wrongly, or says of what nobody knows: told with its place, and never guessed."""

from __future__ import annotations

import pytest

from nfw_reconcile.errors import InputError
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.hcl import read_configuration
from tests.unit.sources.hcl.configurations import (
    MemoryTree,
    configured,
    errors,
    evaluated,
    group,
    rules_of,
    told,
)

UNKNOWN = 'variable "u" {}\n'


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ('{ (null) = 1 }["a"]', "A key of the object is null"),
        ('{ for x in [null] : x => 1 }["a"]', "A key of the loop is null"),
        ('[for x in ["a"] : x if null][0]', "The condition of the loop is null"),
        ('can("a", "b") ? "a" : "b"', "can() takes one argument"),
        ('templatefile("t.tftpl")', "takes a template and its variables"),
        ('templatefile("t.tftpl", null)', "its variables as an object or a map"),
        ('templatefile("broken.tftpl", {})', "has no `%{ endif }`"),
        ('templatefile("binary.tftpl", {})', "is no UTF-8 text"),
        ('templatefile("missing.tftpl", {})', "There is no file"),
        ("var", "var is no reference"),
        ("path.other", "path.other has no meaning here"),
        ("self.name", "self.name has no meaning here"),
        ("null.name", "A null value has no attribute"),
        ('(true ? { a = 1 } : ["x"]).a', "no type in common"),
    ],
)
def test_what_terraform_refuses_is_an_error_and_unknown(expression: str, problem: str) -> None:
    files = {
        "main.tf": group(expression),
        "t.tftpl": "text",
        "broken.tftpl": "%{ if true }",
        "binary.tftpl": "\udcff",
    }
    found = read_configuration(_Bytes(files), "")
    assert isinstance(rules_of(found.inventory.groups[0]), Unresolved)
    assert problem in errors(found)[0]


class _Bytes(MemoryTree):
    """Files with bytes that are no text, written as halves of surrogate pairs."""

    def read(self, path: str) -> bytes | None:
        text = self.content.get(path)
        return None if text is None else text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "expression",
    [
        "[for x in var.u : x][0]",
        '{ for x in ["a"] : var.u => x }["a"]',
        '{ for x in ["a", "b"] : "k" => x... if x == var.u }["k"][0]',
        '"%{ for x in var.u }${x}%{ endfor }"',
        '"%{ if var.u }a%{ else }b%{ endif }"',
        "path.cwd",
        "templatefile(var.u, {})",
        "var.u ? var.u : [1][4]",
    ],
)
def test_what_hangs_on_unknown_values_is_unknown_and_no_error(expression: str) -> None:
    found = configured(UNKNOWN + group(expression))
    assert isinstance(rules_of(found.inventory.groups[0]), Unresolved)
    assert errors(found) == []


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("count = null", "count is null"),
        ("count = 1.5", "count is a whole number"),
        ("for_each = null", "for_each is null"),
        ("for_each = toset([1, 2])", "The set of for_each is one of strings"),
        ("for_each = toset([null])", "none of them null"),
    ],
)
def test_what_counts_no_instances_is_an_error_and_leaves_one_that_is_unknown(
    block: str, problem: str
) -> None:
    found = configured(group('"known"', extra=f"  {block}\n"))
    assert problem in errors(found)[0] or "set(number)" in errors(found)[0]
    assert [isinstance(rules_of(each), Unresolved) for each in found.inventory.groups] == [True]


@pytest.mark.parametrize("inner", ["for_each = [1]", "content {\n}", "for_each = 5\ncontent {\n}"])
def test_a_dynamic_block_that_is_none_makes_its_blocks_unknown(inner: str) -> None:
    dynamic = f'dynamic "stateful_rule_options" {{\n{inner}\n}}\nrules_source {{\nrules_string = "a"\n}}\n'
    found = configured(group("null", extra=f"rule_group {{\n{dynamic}}}\n"))
    body = found.inventory.groups[0].body
    assert isinstance(body, dict)
    assert isinstance(body["StatefulRuleOptions"], Unresolved)
    assert len(errors(found)) == 1


def test_more_instances_than_are_worked_with_are_refused() -> None:
    with pytest.raises(InputError, match="instances of resources and blocks"):
        configured(group('"a"', extra="  count = 1000000\n"))


@pytest.mark.parametrize(
    ("declarations", "chain"),
    [
        (
            'module "m" {\n  source = "./m"\n  v = module.m.o\n}\n',
            "module.m.o → module.m.output.o → module.m.var.v → module.m.o",
        ),
        ('module "m" {\n  source = "./m"\n  v = "a"\n  count = length(module.m)\n}\n', "module.m → module.m"),
    ],
)
def test_cycles_through_modules_are_told(declarations: str, chain: str) -> None:
    found = configured(
        declarations
        + group("jsonencode(module.m.o)" if "count" not in declarations else "jsonencode(module.m[0].o)"),
        m__main_tf='variable "v" {}\noutput "o" {\n  value = var.v\n}\n',
    )
    assert any("this refers to itself" in each for each in errors(found))
    assert any(chain.split(" → ", maxsplit=1)[0] in each for each in errors(found))


def test_a_resource_that_counts_itself_is_a_cycle() -> None:
    found = configured(
        group('"a"', extra="  count = length(aws_networkfirewall_rule_group.this)\n") + group('"b"', "other")
    )
    assert "this refers to itself" in errors(found)[0]
    assert [isinstance(rules_of(each), Unresolved) for each in found.inventory.groups] == [True, False]


def test_an_output_without_a_value_and_a_call_without_a_source_are_errors() -> None:
    found = configured(
        'module "m" {\n  source = "./m"\n}\nmodule "n" {\n}\n'
        + group("module.m.o")
        + group("module.n.o", "other"),
        m__main_tf='output "o" {}\n',
    )
    assert {each.split(": ", 1)[1] for each in errors(found)} == {
        "output 'o' has no value.",
        "the source of module 'n' is not a constant.",
    }


def test_parts_of_records_that_cannot_be_read_are_told_with_everything_else() -> None:
    with pytest.raises(InputError) as stopped:
        configured(
            'resource "aws_networkfirewall_rule_group" "g" {\n  name = "g"\n  rules = "a"\n}\n'
            + group("[1][4]")
        )
    assert {
        "STATEFUL or STATELESS" in str(each) or "element 4" in str(each) for each in stopped.value.problems
    } == {True}
    assert len(stopped.value.problems) == 2


def test_values_that_no_table_describes_are_kept_as_they_are() -> None:
    found = configured(
        UNKNOWN
        + group(
            "null",
            extra='rule_group {\nnewer = { a = 1 }\nrules_source {\nrules_string = "a"\n}\n}\n',
        )
    )
    body = found.inventory.groups[0].body
    assert isinstance(body, dict)
    assert body["newer"] == {"a": 1}
    assert any("newer is not known to this version" in each for each in told(found))


def test_entries_that_are_unknown_or_null_stand_as_they_are() -> None:
    found = configured(
        UNKNOWN
        + 'resource "aws_ec2_managed_prefix_list" "l" {\n  name = "l"\n  entry = [{ cidr = "10.0.0.0/8" }, '
        '{ cidr = var.u }, null]\n}\nresource "aws_ec2_managed_prefix_list" "m" {\n  name = "m"\n  entry = "x"\n}\n'
        + group('"a"')
    )
    lists = found.inventory.prefix_lists
    assert lists["aws_ec2_managed_prefix_list.l"] == ["10.0.0.0/8", Unresolved("var.u")]
    broken = lists["aws_ec2_managed_prefix_list.m"]
    assert isinstance(broken, list)
    assert [isinstance(each, Unresolved) for each in broken] == [True]
    assert "A list is needed here" in errors(found)[0]


def test_constants_of_declarations_are_constants() -> None:
    declared = 'variable "v" {\n  type = strange\n  nullable = 1 == 1\n  default = upper("a")\n}\n'
    assert isinstance(evaluated("var.v", declared), Unresolved)


def test_null_is_refused_where_none_is_allowed() -> None:
    found = configured(
        'module "m" {\n  source = "./m"\n  v = null\n}\n' + group("module.m.o"),
        m__main_tf='variable "v" {\n  nullable = false\n}\noutput "o" {\n  value = var.v\n}\n',
    )
    assert "is null, and must not be" in errors(found)[0]
