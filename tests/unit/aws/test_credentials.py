"""When credentials end, asked of the very objects that botocore makes of its settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
    EnvProvider,
    RefreshableCredentials,
    create_mfa_serial_refresher,
)

from nfw_reconcile.aws.client import Access, make_clients
from nfw_reconcile.aws.credentials import end_of
from nfw_reconcile.aws.service import AwsFlowService

if TYPE_CHECKING:
    from pathlib import Path

ROLE: Final = "arn:aws:iam::111122223333:role/flusher"
MANDATORY: Final = 600.0
"""Seconds before their end in which botocore insists on renewing credentials."""


START: Final = datetime.now(UTC).replace(microsecond=0)
"""botocore asks the real clock whether to renew; all moments are counted from this one."""


def in_seconds(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def of_environment(expire_in: float | None) -> Any:  # noqa: ANN401 - botocore has no types
    """Give the credentials that botocore finds in environment variables."""
    environ = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
    if expire_in is not None:
        environ["AWS_CREDENTIAL_EXPIRATION"] = in_seconds(expire_in).isoformat()
    return EnvProvider(environ).load()


class Sts:
    """Gives a role that lasts for an hour."""

    def assume_role(self, **_: str) -> dict[str, Any]:
        keys = {"AccessKeyId": "k", "SecretAccessKey": "s", "SessionToken": "t"}
        return {"Credentials": {**keys, "Expiration": in_seconds(3600)}}


def of_role(source: object, *, mfa: bool = False, used: bool = True) -> Any:  # noqa: ANN401
    """Give the credentials of a role, as botocore makes them for a profile with ``role_arn``."""
    fetcher = AssumeRoleCredentialFetcher(lambda *_, **__: Sts(), source, ROLE)
    renew = fetcher.fetch_credentials
    found = DeferredRefreshableCredentials(
        create_mfa_serial_refresher(renew) if mfa else renew, "assume-role"
    )
    if used:
        found.get_frozen_credentials()
    return found


def end(credentials: object) -> float | None:
    """Give the end in seconds after the start."""
    found = end_of(credentials)
    return None if found is None else found - START.timestamp()


STATIC: Final = Credentials("k", "s", "t")


@pytest.mark.parametrize(
    "credentials", [None, STATIC, of_environment(None)], ids=["none", "static", "environment"]
)
def test_credentials_that_do_not_tell_their_end_have_none(credentials: object) -> None:
    assert end_of(credentials) is None


@pytest.mark.parametrize("method", ["iam-role", "container-role", "custom-process", "sso"])
def test_credentials_that_renew_themselves_have_no_end(method: str) -> None:
    found = RefreshableCredentials("k", "s", "t", in_seconds(60), dict, method)
    assert end_of(found) is None


@pytest.mark.parametrize("seconds", [-30.0, 5.0, 3000.0])
def test_the_environment_is_not_renewed(seconds: float) -> None:
    assert end(of_environment(seconds)) == seconds


def test_what_botocore_does_with_an_environment_that_has_expired() -> None:
    with pytest.raises(RuntimeError, match="still expired"):
        of_environment(-30.0).get_frozen_credentials()


def test_a_role_with_mfa_is_assumed_once() -> None:
    assert end(of_role(STATIC, mfa=True)) == 3600 - MANDATORY
    assert end_of(of_role(STATIC, mfa=True, used=False)) is None


@pytest.mark.parametrize(
    ("source", "seconds"),
    [
        (STATIC, None),
        (of_environment(None), None),
        (of_environment(100_000.0), 100_000.0),
        (of_environment(1000.0), 3600 - MANDATORY),
        (of_role(of_environment(100_000.0)), 100_000.0),
        (of_role(STATIC, mfa=True), 3600 - MANDATORY),
    ],
    ids=["static", "environment", "long", "short", "of a role", "with MFA"],
)
def test_a_role_is_renewed_as_long_as_its_source_lasts(source: object, seconds: float | None) -> None:
    assert end(of_role(source)) == seconds


def test_a_role_that_was_not_used_yet_lasts_as_long_as_its_source() -> None:
    assert end(of_role(of_environment(1000.0), used=False)) == 1000.0


@pytest.mark.parametrize("role", [None, ROLE])
def test_the_service_knows_the_end_of_what_it_signs_with(
    role: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    values = {
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_SESSION_TOKEN": "t",
        "AWS_CREDENTIAL_EXPIRATION": "2099-01-01T00:00:00Z",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    service = AwsFlowService(make_clients(Access(region="eu-west-1", role_arn=role)))
    assert service.credentials_expire_at() == datetime(2099, 1, 1, tzinfo=UTC).timestamp()
