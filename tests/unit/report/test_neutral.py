from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.report.neutral import LONGEST, visible
from tests.unit.report.strategies import hostile


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pass tcp any any -> any 443", "pass tcp any any -> any 443"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\r\x00", "a\\x0ab\\x0d\\x00"),
        ("a\tb", "a b"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202eab", "\ufffdab"),
        ("a\u200bb\u2028", "a\ufffdb\ufffd"),
        ("a\u00a0b", "a b"),
        ("\u3164", "\ufffd"),
        ("\ud800", "\ufffd"),
        ("Zu\u0308rich 東京", "Zürich 東京"),
        ("::error file=x::", "\\x3a\\x3aerror file=x::"),
        ("##[error]x", "\\x23\\x23[error]x"),
        ("##vso[task.complete]", "\\x23\\x23vso[task.complete]"),
        ("2001:db8::1 ::ffff:192.0.2.1 fe80::dead", "2001:db8::1 ::ffff:192.0.2.1 fe80::dead"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_long_text_is_cut() -> None:
    assert visible("x" * (LONGEST + 1)) == "x" * LONGEST + "…"
    assert visible("x" * LONGEST) == "x" * LONGEST


@given(st.text() | hostile())
def test_nothing_that_acts_is_left(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert len(shown.splitlines()) <= 1
    assert "##[" not in shown
    assert "::error" not in shown


@given(
    st.text(
        alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=":#"),
        max_size=LONGEST,
    )
)
def test_plain_text_is_left_alone(text: str) -> None:
    assert visible(text) == text
