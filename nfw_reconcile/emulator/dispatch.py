"""What every call handler looks like, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nfw_reconcile.emulator.replies import invalid_request, invalid_token, not_found

if TYPE_CHECKING:
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.emulator.resources import Record

Handler = Callable[["JsonObject"], "JsonObject"]
"""Takes the input of an operation and gives its output; raises ``ApiError``."""


def find(records: dict[str, Record], what: str, arn: str | None, name: str | None) -> Record:
    """Find a rule group or policy by ARN, else by name; refuse a call that names none."""
    if arn is None and name is None:
        message = f"name the {what} by its ARN or its name"
        raise invalid_request(message)
    for record in records.values():
        if arn in {None, record.arn} and name in {None, record.name}:
            return record
    message = f"{what} {arn or name} does not exist"
    raise not_found(message)


def check_token(record: Record, token: str) -> None:
    """Refuse an update that does not build on the current version (API: UpdateToken)."""
    if token != record.version.token:
        raise invalid_token(token)
