"""Templates in YAML and JSON: told apart by content, and the same where they say the same."""

from __future__ import annotations

import json

import pytest

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.cloudformation import (
    MOST_BYTES,
    looks_like_template,
    looks_like_yaml_template,
    read_template,
)
from nfw_reconcile.sources.cloudformation.document import parse_template

GROUP = {"Type": "AWS::NetworkFirewall::RuleGroup", "Properties": {"Type": "STATEFUL"}}


@pytest.mark.parametrize(
    ("text", "is_template"),
    [
        ("Resources:\n  A: {}", True),
        ("# comment\n---\nAWSTemplateFormatVersion: 2010-09-09\n", True),
        ("\ufeffResources:\n  A: {}", True),
        ('"Resources" : {}', True),
        ("  Resources:\n    A: {}", False),
        ('{"Resources": {}}', False),
        ('\n  {"a":\nResources: 1}', False),
        ('resource "aws_vpc" "a" {}', False),
        ("", False),
    ],
)
def test_yaml_templates_are_told_by_their_sections(text: str, is_template: bool) -> None:  # noqa: FBT001
    assert looks_like_yaml_template(text.encode()) is is_template


@pytest.mark.parametrize(
    ("document", "is_template"),
    [
        ({"Resources": {"A": GROUP}}, True),
        ({"Resources": {}, "AWSTemplateFormatVersion": "2010-09-09"}, True),
        ({"Resources": {"A": {"Type": "Custom::X"}}}, False),
        ({"Resources": []}, False),
        ({"resources": {"A": GROUP}}, False),
    ],
)
def test_json_templates_are_told_by_their_resources(document: dict[str, object], is_template: bool) -> None:  # noqa: FBT001
    assert looks_like_template(document) is is_template


def test_json_has_lines_where_yaml_reads_the_same() -> None:
    text = json.dumps(
        {"Resources": {"A": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/8"}}}}, indent=1
    )

    assert read_template(text.encode(), "t.json").lines["A"] == 3


@pytest.mark.parametrize("value", ['"\\ud83d\\ude00"', "1e3", "1234567890123456789012345"])
def test_json_is_read_as_json_where_yaml_reads_something_else(value: str) -> None:
    text = (
        '{"Resources": {"A": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/8"}}}, "M": %s}'
    )
    side = read_template((text % value).encode(), "t.json")

    assert side.inventory.vpcs == {"A": ["10.0.0.0/8"]}
    assert side.lines == {}


def test_json_and_yaml_say_the_same() -> None:
    assert parse_template(b"A: [1, true, 'x', !Ref B]", "t") == parse_template(
        b'{"A": [1, true, "x", {"Ref": "B"}]}', "t"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: \xff", "byte 3 is not UTF-8"),
        (b'{"a": 1, "a": 2}', 'the key "a" occurs twice'),
        (b'{"a": [}', "this is not JSON"),
        (b"[" * 60 + b"]" * 60, "nested more than 50 levels"),
        (b"#" * (MOST_BYTES + 1), "larger than 1,048,576 bytes"),
        (b"[]", "an object is needed"),
        (b"just text", "an object is needed"),
        (b"A: b", "the template holds no resources"),
        (b"Resources: []", "Resources: an object is needed"),
        (b"Resources: {A: {Type: X}}\nMappings: 5", "Mappings: an object is needed"),
    ],
)
def test_what_is_no_template(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_template(data, "t.yaml")

    assert message in str(caught.value)
    assert all(problem.where is not None and problem.remedy for problem in caught.value.problems)
