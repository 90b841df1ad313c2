from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.reading import jsonblocks
from nfw_reconcile.sources.hcl.reading.json_reader import read_json
from nfw_reconcile.sources.hcl.syntax import Block, Body, Expression, Literal, Template, TupleOf, Unreadable
from tests.provider.schemas import DATA_SOURCES, RESOURCES
from tests.unit.sources.hcl.reading.shorthand import (
    HERE,
    attr,
    body_of,
    call,
    inter,
    items,
    lit,
    mapping,
    name,
    template,
    text,
)

if TYPE_CHECKING:
    from tests.provider.schema import Block as Schema


def read(document: object) -> Body:
    parsed = read_json(json.dumps(document).encode(), "main.tf.json")
    assert parsed.problems == (), [str(problem) for problem in parsed.problems]
    return parsed.body


def problems(source: str) -> list[str]:
    parsed = read_json(source.encode(), "x.tf.json")
    return [str(problem) for problem in parsed.problems]


def local(value: object) -> Expression:
    (block,) = read({"locals": {"x": value}}).blocks
    (attribute,) = block.body.attributes
    return attribute.expression


SAME: dict[str, tuple[object, str]] = {
    "labels": (
        {"resource": {"aws_vpc": {"main": {}, "other": {}}}},
        "resource aws_vpc main {}\nresource aws_vpc other {}",
    ),
    "arrays of labels": (
        {"output": [{"a": {"value": 1}}, {"b": [{"value": 2}]}]},
        "output a {value=1}\noutput b {value=2}",
    ),
    "an array at the top": ([{"locals": {"a": 1}}, {"locals": {"b": 2}}], "locals {a=1}\nlocals {b=2}"),
    "comments": ({"//": "why", "locals": {"//": "why", "a": 1}}, "locals {a=1}"),
    "null is no block": ({"terraform": {"cloud": None}}, "terraform {}"),
    "blocks of a rule group": (
        {
            "resource": {
                "aws_networkfirewall_rule_group": {
                    "a": {
                        "tags": {"Name": "x"},
                        "rule_group": {
                            "rules_source": [{"stateful_rule": [{"action": "PASS"}, {"action": "DROP"}]}]
                        },
                    }
                }
            }
        },
        """
        resource aws_networkfirewall_rule_group a {
          tags = { Name = "x" }
          rule_group {
            rules_source {
              stateful_rule { action = "PASS" }
              stateful_rule { action = "DROP" }
            }
          }
        }
        """,
    ),
    "dynamic blocks": (
        {
            "resource": {
                "aws_networkfirewall_rule_group": {
                    "a": {
                        "rule_group": {
                            "dynamic": {
                                "rules_source": {
                                    "for_each": "${var.x}",
                                    "iterator": "each_source",
                                    "content": {
                                        "dynamic": {"header": {"for_each": [], "content": {"source": "ANY"}}}
                                    },
                                }
                            }
                        }
                    }
                }
            }
        },
        """
        resource aws_networkfirewall_rule_group a {
          rule_group {
            dynamic rules_source {
              for_each = var.x
              iterator = each_source
              content {
                dynamic header {
                  for_each = []
                  content { source = "ANY" }
                }
              }
            }
          }
        }
        """,
    ),
    "references": (
        {
            "module": {
                "m": {
                    "source": "./${x}",
                    "providers": {"aws.a": "aws.b", "c": "d"},
                    "depends_on": ["aws_vpc.main"],
                }
            },
            "moved": {"from": "aws_vpc.a", "to": 'aws_vpc.b["c"]'},
            "variable": {"v": {"type": "list(string)", "default": ["${a}"]}},
        },
        """
        module m {
          source     = "./$${x}"
          providers  = { aws.a = aws.b, c = d }
          depends_on = [aws_vpc.main]
        }
        moved {
          from = aws_vpc.a
          to   = aws_vpc.b["c"]
        }
        variable v {
          type    = list(string)
          default = ["$${a}"]
        }
        """,
    ),
}


@pytest.mark.parametrize(("document", "native"), SAME.values(), ids=SAME)
def test_json_says_the_same_as_the_native_syntax(document: object, native: str) -> None:
    assert read(document) == body_of(native)


@pytest.mark.parametrize(
    ("value", "tree"),
    [
        (None, lit(None)),
        (True, lit(value=True)),
        (-1.50, Literal(Decimal("-1.5"), place=HERE)),
        ("a\\n", lit("a\\n")),
        ("$${a}", lit("${a}")),
        ("${a.b}", attr(name("a"), "b")),
        ("a${b}", template(text("a"), inter(name("b")))),
        ('${f("a")}', call("f", lit("a"))),
        (["${a}", 1], items(name("a"), lit(1))),
        (
            {"${a}": 1, "b": "c", "//": 2},
            mapping((name("a"), lit(1)), (lit("b"), lit("c")), (lit("//"), lit(2))),
        ),
    ],
)
def test_strings_are_templates(value: object, tree: Expression) -> None:
    assert local(value) == tree


def test_an_object_that_no_table_knows_stays_an_argument() -> None:
    (block,) = read({"resource": {"aws_x": {"a": {"ingress": [{"a": 1}], "source": "ANY"}}}}).blocks
    assert [each.name for each in block.body.attributes] == ["ingress", "source"]
    assert block.body.blocks == ()


def nested_blocks(schema: Schema) -> set[str]:
    return {name for name, nested in schema.nested.items()} | {
        inner for nested in schema.nested.values() for inner in nested_blocks(nested.block)
    }


def test_every_block_of_the_providers_firewall_resources_is_in_the_table() -> None:
    blocks = {
        name for schema in (*RESOURCES.values(), *DATA_SOURCES.values()) for name in nested_blocks(schema)
    }
    assert blocks <= jsonblocks.ROOT.blocks["resource"].blocks.keys()


def test_everything_has_the_place_where_it_is_written() -> None:
    source = '{\n  "output": {\n    "a": {\n      "value": [\n        "x${y}"\n      ]\n    }\n  }\n}\n'
    (block,) = read_json(source.encode(), "x.tf.json").body.blocks
    (attribute,) = block.body.attributes
    assert isinstance(block, Block)
    assert (block.place, block.end_line) == (Location("x.tf.json", 2, 3), 7)
    assert (attribute.place, attribute.end_line) == (Location("x.tf.json", 4, 7), 6)
    assert attribute.expression.place == Location("x.tf.json", 4, 16)
    assert isinstance(attribute.expression, TupleOf)
    (inner,) = attribute.expression.items
    assert isinstance(inner, Template)
    assert [part.place for part in inner.parts] == [Location("x.tf.json", 5, 9)] * 2


REFUSED = {
    "": "x.tf.json:1:1: The end of the file was found where a value is needed",
    "{": "x.tf.json:1:2: The end of the file was found where a name in quotes is needed",
    "[1": "x.tf.json:1:3: The end of the file was found where `,` or `]` is needed",
    "{a: 1}": "x.tf.json:1:2: `a` was found where a name in quotes is needed",
    '{"a" 1}': "x.tf.json:1:6: `1` was found where `:` is needed",
    '{"a": 01}': "x.tf.json:1:7: `01` was found where a value is needed",
    '{"a": NaN}': "x.tf.json:1:7: `NaN` was found where a value is needed",
    '{"a": 1,}': "x.tf.json:1:9: `}` was found where a name in quotes is needed",
    '{"a": "b\n"}': "x.tf.json:1:7: A string does not end on its line",
    '{"a": "\\x"}': 'x.tf.json:1:7: `"\\x"` is no JSON string',
    '{"a": "\\ud83d"}': "x.tf.json:1:7: A string holds half of a surrogate pair",
    '{"a": 1e99999}': "x.tf.json:1:7: The number `1e99999` is too long",
    "{} x": "x.tf.json:1:4: `x` stands behind the JSON document",
    "1": "x.tf.json:1:1: An object is needed here",
    '[{"locals": {}}, 1]': "x.tf.json:1:18: An object is needed here",
    '{"locals": 1}': "x.tf.json:1:12: An object is needed here",
    '{"output": null}': "x.tf.json:1:12: An object is needed here: the label of a `output` block",
    '{"output": {"a": {"value": 1, "value": 2}}}': "x.tf.json:1:31: The argument `value` is set twice",
    '{"locals": {"a": {"b": 1, "b": 2}}}': "x.tf.json:1:27: The property `b` occurs twice",
    '{"locals": {"a": "${"}}': "x.tf.json:1:18: `${` has no `}`",
    '{"moved": {"from": "a b"}}': "x.tf.json:1:20: `b` was not expected here",
    '{"resources": {}}': "x.tf.json:1:2: `resources` is no type of block",
    "[" * 100_000: "x.tf.json:1:65: Objects and arrays are nested more than 64 levels deep",
    '{"a":' * 100_000: "nested more than 64 levels deep",
    "[" + "1," * 300_000: "The file has more than 250,000 values",
    '{"a": 1': "x.tf.json:1:8: The end of the file was found where `,` or `}` is needed",
}


@pytest.mark.parametrize(("source", "problem"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_terraform_refuses_is_told_with_its_place(source: str, problem: str) -> None:
    (told,) = problems(source)
    assert problem in told


def test_an_argument_that_cannot_be_read_leaves_the_others_alone() -> None:
    source = '{"locals": {"a": ["${", 1, {"b": null}], "c": 2}}'
    (block,) = read_json(source.encode(), "x.tf.json").body.blocks
    unread, other = (each.expression for each in block.body.attributes)
    assert unread == Unreadable('["${", 1, {"b": null}]', place=HERE)
    assert other == lit(2)
