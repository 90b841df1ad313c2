"""Small templates: only what a test is about is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.sources.cloudformation.budget import Budget
from nfw_reconcile.sources.cloudformation.evaluate import Evaluator
from nfw_reconcile.sources.cloudformation.template import open_template
from nfw_reconcile.sources.cloudformation.yamlfile import parse_yaml
from nfw_reconcile.sources.remarks import Remarks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.sources.cloudformation import TemplateSide

SOURCE = "template.yaml"
GIVEN = {"AWS::Region": "eu-west-1", "Given": "given"}
SECTIONS = """
Parameters:
  Env: {Type: String, Default: prod}
  Given: {Type: String, Default: default}
  Open: {Type: String}
  Size: {Type: Number, Default: 5}
  List: {Type: CommaDelimitedList, Default: "a, b"}
  Vpcs: {Type: "List<AWS::EC2::VPC::Id>"}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /net/cidr}
  Secret: {Type: String, Default: hush, NoEcho: true}
Mappings:
  Map:
    prod: {Net: 10.1.0.0/16, Nets: [10.1.0.0/16, 10.2.0.0/16], Flag: true}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Test: !Not [!Condition Prod]
  Unknown: !Equals [!Ref Open, "1"]
  Same: !Equals [!Ref Open, !Ref Open]
  Hidden: !Equals [!Ref Secret, hush]
  Either: !Or [!Condition Unknown, !Condition Prod]
  Both: !And [!Condition Unknown, !Condition Test]
  Neither: !And [!Condition Unknown, !Condition Prod]
  Number: !Equals [!Ref Size, 5]
  Truth: !Equals [!FindInMap [Map, prod, Flag], "true"]
  Lists: !Equals [!Ref List, [a, b]]
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Pool: {Type: "AWS::EC2::VPC", Properties: {Ipv4IpamPoolId: ipam}}
  Group: {Type: "AWS::NetworkFirewall::RuleGroup"}
  Offices: {Type: "AWS::EC2::PrefixList"}
  Stack: {Type: "AWS::CloudFormation::Stack", Properties: {TemplateURL: nested.yaml}}
  Subnet: {Type: "AWS::EC2::Subnet", Properties: {VpcId: !Ref Vpc}}
"""


def evaluator(given: Mapping[str, str] | None = None, sections: str = SECTIONS) -> tuple[Evaluator, Remarks]:
    """Give an evaluator of the sections above, and what it collects."""
    remarks = Remarks(SOURCE)
    template = open_template(parse_yaml(sections, SOURCE), SOURCE, remarks)
    return Evaluator(template, GIVEN if given is None else given, Budget(SOURCE), remarks), remarks


def group_template(body: str, around: str = "") -> bytes:
    """Give a template with one stateful group, whose ``RuleGroup`` is ``body``, in one line."""
    return f"""{around}
Resources:
  Group:
    Type: AWS::NetworkFirewall::RuleGroup
    Properties: {{RuleGroupName: g, Type: STATEFUL, Capacity: 1, RuleGroup: {body}}}
""".encode()


def body_of(side: TemplateSide) -> Body:
    """Give the body of the only group."""
    (group,) = side.inventory.groups
    return group.body
