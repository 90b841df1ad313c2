from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.model.expressions import AddressRange, Group, Negation, PortRange, Unresolved, Variable
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.sources.policy.body import Node
from nfw_reconcile.sources.policy.reading import Reading
from nfw_reconcile.sources.policy.variables import Sets, read_sets
from nfw_reconcile.sources.suricata import parse_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

TEN = AddressRange(4, 0x0A000000, 0x0AFFFFFF)
HOST = AddressRange(4, 0x0A010203, 0x0A010203)
LIST_ARN = "arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-0a"
RULES = "drop tcp [$A,!$HOME_NET] $P -> @R ![$Q,80] (sid:1;)\nbroken\n"


def read(
    variables: Body = None, references: Body = None, lists: Mapping[str, Body] | None = None
) -> tuple[Sets, list[str]]:
    reading = Reading("main", lists or {})
    body = Node.of({"RuleVariables": variables, "ReferenceSets": references}, "")
    sets = read_sets(body, parse_rules(RULES, "main"), reading)
    return sets, [problem.summary for problem in reading.report]


def ip_set(definition: Body) -> Body:
    return {"IPSets": {"A": {"Definition": definition}}}


MEMBERS: dict[str, tuple[Body, object]] = {
    "one": (["10.0.0.0/8"], TEN),
    "a text instead of a list": ("10.0.0.0/8", TEN),
    "several": (["10.0.0.0/8", "10.1.2.3"], Group((TEN, HOST))),
    "a negation and a variable": (["10.0.0.0/8", "!$B"], Group((TEN, Negation(Variable("B"))))),
    "unknown": (Unresolved("x"), Unresolved("x")),
    "an unknown member": (["10.0.0.0/8", Unresolved("x")], Group((TEN, Unresolved("x")))),
    "only an unknown member": ([Unresolved("x")], Unresolved("x")),
    "sensitive": (Sensitive(["10.0.0.0/8"]), TEN),
}


@pytest.mark.parametrize(("definition", "expected"), MEMBERS.values(), ids=MEMBERS.keys())
def test_the_members_of_an_ip_set(definition: Body, expected: object) -> None:
    sets, problems = read(ip_set(definition))
    assert sets.ip_sets == {"A": expected}
    assert problems == []


def test_the_members_of_a_port_set() -> None:
    sets, _ = read({"PortSets": {"P": {"Definition": ["80", "1024:"]}, "Q": {"Definition": ["443"]}}})
    assert sets.port_sets == {
        "P": Group((PortRange(80, 80), PortRange(1024, 65535))),
        "Q": PortRange(443, 443),
    }


def test_a_bad_definition_is_told_and_not_known() -> None:
    sets, problems = read(ip_set(["10.0.0.0/8", "10.0.0.0/40", True]))
    assert sets.ip_sets == {
        "A": Group(
            (
                TEN,
                Unresolved("invalid RuleVariables.IPSets.A.Definition[1] '10.0.0.0/40'"),
                Unresolved("invalid RuleVariables.IPSets.A.Definition[2] True"),
            )
        )
    }
    assert problems == [
        (
            "RuleVariables.IPSets.A.Definition[1] cannot be read: "
            "`10.0.0.0/40` has no prefix length from 0 to 32"
        ),
        "RuleVariables.IPSets.A.Definition[2] is not a string",
    ]


def test_a_bad_definition_that_is_sensitive_is_not_shown() -> None:
    sets, problems = read(ip_set([Sensitive("10.9.8.7/99")]))
    assert "99" not in str(sets.ip_sets)
    assert problems == ["RuleVariables.IPSets.A.Definition[0] cannot be read: its value is sensitive"]
    assert sets.sensitive == {"A"}


@pytest.mark.parametrize("definition", [None, [], ""], ids=repr)
def test_an_empty_set_is_told_and_not_known(definition: Body) -> None:
    sets, problems = read(ip_set(definition))
    assert sets.ip_sets == {"A": Unresolved("empty RuleVariables.IPSets.A.Definition")}
    assert problems == ["RuleVariables.IPSets.A.Definition is empty"]


def test_a_definition_that_is_no_list_is_told_and_not_known() -> None:
    sets, problems = read(ip_set({"10.0.0.0/8": None}))
    assert isinstance(sets.ip_sets["A"], Unresolved)
    assert problems == ["RuleVariables.IPSets.A.Definition is not a list"]


def test_a_set_that_is_no_object_is_told_and_not_known() -> None:
    sets, problems = read({"IPSets": {"A": ["10.0.0.0/8"]}})
    assert isinstance(sets.ip_sets["A"], Unresolved)
    assert problems == ["RuleVariables.IPSets.A is not an object"]


def test_where_the_names_are_not_known_every_name_in_use_is_unresolved() -> None:
    sets, problems = read(Unresolved("v"), Unresolved("r"))
    assert sets.ip_sets == {
        "A": Unresolved("v.IPSets.A.Definition"),
        "HOME_NET": Unresolved("v.IPSets.HOME_NET.Definition"),
    }
    assert sets.port_sets == {
        "P": Unresolved("v.PortSets.P.Definition"),
        "Q": Unresolved("v.PortSets.Q.Definition"),
    }
    assert sets.references == {"R": Unresolved("members of r.IPSetReferences.R.ReferenceArn")}
    assert problems == []


@pytest.mark.parametrize("variables", ["text", {"IPSets": "text"}], ids=repr)
def test_where_the_names_cannot_be_read_every_name_in_use_is_unresolved(variables: Body) -> None:
    sets, problems = read(variables)
    assert sets.ip_sets.keys() == {"A", "HOME_NET"}
    assert all(isinstance(value, Unresolved) for value in sets.ip_sets.values())
    assert len(set(problems)) == 1


def reference(arn: Body) -> Body:
    return {"IPSetReferences": {"R": {"ReferenceArn": arn}}}


LISTS: dict[str, tuple[Body, Mapping[str, Body], object]] = {
    "by ARN": (LIST_ARN, {LIST_ARN: ["10.0.0.0/8"]}, TEN),
    "by the address behind .arn": (
        Unresolved("aws_ec2_managed_prefix_list.a.arn"),
        {"aws_ec2_managed_prefix_list.a": ["10.0.0.0/8", "10.1.2.3"]},
        Group((TEN, HOST)),
    ),
    "by the whole reference": (Unresolved("x.arn"), {"x.arn": ["10.0.0.0/8"]}, TEN),
    "an empty list": (LIST_ARN, {LIST_ARN: []}, Group(())),
    "not at hand": (LIST_ARN, {}, Unresolved(f"members of {LIST_ARN}")),
    "no members given": (LIST_ARN, {LIST_ARN: None}, Unresolved(f"members of {LIST_ARN}")),
    "not known, not at hand": (Unresolved("x.arn"), {}, Unresolved("members of x.arn")),
    "unknown members": (LIST_ARN, {LIST_ARN: Unresolved("m")}, Unresolved("m")),
    "an unknown member": (
        LIST_ARN,
        {LIST_ARN: [Unresolved("m"), "10.1.2.3"]},
        Group((Unresolved("m"), HOST)),
    ),
}


@pytest.mark.parametrize(("arn", "lists", "expected"), LISTS.values(), ids=LISTS.keys())
def test_the_members_of_a_reference(arn: Body, lists: Mapping[str, Body], expected: object) -> None:
    sets, problems = read(references=reference(arn), lists=lists)
    assert sets.references == {"R": expected}
    assert problems == []


def test_a_sensitive_reference_is_not_shown_and_yet_told_apart() -> None:
    first, _ = read(references=reference(Sensitive(LIST_ARN)))
    second, _ = read(references=reference(Sensitive(LIST_ARN + "b")))
    assert LIST_ARN not in str(first.references["R"])
    assert first.references == read(references=reference(Sensitive(LIST_ARN)))[0].references
    assert first.references != second.references
    assert first.sensitive == {"R"}


def test_a_reference_to_nothing_is_told_and_not_known() -> None:
    sets, problems = read(references=reference(None))
    assert isinstance(sets.references["R"], Unresolved)
    assert problems == ["ReferenceSets.IPSetReferences.R.ReferenceArn is missing"]


def test_sensitive_names_are_those_with_a_mark_around_or_inside() -> None:
    variables: Body = {
        "IPSets": {"A": {"Definition": ["10.0.0.0/8", Sensitive("10.1.2.3")]}, "B": {"Definition": ["any"]}},
        "PortSets": Sensitive({"P": {"Definition": ["80"]}}),
    }
    sets, _ = read(variables, reference(LIST_ARN), {LIST_ARN: [Sensitive("10.1.2.3")]})
    assert sets.sensitive == {"A", "P", "R"}
