from __future__ import annotations

from itertools import product
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.questions import (
    OTHER,
    UNDETECTED,
    Kind,
    Managed,
    NameMatch,
    Names,
    Opaque,
    Question,
    Speaks,
    Unknown,
    kind_of,
)
from nfw_reconcile.engine.worlds import NO_NAME, OTHER_NAME, Vocabulary, World, explore
from nfw_reconcile.model.flow import TCP, UDP

VALUES: Final = ("com", "example.com", "www.example.com", "example.org")
names = st.builds(
    Names,
    st.sampled_from(("tls.sni", "http.host", "dns.query")),
    st.sampled_from(NameMatch),
    st.sampled_from(VALUES),
    st.booleans(),
)
speaks = st.sets(st.sampled_from(("tls", "http1", "http2", "dns", "ssh")), min_size=1).map(
    lambda found: Speaks(frozenset(found))
)
opaque = st.builds(Opaque, st.sampled_from(("a", "b")), st.sampled_from(("to server", "to client")))
unknown = st.builds(Unknown, st.sampled_from(("x", "y")))
managed = st.just(Managed("threats"))
questions = st.one_of(names, speaks, opaque, unknown, managed)

BUFFERS: Final = {"tls.sni": {"tls"}, "http.host": {"http1", "http2"}, "dns.query": {"dns"}}


def truth(question: Question, application: str, name: str, facts: dict[Question, bool]) -> bool:
    """Answer for a conversation of which everything is known."""
    match question:
        case Speaks(applications=applications):
            return application in applications
        case Names(buffer=buffer):
            return application in BUFFERS[buffer] and name != NO_NAME and question.holds(name)
        case _:
            return facts[question]


def conversations(asked: list[Question], vocabulary: Vocabulary) -> set[tuple[bool, ...]]:
    """Give the answers of every possible conversation to a list of questions."""
    free = sorted({question for question in asked if not isinstance(question, Speaks | Names)}, key=str)
    applications = (*vocabulary.applications, OTHER, UNDETECTED)
    spoken = [
        (application, name)
        for application in applications
        for name in (*vocabulary.names, OTHER_NAME, NO_NAME)
    ]
    return {
        tuple(truth(question, application, name, dict(zip(free, values, strict=True))) for question in asked)
        for application, name in spoken
        for values in product((False, True), repeat=len(free))
    }


@given(st.lists(questions, max_size=6))
def test_every_consistent_combination_of_answers_is_visited_exactly_once(asked: list[Question]) -> None:
    vocabulary = Vocabulary.of(asked)
    carried = Vocabulary(vocabulary.applications & {"tls", "http1", "http2", "dns", "ssh"}, vocabulary.names)
    found = explore(TCP, vocabulary, lambda world: tuple(world.ask(question) for question in asked))
    visited = [frozenset(leaf.world.answers.items()) for leaf in found.leaves]
    assert found.complete
    assert len(visited) == len(set(visited))
    assert {leaf.outcome for leaf in found.leaves} == conversations(asked, carried)


@given(st.lists(questions, max_size=8))
def test_a_world_never_changes_its_mind(asked: list[Question]) -> None:
    vocabulary = Vocabulary.of(asked)
    for leaf in explore(TCP, vocabulary, lambda world: [world.ask(question) for question in asked]).leaves:
        again = World(TCP, vocabulary, tuple(leaf.world.choices))
        assert [again.ask(question) for question in asked] == leaf.outcome
        assert [again.ask(question) for question in asked] == leaf.outcome


@given(st.lists(names, min_size=1, max_size=4), st.data())
def test_the_examples_tell_apart_all_that_names_can_be(asked: list[Names], data: st.DataObject) -> None:
    """A name that nobody thought of is answered as one of the examples is."""
    same_case = [Names(each.buffer, each.match, each.value) for each in asked]
    vocabulary = Vocabulary.of(same_case)
    labels = st.sampled_from(("a", "www", "example", "com", "org", "x-example"))
    name = ".".join(data.draw(st.lists(labels, min_size=1, max_size=4)))
    answers = tuple(each.holds(name) for each in same_case)
    assert answers in {
        tuple(each.holds(known) for each in same_case) for known in (*vocabulary.names, OTHER_NAME)
    }


def test_a_conversation_speaks_one_protocol() -> None:
    tls, http = Speaks(frozenset({"tls"})), Speaks(frozenset({"http1", "http2"}))
    found = explore(TCP, Vocabulary.of([tls, http]), lambda world: (world.ask(tls), world.ask(http)))
    assert {leaf.outcome for leaf in found.leaves} == {(True, False), (False, True), (False, False)}


def test_a_protocol_that_the_transport_cannot_carry_is_never_spoken() -> None:
    tls = Speaks(frozenset({"tls"}))
    assert [
        leaf.outcome for leaf in explore(UDP, Vocabulary.of([tls]), lambda world: world.ask(tls)).leaves
    ] == [False]


def test_a_name_is_given_only_in_its_protocol() -> None:
    sni = Names("tls.sni", NameMatch.EXACT, "a.example")
    tls = Speaks(frozenset({"tls"}))
    found = explore(TCP, Vocabulary.of([sni]), lambda world: (world.ask(sni), world.ask(tls)))
    assert {leaf.outcome for leaf in found.leaves} == {(False, False), (True, True), (False, True)}


def test_a_conversation_may_give_a_name_that_no_rule_knows() -> None:
    listed, any_name = Names("tls.sni", NameMatch.DOMAIN, "a.example"), Names("tls.sni", NameMatch.SUFFIX, "")
    found = explore(TCP, Vocabulary.of([listed]), lambda world: (world.ask(any_name), world.ask(listed)))
    assert {leaf.outcome for leaf in found.leaves} == {(True, True), (True, False), (False, False)}


def test_the_first_world_says_no_wherever_it_may() -> None:
    asked: list[Question] = [Opaque("a"), Unknown("x"), Speaks(frozenset({"tls"}))]
    first = explore(
        TCP, Vocabulary.of(asked), lambda world: [world.ask(question) for question in asked]
    ).leaves[0]
    assert first.outcome == [False, False, False]


def test_too_many_worlds_are_said_to_be_not_all() -> None:
    asked = [Opaque(str(number)) for number in range(5)]
    found = explore(TCP, Vocabulary(), lambda world: [world.ask(question) for question in asked], most=10)
    assert (len(found.leaves), found.complete) == (10, False)


def test_answers_are_told_as_conditions_and_unknowns() -> None:
    world = World(TCP, Vocabulary(), (True, False, True))
    for question in (Opaque("a", "to server"), Managed("m"), Unknown("x", "IPv4")):
        world.ask(question)
    assert world.conditions() == ("a (to server)", "not (managed rule group m denies it)")
    assert world.unknowns() == {Unknown("x", "IPv4"): True}


@pytest.mark.parametrize(
    ("question", "kind"),
    [(Unknown("x"), Kind.UNKNOWN), (Opaque("a"), Kind.PAYLOAD), (Managed("m"), Kind.PAYLOAD)],
)
def test_only_what_the_input_lacks_is_unknown(question: Question, kind: Kind) -> None:
    assert kind_of(question) is kind


def test_vocabularies_are_joined() -> None:
    one = Vocabulary.of([Names("tls.sni", NameMatch.EXACT, "b.example")])
    other = Vocabulary.of([Speaks(frozenset({"ssh"})), Names("http.host", NameMatch.EXACT, "a.example")])
    assert one | other == Vocabulary(frozenset({"tls", "ssh", "http1", "http2"}), ("a.example", "b.example"))
