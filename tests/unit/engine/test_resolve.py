from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nfw_reconcile.engine.questions import Question, Unknown
from nfw_reconcile.engine.resolve import NEGATION_IN_NEGATED_PORTS, Scope, resolve_addresses, resolve_ports
from nfw_reconcile.engine.worlds import Vocabulary, World, explore
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.expressions import (
    Anything,
    Expression,
    Group,
    Negation,
    SetReference,
    Unresolved,
    Variable,
)
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.sources.suricata import parse_addresses, parse_ports

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.model.addresses import Family

HOSTS: Final = tuple(
    Address.parse(text)
    for text in ("10.0.0.1", "10.0.0.2", "10.0.1.1", "192.0.2.1", "2001:db8::1", "2001:db8::2", "fd00::1")
)
FAMILIES: Final[tuple[Family, ...]] = (4, 6)
PORTS: Final = (0, 79, 80, 81, 443, 65535)


def scope(home_net: str = "10.0.0.0/8", **ip_sets: str) -> Scope:
    return Scope(parse_addresses(home_net), {name: parse_addresses(text) for name, text in ip_sets.items()})


def hosts(text: str, found: Scope | None = None) -> str:
    resolved = resolve_addresses(parse_addresses(text), found or scope())
    assert resolved.certain
    return " ".join(str(host) for host in HOSTS if host in resolved.known)


V4, V6 = "10.0.0.1 10.0.0.2 10.0.1.1 192.0.2.1", "2001:db8::1 2001:db8::2 fd00::1"


# What Suricata 7.0.10 matches, measured; tests/oracle draws such lists at random.
@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("any", f"{V4} {V6}"),
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.0/24", "10.0.0.1 10.0.0.2"),
        ("10.0.0.2-10.0.1.1", "10.0.0.2 10.0.1.1"),
        ("0.0.0.0/0", V4),
        ("::/0", V6),
        ("[10.0.0.1,2001:db8::/32]", "10.0.0.1 2001:db8::1 2001:db8::2"),
        # A negation says nothing about the other family.
        ("!10.0.0.0/24", "10.0.1.1 192.0.2.1"),
        ("!2001:db8::/32", "fd00::1"),
        ("[!10.0.0.1,!10.0.0.2]", "10.0.1.1 192.0.2.1"),
        ("[10.0.0.0/24,!10.0.0.1]", "10.0.0.2"),
        ("[!10.0.0.1,10.0.0.0/24]", "10.0.0.2"),
        ("[10.0.0.0/24,!10.0.1.1]", "10.0.0.1 10.0.0.2"),
        ("[10.0.0.0/24,!2001:db8::1]", "10.0.0.1 10.0.0.2 2001:db8::2 fd00::1"),
        ("![10.0.0.1,10.0.1.1]", "10.0.0.2 192.0.2.1"),
        ("[10.0.0.0/16,![10.0.0.1,10.0.1.1]]", "10.0.0.2"),
        ("[[10.0.0.0/24,10.0.1.1],!10.0.0.2]", "10.0.0.1 10.0.1.1"),
        # What is taken out of what is taken out stays.
        ("![10.0.0.0/24,!10.0.0.2]", "10.0.0.2 10.0.1.1 192.0.2.1"),
        ("[10.0.0.0/16,![10.0.0.0/24,!10.0.0.2]]", "10.0.0.2 10.0.1.1"),
    ],
)
def test_a_list_of_addresses(text: str, matched: str) -> None:
    assert hosts(text) == matched


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("any", PORTS),
        ("80", (80,)),
        ("80:443", (80, 81, 443)),
        (":80", (0, 79, 80)),
        ("81:", (81, 443, 65535)),
        ("[79,443]", (79, 443)),
        ("[79:443,!80]", (79, 81, 443)),
        ("!80", (0, 79, 81, 443, 65535)),
        ("![79:81]", (0, 443, 65535)),
        ("[80,!80]", ()),
        ("[:443,![79,80]]", (0, 81, 443)),
    ],
)
def test_a_list_of_ports(text: str, matched: tuple[int, ...]) -> None:
    resolved = resolve_ports(parse_ports(text), scope())
    assert resolved.certain
    assert tuple(port for port in PORTS if port in resolved.known) == matched
    assert resolved.anything == (text == "any")


def test_a_negation_inside_a_negated_list_of_ports_is_not_modelled() -> None:
    resolved = resolve_ports(parse_ports("![79:81,!80]"), scope())
    assert resolved.missing_unwanted == (NEGATION_IN_NEGATED_PORTS,)


@pytest.mark.parametrize("text", ["!10.0.0.1", "[10.0.0.0/8,!10.0.0.1]", "$EXTERNAL_NET", "[any,!10.0.0.1]"])
def test_a_negation_anywhere_is_told(text: str) -> None:
    assert resolve_addresses(parse_addresses(text), scope()).negated


def test_a_header_without_a_negation_is_told_from_one_with() -> None:
    assert not resolve_addresses(parse_addresses("[10.0.0.0/8,any,$HOME_NET]"), scope()).negated


# --- variables ---------------------------------------------------------------------------------------------------


def test_the_sets_of_the_group_win_over_those_of_the_policy() -> None:
    assert hosts("$HOME_NET", scope("10.0.0.0/8", HOME_NET="192.0.2.0/24")) == "192.0.2.1"


def test_external_net_is_the_negation_of_the_policys_home_net_even_where_the_group_has_its_own() -> None:
    trap = scope("10.0.0.0/24", HOME_NET="192.0.2.0/24")
    assert hosts("$EXTERNAL_NET", trap) == "10.0.1.1 192.0.2.1"
    assert hosts("!$EXTERNAL_NET", trap) == "10.0.0.1 10.0.0.2"


def test_external_net_of_the_group_wins() -> None:
    assert hosts("$EXTERNAL_NET", scope("10.0.0.0/8", EXTERNAL_NET="10.0.0.1")) == "10.0.0.1"


def test_external_net_of_a_home_net_with_a_hole() -> None:
    assert hosts("$EXTERNAL_NET", scope("[10.0.0.0/8,!10.0.0.1]")) == "10.0.0.1 192.0.2.1"


def test_variables_stand_for_variables() -> None:
    assert hosts("$A", scope(A="[$B,!10.0.0.1]", B="$HOME_NET")) == "10.0.0.2 10.0.1.1"


def test_a_variable_that_stands_for_itself_is_not_known() -> None:
    resolved = resolve_addresses(Variable("A"), scope(A="[$B,10.0.0.1]", B="$A"))
    assert resolved.unknown == ("a variable that refers to itself",)


@pytest.mark.parametrize(
    ("expression", "missing"),
    [
        (Variable("NOWHERE"), "$NOWHERE is not defined"),
        (SetReference("nowhere"), "@nowhere is not defined"),
        (Unresolved("aws_vpc.main.cidr_block"), "aws_vpc.main.cidr_block"),
    ],
)
def test_what_is_not_known_is_named(expression: Expression, missing: str) -> None:
    resolved = resolve_addresses(expression, scope())
    assert not resolved.certain
    assert resolved.unknown == (missing,)


def test_ports_that_are_not_known_are_named() -> None:
    assert resolve_ports(Variable("NOWHERE"), scope()).missing == ("$NOWHERE is not defined",)


def test_members_of_a_reference_are_those_of_the_list() -> None:
    found = Scope(Anything(), references={"list": parse_addresses("[10.0.0.1,192.0.2.0/24]")})
    assert hosts("@list", found) == "10.0.0.1 192.0.2.1"


# --- values that are not known: the world that has the right answers gives the right set -------------------------

LISTS: Final = (
    "10.0.0.1",
    "10.0.0.0/24",
    "[10.0.0.0/8,!10.0.0.2]",
    "2001:db8::/32",
    "[10.0.0.1,fd00::/8]",
    "any",
)
MEMBERS: Final = (
    "10.0.0.1",
    "10.0.0.0/24",
    "2001:db8::/32",
    "[10.0.0.1,fd00::/8]",
    "[10.0.0.2,192.0.2.0/24]",
)
"""What a set may turn out to hold: blocks only, for no set of AWS holds a negation."""
leaves = st.one_of(
    st.sampled_from(LISTS).map(parse_addresses), st.sampled_from((Variable("X"), Variable("Y")))
)
expressions: Final = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Negation), st.lists(inner, min_size=1, max_size=3).map(lambda items: Group(tuple(items)))
    ),
    max_leaves=4,
)


class KnowingWorld(World):
    """Answers for sets whose members are known after all."""

    def __init__(self, holds: Callable[[Unknown], bool]) -> None:
        super().__init__(TCP, Vocabulary())
        self._holds = holds

    def ask(self, question: Question) -> bool:
        assert isinstance(question, Unknown)
        return self._holds(question)


def loses_a_family(expression: Expression, known: Scope) -> bool:
    """Say whether a list inside takes all away that it holds of a family, which Suricata refuses to load."""
    found = resolve_addresses(expression, known)
    lost = any(
        (found.wanted.family(family) or found.unwanted.family(family)) and not found.known.family(family)
        for family in FAMILIES
    )
    match expression:
        case Negation(operand=operand):
            return lost or loses_a_family(operand, known)
        case Group(items=items):
            return lost or any(loses_a_family(item, known) for item in items)
        case _:
            return lost


@given(expressions, st.sampled_from(MEMBERS), st.sampled_from(MEMBERS))
def test_a_world_that_knows_the_members_gives_the_set(expression: Expression, x: str, y: str) -> None:
    members = {"x": parse_addresses(x), "y": parse_addresses(y)}
    known = Scope(Anything(), {"X": members["x"], "Y": members["y"]})
    unknown = Scope(Anything(), {"X": Unresolved("x"), "Y": Unresolved("y")})
    assume(not loses_a_family(expression, known))
    sets = {name: resolve_addresses(found, known).known for name, found in members.items()}

    def holds(asked: Unknown) -> bool:
        if asked.aspect.endswith("members"):
            return bool(sets[asked.reason].family(4 if "IPv4" in asked.aspect else 6))
        return Address.parse(asked.aspect) in sets[asked.reason]

    expected, found = resolve_addresses(expression, known), resolve_addresses(expression, unknown)
    for host in HOSTS:
        matched = found.matches(host, KnowingWorld(holds))
        assert matched == (host in expected.known)
        assert not matched or host in found.possible


@given(expressions, st.sampled_from(HOSTS))
def test_what_is_not_possible_matches_in_no_world(expression: Expression, host: Address) -> None:
    found = resolve_addresses(expression, Scope(Anything(), {"X": Unresolved("x"), "Y": Unresolved("y")}))
    outcomes = {
        leaf.outcome for leaf in explore(TCP, Vocabulary(), lambda world: found.matches(host, world)).leaves
    }
    assert host in found.possible or outcomes == {False}
