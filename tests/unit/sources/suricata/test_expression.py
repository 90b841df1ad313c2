from __future__ import annotations

import pytest
from hypothesis import given

from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.expressions import (
    AddressRange,
    Anything,
    Expression,
    Group,
    Negation,
    PortRange,
    SetReference,
    Variable,
)
from nfw_reconcile.sources.suricata import parse_addresses, parse_block, parse_ports
from nfw_reconcile.sources.suricata.expression import DEEPEST_GROUP
from nfw_reconcile.sources.suricata.syntax import RuleSyntaxError
from tests.unit.sources.suricata.strategies import ADDRESSES, PORTS

TEN = AddressRange(4, 0x0A000000, 0x0AFFFFFF)
HOST = AddressRange(4, 0x0A010203, 0x0A010203)
SIX = AddressRange(6, 0x20010DB8 << 96, (0x20010DB9 << 96) - 1)

ADDRESS_TEXTS: dict[str, Expression] = {
    "any": Anything(),
    "ANY": Anything(),
    " Any ": Anything(),
    "10.1.2.3": HOST,
    "10.1.2.3/32": HOST,
    "10.0.0.0/8": TEN,
    "10.1.2.3/8": TEN,
    "10.0.0.0/08": TEN,
    "2001:db8::/32": SIX,
    "2001:DB8:0:0::1/32": SIX,
    "0.0.0.0/0": AddressRange(4, 0, 2**32 - 1),
    "::/0": AddressRange(6, 0, 2**128 - 1),
    "::ffff:10.1.2.3": AddressRange(6, 0xFFFF0A010203, 0xFFFF0A010203),
    "10.0.0.0-10.255.255.255": TEN,
    "10.1.2.3-10.1.2.3": HOST,
    "$HOME_NET": Variable("HOME_NET"),
    "$any": Variable("any"),
    "@prefix_list": SetReference("prefix_list"),
    "!10.0.0.0/8": Negation(TEN),
    "!$EXTERNAL_NET": Negation(Variable("EXTERNAL_NET")),
    "!any": Negation(Anything()),
    "[10.0.0.0/8]": Group((TEN,)),
    "[10.0.0.0/8,]": Group((TEN,)),
    "10.0.0.0/8,10.1.2.3": Group((TEN, HOST)),
    "[ 10.0.0.0/8 , ! 10.1.2.3 ]": Group((TEN, Negation(HOST))),
    "[10.0.0.0/8,![$A,[@B,!any]],2001:db8::/32]": Group(
        (
            TEN,
            Negation(Group((Variable("A"), Group((SetReference("B"), Negation(Anything())))))),
            SIX,
        )
    ),
    "![\t10.1.2.3\t]": Negation(Group((HOST,))),
}


@pytest.mark.parametrize(("text", "expected"), ADDRESS_TEXTS.items(), ids=ADDRESS_TEXTS.keys())
def test_an_address_field_is_read(text: str, expected: Expression) -> None:
    assert parse_addresses(text) == expected


PORT_TEXTS: dict[str, Expression] = {
    "any": Anything(),
    "ANY": Anything(),
    "443": PortRange(443, 443),
    "080": PortRange(80, 80),
    "0": PortRange(0, 0),
    "65535": PortRange(65535, 65535),
    "80:90": PortRange(80, 90),
    ":80": PortRange(0, 80),
    "85:": PortRange(85, 65535),
    ":": PortRange(0, 65535),
    "$HTTP_PORTS": Variable("HTTP_PORTS"),
    "!443": Negation(PortRange(443, 443)),
    "!:1023": Negation(PortRange(0, 1023)),
    "[80:90,!85]": Group((PortRange(80, 90), Negation(PortRange(85, 85)))),
    "![80, 443]": Negation(Group((PortRange(80, 80), PortRange(443, 443)))),
    "80,443": Group((PortRange(80, 80), PortRange(443, 443))),
}


@pytest.mark.parametrize(("text", "expected"), PORT_TEXTS.items(), ids=PORT_TEXTS.keys())
def test_a_port_field_is_read(text: str, expected: Expression) -> None:
    assert parse_ports(text) == expected


BAD_ADDRESSES = {
    "": ("`` is not an IP address", 0),
    "10.0.0.0/40": ("`10.0.0.0/40` has no prefix length from 0 to 32", 9),
    "10.0.0.0/": ("`10.0.0.0/` has no prefix length from 0 to 32", 9),
    "10.0.0.0/+8": ("`10.0.0.0/+8` has no prefix length from 0 to 32", 9),
    "10.0.0.0/255.0.0.0": ("`10.0.0.0/255.0.0.0` has no prefix length from 0 to 32", 9),
    "10.0.0.0/\N{FULLWIDTH DIGIT EIGHT}": (
        "`10.0.0.0/\N{FULLWIDTH DIGIT EIGHT}` has no prefix length from 0 to 32",
        9,
    ),
    "2001:db8::/129": ("`2001:db8::/129` has no prefix length from 0 to 128", 11),
    "10.0.0": ("`10.0.0` is not an IP address", 0),
    "10.0.0.256": ("`10.0.0.256` is not an IP address", 0),
    "010.0.0.1": ("`010.0.0.1` is not an IP address", 0),
    "fe80::1%eth0": ("`fe80::1%eth0` is not an IP address", 0),
    "example.com": ("`example.com` is not an IP address", 0),
    "443": ("`443` is not an IP address", 0),
    "10.0.0.9-10.0.0.1": ("the address range `10.0.0.9-10.0.0.1` does not ascend", 0),
    "10.0.0.1-2001:db8::1": ("the address range `10.0.0.1-2001:db8::1` does not ascend", 0),
    "10.0.0.1-x": ("`x` is not an IP address", 9),
    "10.0.0.1 10.0.0.2": ("`10.0.0.1 10.0.0.2` is not an IP address", 0),
    "$": ("`$` is not the name of a variable", 0),
    "$a b": ("`$a b` is not the name of a variable", 0),
    "@": ("`@` is not the name of a variable", 0),
    "!": ("an address, port, group or variable is missing", 1),
    "!!10.0.0.1": ("`!!` is no double negation to Suricata; write it once", 1),
    "[]": ("an address, port, group or variable is missing", 1),
    "[any,,any]": ("an address, port, group or variable is missing", 5),
    ",any": ("an address, port, group or variable is missing", 0),
    "any,": ("an address, port, group or variable is missing", 4),
    "[any": ("a `]` is missing", 4),
    "any]": ("`]` is not expected here", 3),
    "[any]any": ("`any` is not expected here", 5),
    "[any[any]]": ("a `]` is missing, but `[` follows", 4),
    "[any,[10.0.0.0/8, 10.0.0.300]]": ("`10.0.0.300` is not an IP address", 18),
    "[" * (DEEPEST_GROUP + 1): (f"groups are nested more than {DEEPEST_GROUP} deep", DEEPEST_GROUP),
}


@pytest.mark.parametrize(("text", "problem"), BAD_ADDRESSES.items(), ids=BAD_ADDRESSES.keys())
def test_a_bad_address_field_is_refused_where_it_is_bad(text: str, problem: tuple[str, int]) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse_addresses(text)
    assert (caught.value.message, caught.value.offset) == problem


BAD_PORTS = {
    "": ("`` is not a port from 0 to 65535", 0),
    "65536": ("`65536` is not a port from 0 to 65535", 0),
    "9" * 5000: (f"`{'9' * 57}...` is not a port from 0 to 65535", 0),
    "-1": ("`-1` is not a port from 0 to 65535", 0),
    "+80": ("`+80` is not a port from 0 to 65535", 0),
    "0x50": ("`0x50` is not a port from 0 to 65535", 0),
    "\N{ARABIC-INDIC DIGIT FOUR}": ("`\N{ARABIC-INDIC DIGIT FOUR}` is not a port from 0 to 65535", 0),
    "90:80": ("the port range `90:80` does not ascend", 0),
    "80:99999": ("`99999` is not a port from 0 to 65535", 3),
    "80-90": ("`80-90` is not a port from 0 to 65535", 0),
    "80 : 90": ("`80 ` is not a port from 0 to 65535", 0),
    "@list": ("`@list` is not a port from 0 to 65535", 0),
    "http": ("`http` is not a port from 0 to 65535", 0),
    "[80,!!443]": ("`!!` is no double negation to Suricata; write it once", 5),
}


@pytest.mark.parametrize(("text", "problem"), BAD_PORTS.items(), ids=lambda case: str(case)[:20])
def test_a_bad_port_field_is_refused_where_it_is_bad(text: str, problem: tuple[str, int]) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse_ports(text)
    assert (caught.value.message, caught.value.offset) == problem


def test_the_deepest_group_that_is_allowed_is_read() -> None:
    text = "[" * DEEPEST_GROUP + "any" + "]" * DEEPEST_GROUP
    assert str(parse_addresses(text)) == text


@given(ADDRESSES)
def test_an_address_expression_that_is_written_is_read_back(expression: Expression) -> None:
    assert parse_addresses(str(expression)) == expression


@given(PORTS)
def test_a_port_expression_that_is_written_is_read_back(expression: Expression) -> None:
    assert parse_ports(str(expression)) == expression


def test_a_block_has_its_host_bits_cleared() -> None:
    assert parse_block("10.1.2.3/8") == Network(4, 0x0A000000, 8)
    assert parse_block("10.1.2.3") == Network(4, 0x0A010203, 32)
    assert parse_block("2001:db8::1") == Network(6, (0x20010DB8 << 96) + 1, 128)
