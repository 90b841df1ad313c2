from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.report.html.words import MOST_PAIRS, Marked, compared, words
from tests.unit.report.strategies import hostile

FEW_WORDS = st.lists(st.sampled_from(("a", "b", "c", " ", ";")), max_size=9).map("".join)


def _kept(marked: list[Marked]) -> list[str]:
    return [word for word, in_common in marked if in_common]


@given(hostile(), hostile())
def test_words_put_together_are_the_text(old: str, new: str) -> None:
    sides = compared(old, new)
    assert [[word for word, _ in side] for side in sides] == [words(old), words(new)]
    assert ["".join(words(text)) for text in (old, new)] == [old, new]


@given(FEW_WORDS, FEW_WORDS)
def test_what_is_in_common_is_the_same_on_both_sides_and_as_much_as_can_be(old: str, new: str) -> None:
    left, right = compared(old, new)
    whole = all(in_common for _, in_common in (*left, *right))
    if not whole:
        assert _kept(left) == _kept(right)
        assert len(_kept(left)) == _longest(words(old), words(new))


def _longest(old: list[str], new: list[str]) -> int:
    """Give the length of a longest common subsequence by its definition."""
    if not old or not new:
        return 0
    if old[0] == new[0]:
        return 1 + _longest(old[1:], new[1:])
    return max(_longest(old[1:], new), _longest(old, new[1:]))


def test_a_text_is_wholly_in_common_with_itself() -> None:
    assert compared("a b", "a b") == ([("a", True), (" ", True), ("b", True)],) * 2


def test_of_long_texts_only_beginning_and_end_are_compared() -> None:
    middle = "x;" * (MOST_PAIRS // 200)
    left, right = compared(f"a{'!' * 900}{middle}b", f"a{'!' * 900};{middle}y b")
    assert _kept(left) == _kept(right) == ["a", *"!" * 900, "b"]
