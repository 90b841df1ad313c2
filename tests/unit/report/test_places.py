from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

from nfw_reconcile.report.places import InFile, Place, in_file, of_cause, of_rule, of_text
from tests import builders as make
from tests.unit.report.strategies import hostile


@pytest.mark.parametrize("path", ["main.tf", "modules/fw/rules.tf", "a b/é.rules", ".github/x.tf", "..rules"])
def test_a_path_inside_a_repository_is_one(path: str) -> None:
    assert in_file(path, 3) == InFile(path, 3)


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "//host/share", "C:/x.tf", "C:\\x.tf", "a\\b.tf", "file:///x.tf", "javascript:x", "..",
        ".", "./x.tf", "../x.tf", "a/../x.tf", "a/..", "a/./x.tf", "a//b.tf", "a/", "x\n.tf", "x\x00.tf", "\u202ex.tf",
    ],
)  # fmt: skip
def test_any_other_path_is_none(path: str) -> None:
    assert in_file(path, 1) is None


def test_lines_begin_at_one() -> None:
    assert in_file("main.tf", 0) is None


@given(hostile())
def test_no_path_leaves_the_repository(text: str) -> None:
    found = in_file(text, 1)
    if found is not None:
        assert not found.path.startswith("/")
        assert not {"", ".", ".."} & set(found.path.split("/"))
        assert found.path.isprintable()


def test_a_cause_is_at_its_rule_else_at_its_policy() -> None:
    policy = make.policy()
    assert of_cause(make.by_rule(make.rule(group="web", line=4)), policy) == Place("web")
    assert of_cause(make.by_default(), policy) == Place(policy.label)
    assert of_rule(make.rule(group="dns")).file is None


def test_a_rule_and_a_policy_are_in_the_file_that_they_are_written_in() -> None:
    rule = make.rule(line=4, file="net/policy.tf", file_line=42)
    policy = dataclasses.replace(make.policy(), file="main.tf", file_line=3)
    assert of_rule(rule) == Place("web", InFile("net/policy.tf", 42))
    assert of_cause(make.by_rule(rule), policy) == of_rule(rule)
    assert of_cause(make.by_default(), policy) == Place("egress", InFile("main.tf", 3))


def test_a_file_outside_of_the_repository_is_no_place() -> None:
    assert of_rule(make.rule(file="/home/me/policy.tf", file_line=42)) == Place("web")


@pytest.mark.parametrize(
    ("where", "address"),
    [
        ("aws_networkfirewall_rule_group.web:14", "aws_networkfirewall_rule_group.web"),
        ('module.fw["a:1"].aws_x.web:14:3', 'module.fw["a:1"].aws_x.web'),
        ("arn:aws:x:eu-west-1:1:stateful-rulegroup/web", "arn:aws:x:eu-west-1:1:stateful-rulegroup/web"),
        ("/home/me/secret-project/plan.json:7", "plan.json"),
        ("", "egress"),
        ("/", "egress"),
    ],
)
def test_a_place_in_words(where: str, address: str) -> None:
    assert of_text(where, "egress") == Place(address)
