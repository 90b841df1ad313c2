from __future__ import annotations

import pytest

from nfw_reconcile.sources.shapes import Scalar, WrongTypeError, read_scalar


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("a", Scalar.TEXT, "a"),
        ("", Scalar.TEXT, None),
        (None, Scalar.TEXT, None),
        ([], Scalar.TEXT, None),
        (5, Scalar.NUMBER, 5),
        (5.0, Scalar.NUMBER, 5),
        (0, Scalar.NUMBER, 0),
        (0, Scalar.COUNT, None),
        (True, Scalar.FLAG, True),
        ("true", Scalar.FLAG, True),
        (False, Scalar.FLAG, None),
        ("false", Scalar.FLAG, None),
        ("", Scalar.FLAG, None),
    ],
)
def test_unset_values_are_all_the_same(value: object, kind: Scalar, expected: object) -> None:
    assert read_scalar(value, kind) == expected
    assert type(read_scalar(value, kind)) is type(expected)


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (1, Scalar.TEXT, "a string is needed, this is a number"),
        (True, Scalar.TEXT, "a string is needed, this is true or false"),
        ("1", Scalar.NUMBER, "a whole number is needed, this is a string"),
        (1.5, Scalar.NUMBER, "a whole number is needed, this is a number"),
        (True, Scalar.NUMBER, "a whole number is needed, this is true or false"),
        (float("inf"), Scalar.COUNT, "a whole number is needed, this is a number"),
        ({}, Scalar.COUNT, "a whole number is needed, this is an object"),
        ("yes", Scalar.FLAG, "true or false is needed, this is a string"),
        (["x"], Scalar.FLAG, "true or false is needed, this is a list"),
    ],
)
def test_wrong_types_are_named_without_the_value(value: object, kind: Scalar, message: str) -> None:
    with pytest.raises(WrongTypeError, match=message):
        read_scalar(value, kind)
