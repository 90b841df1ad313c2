from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.model.expressions import Anything, PortRange, Variable
from nfw_reconcile.model.rule import Action, Direction, Header
from nfw_reconcile.sources.suricata.header import header_words, parse_header

if TYPE_CHECKING:
    from nfw_reconcile.sources.suricata.syntax import RuleSyntaxError


def read(text: str) -> tuple[Header | None, list[RuleSyntaxError]]:
    problems: list[RuleSyntaxError] = []
    return parse_header(header_words(text, len(text)), len(text), problems), problems


ACTIONS = {
    "pass": Action.PASS,
    "drop": Action.DROP,
    "DROP": Action.DROP,
    "reject": Action.REJECT,
    "rejectsrc": Action.REJECT,
    "rejectdst": Action.REJECT,
    "RejectBoth": Action.REJECT,
    "alert": Action.ALERT,
}


@pytest.mark.parametrize(("word", "action"), ACTIONS.items(), ids=ACTIONS.keys())
def test_every_action_that_suricata_knows_is_read(word: str, action: Action) -> None:
    header, problems = read(f"{word} tcp any any -> any any")
    assert header is not None
    assert header.action is action
    assert not problems


@pytest.mark.parametrize("protocol", ["ip", "TLS", "http2", "tcp-pkt", "ftp-data", "nosuch", "tls:hello"])
def test_a_protocol_is_kept_in_lower_case_whatever_it_is(protocol: str) -> None:
    header, _ = read(f"drop {protocol} any any -> any any")
    assert header is not None
    assert header.protocol == protocol.lower()


def test_words_are_split_at_any_white_space_outside_brackets() -> None:
    header, problems = read("drop\ttcp  $A [ 80, 443 ]   <>\tany\t!85:")
    assert not problems
    assert header is not None
    assert header.direction is Direction.BOTH
    assert header.source == Variable("A")
    assert str(header.source_ports) == "[80,443]"
    assert header.destination == Anything()
    assert str(header.destination_ports) == "!85:65535"


def test_nested_brackets_with_spaces_are_one_word() -> None:
    header, problems = read("drop tcp [ [10.0.0.0/8 , $B] , !$C ] any -> [any , any] 1")
    assert not problems
    assert header is not None
    assert str(header.source) == "[[10.0.0.0/8,$B],!$C]"
    assert header.destination_ports == PortRange(1, 1)


PROBLEMS = {
    "config tcp any any -> any any": [(0, "`config` is not an action")],
    "drop tcp any any => any any": [(17, "`=>` is not a direction that is modelled")],
    "drop tcp any any <- any any": [(17, "`<-` is not a direction that is modelled")],
    "drop t{cp any any -> any any": [(5, "`t{cp` is not the name of a protocol")],
    "drop tcp any any -> any": [(23, "the header needs 7 words")],
    "drop tcp any any -> any any any": [(28, "the header needs 7 words")],
    "": [(0, "the header needs 7 words")],
    "drop tcp [any any -> any any": [(9, "a `]` is missing")],
    "drop tcp any any -> [any, any any": [(20, "a `]` is missing")],
    "drop tcp any] any -> any any": [(12, "`]` is not expected here")],
    "drop tcp any\N{NO-BREAK SPACE}any -> any any": [(27, "the header needs 7 words")],
    "block t/p 10.0.0.0/40 99999 ~ [any,10.0.0] [1,9:1]": [
        (0, "`block` is not an action"),
        (6, "`t/p` is not the name of a protocol"),
        (19, "`10.0.0.0/40` has no prefix length"),
        (22, "`99999` is not a port"),
        (28, "`~` is not a direction"),
        (35, "`10.0.0` is not an IP address"),
        (46, "the port range `9:1` does not ascend"),
    ],
}


@pytest.mark.parametrize(("text", "expected"), PROBLEMS.items(), ids=PROBLEMS.keys())
def test_every_problem_of_a_header_is_told_with_its_place(text: str, expected: list[tuple[int, str]]) -> None:
    header, problems = read(text)
    assert header is None
    assert [problem.offset for problem in problems] == [offset for offset, _ in expected]
    for problem, (_, start) in zip(problems, expected, strict=True):
        assert problem.message.startswith(start)
