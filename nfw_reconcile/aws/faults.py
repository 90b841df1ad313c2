"""What an exception of botocore means: a definite no, or that nobody knows.

Errors are told apart by their code, not by their HTTP status: an ``InternalServerError`` may come as a 400.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    LoginError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from nfw_reconcile.act.ports import CredentialsError, Declined, Lost, NotFoundError, Retry, UnreachableError
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
DENIED_CODES: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "ForbiddenException",
        "UnauthorizedException",
    }
)
"""The last two are those of Resource Groups (its API reference, "Common errors" of each action)."""

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
FLUSH: Final = "StartFlowFlush"
NOT_FOUND: Final = "ResourceNotFoundException"
INVALID_REQUEST: Final = "InvalidRequestException"
HELD: Final = re.compile(r"in progress|another .*operation|concurrent", re.IGNORECASE)
"""What a refusal may say where another operation holds the zone; AWS documents no code for that."""


NEVER_SENT: Final = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)
"""No connection came about, so no request left this machine."""

NO_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    RefreshWithMFAUnsupportedError,
    TokenRetrievalError,
    SSOError,
    LoginError,
)
"""There was nothing to sign the request with, so it did not leave this machine."""

STILL_EXPIRED: Final = "refreshed credentials are still expired"
"""What botocore says, in a bare ``RuntimeError``, where the environment holds credentials that have expired."""

CREDENTIAL_CALLS: Final = frozenset(
    {
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
        "CreateOAuth2Token",
        "CreateToken",
        "GetRoleCredentials",
    }
)
"""Calls that botocore makes on the way to another one, to have credentials for it."""

RENEW: Final = "Renew them, then run the command again, or resume where a flush was sent."
MOST_SAID: Final = 300
"""Characters of AWS's own words that are shown: EC2 adds an encoded text of thousands to a refusal."""


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
        case _ if isinstance(problem, NO_CREDENTIALS) or STILL_EXPIRED in str(problem):
            return _credentials(call, str(problem))
        case ParamValidationError():
            return ServiceError(error(f"{call} was asked wrongly: {problem}", remedy="Report this as a bug."))
        case _:
            return _unreachable(call, f"{type(problem).__name__}: {problem}")


def start_outcome(problem: Exception, call: Call) -> Declined | Lost:
    """Say whether a start that failed was declined for certain; its error says that nothing came of it then."""
    failure = read_error(problem, call)
    match failure:
        case CredentialsError():
            retry = Retry.NEVER
        case UnreachableError() if _never_sent(problem) or _code(problem) in THROTTLING_CODES:
            retry = Retry.LATER
        case UnreachableError():
            return Lost(_reason(problem))
        case _:
            retry = _retry(problem)
    return Declined(_without_effect(failure, call), retry)


def unusable(call: Call, what: str) -> UnreachableError:
    """Build the error for a reply with status 200 that is no answer."""
    return _unreachable(call, f"the reply is not usable: {what}")


def _retry(problem: Exception) -> Retry:
    if _code(problem) != INVALID_REQUEST:
        return Retry.NEVER
    return Retry.LATER if HELD.search(str(problem)) else Retry.IF_HELD


def _client_error(problem: ClientError, call: Call) -> ServiceError:
    if _for_credentials(problem):
        return _no_credentials(problem, call)
    code, answer = _code(problem), _answer(problem)
    if code in CREDENTIAL_CODES:
        return _credentials(call, answer)
    if code in DENIED_CODES:
        summary = f"the credentials do not permit {call}: AWS answered {answer}"
        return ServiceError(
            error(summary, remedy=f"Allow {call.prefix}:{call.operation} in their IAM policy.")
        )
    if _may_pass(problem):
        return _unreachable(call, answer)
    refusal = error(f"AWS refused {call}: {answer}")
    return NotFoundError(refusal) if code == NOT_FOUND else ServiceError(refusal)


def _no_credentials(problem: ClientError, call: Call) -> ServiceError:
    """Give the error where the credentials for a call could not be had: a role could not be assumed, as a rule."""
    said = f"{problem.operation_name} was answered {_answer(problem)}"
    if _code(problem) in DENIED_CODES:
        remedy = f"Allow {problem.operation_name} in their IAM policy, and in the trust policy of the role."
        return _credentials(call, said, remedy)
    return _unreachable(call, said) if _may_pass(problem) else _credentials(call, said)


def _may_pass(problem: ClientError) -> bool:
    code, status = _code(problem), _status(problem)
    return code in THROTTLING_CODES | SERVER_CODES or not 400 <= status < 500 or status in {408, 429}


def _answer(problem: ClientError) -> str:
    said = str(problem.response.get("Error", {}).get("Message") or "no message")
    return f"{_code(problem)}: {said if len(said) <= MOST_SAID else f'{said[:MOST_SAID]} ...'}"


def _for_credentials(problem: Exception) -> bool:
    """Say whether it was not the call itself that failed, but one to have credentials for it."""
    return isinstance(problem, ClientError) and problem.operation_name in CREDENTIAL_CALLS


def _never_sent(problem: Exception) -> bool:
    return isinstance(problem, NEVER_SENT) or _for_credentials(problem)


def _without_effect(failure: ServiceError, call: Call) -> ServiceError:
    """Say of a start that was declined what a reader has to know first: nothing was begun by it."""
    effect = "Nothing was flushed by it." if call.operation == FLUSH else "Nothing was started by it."
    told = [replace(each, remedy=f"{effect} {each.remedy}".rstrip()) for each in failure.problems]
    return type(failure)(told)


def _credentials(call: Call, said: str, remedy: str = RENEW) -> CredentialsError:
    return CredentialsError(error(f"the credentials do not do for {call}: {said}", remedy=remedy))


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


EXPECTED: Final = (BotoCoreError, ClientError, ResponseParserError, ValueError, KeyError, RuntimeError)
"""What a read may raise: botocore's errors, ``UnicodeDecodeError`` for a reply that is no text, ``KeyError`` for an
XML reply of another kind (botocore looks its result up without asking), and the bare
``RuntimeError`` of :data:`STILL_EXPIRED`."""
