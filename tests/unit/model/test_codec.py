from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError
from nfw_reconcile.model.codec import canonical, from_json, sha256, to_json
from nfw_reconcile.model.documents import (
    FirewallPlan,
    FirewallResult,
    FlowRow,
    FlowText,
    Limits,
    Operation,
    PlanDocument,
    Remark,
    ResultDocument,
    ZoneResult,
)

if TYPE_CHECKING:
    from random import Random

    from _typeshed import DataclassInstance

V = TypeVar("V")


def few(values: st.SearchStrategy[V]) -> st.SearchStrategy[tuple[V, ...]]:
    return st.lists(values, max_size=1).map(tuple)


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


@pytest.mark.parametrize("data", [None, [], "text"])
def test_a_document_is_an_object(data: object) -> None:
    with pytest.raises(InputError, match="the document is not an object"):
        from_json(FlowText, data, "file")


def test_an_unknown_word_of_an_enumeration_names_the_known_ones() -> None:
    data = {"level": "loud", "text": "", "where": "", "remedy": ""}
    with pytest.raises(InputError, match="level is not one of warning, note"):
        from_json(Remark, data, "file")
