"""From templates to records: names, links, types of properties, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import InputError, UnsupportedInput
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive
from nfw_reconcile.sources.cloudformation import read_template
from nfw_reconcile.sources.links import items
from tests.unit.sources.cloudformation.building import body_of, group_template

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body

VALUES = {
    "a number as a string": (
        "{RulesSource: {StatelessRulesAndCustomActions: {StatelessRules: [{Priority: '7'}]}}}",
        {"RulesSource": {"StatelessRulesAndCustomActions": {"StatelessRules": [{"Priority": 7}]}}},
    ),
    "a string as a number": (
        "{RulesSource: {StatefulRules: [{Header: {SourcePort: 80, Source: 1.5}}]}}",
        {"RulesSource": {"StatefulRules": [{"Header": {"Source": "1.5", "SourcePort": "80"}}]}},
    ),
    "a string as a truth value": (
        "{RulesSource: {StatefulRules: [{RuleOptions: [{Keyword: yes}]}]}}",
        {"RulesSource": {"StatefulRules": [{"RuleOptions": [{"Keyword": "true"}]}]}},
    ),
    "what is unset is left out": (
        "{RulesSource: {RulesString: '', StatefulRules: []}, RuleVariables: {IPSets: {}}}",
        {"RulesSource": {}},
    ),
    "what no table knows is kept": (
        "{RulesSource: {RulesString: x}, Novelty: {A: [1, {B: !Ref AWS::AccountId}]}}",
        {
            "RulesSource": {"RulesString": "x"},
            "Novelty": {"A": [1, {"B": Unresolved("AWS::AccountId")}]},
        },
    ),
    "an unknown whole": ("!ImportValue body", Unresolved('!ImportValue("body")')),
    "a hidden value": (
        "{RulesSource: {RulesString: !Ref Hidden}}",
        {"RulesSource": {"RulesString": Sensitive("hush")}},
    ),
    "a hidden value that is not known": (
        "{RulesSource: {RulesString: !Ref Stored}}",
        {"RulesSource": {"RulesString": Unresolved("Parameter Stored: stored as x")}},
    ),
}
PARAMETERS = """
Parameters:
  Hidden: {Type: String, NoEcho: true, Default: hush}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: x}
"""


@pytest.mark.parametrize(("text", "body"), VALUES.values(), ids=VALUES)
def test_properties_become_the_body(text: str, body: object) -> None:
    assert body_of(read_template(group_template(text, PARAMETERS), "t.yaml")) == body


WRONG = {
    "{RulesSource: [a]}": "Group.RulesSource: an object is needed, this is a list",
    "{RulesSource: {StatefulRules: {}}}": "Group.RulesSource.StatefulRules: a list is needed, this is an object",
    "{RulesSource: {RulesString: [a]}}": "Group.RulesSource.RulesString: a single value is needed, this is a list",
    "{RulesSource: {RulesString: }}": "Group.RulesSource.RulesString: null is no value",
    "{RulesSource: {StatefulRules: [a]}}": "Group.RulesSource.StatefulRules[0]: an object is needed",
    "{RuleVariables: {IPSets: [a]}}": "Group.RuleVariables.IPSets: an object is needed",
    "{RulesSource: {StatelessRulesAndCustomActions: {StatelessRules: [{Priority: high}]}}}": (
        "StatelessRules[0].Priority: a whole number is needed, this is a string"
    ),
    "!Ref Nothing": "Ref: the template holds no parameter and no resource Nothing",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=WRONG)
def test_wrong_properties_are_problems_with_a_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_template(group_template(text), "t.yaml")

    (problem,) = caught.value.problems
    assert message in problem.summary
    assert str(problem.where).startswith("t.yaml:5:")


def test_all_problems_come_together() -> None:
    template = b"""
Resources:
  A: {Type: "AWS::NetworkFirewall::RuleGroup", Properties: {Type: STATEFUL, RuleGroup: {RulesSource: [x]}}}
  B: {Type: "AWS::NetworkFirewall::RuleGroup"}
  C: {Type: "AWS::EC2::VPC", Properties: [x]}
  D: 5
  E: {Type: "AWS::EC2::VPCCidrBlock", Properties: {CidrBlock: 10.0.0.0/8}}
"""
    with pytest.raises(InputError) as caught:
        read_template(template, "t.yaml")

    lines = [problem.where.line for problem in caught.value.problems if problem.where is not None]
    assert sorted(line or 0 for line in lines) == [3, 4, 5, 6, 7]


REFUSED = {
    "a macro": ("Transform: MyMacro", "the macro MyMacro may rewrite the whole template"),
    "one of several": ("Transform: [AWS::LanguageExtensions, AWS::Include]", "the macro AWS::Include"),
    "a macro with parameters": ("Transform: {Name: 'AWS::Include'}", "a macro may rewrite"),
}


@pytest.mark.parametrize(("line", "message"), REFUSED.values(), ids=REFUSED)
def test_macros_are_refused_with_a_way_out(line: str, message: str) -> None:
    with pytest.raises(UnsupportedInput) as caught:
        read_template(group_template("{RulesSource: {RulesString: x}}", line), "t.yaml")

    assert message in str(caught.value)
    assert "--template-stage Processed" in str(caught.value)


def test_macros_of_aws_that_leave_firewalls_alone_are_read() -> None:
    transform = "Transform: ['AWS::LanguageExtensions', 'AWS::Serverless-2016-10-31']"

    assert read_template(group_template("{RulesSource: {RulesString: x}}", transform), "t").inventory.groups


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("AWS::NetworkFirewall::FirewallPolicyV2, Properties: {}", "next generation firewall policy"),
        ("AWS::NetworkFirewall::RuleGroup, Properties: {Type: IPS}", "rule groups of the type IPS"),
    ],
)
def test_next_generation_is_refused(properties: str, message: str) -> None:
    with pytest.raises(UnsupportedInput, match=message):
        read_template(f"Resources: {{A: {{Type: {properties}}}}}".encode(), "t.yaml")


STACK = b"""
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Ipam: {Type: "AWS::EC2::VPC", Properties: {Ipv4IpamPoolId: pool}}
  Second: {Type: "AWS::EC2::VPCCidrBlock", Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16}}
  Sixth: {Type: "AWS::EC2::VPCCidrBlock", Properties: {VpcId: !GetAtt Vpc.VpcId, AmazonProvidedIpv6CidrBlock: true}}
  Other: {Type: "AWS::EC2::VPCCidrBlock", Properties: {VpcId: !ImportValue vpc, CidrBlock: 10.2.0.0/16}}
  List: {Type: "AWS::EC2::PrefixList", Properties: {Entries: [{Cidr: 192.0.2.0/24}, !ImportValue entry]}}
  Lists: {Type: "AWS::EC2::PrefixList", Properties: {Entries: !ImportValue entries}}
  Empty: {Type: "AWS::EC2::PrefixList"}
  Fw:
    Type: AWS::NetworkFirewall::Firewall
    Properties: {FirewallName: edge, FirewallPolicyArn: !Ref Policy, VpcId: !Ref Vpc}
  Bare: {Type: "AWS::NetworkFirewall::Firewall"}
  Policy: {Type: "AWS::NetworkFirewall::FirewallPolicy", Properties: {FirewallPolicyName: main}}
  Group: {Type: "AWS::NetworkFirewall::RuleGroup", Properties: {Type: STATELESS, RuleGroupName: g}}
  Nested: {Type: "AWS::CloudFormation::Stack"}
  Module: {Type: "Mine::Network::Firewall::MODULE"}
"""
PLACE = {"AWS::Region": "cn-north-1", "AWS::AccountId": "111122223333"}


def test_networks() -> None:
    inventory = read_template(STACK, "t.yaml").inventory

    assert {name: nameless(cidrs) for name, cidrs in inventory.vpcs.items()} == {
        "Vpc": ["10.0.0.0/16", "10.1.0.0/16", Unresolved("Sixth.CidrBlock")],
        "Ipam": [Unresolved("Ipam.CidrBlock")],
    }
    assert inventory.prefix_lists == {
        "List": ["192.0.2.0/24", Unresolved('!ImportValue("entry")')],
        "Lists": [Unresolved('!ImportValue("entries")')],
        "Empty": [],
    }


def nameless(cidrs: Body) -> list[Body]:
    """Leave out the digests that tell unknown values apart."""
    return [
        Unresolved(one.reference.partition(" #")[0]) if isinstance(one, Unresolved) else one
        for one in items(cidrs)
    ]


PERHAPS = """
Parameters: {P: {Type: String}, Q: {Type: String, Default: 10.0.0.0/8}}
Conditions: {C: !Equals [!Ref P, x]}
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Condition: C, Properties: {CidrBlock: !Ref Q, Tags: [a]}}
"""


@pytest.mark.parametrize(
    ("before", "after", "values"),
    [("10.0.0.0/8", "10.0.0.0/9", 2), ("[!Ref P, x]", "[!Ref P, y]", 2), ("Tags: [a]", "Tags: [b]", 1)],
)
def test_what_may_be_there_is_the_same_where_all_that_it_follows_from_is(
    before: str, after: str, values: int
) -> None:
    old, new = (
        read_template(text.encode(), "t.yaml").inventory.vpcs["Vpc"]
        for text in (PERHAPS, PERHAPS.replace(before, after))
    )

    (one,), (other,) = items(old), items(new)
    assert isinstance(one, Unresolved)
    assert len({str(one), str(other)}) == values


def test_names_and_links() -> None:
    inventory = read_template(STACK, "t.yaml", PLACE).inventory
    edge, bare = inventory.firewalls
    (policy,), (group,) = inventory.policies, inventory.groups

    assert edge.name.arn == "arn:aws-cn:network-firewall:cn-north-1:111122223333:firewall/edge"
    assert (edge.account, edge.region) == ("111122223333", "cn-north-1")
    assert (edge.policy, edge.vpc) == (Unresolved("Policy.arn"), Unresolved("Vpc.id"))
    assert (bare.name.name, bare.name.arn, bare.vpc) == (None, None, None)
    assert bare.policy == Unresolved("Bare.FirewallPolicyArn")
    assert policy.name.arn == "arn:aws-cn:network-firewall:cn-north-1:111122223333:firewall-policy/main"
    assert group.name.arn == "arn:aws-cn:network-firewall:cn-north-1:111122223333:stateless-rulegroup/g"
    assert (group.name.label, group.name.address, group.stateful) == ("Group", "Group", False)


def test_without_an_account_arns_are_not_known() -> None:
    inventory = read_template(STACK, "t.yaml", {"AWS::Region": "eu-west-1"}).inventory

    assert inventory.policies[0].name.arn is inventory.groups[0].name.arn is None
    assert [one.region for one in inventory.firewalls] == ["eu-west-1", "eu-west-1"]


def test_what_the_template_does_not_hold_is_unknown_and_said() -> None:
    side = read_template(STACK, "t.yaml")
    told = "\n".join(map(str, side.diagnostics))

    assert str(side.inventory.policies[0].body).startswith("(Policy.FirewallPolicy of template #")
    assert str(side.inventory.groups[0].body).startswith("(Group.RuleGroup of template #")
    for place in (
        "Policy: the template does not hold",
        "Group: the template does not hold",
        "Nested: what is",
        "Module: what is",
        "Other: which VPC it belongs to is not known",
    ):
        assert f"Resources.{place}" in told


def test_what_a_macro_gives_is_the_same_only_in_the_same_template() -> None:
    text = group_template("{RulesSource: {RulesString: {'Fn::Transform': {Name: 'AWS::Include'}}}}")
    one, same, other = (
        body_of(read_template(data, "t.yaml"))
        for data in (text, text, text.replace(b"Capacity: 1", b"Capacity: 2"))
    )

    assert one == same
    assert one != other


def test_lines() -> None:
    template = b"""Resources:
  Group:
    Type: AWS::NetworkFirewall::RuleGroup
    Properties:
      Type: STATEFUL
      RuleGroup:
        RuleVariables:
          IPSets:
            A:
              Definition:
                - 10.0.0.0/8
        RulesSource:
          RulesString: !Sub |
            pass ip any any -> any any (sid:1;)
            drop ip any any -> any any (sid:2;)
"""
    lines = read_template(template, "t.yaml").lines

    assert lines["Group"] == 3
    assert lines["Group.RuleVariables.IPSets.A.Definition[0]"] == 11
    assert lines["Group.RulesSource.RulesString"] == 14


@pytest.mark.parametrize(
    "text",
    [
        "'Fn::Transform': {Name: X}\nResources: {A: {Type: 'AWS::EC2::VPC'}}",
        "Resources: {'Fn::Transform': {Name: 'AWS::Include'}, A: {Type: 'AWS::EC2::VPC'}}",
    ],
)
def test_what_a_macro_may_add_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedInput, match="may rewrite the whole template"):
        read_template(text.encode(), "t.yaml")


def priority(text: str) -> bytes:
    return group_template(
        f"{{RulesSource: {{StatelessRulesAndCustomActions: {{StatelessRules: [{{Priority: {text}}}]}}}}}}"
    )


@pytest.mark.parametrize("text", ["--5", "'²'", "x", "'5 '", "1.5"])
def test_what_is_no_number_is_a_problem(text: str) -> None:
    with pytest.raises(InputError, match="a whole number is needed"):
        read_template(priority(text), "t.yaml")


def test_what_may_be_another_number_is_unknown_and_said() -> None:
    side = read_template(priority("010"), "t.yaml")

    assert "unquoted 010" in str(side.inventory.groups[0].body)
    assert "010 without quotes may be read as something else" in str(side.diagnostics[0])


def test_properties_that_a_macro_makes_are_a_problem() -> None:
    template = b"Resources: {G: {Type: 'AWS::EC2::VPC', Properties: {'Fn::Transform': {Name: X}}}}"

    with pytest.raises(InputError, match="properties that a function or a macro makes"):
        read_template(template, "t.yaml")
