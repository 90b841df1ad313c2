from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
    UnauthorizedSSOTokenError,
)
from botocore.parsers import ResponseParserError

from nfw_reconcile.act.ports import CredentialsError, Declined, Lost, Retry, UnreachableError
from nfw_reconcile.aws.faults import Call, is_denied, read_error, start_outcome
from nfw_reconcile.errors import ServiceError

CALL = Call("network-firewall", "StartFlowFlush", "arn")
URL = "https://x"


def answered(code: str, status: int = 400) -> ClientError:
    response = {"Error": {"Code": code, "Message": "said"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "StartFlowFlush")


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
    (answered("ResourceNotFoundException"), ServiceError, Retry.NEVER),
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


def test_a_permission_that_is_missing_is_named() -> None:
    problem = answered("AccessDeniedException")
    assert is_denied(problem)
    assert "Allow network-firewall:StartFlowFlush" in str(read_error(problem, CALL))
