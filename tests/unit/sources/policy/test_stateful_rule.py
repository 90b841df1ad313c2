from __future__ import annotations

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.model.expressions import AddressRange, Anything, PortRange, Unresolved, Variable
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.model.rule import Action, Option, RuleEntry, StatefulRule, UndecidedRule
from nfw_reconcile.sources.policy.body import Node
from nfw_reconcile.sources.policy.stateful_rule import stateful_rule
from tests.unit.sources.policy.bodies import block

WHERE = Location("main stateful_rule[0]")


def read(body: Body) -> RuleEntry:
    return stateful_rule(Node.of(body, "StatefulRules[0]"), WHERE)


TEXTS: dict[str, tuple[Body, str]] = {
    "as written in the guide": (
        block(
            Protocol="HTTP",
            Direction="ANY",
            Destination="$EXTERNAL_NET",
            DestinationPort="ANY",
            RuleOptions=[
                {"Keyword": "msg", "Settings": ["this is a stateful drop rule"]},
                {"Keyword": "sid", "Settings": ["1234"]},
            ],
        ),
        "drop http $HOME_NET ANY <> $EXTERNAL_NET ANY (msg:this is a stateful drop rule; sid:1234;)",
    ),
    "the option is all in the keyword": (
        block(RuleOptions=[{"Keyword": "sid:1"}]),
        "drop tcp $HOME_NET ANY -> 10.0.0.0/8 443 (sid:1;)",
    ),
    "an option smuggled into the settings": (
        block(RuleOptions=[{"Keyword": "sid", "Settings": ['7; msg:"x"']}]),
        'drop tcp $HOME_NET ANY -> 10.0.0.0/8 443 (sid:7; msg:"x";)',
    ),
    "settings are joined by commas": (
        block(
            RuleOptions=[{"Keyword": "flow", "Settings": ["to_server", "established"]}, {"Keyword": "sid:2"}]
        ),
        "drop tcp $HOME_NET ANY -> 10.0.0.0/8 443 (flow:to_server,established; sid:2;)",
    ),
    "a semicolon too many": (
        block(RuleOptions=[{"Keyword": "sid:1; "}, {"Keyword": "rev", "Settings": ["2;;"]}]),
        "drop tcp $HOME_NET ANY -> 10.0.0.0/8 443 (sid:1; rev:2;)",
    ),
    "an escaped semicolon at the end stays": (
        block(RuleOptions=[{"Keyword": "msg", "Settings": ["a\\;"]}]),
        "drop tcp $HOME_NET ANY -> 10.0.0.0/8 443 (msg:a\\;;)",
    ),
    "lower-case words, numbers for texts and lists": (
        block(Action="pass", Direction="forward", Source="[10.0.0.1, !10.0.0.2]", DestinationPort=443),
        "pass tcp [10.0.0.1, !10.0.0.2] ANY -> 10.0.0.0/8 443 (sid:1;)",
    ),
    "no options": (block(RuleOptions=None), "drop tcp $HOME_NET ANY -> 10.0.0.0/8 443 ()"),
}


@pytest.mark.parametrize(("body", "text"), TEXTS.values(), ids=TEXTS.keys())
def test_a_block_is_the_rule_that_aws_writes_for_it(body: Body, text: str) -> None:
    entry = read(body)
    assert isinstance(entry, StatefulRule)
    assert entry.text == text
    assert entry.where == WHERE
    assert not entry.sensitive


def test_smuggled_options_are_options_of_their_own() -> None:
    entry = read(block(RuleOptions=[{"Keyword": 'sid:1; msg:"Allowing \\"ICMP\\""'}]))
    assert isinstance(entry, StatefulRule)
    assert entry.options == (Option("sid", "1"), Option("msg", '"Allowing \\"ICMP\\""'))


def test_an_unknown_part_of_the_header_is_unresolved_in_a_rule() -> None:
    entry = read(
        block(Source=Unresolved("aws_vpc.a.cidr_block"), DestinationPort=Sensitive(Unresolved("var.port")))
    )
    assert isinstance(entry, StatefulRule)
    assert entry.header.source == Unresolved("aws_vpc.a.cidr_block")
    assert entry.header.destination_ports == Unresolved("var.port")
    assert entry.header.source_ports == Anything()
    assert entry.header.destination == AddressRange(4, 0x0A000000, 0x0AFFFFFF)
    assert entry.text == "drop tcp (aws_vpc.a.cidr_block) ANY -> 10.0.0.0/8 (var.port) (sid:1;)"
    assert entry.sensitive


UNDECIDED: dict[str, tuple[Body, str, bool]] = {
    "all of it unknown": (Unresolved("x"), "StatefulRules[0].Header.Direction is not known: x.Header", False),
    "an unknown header": (
        {**block(), "Header": Unresolved("x")},
        "StatefulRules[0].Header.Direction is not known: x.Direction",
        False,
    ),
    "an unknown action": (
        block(Action=Unresolved("x")),
        "StatefulRules[0].Action is not known: x",
        False,
    ),
    "an unknown protocol": (
        block(Protocol=Unresolved("x")),
        "StatefulRules[0].Header.Protocol is not known: x",
        False,
    ),
    "unknown options": (
        block(RuleOptions=Unresolved("x")),
        "StatefulRules[0].RuleOptions is not known: x",
        True,
    ),
    "one unknown option": (
        block(RuleOptions=[{"Keyword": "sid:1"}, Unresolved("x")]),
        "StatefulRules[0].RuleOptions[1].Keyword is not known: x.Keyword",
        True,
    ),
    "unknown settings that matter": (
        block(RuleOptions=[{"Keyword": "flow", "Settings": [Unresolved("x")]}]),
        "StatefulRules[0].RuleOptions[0].Settings[0] is not known: x",
        True,
    ),
    "a direction of its own": (
        block(Direction="BACKWARD"),
        "StatefulRules[0].Header.Direction is 'BACKWARD', not FORWARD or ANY",
        False,
    ),
    "a missing source": (block(Source=""), "StatefulRules[0].Header.Source is missing", False),
    "a missing header": ({"Action": "DROP"}, "StatefulRules[0].Header.Direction is missing", False),
    "no object": ("drop", "StatefulRules[0] is not an object", False),
    "a wrong action": (block(Action="BLOCK"), "character 1: `block` is not an action", False),
    "a wrong port": (block(DestinationPort="99999"), "character 38: `99999` is not a port", False),
    "a wrong port beside an unknown source": (
        block(Source=Unresolved("x"), DestinationPort="99999"),
        "character 32: `99999` is not a port",
        False,
    ),
    "an option with an open quote": (
        block(RuleOptions=[{"Keyword": 'msg:"a;b"'}]),
        "character 43: the quotes of",
        True,
    ),
}


@pytest.mark.parametrize(("body", "reason", "has_header"), UNDECIDED.values(), ids=UNDECIDED.keys())
def test_what_cannot_be_read_is_undecided_with_its_reason(
    body: Body, reason: str, *, has_header: bool
) -> None:
    entry = read(body)
    assert isinstance(entry, UndecidedRule)
    assert entry.reason.startswith(reason)
    assert (entry.header is not None) is has_header
    assert entry.where == WHERE


def test_an_undecided_rule_keeps_what_is_unknown_in_its_header() -> None:
    entry = read(block(Source=Unresolved("a"), RuleOptions=Unresolved("b")))
    assert isinstance(entry, UndecidedRule)
    assert entry.header is not None
    assert entry.header.source == Unresolved("a")
    assert entry.header.action is Action.DROP


@pytest.mark.parametrize("keyword", ["sid", "msg", "rev", "metadata", "reference", " SID "])
def test_an_unknown_label_leaves_a_rule_decided(keyword: str) -> None:
    reference = 'random_id.x["a;b"].dec'
    entry = read(block(RuleOptions=[{"Keyword": keyword, "Settings": [Unresolved(reference)]}]))
    assert isinstance(entry, StatefulRule)
    assert entry.options == (Option(keyword.strip().lower(), "\"(random_id.x['a,b'].dec)\""),)
    assert entry.sid is None


def test_a_sensitive_part_marks_the_rule_and_hides_the_parser_s_quotes() -> None:
    good = read(block(Destination=Sensitive("10.9.8.7")))
    assert good.sensitive
    bad = read(block(Destination=Sensitive("10.9.8.777")))
    assert isinstance(bad, UndecidedRule)
    assert bad.sensitive
    assert "777" not in bad.reason
    unknown = read(Sensitive(block(RuleOptions=Unresolved("x"))))
    assert isinstance(unknown, UndecidedRule)
    assert (unknown.sensitive, unknown.reason) == (True, "StatefulRules[0].RuleOptions is not known: x")
    missing = read(Sensitive(block(Action=None)))
    assert missing.sensitive


def test_the_model_of_a_block_is_that_of_its_text() -> None:
    entry = read(block())
    assert isinstance(entry, StatefulRule)
    assert entry.header.source == Variable("HOME_NET")
    assert entry.header.destination_ports == PortRange(443, 443)
    assert entry.sid == 1
