from __future__ import annotations

import contextlib
import json
import tomllib
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nfw_reconcile
from nfw_reconcile.config.read import MOST_BYTES, read_settings
from nfw_reconcile.config.settings import NO_SETTINGS, IgnoreEntry, LimitSettings, Redact, Settings
from nfw_reconcile.errors import InputError
from nfw_reconcile.model.addresses import AddressSet, Network
from nfw_reconcile.model.intervals import IntervalSet
from nfw_reconcile.model.names import BlockName

SCHEMA = json.loads(
    (Path(nfw_reconcile.__file__).parent / "schemas" / "config.schema.json").read_text(encoding="utf-8")
)

WHOLE = """
redact = ["names", "ip", "ip"]

[limits]
max_flows = 200
max_percent = 2.5
protected_cidrs = ["10.0.5.0/24", "10.0.5.7/24", "2001:db8::/32", "192.0.2.1"]
protected_ports = [5432, "8000:8100"]

[home_net]
"*" = ["10.0.0.0/8"]
"arn:aws:network-firewall:eu-west-1:111122223333:firewall/main" = ["10.1.0.0/16", "10.2.0.0/16"]

[names]
"10.1.2.3" = "jump host"
"2001:db8::/32" = { name = "checkout", owner = "payments" }

[[ignore]]
firewall = "main"
protocol = "tcp"
source = ["10.0.0.0/16", "10.1.0.0/16"]
destination = "203.0.113.10"
destination_port = [443, "8000:8100"]
owner = "payments"
reason = "CHG-1234"
until = 2026-03-31

[[ignore]]
protocol = 17
source_port = 53
owner = "dns"
reason = "resolvers answer over TCP"
until = "2026-01-01"
"""

IGNORE = "[[ignore]]\nowner = 'a'\nreason = 'b'\nuntil = 2026-03-31\nsource_port = 53\n"


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_settings(text.encode(), "nfw-reconcile.toml")
    return [str(problem) for problem in caught.value.problems]


def as_editors_see(text: str) -> object:
    """Give a file as JSON values: those who check TOML against JSON Schema take dates and times for texts."""
    return json.loads(json.dumps(tomllib.loads(text), default=lambda moment: moment.isoformat()))


def test_everything_that_a_file_may_say() -> None:
    assert read_settings(WHOLE.encode(), "x") == Settings(
        LimitSettings(200, 2.5, ("10.0.5.0/24", "2001:db8::/32", "192.0.2.1/32"), ("5432", "8000:8100")),
        {
            "*": ("10.0.0.0/8",),
            "arn:aws:network-firewall:eu-west-1:111122223333:firewall/main": ("10.1.0.0/16", "10.2.0.0/16"),
        },
        frozenset({Redact.NAMES, Redact.IP}),
        (
            BlockName(Network.parse("10.1.2.3/32"), "jump host"),
            BlockName(Network.parse("2001:db8::/32"), "checkout", "payments"),
        ),
        (
            IgnoreEntry(
                "payments",
                "CHG-1234",
                date(2026, 3, 31),
                "main",
                6,
                AddressSet.of([Network.parse("10.0.0.0/15")]),
                None,
                AddressSet.of([Network.parse("203.0.113.10")]),
                IntervalSet.of([(443, 443), (8000, 8100)]),
            ),
            IgnoreEntry(
                "dns",
                "resolvers answer over TCP",
                date(2026, 1, 1),
                protocol=17,
                source_ports=IntervalSet.single(53),
            ),
        ),
    )


def test_an_empty_file_says_nothing() -> None:
    assert read_settings(b"", "x") == NO_SETTINGS


WRONG = {
    "max_flows is a number": ("[limits]\nmax_flows = '7'", "limits.max_flows: a whole number from 0"),
    "max_flows is whole": ("[limits]\nmax_flows = 7.5", "limits.max_flows: a whole number"),
    "max_flows is no truth value": ("[limits]\nmax_flows = true", "limits.max_flows: a whole number"),
    "max_flows is not negative": ("[limits]\nmax_flows = -1", "limits.max_flows: a whole number"),
    "max_percent is a share": ("[limits]\nmax_percent = 100.5", "limits.max_percent: a number from 0 to 100"),
    "max_percent is a number": ("[limits]\nmax_percent = nan", "limits.max_percent: a number from 0 to 100"),
    "a port is a port": ("[limits]\nprotected_ports = [70000]", "limits.protected_ports[0]: a port"),
    "a port is no name": ("[limits]\nprotected_ports = ['tcp/22']", "limits.protected_ports[0]: a port"),
    "a list of CIDRs": ("[limits]\nprotected_cidrs = '10.0.0.0/8'", "limits.protected_cidrs: a list"),
    "a CIDR is text": ("[limits]\nprotected_cidrs = [10]", "limits.protected_cidrs[0]: a CIDR"),
    "limits are a table": ("limits = 3", "limits: a table is needed"),
    "HOME_NET is a list": ("[home_net]\nmain = '10.0.0.0/8'", "home_net.main: a list"),
    "what is redacted is known": ("redact = ['ips']", "redact[0]: ip or tags or names is needed"),
    "no other table": (
        "[limit]\nmax_flows = 3",
        "limit: this is not known; limits, home_net, redact, names, ignore are",
    ),
    "names are a table": ("names = ['a']", "names: a table is needed"),
    "a name is text": ("[names]\n'10.0.0.0/8' = 3", "names.10.0.0.0/8: a name is needed"),
    "a name is not empty": ("[names]\n'10.0.0.0/8' = ' '", "names.10.0.0.0/8: the name is empty"),
    "a name is short": (f"[names]\n'::/0' = '{'x' * 201}'", "names.::/0: the name has 201 characters"),
    "an owner is text": ("[names]\n'::/0' = {name = 'x', owner = 1}", "names.::/0: the owner is no text"),
    "an owner has a name": ("[names]\n'::/0' = {owner = 'x'}", "names.::/0: a name is needed"),
    "no other member of a name": (
        "[names]\n'::/0' = {name = 'x', team = 'y'}",
        "names.::/0: a name is needed",
    ),
    "entries are tables": ("ignore = ['a']", "ignore[0]: a table is needed"),
    "entries are a list": ("[ignore]\nowner = 'a'", "ignore: a list is needed"),
    "an entry has an owner": (IGNORE.replace("owner = 'a'", ""), "ignore[0].owner: this is needed"),
    "an owner is said": (IGNORE.replace("'a'", "' '"), "ignore[0].owner: the text is empty"),
    "an entry has a reason": (IGNORE.replace("reason = 'b'", ""), "ignore[0].reason: this is needed"),
    "a reason is a line": (IGNORE.replace("'b'", f"'{'x' * 201}'"), "ignore[0].reason: the text has 201"),
    "a reason is text": (IGNORE.replace("'b'", "1"), "ignore[0].reason: a text is needed"),
    "an entry ends": (IGNORE.replace("until = 2026-03-31", ""), "ignore[0].until: this is needed"),
    "it ends with a day": (IGNORE.replace("2026-03-31", "2026-03-31T12:00:00Z"), "ignore[0].until: a day"),
    "a day is written so": (IGNORE.replace("2026-03-31", "'31.3.2026'"), "ignore[0].until: a day"),
    "an entry says which flows": (IGNORE.replace("source_port = 53", ""), "ignore[0]: which flows?"),
    "a protocol is not enough": (
        IGNORE.replace("source_port = 53", "protocol = 'tcp'"),
        "ignore[0]: which flows?",
    ),
    "a protocol is known": (f"{IGNORE}protocol = 'tcpp'", "ignore[0].protocol: a protocol is needed"),
    "a protocol has 8 bits": (f"{IGNORE}protocol = 256", "ignore[0].protocol: a protocol is needed"),
    "a side is a CIDR": (f"{IGNORE}source = [10]", "ignore[0].source[0]: a CIDR is needed"),
    "a side is not empty": (f"{IGNORE}source = []", "ignore[0].source: the list is empty"),
    "a port of an entry is a port": (IGNORE.replace("53", "'dns'"), "ignore[0].source_port: a port (443)"),
    "no other key of an entry": (f"{IGNORE}rule = 7", "ignore[0].rule: this is not known"),
    "no other limit": ("[limits]\nmaxflows = 3", "limits.maxflows: this is not known"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place_and_the_schema_says_so_too(text: str, told: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(f"nfw-reconcile.toml: {told}")
    if "nan" not in text:  # JSON has no such number
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(as_editors_see(text), SCHEMA)


BEYOND_THE_SCHEMA = {
    "a CIDR is a block": ("[limits]\nprotected_cidrs = ['10.0.0.0/33']", "'10.0.0.0/33' does not appear"),
    "a block is named": ("[names]\n'checkout' = '10.0.0.0/8'", "'checkout' does not appear"),
    "a block has one name": (
        "[names]\n'10.0.0.0/8' = 'a'\n'10.9.0.0/8' = 'b'",
        "10.0.0.0/8 is named already",
    ),
    "there is such a day": (IGNORE.replace("2026-03-31", "'2026-02-30'"), "day is out of range"),
    "a range rises": ("[limits]\nprotected_ports = ['9:8']", "the range ends before it begins"),
}


@pytest.mark.parametrize(("text", "told"), BEYOND_THE_SCHEMA.values(), ids=BEYOND_THE_SCHEMA)
def test_what_a_schema_cannot_say(text: str, told: str) -> None:
    (problem,) = problems(text)
    assert told in problem


def test_all_problems_are_told_at_once() -> None:
    found = problems(
        "redact = ['x']\n[limits]\nmax_flows = -1\nprotected_ports = [1, 'b', 'c']\n[home_net]\na = 1"
        "\n[[ignore]]\nuntil = 1\nreason = 'b'\nsource = 'x'"
    )
    assert [each.split(": ")[1] for each in found] == [
        "limits.max_flows", "limits.protected_ports[1]", "limits.protected_ports[2]", "home_net.a", "redact[0]",
        "ignore[0].owner", "ignore[0].until", "ignore[0].source",
    ]  # fmt: skip


def test_a_syntax_error_has_a_line_and_a_column() -> None:
    (problem,) = problems("[limits]\nmax_flows = = 3\n")
    assert problem.startswith("nfw-reconcile.toml:2:13: this is no TOML: Invalid value.")


def test_other_bytes_than_text_have_a_line() -> None:
    with pytest.raises(InputError, match=r"x:2: the file is not UTF-8"):
        read_settings(b"[limits]\n\xff", "x")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "x" * (MOST_BYTES + 1)])
def test_a_hostile_file_is_refused(text: str) -> None:
    assert len(problems(text)) == 1


def test_the_whole_file_is_what_the_schema_describes() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(as_editors_see(WHOLE), SCHEMA)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(InputError):
        read_settings(content, "x")
