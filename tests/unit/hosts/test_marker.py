from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.hosts.marker import Marker, read_marker

MARKER = Marker("prod/eu-west-1", "ab" * 32, "c0ffee", "2026-11-22T10:00:00Z")
texts = st.text(alphabet=st.one_of(st.sampled_from('<>-!"\\\n\r {}'), st.characters(codec="utf-8")))


def test_the_line_is_a_comment_that_no_reader_sees() -> None:
    assert MARKER.line == (
        '<!-- nfw-reconcile:{"at":"2026-11-22T10:00:00Z","digest":"' + "ab" * 32 + '","head":"c0ffee",'
        '"stack":"prod/eu-west-1","v":1} -->'
    )


@given(st.builds(Marker, texts, texts, st.none() | texts, texts))
def test_whatever_it_says_is_read_again_and_ends_the_comment_nowhere_else(marker: Marker) -> None:
    assert read_marker(f"{marker.line}\nand more") == marker
    assert "\n" not in marker.line
    assert marker.line.count("-->") == marker.line.count("<!--") == 1
    assert "--" not in marker.line[4:-3]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hello",
        f"hello\n{MARKER.line}",
        "<!-- nfw-reconcile:{} -->",
        "<!-- nfw-reconcile:[] -->",
        "<!-- nfw-reconcile:{" + "[" * 100_000 + " -->",
        MARKER.line.replace('"v":1', '"v":2'),
        MARKER.line.replace('"prod/eu-west-1"', "7"),
        MARKER.line.replace("nfw-reconcile", "other-tool"),
    ],
)
def test_anything_else_is_no_marker(body: str) -> None:
    assert read_marker(body) is None


@given(st.text())
def test_no_text_is_too_strange_to_be_looked_at(body: str) -> None:
    read_marker(f"<!-- nfw-reconcile:{body} -->")
