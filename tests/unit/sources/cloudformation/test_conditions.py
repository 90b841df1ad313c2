"""Conditions: worked out where that is possible, else unknown under a name, or a problem."""

from __future__ import annotations

import pytest

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.cloudformation import read_template
from nfw_reconcile.sources.cloudformation.tree import Leaf, shown
from tests.unit.sources.cloudformation.building import SOURCE, evaluator

SECTIONS = """
Parameters: {{P: {{Type: String}}, Q: {{Type: String}}, S: {{Type: String, NoEcho: true, Default: s}}}}
Conditions:
  C: {condition}
  Yes: !Equals [a, a]
  No: !Equals [a, b]
  Open: !Equals [!Ref P, a]
Resources: {{R: {{Type: X}}}}
"""
TRUTHS = {
    "true": '"true"',
    "!Condition Yes": '"true"',
    "!Not [!Condition No]": '"true"',
    "!Equals [1, '1']": '"true"',
    "!Equals [true, 'true']": '"true"',
    "!Equals [a, !Ref AWS::NoValue]": '"false"',
    "!Equals [!Ref P, !Ref P]": '"true"',
    "!Equals [!Ref P, !Ref Q]": "(!Equals((Parameter P), (Parameter Q)))",
    "!Equals [0755, 0755]": '"true"',
    "!Not [!Condition Open]": '(!Not((!Equals((Parameter P), "a"))))',
    "!And [!Condition Yes, !Condition Yes]": '"true"',
    "!And [!Condition Open, !Condition No]": '"false"',
    "!And [!Condition Open, !Condition Yes]": '(!And((!Equals((Parameter P), "a")), "true"))',
    "!Or [!Condition Open, !Condition Yes]": '"true"',
    "!Or [!Condition No, !Condition No]": '"false"',
    "!Or [!Condition Open, !Condition No]": '(!Or((!Equals((Parameter P), "a")), "false"))',
    "!Equals [!Ref S, s]": "(sensitive value of template.yaml)",
    "!And [!Condition Yes, !Equals [!Ref S, t]]": "(sensitive value of template.yaml)",
    "!Contains [[a], a]": '(!Contains((!Contains(["a"], "a"))))',
}


@pytest.mark.parametrize(("text", "value"), TRUTHS.items(), ids=TRUTHS)
def test_truths(text: str, value: str) -> None:
    work, remarks = evaluator({}, SECTIONS.format(condition=text))

    assert shown(work.condition(Leaf("C")), SOURCE) == value
    assert not remarks.problems


WRONG = {
    "[a]": "a condition is one function",
    "{}": "a condition is one function",
    "yes-no": "a condition is one function",
    "!Equals [a]": "2 arguments are needed",
    "!Equals [a, {b: c}]": "strings are compared, and this is an object",
    "!Not []": "an argument is needed",
    "!And a": "a list is needed",
    "!Condition Nothing": "there is no condition Nothing",
    "!Condition C": "in a circle",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=WRONG)
def test_malformed_conditions_are_problems(text: str, message: str) -> None:
    work, remarks = evaluator({}, SECTIONS.format(condition=text))
    work.condition(Leaf("C"))

    assert message in "\n".join(map(str, remarks.problems))


def test_nesting_ends_with_an_error_of_ours() -> None:
    deep = "!Not [" * 20 + "!Condition C{}" + "]" * 20
    lines = [f"  C{number}: {deep.format(number + 1)}" for number in range(60)]
    group = "Resources: {V: {Type: 'AWS::EC2::VPC', Condition: C0, Properties: {CidrBlock: 10.0.0.0/8}}}"
    template = "\n".join(["Conditions:", *lines, "  C60: !Equals [a, a]", group])

    with pytest.raises(InputError, match="too deeply"):
        read_template(template.encode(), "t.yaml")
