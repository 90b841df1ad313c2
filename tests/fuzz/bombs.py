"""Small pains for a writer that are large ones for a reader: each shape asks for time or room out of all proportion."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from tests import bodies
from tests.unit.sources.tfplan import building as terraform

Json = Any
Shape = Callable[[], bytes]

MANY: Final = 200_000
LARGE: Final = 90_000_000
"""Bytes: nearly as many as a file may have."""


def _text(value: Json) -> bytes:
    return json.dumps(value).encode()


def _plan(*changes: Json, **more: Any) -> bytes:  # noqa: ANN401 - JSON
    return _text(terraform.plan(*changes, **more))


def _with_rules(text: str, **more: Any) -> bytes:  # noqa: ANN401 - JSON
    """Give a plan that adds rules to a group of a policy."""
    before = terraform.group("web", "pass ip any any -> any any (sid:1;)")
    after = {**before, "rule_group": [terraform.rule_group(rules_string=text, **more)]}
    return _around(before, after)


def _around(before: Json, after: Json) -> bytes:
    reference = {"resource_arn": terraform.group_arn("web"), "priority": 1, "override": []}
    policy = terraform.policy(reference)
    return _plan(
        terraform.change("aws_networkfirewall_rule_group.web", before, after),
        terraform.change("aws_networkfirewall_firewall_policy.p", policy, policy),
    )


def _sets(**members: Iterable[str]) -> list[Json]:
    sets = [{"key": key, "ip_set": [{"definition": list(values)}]} for key, values in members.items()]
    return [{"ip_sets": sets, "port_sets": []}]


def _hosts(count: int) -> list[str]:
    return [f"10.{n >> 15 & 255}.{n >> 7 & 255}.{n << 1 & 255}" for n in range(count)]


def _doubling(levels: int) -> bytes:
    """Nest modules; each has an output that refers to that of the next one under two keys."""
    module: Json = {"outputs": {"x": {"expression": terraform.refers("aws_vpc.a.id")}}}
    for level in reversed(range(levels)):
        references = terraform.refers(*(f'module.m{level}["{key}"].x' for key in "ab"))
        module = {
            "outputs": {"x": {"expression": references}},
            "module_calls": {f"m{level}": {"module": module}},
        }
    return _asking(module)


def _asking(module: Json) -> bytes:
    """Have a firewall's unknown ``vpc_id`` refer to the output of a module."""
    written = terraform.written("aws_networkfirewall_firewall.fw", vpc_id=terraform.refers("module.top.x"))
    root = {"root_module": {"resources": [written], "module_calls": {"top": {"module": module}}}}
    firewall = terraform.firewall(vpc_id=None)
    change = terraform.change("aws_networkfirewall_firewall.fw", None, firewall, unknown={"vpc_id": True})
    return _plan(change, configuration=root)


def _circle() -> bytes:
    inner = {"outputs": {"x": {"expression": terraform.refers("var.y")}}}
    module = {
        "outputs": {"x": {"expression": terraform.refers("module.n.x", "var.y")}},
        "module_calls": {"n": {"module": inner, "expressions": {"y": terraform.refers("module.n.x")}}},
    }
    return _asking(module)


def _references(count: int, *, known: bool) -> bytes:
    blocks: list[Json] = [
        {"resource_arn": terraform.group_arn(f"g{n}") if known else None, "priority": n + 1, "override": []}
        for n in range(count)
    ]
    marks = {"firewall_policy": [{"stateful_rule_group_reference": [{"resource_arn": True}] * count}]}
    policy = terraform.policy(*blocks, stateful_engine_options=terraform.strict())
    groups = [
        terraform.change(
            f"aws_networkfirewall_rule_group.g[{n}]",
            None,
            terraform.group("g", "", known=False),
            unknown={"arn": True},
        )
        for n in range(0 if known else count)
    ]
    unknown = None if known else marks
    return _plan(
        terraform.change("aws_networkfirewall_firewall_policy.p", None, policy, unknown=unknown), *groups
    )


def _forgotten(count: int) -> bytes:
    group = terraform.group("web", "")
    return _plan(
        *(
            terraform.change(f"aws_networkfirewall_rule_group.g[{n}]", group, None, actions=["forget"])
            for n in range(count)
        )
    )


def _vpc(count: int) -> bytes:
    hosts = _hosts(count)
    blocks = [{"cidr_block": f"{host}/32"} for host in hosts]
    vpc = {"id": "vpc-1", "cidr_block": "10.0.0.0/8", "cidr_block_associations": blocks}
    return _plan(
        terraform.change("aws_vpc.a", vpc, vpc),
        terraform.change("aws_networkfirewall_firewall.fw", terraform.firewall(), terraform.firewall()),
    )


def _prefix_list(count: int) -> bytes:
    entries = [{"cidr": f"{host}/32"} for host in _hosts(count)]
    values = {"id": "pl-1", "arn": "arn:x", "entry": entries}
    address = "aws_ec2_managed_prefix_list_entry.e"
    parts = [
        terraform.change(
            f"{address}[{n}]", {"prefix_list_id": "pl-1", **one}, {"prefix_list_id": "pl-1", **one}
        )
        for n, one in enumerate(entries[::2])
    ]
    return _plan(terraform.change("aws_ec2_managed_prefix_list.l", values, values), *parts)


def _domains(count: int) -> bytes:
    before = terraform.group("web", "pass ip any any -> any any (sid:1;)")
    listed = {"targets": [f"x{n}.example" for n in range(count)], "target_types": ["TLS_SNI", "HTTP_HOST"]}
    group = terraform.rule_group(rules_source_list=[{**listed, "generated_rules_type": "DENYLIST"}])
    return _around(before, {**before, "rule_group": [group]})


def _snapshot(firewalls: int = 0, groups: int = 0, text: str = "") -> bytes:
    listed = [bodies.firewall(f"f{n}", bodies.arn("firewall-policy", f"p{n}")) for n in range(firewalls)]
    found = [bodies.group(f"g{n}", text) for n in range(groups)]
    return _text(bodies.snapshot(bodies.inventory(*listed, *found)))


def _in_module(address: str) -> bytes:
    return _plan({**terraform.change("aws_vpc.a", {}, {}), "module_address": address})


def _rules(piece: str, count: int = MANY) -> Shape:
    return lambda: _with_rules(piece * count)


def _options(text: str) -> Shape:
    return lambda: _with_rules(f"drop tcp any any -> any any ({text} sid:2;)")


def _saved(**more: Any) -> bytes:  # noqa: ANN401 - JSON
    return _text({"kind": "nfw-reconcile plan", "format_version": "1.0", **more})


_NESTED = {chr(65 + n): [f"[{','.join([f'${chr(66 + n)}'] * 10)}]"] for n in range(12)}
_ONE = "drop ip $A any -> any any (sid:2;)"

PLANS: Final[dict[str, Shape]] = {
    "lists in lists": lambda: b"[" * 1_000_000,
    "objects in objects": lambda: b'{"a":' * 1_000_000,
    "lists in lists that are closed": lambda: b'{"resource_changes":' + b"[" * 900 + b"]" * 900 + b"}",
    "empty lists": lambda: b"[" + b"[]," * (LARGE // 3) + b"[]]",
    "small objects": lambda: b"[" + b'{"a":[]},' * 400_000 + b"{}]",
    "numbers": lambda: b"[" + b"1.25," * 3_000_000 + b"1]",
    "a number of a million digits": lambda: b'{"resource_changes":[' + b"9" * 1_000_000 + b"]}",
    "an endless exponent": lambda: b'{"resource_changes":[1e999999999,-1e999999999]}',
    "one long text with an astral character": lambda: b'{"a":"\xf0\x9f\x98\x80' + b"x" * LARGE + b'"}',
    "one key, again and again": lambda: b"{" + b'"a":1,' * 1_000_000 + b'"a":1}',
    "each key twice": lambda: b"{" + b"".join(b'"%d":1,' % (n // 2) for n in range(600_000)) + b'"a":1}',
    "nothing but NUL": lambda: bytes(LARGE),
    "nothing but white space": lambda: b" " * (LARGE // 3),
    "escaped NULs": lambda: b'{"a":"' + b"\\u0000" * 10_000_000 + b'"}',
    "halves of surrogate pairs": lambda: b"[" + b'"\\ud800",' * 3_000_000 + b"1]",
    "byte order marks": lambda: b"\xef\xbb\xbf" * 10_000_000,
    "NaN": lambda: b"[" + b"NaN," * 1_000_000 + b"1]",
    "references that double a level": lambda: _doubling(28),
    "references in a circle": _circle,
    "resources without a type": lambda: _plan(*({"address": f"a.b[{n}]"} for n in range(MANY))),
    "warnings": lambda: _forgotten(4_000),
    "one address, again and again": lambda: _plan(*[terraform.change("aws_vpc.a", {}, {})] * 8_000),
    "references to groups to be created": lambda: _references(3_000, known=False),
    "references to groups that are not there": lambda: _references(20_000, known=True),
    "CIDRs of a VPC": lambda: _vpc(MANY // 10),
    "entries of a prefix list": lambda: _prefix_list(20_000),
    "an address of a million steps": lambda: _in_module("module.a." * MANY),
    "an address of a million brackets": lambda: _in_module("a" + "[" * MANY),
    "a header of words in brackets": lambda: _with_rules("drop tcp [" + "a " * MANY + "] any -> any any (sid:2;)"),
    "as many headers as are short enough": lambda: _with_rules(("drop tcp [" + "1.1.1.1 , " * 9_000 + "\n") * 8),
    "lines that are no rules": _rules("x\n"),
    "rules": lambda: _with_rules("\n".join(f"drop tcp any any -> any {n % 65_535} (sid:{n};)" for n in range(1_000))),
    "comments": _rules("#\n", 1_000_000),
    "options without a name": _options(";" * 90_000),
    "wrong options on lines of their own": _options("!;\\\n" * 20_000),
    "continuations": _rules("a \\\n"),
    "a list of ports": lambda: _with_rules(f"drop tcp any any -> any [{','.join(['80'] * 30_000)}] (sid:2;)"),
    "brackets": lambda: _with_rules("drop tcp any any -> any " + "[" * 90_000 + " (sid:2;)"),
    "a sid of thousands of digits": _options(f"sid:{'9' * 5_000}; priority:{'9' * 5_000}; ip_proto:{'9' * 5_000};"),
    "a message of 50 MB": _options(f'msg:"{"x" * 50_000_000}";'),
    "variables in variables": lambda: _with_rules(_ONE, rule_variables=_sets(**_NESTED)),
    "variables in a circle": lambda: _with_rules(_ONE, rule_variables=_sets(A=["$B"] * 20, B=["$A"] * 20)),
    "a large set": lambda: _with_rules(_ONE, rule_variables=_sets(A=_hosts(MANY // 10))),
    "a large set, many times": lambda: _with_rules(
        "\n".join(f"drop ip [$A,192.0.2.{n & 255}] {n} -> any any (sid:{n};)" for n in range(20)),
        rule_variables=_sets(A=_hosts(1_000)),
    ),
    "negations": lambda: _with_rules(_ONE, rule_variables=_sets(A=["any", *(f"!{one}" for one in _hosts(20_000))])),
    "domains": lambda: _domains(MANY),
}  # fmt: skip
"""For ``plan --tf-plan``."""

SNAPSHOTS: Final[dict[str, Shape]] = {
    "firewalls without a policy": lambda: _snapshot(firewalls=8_000),
    "groups without a policy": lambda: _snapshot(groups=500),
}
"""For ``plan --old X --new X --context X``."""

_FLOW = b'{"SourceAddress":{"AddressDefinition":"10.0.0.1"}}\n'
FLOWS: Final[dict[str, Shape]] = {
    "one endless line": lambda: b"x" * 120_000_000,
    "an endless line behind a header": lambda: (
        b"protocol,source,source_port,destination,destination_port\n" + b"1," * LARGE
    ),
    "columns": lambda: b",".join(b"c%d" % n for n in range(15_000)) + b"\n",
    "a list of lists": lambda: b'{"a":' + b"[" * 90_000 + b"\n",
    "malformed lines": lambda: _FLOW * 1_000_000,
    "quotes": lambda: b"protocol,source,source_port,destination,destination_port\n" + b'"' * 90_001 + b"\n",
    "empty lines": lambda: b"\n" * 5_000_000,
    "no text": lambda: b"\xff\xfe\x00" * 1_000_000,
}
"""For ``classify --flows``."""

SAVED: Final[dict[str, Shape]] = {
    "fields that nobody knows": lambda: _saved(**{f"x{n}": n for n in range(MANY)}),
    "a policy of marks": lambda: _saved(firewalls=[json.loads('{"$sensitive":' * 90 + "1" + "}" * 90)]),
}
"""For ``show``."""
