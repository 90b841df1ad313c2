from __future__ import annotations

import pytest
from hypothesis import given

from nfw_reconcile.report.blocks import Change
from nfw_reconcile.report.html.sides import new_side, old_side
from nfw_reconcile.report.neutral import visible
from nfw_reconcile.report.phrases import Datum, Phrase
from tests.unit.report.html.reading import read
from tests.unit.report.strategies import hostile


def _change(before: str | None, after: str | None) -> Change:
    old, new = (None if text is None else Datum(text) for text in (before, after))
    return Change("changed", old, new, Phrase(), Phrase())


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("a b c", "a x c", "a <del>b</del> c", "a <ins>x</ins> c"),
        ("a b c", "a b c d", "a b c", "a b c<ins> d</ins>"),
        (
            "to 10.0.0.0/8 443",
            "to 10.1.0.0/16 443",
            "to <del>10.0.0.0/8</del> 443",
            "to <ins>10.1.0.0/16</ins> 443",
        ),
        ("a b c d", "w x y z", "a b c d", "w x y z"),
        ("a <b> c", "a <i> c", "a &lt;<del>b</del>&gt; c", "a &lt;<ins>i</ins>&gt; c"),
        ("same", "same", "same", "same"),
        (None, "added", "", "added"),
        ("removed", None, "removed", ""),
    ],
)
def test_what_differs_is_marked_where_much_is_the_same(
    before: str | None, after: str | None, old: str, new: str
) -> None:
    change = _change(before, after)
    assert old_side(change) == f"<code>{old}</code>"
    assert new_side(change) == f"<code>{new}</code>"


@given(hostile(), hostile())
def test_marks_change_no_text(before: str, after: str) -> None:
    change = _change(before, after)
    assert read(old_side(change)).text == visible(before)
    assert read(new_side(change)).text == visible(after)
