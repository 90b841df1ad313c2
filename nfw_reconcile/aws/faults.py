"""What an exception of botocore means: a definite no, or that nobody knows.

Errors are told apart by their code, not by their HTTP status: an ``InternalServerError`` may come as a 400.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from nfw_reconcile.act.ports import CredentialsError, Declined, Lost, Retry, UnreachableError
from nfw_reconcile.errors import ServiceError, error

CREDENTIAL_CODES: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "AuthFailure",
    }
)
DENIED_CODES: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
THROTTLING_CODES: Final = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "LimitExceededException",
        "SlowDown",
        "429",
    }
)
SERVER_CODES: Final = frozenset(
    {"InternalServerError", "InternalFailure", "ServiceUnavailable", "RequestTimeout"}
)
INVALID_REQUEST: Final = "InvalidRequestException"
HELD: Final = re.compile(r"in progress|another .*operation|concurrent", re.IGNORECASE)
"""What a refusal may say where another operation holds the zone; AWS documents no code for that."""


NEVER_SENT: Final = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)
"""No connection came about, so no request left this machine."""

NO_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
    SSOError,
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call, as messages name it: the IAM action is ``prefix:operation``."""

    prefix: str
    operation: str
    resource: str

    def __str__(self) -> str:
        return f"{self.prefix}:{self.operation} on {self.resource}"


def read_error(problem: Exception, call: Call) -> ServiceError:
    """Give the error for a read that failed.

    :class:`UnreachableError` where another try may succeed; any exception that is not botocore's comes
    from a reply that could not be decoded.
    """
    match problem:
        case ClientError():
            return _client_error(problem, call)
        case _ if isinstance(problem, NO_CREDENTIALS):
            return _credentials(call, str(problem))
        case ParamValidationError():
            return ServiceError(error(f"{call} was asked wrongly: {problem}", remedy="Report this as a bug."))
        case _:
            return _unreachable(call, f"{type(problem).__name__}: {problem}")


def start_outcome(problem: Exception, call: Call) -> Declined | Lost:
    """Say whether a start that failed was declined for certain."""
    failure = read_error(problem, call)
    match failure:
        case CredentialsError():
            return Declined(failure, Retry.NEVER)
        case UnreachableError():
            definite = isinstance(problem, NEVER_SENT) or _code(problem) in THROTTLING_CODES
            return Declined(failure, Retry.LATER) if definite else Lost(_reason(problem))
        case _:
            return Declined(failure, _retry(problem))


def unusable(call: Call, what: str) -> UnreachableError:
    """Build the error for a reply with status 200 that is no answer."""
    return _unreachable(call, f"the reply is not usable: {what}")


def is_denied(problem: Exception) -> bool:
    """Say whether the caller lacks a permission."""
    return _code(problem) in DENIED_CODES


def _retry(problem: Exception) -> Retry:
    if _code(problem) != INVALID_REQUEST:
        return Retry.NEVER
    return Retry.LATER if HELD.search(str(problem)) else Retry.IF_HELD


def _client_error(problem: ClientError, call: Call) -> ServiceError:
    code, status = _code(problem), _status(problem)
    said = problem.response.get("Error", {}).get("Message") or "no message"
    if code in CREDENTIAL_CODES:
        return _credentials(call, f"{code}: {said}")
    if code in DENIED_CODES:
        summary = f"the credentials do not permit {call}."
        return ServiceError(
            error(summary, remedy=f"Allow {call.prefix}:{call.operation} in their IAM policy.")
        )
    if code in THROTTLING_CODES | SERVER_CODES or status == 429 or not 400 <= status < 500 or status == 408:
        return _unreachable(call, f"{code}: {said}")
    return ServiceError(error(f"AWS refused {call}: {code}: {said}"))


def _credentials(call: Call, said: str) -> CredentialsError:
    summary = f"the credentials do not do for {call}: {said}"
    return CredentialsError(error(summary, remedy="Renew them, then run the command again."))


def _unreachable(call: Call, said: str) -> UnreachableError:
    return UnreachableError(error(f"no usable answer to {call}: {said}", remedy="Try again later."))


def _reason(problem: Exception) -> str:
    return _code(problem) or type(problem).__name__


def _code(problem: Exception) -> str:
    if not isinstance(problem, ClientError):
        return ""
    return str(problem.response.get("Error", {}).get("Code", ""))


def _status(problem: ClientError) -> int:
    return int(problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


EXPECTED: Final = (BotoCoreError, ClientError, ResponseParserError, ValueError)
"""What a read may raise: botocore's errors, and ``UnicodeDecodeError`` for a reply that is no text."""
