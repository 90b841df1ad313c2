"""What the service can answer, before it is written down for the wire."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

JsonObject = dict[str, Any]
"""A request or an answer in the shapes of botocore's service model, timestamps as epoch seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The operation succeeded."""

    body: JsonObject


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error reply: an exception of the service model, or a code that every AWS service knows."""

    code: str
    message: str
    status: int = 400


class Garble(enum.StrEnum):
    """Ways in which a 200 can be no answer."""

    TRUNCATED = "truncated"
    HTML = "html"
    EMPTY = "empty"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Garbled:
    """A reply with status 200 whose body is not the answer; ``body`` is what it should have been."""

    kind: Garble
    body: JsonObject


class Loss(enum.StrEnum):
    """Ways in which no reply arrives."""

    TIMEOUT = "timeout"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Silence:
    """No reply reaches the caller."""

    kind: Loss


Reply = Answer | Refusal | Garbled | Silence


class ApiError(Exception):
    """Ends the handling of a call with an error reply; never leaves the emulator."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """Take the parts of the reply."""
        self.refusal = Refusal(code, message, status)
        super().__init__(f"{code}: {message}")


def invalid_request(message: str) -> ApiError:
    """Build ``InvalidRequestException``."""
    return ApiError("InvalidRequestException", message)


def not_found(message: str) -> ApiError:
    """Build ``ResourceNotFoundException``."""
    return ApiError("ResourceNotFoundException", message)


def invalid_operation(message: str) -> ApiError:
    """Build ``InvalidOperationException``."""
    return ApiError("InvalidOperationException", message)


def invalid_token(given: str) -> ApiError:
    """Build ``InvalidTokenException``, the answer to an outdated ``UpdateToken``."""
    message = f"update token {given} is not the current one: describe the resource and try again"
    return ApiError("InvalidTokenException", message)
