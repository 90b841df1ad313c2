from __future__ import annotations

import pytest

from nfw_reconcile.emulator.paging import encode, page
from nfw_reconcile.emulator.replies import ApiError, JsonObject


def test_pages_hold_every_item_once_in_order_and_the_last_has_no_token() -> None:
    items = list(range(25))
    params: JsonObject = {"MaxResults": 10}
    seen: list[int] = []
    sizes = []
    while True:
        listed, following = page("list", items, params, 100)
        seen += listed
        sizes.append(len(listed))
        if not following:
            break
        params = {**params, **following}

    assert seen == items
    assert sizes == [10, 10, 5]


def test_a_list_that_fills_its_last_page_has_no_empty_page_behind_it() -> None:
    listed, following = page("list", list(range(100)), {}, 100)
    assert (len(listed), following) == (100, {})


def test_a_page_can_be_read_again_with_the_same_token() -> None:
    token = encode("list", 3)
    first = page("list", "abcdef", {"NextToken": token, "MaxResults": 2}, 100)
    assert first == page("list", "abcdef", {"NextToken": token, "MaxResults": 2}, 100)
    assert first[0] == ["d", "e"]


@pytest.mark.parametrize("token", ["!!!", "YWJj", encode("another list", 0)])
def test_a_token_that_was_not_given_for_this_list_is_refused(token: str) -> None:
    with pytest.raises(ApiError, match="InvalidRequestException"):
        page("list", [1, 2, 3], {"NextToken": token}, 100)
