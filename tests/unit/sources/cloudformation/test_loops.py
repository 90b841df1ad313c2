"""Loops are written out, or a problem."""

from __future__ import annotations

import pytest

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.cloudformation.tree import shown
from nfw_reconcile.sources.cloudformation.yamlfile import parse_yaml
from tests.unit.sources.cloudformation.building import SOURCE, evaluator

WRITTEN_OUT = {
    "{'Fn::ForEach::L': [X, [a, b], {'K${X}': {Ref: X}}]}": '{"Ka": "a", "Kb": "b"}',
    "{k: 1, 'Fn::ForEach::L': [X, !Ref List, {'${X}': '${X}/${Z}'}]}": (
        '{"a": "a/${Z}", "b": "b/${Z}", "k": "1"}'
    ),
    "{'Fn::ForEach::L': [X, [10.0.0.1], {'K&{X}': !Sub '${X} ${Env}'}]}": '{"K10001": "10.0.0.1 prod"}',
    "{'Fn::ForEach::L': [X, [1, 2], {'Fn::ForEach::M': [Z, [3, 4], {'${X}${Z}': 5}]}]}": (
        '{"13": "5", "14": "5", "23": "5", "24": "5"}'
    ),
    "{'Fn::ForEach::L': [X, [], {'${X}': 1}]}": "{}",
    "{'Fn::ForEach::L': [X, [a], {'${X}': !FindInMap [Map, prod, Net]}]}": '{"a": "10.1.0.0/16"}',
}


@pytest.mark.parametrize(("text", "value"), WRITTEN_OUT.items(), ids=WRITTEN_OUT)
def test_loops_are_written_out(text: str, value: str) -> None:
    work, remarks = evaluator()

    assert shown(work.evaluate(parse_yaml(text, SOURCE)), SOURCE) == value
    assert not remarks.problems


UNCLEAR = {
    "{'Fn::ForEach::L': [X, !Ref Vpcs, {'${X}': 1}]}": "the list must be known",
    "{'Fn::ForEach::L': [X, [a, !Ref Open], {'${X}': 1}]}": "the list must be known",
    "{'Fn::ForEach::L': [X, [a]]}": "an identifier, a list and an object are needed",
    "{'Fn::ForEach::L': 5}": "an identifier, a list and an object are needed",
    "{'Fn::ForEach::L': [X, [[a]], {'${X}': 1}]}": "a value of the list is no string",
    "{'Fn::ForEach::L': [X, [a, b], {same: 1}]}": "a loop makes a key that is there already",
    "{a: 1, 'Fn::ForEach::L': [X, [a], {'${X}': 1}]}": "a loop makes a key that is there already",
}


@pytest.mark.parametrize(("text", "message"), UNCLEAR.items(), ids=UNCLEAR)
def test_loops_that_cannot_be_written_out_are_problems(text: str, message: str) -> None:
    work, remarks = evaluator()
    work.evaluate(parse_yaml(text, SOURCE))

    assert message in "\n".join(map(str, remarks.problems))


def nested(levels: int, width: int) -> str:
    text = "{k: v}"
    for level in range(levels):
        values = ", ".join(str(number) for number in range(width))
        text = f"{{'Fn::ForEach::L{level}': [X{level}, [{values}], {text}]}}"
    return text


def test_loops_are_nested_five_times_at_most() -> None:
    work, remarks = evaluator()
    work.evaluate(parse_yaml(nested(6, 1), SOURCE))

    assert remarks.problems


def test_loops_within_loops_are_no_bomb() -> None:
    work, _ = evaluator()

    with pytest.raises(InputError, match="takes too long"):
        work.evaluate(parse_yaml(nested(5, 100), SOURCE))
