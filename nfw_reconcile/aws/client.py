"""boto3 clients: reads that are repeated, starts that are sent once, endpoints that nobody slips in.

boto3 is imported when the first client is made: it is slow to import, and an offline plan needs none.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.aws.endpoints import Endpoints
from nfw_reconcile.errors import UsageError, error

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE: Final = "network-firewall"
SESSION_NAME: Final = "nfw-reconcile"
CONNECT_TIMEOUT: Final = 5
READ_TIMEOUT: Final = 30
START_TIMEOUT: Final = 65
"""Seconds to wait for the reply to a start: longer than the service is likely to, so that few are lost."""

READ_ATTEMPTS: Final = 5

Client = Any
"""A boto3 client; boto3 has no types."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who calls, and where: what ``--region``, ``--profile``, ``--role-arn`` and ``--endpoint-url`` say."""

    region: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    endpoints: Endpoints = field(default_factory=Endpoints)


@dataclass(frozen=True, slots=True)
class Clients:
    """Clients of one region. ``starts`` sends each request once: the starts have no idempotency token.

    ``groups`` is Resource Groups. ``credentials`` are what all of them sign with; ``None`` where there are none, or
    where they never end.
    """

    region: str
    reads: Client
    starts: Client
    ec2: Client
    sts: Client
    groups: Client
    credentials: Any = None

    @property
    def every(self) -> tuple[Client, ...]:
        """Give all clients: whoever answers in AWS's place has to answer every one of them."""
        return (self.reads, self.starts, self.ec2, self.sts, self.groups)


def make_clients(access: Access, region: str | None = None) -> Clients:
    """Make the clients for ``--region``, else for the region given, else for the one that is configured.

    Nothing is called yet. Raises ``UsageError`` where there is no region or no such profile.
    """
    with _session_of(access, region) as session:
        reads = _config("standard", READ_ATTEMPTS, READ_TIMEOUT)
        starts = _config("standard", 1, START_TIMEOUT)
        return Clients(
            session.region_name,
            _client(session, access, SERVICE, reads),
            _client(session, access, SERVICE, starts),
            _client(session, access, "ec2", reads),
            _client(session, access, "sts", reads),
            _client(session, access, "resource-groups", reads),
            session.get_credentials(),
        )


def make_client(access: Access, service: str) -> Client:
    """Make the client of another service, whose requests may be repeated; raises as :func:`make_clients` does."""
    with _session_of(access, None) as session:
        return _client(session, access, service, _config("standard", READ_ATTEMPTS, READ_TIMEOUT))


@contextmanager
def _session_of(access: Access, region: str | None) -> Iterator[Any]:
    """Give a session with a region, and turn what botocore says while clients are made into a ``UsageError``."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - imported late on purpose

    try:
        session = _session(access, access.region or region)
        if session.region_name is None:
            raise UsageError(error("no AWS region is known.", remedy="Give --region, or set AWS_REGION."))
        yield session
    except BotoCoreError as problem:
        summary = f"AWS cannot be reached as configured: {problem}"
        raise UsageError(
            error(summary, remedy="Look at --profile, --region and the AWS configuration.")
        ) from problem


def _config(mode: str, attempts: int, read_timeout: int) -> Any:  # noqa: ANN401 - botocore has no types
    """Build a botocore configuration.

    ``total_max_attempts`` counts sends and goes before the environment's ``AWS_MAX_ATTEMPTS``.
    """
    from botocore.config import Config  # noqa: PLC0415 - imported late on purpose

    return Config(
        retries={"mode": mode, "total_max_attempts": attempts},
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=read_timeout,
        ignore_configured_endpoint_urls=True,
    )


def _client(session: Any, access: Access, service: str, config: Any) -> Client:  # noqa: ANN401
    return session.client(service, config=config, endpoint_url=access.endpoints.of(service))


def _session(access: Access, region: str | None) -> Any:  # noqa: ANN401
    import boto3  # noqa: PLC0415 - imported late on purpose

    session = boto3.Session(profile_name=access.profile, region_name=region)
    if access.role_arn is None:
        return session
    return boto3.Session(botocore_session=_assuming(session, access), region_name=session.region_name)


def _assuming(session: Any, access: Access) -> Any:  # noqa: ANN401
    """Give a botocore session whose credentials are those of the role, fetched again when they expire."""
    from botocore.credentials import (  # noqa: PLC0415 - imported late on purpose
        AssumeRoleCredentialFetcher,
        CredentialProvider,
        CredentialResolver,
        DeferredRefreshableCredentials,
    )
    from botocore.session import Session  # noqa: PLC0415 - imported late on purpose

    def make_sts(service: str, **keys: Any) -> Client:  # noqa: ANN401 - botocore's own arguments
        config = _config("standard", READ_ATTEMPTS, READ_TIMEOUT)
        return session.client(service, config=config, endpoint_url=access.endpoints.of(service), **keys)

    fetcher = AssumeRoleCredentialFetcher(
        make_sts, session.get_credentials(), access.role_arn, {"RoleSessionName": SESSION_NAME}
    )

    class RoleProvider(CredentialProvider):  # type: ignore[misc]
        """Knows nothing but the role."""

        METHOD = "assume-role"

        def load(self) -> Any:  # noqa: ANN401
            return DeferredRefreshableCredentials(fetcher.fetch_credentials, self.METHOD)

    core = Session()
    core.register_component("credential_provider", CredentialResolver([RoleProvider()]))
    return core
