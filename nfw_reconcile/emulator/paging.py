"""Pages and their tokens. A token names its list and the place in it, so any page can be read again."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, TypeVar

from nfw_reconcile.emulator.replies import invalid_request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.emulator.replies import JsonObject

Item = TypeVar("Item")


def encode(list_name: str, offset: int) -> str:
    """Make the token for the page that begins at an offset of a list."""
    return base64.b64encode(f"{list_name}@{offset}".encode()).decode()


def decode(token: str) -> tuple[str, int]:
    """Read a token; ``InvalidRequestException`` for one that this service never gave."""
    try:
        name, _, offset = base64.b64decode(token, validate=True).decode().rpartition("@")
        return name, int(offset)
    except (binascii.Error, ValueError):
        message = "NextToken is not a token that this service gave"
        raise invalid_request(message) from None


def page(
    list_name: str, items: Sequence[Item], params: JsonObject, default_size: int
) -> tuple[list[Item], dict[str, str]]:
    """Give the page asked for, and ``NextToken`` as a mapping that is empty on the last page."""
    offset = 0
    if "NextToken" in params:
        name, offset = decode(params["NextToken"])
        if name != list_name:
            message = "NextToken belongs to another list"
            raise invalid_request(message)
    end = offset + int(params.get("MaxResults", default_size))
    following = {"NextToken": encode(list_name, end)} if end < len(items) else {}
    return list(items[offset:end]), following
