from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    LoginRefreshRequired,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    RefreshWithMFAUnsupportedError,
    SSLError,
    UnauthorizedSSOTokenError,
)
from botocore.parsers import ResponseParserError

from nfw_reconcile.act.ports import CredentialsError, Declined, Lost, NotFoundError, Retry, UnreachableError
from nfw_reconcile.aws.faults import (
    MOST_SAID,
    STILL_EXPIRED,
    Call,
    read_error,
    start_outcome,
)
from nfw_reconcile.errors import ServiceError

CALL = Call("network-firewall", "StartFlowFlush", "arn")
URL = "https://x"


def answered(
    code: str, status: int = 400, *, operation: str = "StartFlowFlush", said: str = "said"
) -> ClientError:
    response = {"Error": {"Code": code, "Message": said}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


TABLE: list[tuple[Exception, type[ServiceError], Retry | type[Lost]]] = [
    (answered("ThrottlingException"), UnreachableError, Retry.LATER),
    (answered("RequestLimitExceeded", 503), UnreachableError, Retry.LATER),
    (answered("TooManyRequestsException", 429), UnreachableError, Retry.LATER),
    (answered("429", 429), UnreachableError, Retry.LATER),
    (answered("LimitExceededException"), UnreachableError, Retry.LATER),
    (answered("InternalServerError", 500), UnreachableError, Lost),
    (answered("InternalServerError", 400), UnreachableError, Lost),
    (answered("ServiceUnavailable", 503), UnreachableError, Lost),
    (answered("502", 502), UnreachableError, Lost),
    (answered("504", 504), UnreachableError, Lost),
    (answered("RequestTimeout", 400), UnreachableError, Lost),
    (answered("408", 408), UnreachableError, Lost),
    (answered("307", 307), UnreachableError, Lost),
    (answered("AccessDeniedException"), ServiceError, Retry.NEVER),
    (answered("ExpiredTokenException"), CredentialsError, Retry.NEVER),
    (answered("UnrecognizedClientException"), CredentialsError, Retry.NEVER),
    (answered("InvalidSignatureException", 403), CredentialsError, Retry.NEVER),
    (answered("InvalidRequestException"), ServiceError, Retry.IF_HELD),
    (answered("ResourceNotFoundException"), NotFoundError, Retry.NEVER),
    (answered("ValidationException"), ServiceError, Retry.NEVER),
    (ConnectTimeoutError(endpoint_url=URL), UnreachableError, Retry.LATER),
    (EndpointConnectionError(endpoint_url=URL), UnreachableError, Retry.LATER),
    (ProxyConnectionError(proxy_url=URL), UnreachableError, Retry.LATER),
    (ReadTimeoutError(endpoint_url=URL), UnreachableError, Lost),
    (ConnectionClosedError(endpoint_url=URL), UnreachableError, Lost),
    (SSLError(endpoint_url=URL, error="x"), UnreachableError, Lost),
    (ResponseParserError("x"), UnreachableError, Lost),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), UnreachableError, Lost),
    (MemoryError(), UnreachableError, Lost),
    (NoCredentialsError(), CredentialsError, Retry.NEVER),
    (UnauthorizedSSOTokenError(), CredentialsError, Retry.NEVER),
    (LoginRefreshRequired(), CredentialsError, Retry.NEVER),
    (RefreshWithMFAUnsupportedError(), CredentialsError, Retry.NEVER),
    (RuntimeError(f"Credentials were refreshed, but the {STILL_EXPIRED}."), CredentialsError, Retry.NEVER),
    (RuntimeError("x"), UnreachableError, Lost),
    (answered("AccessDenied", 403, operation="AssumeRole"), CredentialsError, Retry.NEVER),
    (answered("ExpiredToken", 403, operation="AssumeRole"), CredentialsError, Retry.NEVER),
    (answered("ValidationError", 400, operation="AssumeRole"), CredentialsError, Retry.NEVER),
    (answered("Throttling", 400, operation="AssumeRole"), UnreachableError, Retry.LATER),
    (answered("InternalFailure", 500, operation="AssumeRole"), UnreachableError, Retry.LATER),
    (ParamValidationError(report="x"), ServiceError, Retry.NEVER),
]


@pytest.mark.parametrize(("problem", "kind", "outcome"), TABLE, ids=range(len(TABLE)))
def test_what_an_exception_means(
    problem: Exception, kind: type[ServiceError], outcome: Retry | type[Lost]
) -> None:
    assert type(read_error(problem, CALL)) is kind
    found = start_outcome(problem, CALL)
    if isinstance(outcome, Retry):
        assert isinstance(found, Declined)
        assert (found.retry, type(found.error)) == (outcome, kind)
    else:
        assert isinstance(found, Lost)
        assert found.reason


@pytest.mark.parametrize(
    "said", ["a flow operation is in progress", "Another flow operation runs", "concurrent calls"]
)
def test_a_refusal_that_talks_of_another_operation_is_no_final_one(said: str) -> None:
    response = {"Error": {"Code": "InvalidRequestException", "Message": said}}
    response["ResponseMetadata"] = {"HTTPStatusCode": 400}  # type: ignore[dict-item]
    found = start_outcome(ClientError(response, "StartFlowFlush"), CALL)
    assert isinstance(found, Declined)
    assert found.retry is Retry.LATER


def test_a_permission_that_is_missing_is_named_with_the_answer() -> None:
    problem = answered("AccessDeniedException", said="because no identity-based policy allows it")
    assert str(read_error(problem, CALL)) == (
        "the credentials do not permit network-firewall:StartFlowFlush on arn: AWS answered AccessDeniedException: "
        "because no identity-based policy allows it. Allow network-firewall:StartFlowFlush in their IAM policy."
    )


def test_an_encoded_answer_is_cut() -> None:
    found = str(read_error(answered("UnauthorizedOperation", said="x" * 5000), CALL))
    assert f"{'x' * MOST_SAID} ..." in found
    assert len(found) < 600


def test_a_role_that_may_not_be_assumed_is_another_permission_than_that_of_the_call() -> None:
    problem = answered("AccessDenied", 403, operation="AssumeRole")
    found = str(read_error(problem, CALL))
    assert "AssumeRole was answered AccessDenied: said. Allow AssumeRole" in found
    assert "Allow network-firewall" not in found


@pytest.mark.parametrize(
    ("operation", "told"),
    [("StartFlowFlush", "Nothing was flushed by it."), ("StartFlowCapture", "Nothing was started by it.")],
)
@pytest.mark.parametrize(
    "problem",
    [
        answered("AccessDeniedException"),
        answered("ExpiredTokenException"),
        answered("InvalidRequestException"),
        answered("ThrottlingException"),
        ConnectTimeoutError(endpoint_url=URL),
    ],
    ids=["denied", "expired", "invalid", "throttled", "no connection"],
)
def test_a_start_that_was_declined_says_that_nothing_came_of_it(
    problem: Exception, operation: str, told: str
) -> None:
    call = Call("network-firewall", operation, "arn")
    found = start_outcome(problem, call)
    assert isinstance(found, Declined)
    assert told in str(found.error)
    assert told not in str(read_error(problem, call))


def test_expired_credentials_say_what_to_do() -> None:
    found = str(read_error(answered("ExpiredTokenException"), CALL))
    assert "Renew them, then run the command again, or resume where a flush was sent." in found
