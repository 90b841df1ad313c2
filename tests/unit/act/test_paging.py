from __future__ import annotations

from dataclasses import dataclass

import pytest

from nfw_reconcile.act import paging
from nfw_reconcile.act.paging import BrokenPagesError, pages


@dataclass(frozen=True)
class Numbered:
    number: int
    next_token: str | None


def listing(*tokens: str | None) -> list[int]:
    """Read pages that give these tokens, one after the other; give the numbers of those that were read."""
    asked: list[str | None] = []

    def fetch(token: str | None) -> Numbered:
        asked.append(token)
        return Numbered(len(asked), tokens[len(asked) - 1])

    found = [page.number for page in pages(fetch)]
    assert asked == [None, *tokens[:-1]]
    return found


def test_pages_are_fetched_until_one_has_no_token() -> None:
    assert listing(None) == [1]
    assert listing("a", "b", "c", None) == [1, 2, 3, 4]


@pytest.mark.parametrize("tokens", [("a", "a"), ("a", "b", "a"), ("a", "b", "c", "b")])
def test_a_token_that_comes_again_breaks_the_list(tokens: tuple[str, ...]) -> None:
    with pytest.raises(BrokenPagesError, match="given twice"):
        listing(*tokens)


def test_a_list_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 3)
    with pytest.raises(BrokenPagesError, match="more than 3 pages"):
        listing("a", "b", "c", "d")
