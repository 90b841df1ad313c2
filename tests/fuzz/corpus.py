"""Whole inputs to begin with: small, and with every kind of part in one of them."""

from __future__ import annotations

import json
from typing import Any, Final

from nfw_reconcile.model.codec import to_json
from nfw_reconcile.model.plan_document import SettingChange, Undecided
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.pipeline import About, plan_of
from nfw_reconcile.pipeline.inputs import Sides
from tests import bodies, builders
from tests.unit.sources.tfplan import building as terraform

Json = Any

RULES: Final = (
    'pass tcp $HOME_NET any -> any 443 (msg:"web; \\; and more"; tls.sni; content:"a.example"; sid:1; rev:2;)',
    "drop tls [10.0.0.0/8,!10.1.0.0/16] 1024: <> $EXTERNAL_NET [80,!81:90,$WEB] (sid:2;)",
    "alert ip @lists any -> 2001:db8::/32 any (flow:to_server, established; flowbits:set,x; sid:3;)",
    'reject udp 10.0.0.1-10.0.0.9 53 -> [$A,[$B,!$C]] :1023 (pcre:"/x[0-9]+/i"; threshold:type limit, count 1; sid:4;)',
    '# a comment\n\ndrop http any any -> any any \\\n  (http.host; content:"x"; endswith; \\\n  sid:5;)',
)
"""Suricata rules."""

RULE_TEXTS: Final = (*RULES, "\n".join(RULES))
ADDRESSES: Final = (
    "any",
    "$HOME_NET",
    "[10.0.0.0/8,!10.1.0.0/16,@lists]",
    "10.0.0.1-10.0.0.9",
    "[[$A],!2001:db8::1/64]",
)
PORTS: Final = ("any", "443", "[80:90,!85,$WEB]", ":1023", "1024:", "![1,[2,3]]")

JSON_FLOW: Final[Json] = {
    "SourceAddress": {"AddressDefinition": "10.0.0.1/32"},
    "DestinationAddress": {"AddressDefinition": "192.0.2.7"},
    "SourcePort": "50000",
    "DestinationPort": 443,
    "Protocol": "TCP",
    "Age": 12,
    "PacketCount": 5,
    "ByteCount": 700,
    "AvailabilityZone": "eu-west-1a",
}
ICMP_FLOW: Final[Json] = {**JSON_FLOW, "Protocol": 1, "SourcePort": "", "DestinationPort": 0}
JSON_FLOWS: Final = (json.dumps(JSON_FLOW), f"\n{json.dumps(JSON_FLOW)}\r\n{json.dumps(ICMP_FLOW)}\n")
CSV_FLOWS: Final = (
    "protocol,source,source_port,destination,destination_port\n6,10.0.0.1,50000,192.0.2.7,443\nudp,10.0.0.1,1,::1,2\n",
    (
        "Protocol,Source,Source_Port,Destination,Destination_Port,Age,Packets,Bytes,Zone,note\n"
        '17,"2001:db8::1",5,2001:db8::2/128,53,1,2,3,eu-west-1a,"a,b"\n1,10.0.0.1,,10.0.0.2,0,,,,,\n'
    ),
)


def _changes() -> list[Json]:
    variables = [
        {"ip_sets": [{"key": "A", "ip_set": [{"definition": ["10.0.0.0/8"]}]}],
         "port_sets": [{"key": "WEB", "port_set": [{"definition": ["443", "80:90"]}]}]}
    ]  # fmt: skip
    text = terraform.group("web", RULES[0])
    after = {
        "name": "web",
        "rule_group": [terraform.rule_group(rules_string=RULES[1], rule_variables=variables)],
    }
    reference = {"resource_arn": terraform.group_arn("web"), "priority": 1, "override": []}
    vpc = {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "ipv6_cidr_block": "", "cidr_block_associations": []}
    unknown = {"rule_group": [{"rules_source": [{"rules_string": True}]}]}
    return [
        terraform.change("aws_networkfirewall_rule_group.web", text, {**text, **after}),
        terraform.change(
            "module.m.aws_networkfirewall_rule_group.new", None, {**text, "arn": None}, unknown=unknown
        ),
        terraform.change("aws_networkfirewall_firewall_policy.p", None, terraform.policy(reference)),
        terraform.change("aws_networkfirewall_firewall.fw", terraform.firewall(), terraform.firewall()),
        terraform.change("aws_vpc.main", vpc, vpc),
    ]


def _configuration() -> Json:
    group = terraform.written(
        "aws_networkfirewall_rule_group.new",
        name=terraform.constant("new"),
        rules=terraform.refers("var.text", "var"),
    )
    module = terraform.configured(
        group, outputs={"arn": {"expression": terraform.refers("module.inner.x", "local.y")}}
    )
    call = {
        "m": {
            "module": module["root_module"],
            "expressions": {"text": terraform.refers("module.m.arn", "module.m")},
        }
    }
    policy = terraform.written(
        "aws_networkfirewall_firewall_policy.p",
        firewall_policy=[
            {
                "stateful_rule_group_reference": [
                    {"resource_arn": terraform.refers("module.m.arn", "module.m")}
                ]
            }
        ],
    )
    return terraform.configured(policy, module_calls=call)


def _plans() -> tuple[Json, ...]:
    changes = _changes()
    arns = {"resource_arn": True}
    reference: Json = {"resource_arn": None, "priority": 1, "override": []}
    blocks = [{"stateful_rule_group_reference": [arns, arns]}]
    open_policy = terraform.change(
        "aws_networkfirewall_firewall_policy.p",
        None,
        terraform.policy(reference, {**reference, "priority": 2}, stateful_engine_options=terraform.strict()),
        unknown={"firewall_policy": blocks},
    )
    return (
        terraform.plan(changes[0]),
        terraform.plan(changes[0], changes[2], changes[3], changes[4]),
        terraform.plan(changes[1], open_policy, configuration=_configuration()),
        terraform.plan(
            changes[2], resource_drift=[changes[0]], prior_state=_states()[0], deferred_changes=[]
        ),
    )


def _states() -> tuple[Json, ...]:
    group = {
        "address": "aws_networkfirewall_rule_group.web",
        "mode": "managed",
        "type": "aws_networkfirewall_rule_group",
        "name": "web",
        "values": terraform.group("web", RULES[2]),
        "sensitive_values": {"rule_group": [{}]},
    }
    lists = {
        "address": "data.aws_ec2_managed_prefix_list.x",
        "mode": "data",
        "type": "aws_ec2_managed_prefix_list",
        "name": "x",
        "values": {"id": "pl-1", "arn": "arn:x", "entries": [{"cidr": "10.0.0.0/8"}]},
    }
    nested = terraform.state(group)
    nested["values"]["root_module"]["child_modules"] = [{"address": "module.m", "resources": [lists]}]
    return terraform.state(group, lists), nested


def _snapshot() -> Json:
    web = bodies.group("web", RULES[0], RuleVariables=bodies.ip_sets(A=("10.0.0.0/8",)))
    stateless = bodies.stateless_group(
        "first", bodies.stateless_rule(1, bodies.DROP, source="10.9.0.0/16", to_port=22)
    )
    more = bodies.blocks(
        "blocks", bodies.rule_block("PASS", ("TCP", "$A", "ANY", "ANY", "443"), ("sid", "1"))
    )
    found = bodies.policy("egress", web, stateless, more, PolicyVariables={"RuleVariables": {}})
    firewall = bodies.firewall("prod", found, vpc="vpc-1")
    lists = {"arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1": ["10.0.0.0/8"]}
    return bodies.snapshot(
        bodies.inventory(firewall, found, web, stateless, more, prefix_lists=lists, vpcs={"vpc-1": []})
    )


PLANS: Final = _plans()
STATES: Final = _states()
SNAPSHOTS: Final = (_snapshot(),)


def real_plan() -> Json:
    """Give a plan file's content as this program makes it: a rule is taken out, and a set becomes narrower."""
    old, new = (
        bodies.bundle(bodies.group("web", text, RuleVariables=bodies.ip_sets(A=members)))
        for text, members in (
            ("\n".join(RULES[:2]), ("10.0.0.0/8",)),
            (RULES[1], ("10.0.0.0/9", "!10.1.0.0/16")),
        )
    )
    change = bodies.change(old, new)
    return to_json(plan_of(Sides((change,), ()), None, About("a test", builders.NOON)))


def documents() -> tuple[Json, ...]:
    """Give plan and result files with something in every part."""
    rule = builders.rule()
    full = builders.firewall_plan(
        builders.region_part(builders.box()),
        builders.region_part(
            effect=Effect.POSSIBLY_DENIED, conditions=("tls.sni is a.example",), sensitive=True
        ),
        flows=builders.flows_seen(
            builders.flow_row(notes=("first packet lost",)), builders.flow_row(age=None, size=None)
        ),
        rule_changes=(builders.added(rule), builders.removed(rule), builders.changed(rule, rule, cause="$A")),
        setting_changes=(SettingChange("rule order", "x", "y", sensitive=False),),
        undecided=(Undecided("old", "why", "where"),),
        filters=(builders.flow_filter(),),
        remarks=(builders.warning("a", where="b", remedy="c"),),
    )
    zone = builders.zone_result(
        flushed=(builders.flow_row(),),
        survivors=(builders.flow_row(),),
        operations=(builders.operation(),),
        messages=("m",),
    )
    return (
        real_plan(),
        to_json(builders.plan_document(full, remarks=(builders.note("n"),))),
        to_json(builders.result_document(builders.firewall_result(zone, messages=("m",)))),
    )
