"""Intrinsic functions: what is known is worked out, what is not has a name that says what it is."""

from __future__ import annotations

import pytest

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.cloudformation.tree import shown
from nfw_reconcile.sources.cloudformation.yamlfile import parse_yaml
from tests.unit.sources.cloudformation.building import SECTIONS, SOURCE, evaluator

KNOWN = {
    "!Ref Env": '"prod"',
    "{Ref: Env}": '"prod"',
    "!Ref Given": '"given"',
    "!Ref Size": '"5"',
    "!Ref List": '["a", "b"]',
    "!Ref AWS::Region": '"eu-west-1"',
    "!Ref AWS::Partition": '"aws"',
    "!Ref AWS::NoValue": "(no value)",
    "[a, !Ref AWS::NoValue, b]": '["a", "b"]',
    "{a: !Ref AWS::NoValue, b: 1}": '{"b": "1"}',
    '!Sub "${Env} ${!Env} ${AWS::Region}-${Vpc.CidrBlock}"': '"prod ${Env} eu-west-1-10.0.0.0/16"',
    '!Sub ["${A}${Env}", {A: !Ref Given}]': '"givenprod"',
    '!Sub "$HOME_NET {x}"': '"$HOME_NET {x}"',
    '!Join [",", [a, !Ref Env, 5, true]]': '"a,prod,5,true"',
    '!Join ["", !Ref List]': '"ab"',
    "!Split [',', 'a,,b']": '["a", "", "b"]',
    "!Select [1, [a, b]]": '"b"',
    "!Select ['0', !Ref List]": '"a"',
    "!Select [0, [a, !Ref Open]]": '"a"',
    "!FindInMap [Map, prod, Net]": '"10.1.0.0/16"',
    "!FindInMap [Map, !Ref Env, Nets]": '["10.1.0.0/16", "10.2.0.0/16"]',
    "!FindInMap [Map, test, Net, {DefaultValue: !Ref Given}]": '"given"',
    "!FindInMap [None, test, Net, {DefaultValue: x}]": '"x"',
    "!If [Prod, a, b]": '"a"',
    "!If [Test, a, b]": '"b"',
    "!If [Test, a, !Ref AWS::NoValue]": "(no value)",
    "!If [Unknown, a, a]": '"a"',
    "!If [Same, a, b]": '"a"',
    "!If [Either, a, b]": '"a"',
    "!If [Both, a, b]": '"b"',
    "!If [Number, a, b]": '"a"',
    "!If [Truth, a, b]": '"a"',
    "!If [Lists, a, b]": '"a"',
    "!GetAtt Vpc.CidrBlock": '"10.0.0.0/16"',
    "{'Fn::GetAtt': [Vpc, CidrBlock]}": '"10.0.0.0/16"',
    "!Base64 abc": '"YWJj"',
    "!Cidr [10.0.0.0/16, 2, 8]": '["10.0.0.0/24", "10.0.1.0/24"]',
    "!Cidr [!GetAtt Vpc.CidrBlock, '1', '4']": '["10.0.0.0/28"]',
    "!Cidr ['2001:db8::/56', 2, 64]": '["2001:db8::/64", "2001:db8:0:1::/64"]',
    "!Length [a, b]": '"2"',
}

UNKNOWN = {
    "!Ref Open": "(Parameter Open)",
    "!Ref Vpcs": "(Parameter Vpcs)",
    "!Ref Stored": "(Parameter Stored: stored as /net/cidr)",
    "!Ref AWS::AccountId": "(AWS::AccountId)",
    "!Ref Group": "(Group.arn)",
    "!GetAtt Group.RuleGroupArn": "(Group.arn)",
    "!Ref Vpc": "(Vpc.id)",
    "!Sub '${Vpc.VpcId}'": "(!Sub((Vpc.id)))",
    "!Ref Offices": "(Offices.id)",
    "!GetAtt Offices.Arn": "(Offices.arn)",
    "!Sub 'a${Open}${Env}'": '(!Sub("a", (Parameter Open), "prod"))',
    "!Join [',', [!Ref Env, !Ref Open]]": '(!Join(",", ["prod", (Parameter Open)]))',
    "!Split [',', !Ref Open]": '(!Split(",", (Parameter Open)))',
    "!Select [0, !Ref Vpcs]": '(!Select("0", (Parameter Vpcs)))',
    "!Select [!Ref Open, [a]]": '(!Select((Parameter Open), ["a"]))',
    "!Select [1, [!If [Unknown, a, !Ref AWS::NoValue], b, c]]": (
        '(!Select("1", [(!If((!Equals((Parameter Open), "1")), "a", (no value))), "b", "c"]))'
    ),
    "!If [Unknown, a, b]": '(!If((!Equals((Parameter Open), "1")), "a", "b"))',
    "!If [Unknown, a, !Ref AWS::NoValue]": '(!If((!Equals((Parameter Open), "1")), "a", (no value)))',
    "!ImportValue x": '(!ImportValue("x"))',
    "!ImportValue {'Fn::Sub': '${Env}-x'}": '(!ImportValue("prod-x"))',
    "!GetAZs ''": '(!GetAZs(""))',
    "{'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: s3}}}": (
        '(!Transform({"Name": "AWS::Include", "Parameters": {"Location": "s3"}}) of template.yaml)'
    ),
    "{a: 1, 'Fn::Transform': {Name: M}}": '(!Transform({"Fn::Transform": {"Name": "M"}, "a": "1"}) of template.yaml)',
    "'{{resolve:ssm:/a:1}}'": "({{resolve:ssm:/a:1}})",
    "!Sub '{{resolve:ssm:/${Env}:1}}'": "({{resolve:ssm:/prod:1}})",
    "!Base64 {'Fn::Sub': '${Open}'}": "(!Base64((!Sub((Parameter Open)))))",
    "20:21": "(unquoted 20:21)",
    "0755": "(unquoted 0755)",
    "!Join ['', [!Ref Secret, !Ref Open]]": (
        '(!Join("", [(sensitive value of template.yaml), (Parameter Open)]))'
    ),
}

MISUSED = {
    "!Ref Nothing": "Ref: the template holds no parameter and no resource Nothing",
    "!Sub '${Nothing}'": "Fn::Sub: the template holds no parameter and no resource Nothing",
    "!GetAtt Nothing.Arn": "Fn::GetAtt: the template holds no resource Nothing",
    "!GetAtt Vpc": "Fn::GetAtt: the template holds no resource Vpc, or no attribute is named",
    "!Join [a]": "Fn::Join: 2 arguments are needed, and the list holds 1",
    "!Join ['', [[a]]]": "Fn::Join: a string is needed",
    "!Select [5, [a]]": "Fn::Select: there is no item 5",
    "!Select [-1, [a]]": "Fn::Select: a whole number is needed",
    "!FindInMap [Map, test, Net]": "Fn::FindInMap: there is no mapping Map with test, Net",
    "!FindInMap [None, a, b]": "Fn::FindInMap: there is no mapping None with a, b",
    "!FindInMap []": "Fn::FindInMap: 3 arguments are needed, and the list holds 0",
    "!If [Nothing, a, b]": "Condition: there is no condition Nothing",
    "!Cidr [10.0.0.0/16, 300, 8]": "Fn::Cidr: the block does not hold that many blocks of that size",
    "!Cidr [10.0.0.0/24, 2, 8]": "Fn::Cidr: the block does not hold that many blocks of that size",
    "!Cidr [10.0.0.1/16, 2, 8]": "Fn::Cidr: a block of addresses is needed",
    "!Base64 [a]": "Fn::Base64: a string is needed",
    "!Split ['', a]": "Fn::Split: the delimiter is empty",
    "!Base64 {Ref: AWS::NoValue}": "Fn::Base64: AWS::NoValue is no value",
    "{Ref: Env, a: b}": "Ref: a function stands alone in its object",
    "!Sub [a, b]": "Fn::Sub: the second argument is an object",
    "!Sub '${List}'": "Fn::Sub: a string is needed",
}


@pytest.mark.parametrize(("text", "value"), (KNOWN | UNKNOWN).items(), ids=(KNOWN | UNKNOWN))
def test_functions(text: str, value: str) -> None:
    work, remarks = evaluator()

    assert shown(work.evaluate(parse_yaml(text, SOURCE)), SOURCE) == value
    assert not remarks.problems


@pytest.mark.parametrize(("text", "message"), MISUSED.items(), ids=MISUSED)
def test_misused_functions_are_problems_with_a_place(text: str, message: str) -> None:
    work, remarks = evaluator()
    found = work.evaluate(parse_yaml(f"\n {text}", SOURCE))

    assert message in "\n".join(map(str, remarks.problems))
    assert all(problem.where is not None and problem.where.line == 2 for problem in remarks.problems)
    assert shown(found, SOURCE).startswith(("(", "{"))


@pytest.mark.parametrize(
    "text",
    [
        "!Ref Secret",
        "!Sub '${Secret}!'",
        "!Join ['', [a, !Ref Secret]]",
        "!Select [0, !Split [u, !Ref Secret]]",
        "!If [Hidden, a, b]",
        "!FindInMap [Map, prod, !If [Hidden, Net, Nets]]",
    ],
)
def test_what_comes_from_a_hidden_parameter_is_sensitive(text: str) -> None:
    work, _ = evaluator()

    assert shown(work.evaluate(parse_yaml(text, SOURCE)), SOURCE) == "(sensitive value of template.yaml)"


def named(text: str, sections: str) -> str:
    work, _ = evaluator(sections=sections)
    return shown(work.evaluate(parse_yaml(text, SOURCE)), SOURCE)


@pytest.mark.parametrize(
    ("text", "before", "after", "names"),
    [
        ("!GetAtt Subnet.Id", "Default: prod", "Default: test", 1),
        ("!GetAtt Subnet.Id", "VpcId: !Ref Vpc", "VpcId: vpc-1", 2),
        ("!GetAtt Subnet.Id", "CidrBlock: 10.0.0.0/16", "CidrBlock: 10.5.0.0/16", 2),
        ("!FindInMap [Map, !Ref Open, Net]", "Net: 10.1.0.0/16", "Net: 10.5.0.0/16", 2),
        ("!FindInMap [Map, !Ref Open, Net]", "CidrBlock: 10.0.0.0/16", "CidrBlock: 10.5.0.0/16", 1),
        ("!FindInMap [Map, !Ref Open, Net, {DefaultValue: !Ref Env}]", "Default: prod", "Default: test", 2),
        ("!FindInMap [!Ref Open, prod, Net]", "Default: prod", "Default: test", 1),
        ("!GetAtt [Pool, !Ref Open]", "Ipv4IpamPoolId: ipam", "Ipv4IpamPoolId: other", 2),
        ("!GetAtt Stack.Outputs.X", "Default: prod", "Default: test", 1),
        ("!Sub '${Open}${Env}'", "Default: prod", "Default: test", 2),
        ("!GetAtt Pool.CidrBlock", "Ipv4IpamPoolId: ipam", "Ipv4IpamPoolId: other", 2),
    ],
)
def test_an_unknown_value_is_the_same_where_all_that_it_follows_from_is(
    text: str, before: str, after: str, names: int
) -> None:
    assert before in SECTIONS
    old, new = named(text, SECTIONS), named(text, SECTIONS.replace(before, after))

    assert old.startswith("(")
    assert len({old, new}) == names


def test_what_a_nested_template_gives_is_the_same_only_in_the_same_template() -> None:
    sections = "Resources: {S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: PLACE}}}"
    local, remote = (
        named("!GetAtt S.Outputs.X", sections.replace("PLACE", place))
        for place in ("./nested.yaml", "https://example.com/1f2e.yaml")
    )

    assert local.endswith(" of template.yaml)")
    assert "template.yaml" not in remote


def test_long_expressions_are_cut_and_stay_different() -> None:
    work, _ = evaluator()
    one, other = (
        shown(work.evaluate(parse_yaml(f"!Sub '{'x' * 5_000}{letter}${{Open}}'", SOURCE)), SOURCE)
        for letter in "ab"
    )

    assert one != other
    assert len(one) < 300


def test_a_partition_that_is_not_known_is_not_guessed() -> None:
    work, _ = evaluator({"AWS::Region": "xx-iso-west-1"})

    assert shown(work.evaluate(parse_yaml("!Ref AWS::Partition", SOURCE)), SOURCE) == "(AWS::Partition)"


def test_circles_end() -> None:
    circle = """
Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}
Resources: {V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: !GetAtt V.CidrBlock}}}
"""
    work, remarks = evaluator(sections=circle)
    work.evaluate(parse_yaml("[!If [A, 1, 2], !GetAtt V.CidrBlock]", SOURCE))

    told = "\n".join(map(str, remarks.problems))
    assert "conditions refer to each other in a circle" in told
    assert "functions refer to each other too deeply" in told


def test_work_is_limited() -> None:
    work, _ = evaluator()
    text = f"[&x !Join [a, [{'b' * 20_000}, c]], {', '.join(['*x'] * 5_000)}]"

    with pytest.raises(InputError, match="takes too long"):
        work.evaluate(parse_yaml(text, SOURCE))
