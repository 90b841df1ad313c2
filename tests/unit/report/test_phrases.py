from __future__ import annotations

import pytest

from nfw_reconcile.report.phrases import Datum, Phrase, Prose, count, data, listed, say, sentence


def test_values_take_the_place_of_the_braces() -> None:
    said = say("{} of {}, {}", 1_204, Datum("x|y"), count(1, "flow"))
    assert said.parts == ("1,204", " of ", Datum("x|y"), ", ", "1", " flow")


@pytest.mark.parametrize(
    "words", ["a *b*", "<b>", "a|b", "`", "@x", "#1", "[x]", "a_", "_a", "~x", "x\ny", "é", "!"]
)
def test_words_that_could_be_markup_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="not plain wording"):
        Phrase((words,))


def test_words_may_be_what_the_reports_need() -> None:
    assert Phrase(("HOME_NET: 5-tuples (40 %), 'x'?",)).raw == "HOME_NET: 5-tuples (40 %), 'x'?"


def test_data_may_be_anything() -> None:
    assert Phrase((Datum("*"), Prose("<b>"))).raw == "*<b>"


@pytest.mark.parametrize("values", [(), (1, 2)])
def test_every_brace_needs_a_value(values: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="zip"):
        say("{} flows", *values)


@pytest.mark.parametrize(
    ("texts", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_reads_like_a_sentence(texts: list[str], expected: str) -> None:
    assert listed(data(texts)).raw == expected


def test_plurals() -> None:
    assert [count(n, "flow").raw for n in (0, 1, 1_000)] == ["0 flows", "1 flow", "1,000 flows"]
    assert count(2, "address", "addresses").raw == "2 addresses"


def test_only_a_word_of_ours_is_capitalised() -> None:
    assert sentence(say("nothing {}", Datum("x"))).raw == "Nothing x"
    assert sentence(say("{} nothing", Datum("x"))).raw == "x nothing"
