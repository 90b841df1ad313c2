"""Pages of a list, one after the other, with every token checked.

botocore's own paginator goes round in circles on a cycle of tokens, and keeps the status of the first
page only; this one trusts no page until it has seen the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from nfw_reconcile.act.ports import UnreachableError
from nfw_reconcile.errors import error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_PAGES: Final = 20_000
"""Two million entries at 100 a page; a list that goes on after that is taken for one without an end."""


class Page(Protocol):
    """One page of a list."""

    @property
    def next_token(self) -> str | None:
        """Give the token of the page after this one; ``None`` on the last."""
        ...  # pragma: no cover - a protocol has no body


PageT = TypeVar("PageT", bound=Page)


class BrokenPagesError(UnreachableError):
    """Pages that cannot be one list: reading from the start again may help."""


def pages(fetch: Callable[[str | None], PageT]) -> Iterator[PageT]:
    """Fetch page after page until one has no token.

    Raises :class:`BrokenPagesError` for a token that was given before, and for a list without an end.
    """
    seen: set[str] = set()
    token: str | None = None
    for _ in range(MOST_PAGES):
        page = fetch(token)
        yield page
        token = page.next_token
        if token is None:
            return
        if token in seen:
            raise broken("a page token was given twice")
        seen.add(token)
    raise broken(f"the list has more than {MOST_PAGES} pages")


def broken(what: str) -> BrokenPagesError:
    """Build the error for pages that do not fit together."""
    return BrokenPagesError(error(f"the pages of a list do not fit together: {what}.", remedy="Try again."))
