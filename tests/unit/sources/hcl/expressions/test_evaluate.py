"""Expressions: unknown values keep their names, errors have places, and nothing is guessed.

That known values are those of Terraform is held by tests/provider/test_configurations.py.
"""

from __future__ import annotations

import json

import pytest

from nfw_reconcile.errors import InputError, Location
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.hcl import read_configuration
from nfw_reconcile.sources.hcl.expressions.budget import Budget
from nfw_reconcile.sources.hcl.expressions.evaluate import evaluate
from nfw_reconcile.sources.hcl.expressions.session import Session
from nfw_reconcile.sources.hcl.reading.reader import read_expression
from nfw_reconcile.sources.hcl.stack.naming import Names
from tests.unit.sources.hcl.configurations import configured, errors, evaluated, group, rules_of, told, tree

GIVEN = """
variable "u" { type = string }
variable "list" { type = list(string) }
variable "other" { type = string }
locals { same = var.u }
"""


def named(expression: str, declarations: str = GIVEN) -> str:
    """Give the name of an unknown value."""
    found = evaluated(expression, declarations)
    assert isinstance(found, Unresolved), found
    return found.reference


@pytest.mark.parametrize(
    "expression",
    [
        "var.u",
        "local.same",
        '"${var.u}"',
        "true ? var.u : null",
        "[var.u, 1][0]",
        "{ a = [var.u] }.a[0]",
        "[for x in [var.u] : x][0]",
        "([{ a = var.u }][*].a)[0]",
        'lookup({ k = var.u }, "k", "d")',
        "element([var.u], 3)",
        'merge({ a = 1 }, { b = var.u })["b"]',
        "concat([1], [var.u])[1]",
        'flatten([["a"], [[var.u, var.other]]])[1]',
        "one([var.u])",
        "tostring(var.u)",
        "values({ a = var.u })[0]",
        "nonsensitive(sensitive(var.u))",
        "coalescelist([], [var.u, var.other])[0]",
        'zipmap(["a"], [var.u])["a"]',
        "[for x in toset([var.u]) : x][0]",
    ],
)
def test_what_is_handed_on_is_the_value_itself(expression: str) -> None:
    assert named(expression) == "var.u"


@pytest.mark.parametrize(
    "expression",
    [
        '"x${var.u}"',
        "upper(var.u)",
        'var.u == "a" ? "a" : "b"',
        'var.u != "" ? var.u : "b"',
        '[for x in [1] : "a" if var.u == "a"][0]',
        "{ (var.u) = 1 }.a",
        'try(var.u, "b")',
        'try(var.list[0], "b")',
        "tostring(can(var.u) || true)",
        'join(",", [var.u, var.u])',
        "element(var.list, 0)",
        "flatten([var.list])[0]",
        '["a", "b"][length(var.list)]',
        "jsonencode([var.u])",
        'coalesce(var.u, "b")',
        "var.list[*][0]",
        'format("%s", var.list...)',
        "sort([var.u, var.other])[0]",
        'templatestring("${local.text}", { u = var.u })',
    ],
)
def test_what_is_computed_from_unknown_values_has_a_name_of_its_own(expression: str) -> None:
    declarations = f'{GIVEN}\nlocals {{ text = "$${{u}}!" }}'
    name = named(expression.replace('"${local.text}"', "local.text"), declarations)
    assert name.startswith("var."), name
    assert " in aws_networkfirewall_rule_group.this.rules#" in name


@pytest.mark.parametrize(
    "expression",
    [
        'join("", aws_vpc.v[*].arn)',
        'coalesce(null, "", aws_vpc.v[0].arn)',
        'compact(["", aws_vpc.v[0].arn, null])[0]',
        'try(aws_vpc.v[0].arn, "")',
        'element(concat(aws_vpc.v[*].arn, [""]), 0)',
        "flatten(aws_vpc.v[*].arn)[0]",
        "one(aws_vpc.v).arn",
        "one(aws_vpc.v[*].arn)",
        "[for vpc in aws_vpc.v : vpc.arn][0]",
        "values({ a = aws_vpc.v[0] })[0].arn",
        "merge({ a = aws_vpc.v[0] }, {}).a.arn",
        "(length(aws_vpc.v) > 0 ? aws_vpc.v[0] : null).arn",
        'aws_vpc.v[0]["arn"]',
    ],
)
def test_the_identifier_of_a_resource_stays_itself_through_what_people_do_with_it(expression: str) -> None:
    declared = 'resource "aws_vpc" "v" {\n  count = 1\n  cidr_block = "10.0.0.0/8"\n}\n'
    name = named(expression, declared)
    assert name.partition("#")[0] == "aws_vpc.v[0].arn"
    assert " in " not in name


def test_parts_of_an_unknown_value_are_named_after_it() -> None:
    assert named("var.list[2]") == "var.list[2]"
    assert named('var.o["k"].inner', 'variable "o" {}') == 'var.o["k"].inner'


def test_the_same_text_computed_otherwise_has_another_name() -> None:
    """What is written the same refers to other values here: only all of it together says what the value is."""
    names = {
        named('"${local.text}!"', f'variable "u" {{}}\nlocals {{ text = "{text}${{var.u}}" }}')
        for text in ("a", "b", "a${1 + 1}")
    }
    assert len(names) == 3


def test_the_name_follows_the_values_and_not_how_known_ones_are_written() -> None:
    declarations = 'variable "u" {}\nlocals { '
    once, again = (
        named('"${local.n}${var.u}"', f"{declarations} n = {written} }}") for written in ("3", "1 + 2")
    )
    assert once == again


def test_the_name_covers_the_template_and_every_file_that_is_read() -> None:
    expression = 'templatefile("t.tftpl", { u = var.u })'
    one, two = (evaluated(expression, GIVEN, t_tftpl=text) for text in ("a ${u}", "b ${u}"))
    assert one != two
    assert isinstance(one, Unresolved)


def test_impure_functions_never_give_the_same_value() -> None:
    once, again = named("timestamp()", ""), named("timestamp()", "")
    assert once != again


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('false ? var.u : "b"', "b"),
        ('try(tonumber("x"), "b")', "b"),
        ('can(tonumber("x")) ? "a" : "b"', "b"),
        ('[var.u, "b"][1]', "b"),
        ('lookup({ k = var.u, l = "b" }, "l", "d")', "b"),
        ("tostring(length([var.u, var.u]))", "2"),
        ('{ for k, v in { a = var.u, b = "b" } : k => v }["b"]', "b"),
        ('join("", [for k, v in { a = var.u, b = "b" } : k])', "ab"),
        ('"%{ if false }${var.u}%{ else }b%{ endif }"', "b"),
        ('templatestring(local.same_text, { a = "b" })', "b!"),
        ('core::upper("b")', "B"),
    ],
)
def test_what_does_not_hang_on_unknown_values_is_known(expression: str, value: str) -> None:
    assert evaluated(expression, f'{GIVEN}\nlocals {{ same_text = "$${{a}}!" }}') == value


def test_a_variable_without_a_value_is_told_once_with_what_to_do() -> None:
    found = configured(group("var.u") + group('"a${var.u}"', "more") + 'variable "u" {}\n')
    (diagnostic,) = found.diagnostics
    assert "--var u=VALUE" in diagnostic.remedy
    assert diagnostic.where is not None
    assert diagnostic.where.line == 13


def test_all_problems_are_told_at_once_and_reading_goes_on() -> None:
    found = configured(
        group("[1][4]", "a") + group('"x ${null}"', "b") + group('"fine"', "c") + group("local.none", "d")
    )
    assert [text.split(": ")[0] for text in errors(found)] == [
        "main.tf:5:11",
        "main.tf:11:16",
        "main.tf:23:11",
    ]
    known = [rules_of(record) for record in found.inventory.groups]
    assert [isinstance(each, Unresolved) for each in known] == [True, True, False, True]


def test_the_same_error_in_two_revisions_is_not_the_same_value() -> None:
    old, new = (
        read_configuration(tree(group("[1][4]"), name=name), "").inventory.groups[0]
        for name in ("git:v1", "git:v2")
    )
    assert isinstance(rules_of(old), Unresolved)
    assert rules_of(old) != rules_of(new)


def test_a_template_knows_its_variables_only_and_calls_no_template() -> None:
    for text in ("${var.u}", "${local.same}", '${templatefile("t.tftpl", {})}'):
        found = configured(GIVEN + group('templatefile("t.tftpl", { u = 1 })'), t_tftpl=text)
        assert any("t.tftpl:1:" in each for each in errors(found)), text


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ('file("../secret")', "leads out"),
        ('file("/etc/hostname")', "leads out"),
        ('file("~/.ssh/id_rsa")', "not computed"),
        ('provider::aws::arn_parse("a")', "providers"),
        ('join(",", fileset(".", "**"))', "no part of the revision"),
        ('join(",", fileset("../..", "*.rules"))', "leads out"),
    ],
)
def test_what_is_not_computed_is_unknown_and_told_and_no_error(expression: str, why: str) -> None:
    found = configured(group(f'try({expression}, "other")'))
    (record,) = found.inventory.groups
    assert isinstance(rules_of(record), Unresolved)
    assert errors(found) == []
    assert why in told(found)[0]


def test_sensitive_values_are_marked_wherever_they_go() -> None:
    found = configured(
        'variable "s" {\n default = "q"\n sensitive = true\n}\n' + group('"a ${upper(var.s)}"')
    )
    (record,) = found.inventory.groups
    assert "Sensitive" in repr(record.body)
    assert rules_of(record) == "a Q"


# --- hostile ------------------------------------------------------------------------------------


def test_what_multiplies_without_end_is_refused() -> None:
    session = Session(tree(), "", budget=Budget(steps=10_000))
    inner = "1"
    for name in "abc":
        inner = f"[for {name} in range(100) : {inner}]"
    expression = read_expression(inner, Location("main.tf", 1, 1))
    with pytest.raises(InputError, match="too large to be evaluated"):
        evaluate(expression, Names(session, "").scope())


def test_texts_that_double_without_end_are_refused() -> None:
    doubled = "".join(f'  d{n} = "${{local.d{n + 1}}}${{local.d{n + 1}}}"\n' for n in range(24))
    with pytest.raises(InputError, match="too large to be evaluated"):
        configured(f'locals {{\n{doubled}  d24 = "0123456789"\n}}\n{group("local.d0")}')


@pytest.mark.parametrize(
    ("step", "what"), [("[{0}, {0}]", "parts"), ("{{ a = {0} }}", "levels"), ("[{0}]", "levels")]
)
def test_values_that_grow_without_end_are_refused(step: str, what: str) -> None:
    grown = "".join(f"  l{n} = {step.format(f'local.l{n - 1}')}\n" for n in range(1, 150))
    with pytest.raises(InputError, match=f"a value has more than .* {what}"):
        configured(f"locals {{\n  l0 = [1]\n{grown}}}\n{group('jsonencode(local.l149)')}")


def test_long_chains_need_no_stack() -> None:
    chain = "".join(f"  l{n} = local.l{n + 1}\n" for n in range(5_000))
    assert evaluated("local.l0", f'locals {{\n{chain}  l5000 = "end"\n}}') == "end"


def test_a_cycle_is_told_with_the_names_on_it() -> None:
    found = configured(
        "locals {\n  a = local.b\n  b = [local.c]\n  c = local.a\n}\n" + group("jsonencode(local.a)")
    )
    assert errors(found) == ["main.tf:2:3: this refers to itself: local.a → local.b → local.c → local.a."]
    assert isinstance(rules_of(found.inventory.groups[0]), Unresolved)


def test_known_parts_of_a_group_stay_known_beside_unknown_ones() -> None:
    body = """
      rule_group {
        rules_source {
          dynamic "stateful_rule" {
            for_each = ["a", var.u]
            content {
              action = "PASS"
              header {
                destination      = stateful_rule.value
                destination_port = stateful_rule.key
                direction        = "ANY"
                protocol         = "IP"
                source           = "ANY"
                source_port      = "ANY"
              }
            }
          }
        }
      }
    """
    found = configured(f'variable "u" {{}}\n{group("null", extra=body)}')
    text = json.dumps(found.inventory.groups[0].body, default=lambda each: f"?{each.reference}")
    assert '"Destination": "a"' in text
    assert '"Destination": "?var.u"' in text
    assert '"DestinationPort": "1"' in text
