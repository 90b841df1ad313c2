from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError
from nfw_reconcile.model.codec import HIGHEST_NUMBER, MOST_PROBLEMS, canonical, from_json, sha256, to_json
from nfw_reconcile.model.documents import FlowRow, FlowText, Limits, Remark
from nfw_reconcile.model.plan_document import FirewallPlan, FlowsSeen, PlanDocument
from nfw_reconcile.model.result_document import FirewallResult, Operation, ResultDocument, ZoneResult

if TYPE_CHECKING:
    from random import Random

    from _typeshed import DataclassInstance

V = TypeVar("V")


def few(values: st.SearchStrategy[V]) -> st.SearchStrategy[tuple[V, ...]]:
    return st.lists(values, max_size=1).map(tuple)


st.register_type_strategy(int, st.integers(-HIGHEST_NUMBER, HIGHEST_NUMBER))
NUMBERS: Final = st.floats(allow_nan=False, allow_infinity=False)
SCALARS: Final = st.one_of(st.none(), st.booleans(), st.integers(), NUMBERS, st.text())
OBJECTS: Final = st.dictionaries(
    st.text(), st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=4), max_size=3
)
LIMITS: Final = st.builds(Limits, max_percent=st.none() | NUMBERS)
PLANS: Final = st.builds(FirewallPlan, old_policy=st.none() | OBJECTS, new_policy=OBJECTS)
ROWS: Final = few(st.from_type(FlowRow))
ZONES: Final = st.builds(
    ZoneResult,
    operations=few(st.from_type(Operation)),
    flushed=ROWS,
    survivors=ROWS,
    seen_again=ROWS,
    left_alive=ROWS,
)
RESULTS: Final = st.builds(FirewallResult, zones=few(ZONES))
DOCUMENTS: Final = {
    FlowText: st.from_type(FlowText),
    ZoneResult: ZONES,
    ResultDocument: st.builds(ResultDocument, limits=LIMITS, firewalls=few(RESULTS)),
    PlanDocument: st.builds(PlanDocument, limits=LIMITS, firewalls=few(PLANS)),
}

FLOW: Final = {
    "protocol": 6,
    "source": "10.0.0.1",
    "source_port": 1,
    "destination": "10.0.0.2",
    "destination_port": 2,
}


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_a_document_is_read_as_it_was_written(kind: type[DataclassInstance], data: st.DataObject) -> None:
    document = data.draw(DOCUMENTS[kind])
    assert from_json(kind, json.loads(canonical(to_json(document))), "file") == document


@given(st.from_type(Remark), st.from_type(Remark))
def test_documents_are_equal_exactly_if_their_bytes_are(one: Remark, other: Remark) -> None:
    assert (canonical(to_json(one)) == canonical(to_json(other))) == (one == other)


@given(st.dictionaries(st.text(), SCALARS, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_keys_means_nothing(value: dict[str, object], random: Random) -> None:
    keys = list(value)
    random.shuffle(keys)
    shuffled = {key: value[key] for key in keys}
    assert canonical(shuffled) == canonical(value)
    assert sha256(shuffled) == sha256(value)


def test_canonical_bytes_are_compact_sorted_and_utf_8() -> None:
    assert canonical({"b": [1, None], "a": "ü"}) == '{"a":"ü","b":[1,null]}\n'.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_json_cannot_say_is_not_written(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(value)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"protocol": "6"}, "protocol is not a whole number"),
        ({"protocol": True}, "protocol is not a whole number"),
        ({"protocol": 1.0}, "protocol is not a whole number"),
        ({"protocol": 10**28}, "protocol is not a number of at most 28 digits"),
        ({"protocol": -(10**400)}, "protocol is not a number of at most 28 digits"),
        ({"source": 1}, "source is not a text"),
        ({"colour": "red"}, "colour is not a field that this version knows"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        from_json(FlowText, FLOW | change, "file")


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        from_json(FlowText, {"protocol": "6", "source": 1, "colour": "red"}, "plan.json")
    told = [problem.summary for problem in caught.value.problems]
    assert told == [
        "colour is not a field that this version knows.",
        "protocol is not a whole number.",
        "source is not a text.",
        "source_port is not there, and it must be.",
        "destination is not there, and it must be.",
        "destination_port is not there, and it must be.",
    ]
    assert {str(problem.where) for problem in caught.value.problems} == {"plan.json"}


@pytest.mark.parametrize(
    ("percent", "read"),
    [(5, 5), (5.5, 5.5), (10**28, None), (10**400, None), (True, None), ("5", None)],
    ids=range(6),
)
def test_a_percentage_is_a_number_that_a_float_can_hold(percent: object, read: float | None) -> None:
    data = {"max_flows": 1, "max_percent": percent, "protected_cidrs": [], "protected_ports": []}
    if read is not None:
        assert to_json(from_json(Limits, data, "file")) == data
        return
    with pytest.raises(InputError, match="max_percent is not a number"):
        from_json(Limits, data, "file")


def test_a_million_problems_are_not_a_million_lines() -> None:
    with pytest.raises(InputError) as caught:
        from_json(FlowText, FLOW | {f"x{n}": n for n in range(10_000)}, "file")
    assert len(caught.value.problems) == MOST_PROBLEMS + 1
    assert "not listed" in caught.value.problems[-1].summary


@pytest.mark.parametrize("data", [None, [], "text"])
def test_a_document_is_an_object(data: object) -> None:
    with pytest.raises(InputError, match="the document is not an object"):
        from_json(FlowText, data, "file")


def test_an_unknown_word_of_an_enumeration_names_the_known_ones() -> None:
    data = {"level": "loud", "text": "", "where": "", "remedy": ""}
    with pytest.raises(InputError, match="level is not one of warning, note"):
        from_json(Remark, data, "file")


def test_a_field_that_a_later_version_added_is_left_out_where_it_says_nothing() -> None:
    plain = FlowsSeen("a capture", 0, (), (), complete=True)
    written = to_json(plain)
    assert "attempts" not in written
    assert from_json(FlowsSeen, written, "file") == plain


@given(st.builds(FlowsSeen, attempts=ROWS))
def test_such_a_field_is_read_as_it_was_written(document: FlowsSeen) -> None:
    written = json.loads(canonical(to_json(document)))
    assert ("attempts" in written) == bool(document.attempts)
    assert from_json(FlowsSeen, written, "file") == document


def test_any_other_field_must_be_there() -> None:
    with pytest.raises(InputError, match="complete is not there, and it must be"):
        from_json(FlowsSeen, {"source": "", "looked_at": 0, "counts": [], "rows": []}, "file")
