"""Well-formed answers that are wrong: broken paging, other statuses, other operations."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.emulator.names import stand_in_token
from nfw_reconcile.emulator.paging import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.emulator.replies import JsonObject


class Alteration(enum.StrEnum):
    """What is wrong with the answer."""

    UNKNOWN_STATUS = "a status that no model knows"
    WITH_ERRORS = "the status COMPLETED_WITH_ERRORS on this page only"
    OTHER_OPERATION = "the id of another operation"
    REPEATED_TOKEN = "the token of this very page"
    CYCLIC_TOKEN = "the token of the page before"
    TOKEN_ON_LAST_PAGE = "a token although nothing follows"
    EMPTY_PAGE = "no items, and the token of the next page"
    SHORT_PAGE = "half of the items, and the token of the next page"
    MISSING_LIST = "no list at all"
    DUPLICATE_ITEM = "the first item twice"
    OVERLAPPING_PAGE = "a token by which the last item comes again"
    SKIPPING_PAGE = "a token by which the next item is left out"


LISTS: Final = (
    "Flows",
    "FlowOperations",
    "Firewalls",
    "FirewallPolicies",
    "RuleGroups",
    "VpcEndpointAssociations",
)


def alter(kind: Alteration, params: JsonObject, output: JsonObject) -> JsonObject:
    """Give the answer with the alteration; unchanged where it has nothing of the kind to alter."""
    altered = dict(output)
    _ALTER[kind](params, altered)
    return altered


def _list_of(output: JsonObject) -> str | None:
    return next((name for name in LISTS if name in output), None)


def _set_if_there(member: str, value: str) -> Callable[[JsonObject, JsonObject], None]:
    def change(_: JsonObject, output: JsonObject) -> None:
        if member in output:
            output[member] = value

    return change


def _change_items(
    change: Callable[[list[Any]], list[Any]],
) -> Callable[[JsonObject, JsonObject], None]:
    def apply(_: JsonObject, output: JsonObject) -> None:
        name = _list_of(output)
        if name is not None:
            output[name] = change(output[name])

    return apply


def _remove_list(_: JsonObject, output: JsonObject) -> None:
    output.pop(_list_of(output) or "", None)


def _shift_token(by: int) -> Callable[[JsonObject, JsonObject], None]:
    def shift(_: JsonObject, output: JsonObject) -> None:
        if "NextToken" in output:
            name, offset = decode(output["NextToken"])
            output["NextToken"] = encode(name, offset + by)

    return shift


def _repeat_token(params: JsonObject, output: JsonObject) -> None:
    if "NextToken" in output:
        name, _ = decode(output["NextToken"])
        output["NextToken"] = params.get("NextToken", encode(name, 0))


def _cycle_token(params: JsonObject, output: JsonObject) -> None:
    if "NextToken" in output:
        name, following = decode(output["NextToken"])
        here = decode(params["NextToken"])[1] if "NextToken" in params else 0
        output["NextToken"] = encode(name, max(0, here - (following - here)))


def _add_token(params: JsonObject, output: JsonObject) -> None:
    name = _list_of(output)
    if name is not None and "NextToken" not in output:
        source, offset = decode(params["NextToken"]) if "NextToken" in params else (None, 0)
        owner = source or f"results/{output.get('FlowOperationId')}"
        output["NextToken"] = encode(owner, offset + len(output[name]))


_ALTER: Final[dict[Alteration, Callable[[JsonObject, JsonObject], None]]] = {
    Alteration.UNKNOWN_STATUS: _set_if_there("FlowOperationStatus", "PAUSED"),
    Alteration.WITH_ERRORS: _set_if_there("FlowOperationStatus", "COMPLETED_WITH_ERRORS"),
    Alteration.OTHER_OPERATION: _set_if_there("FlowOperationId", stand_in_token("another operation")),
    Alteration.REPEATED_TOKEN: _repeat_token,
    Alteration.CYCLIC_TOKEN: _cycle_token,
    Alteration.TOKEN_ON_LAST_PAGE: _add_token,
    Alteration.EMPTY_PAGE: _change_items(lambda _: []),
    Alteration.SHORT_PAGE: _change_items(lambda items: items[: len(items) // 2]),
    Alteration.MISSING_LIST: _remove_list,
    Alteration.DUPLICATE_ITEM: _change_items(lambda items: items[:1] + items),
    Alteration.OVERLAPPING_PAGE: _shift_token(-1),
    Alteration.SKIPPING_PAGE: _shift_token(1),
}
