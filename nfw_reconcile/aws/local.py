"""Clients for an emulator in the same process: real boto3 clients with credentials that open nothing."""

from __future__ import annotations

from typing import Any, Final

from nfw_reconcile.aws.client import READ_ATTEMPTS, READ_TIMEOUT, SERVICE, START_TIMEOUT, Clients

_NOTHING_CONFIGURED: Final = dict.fromkeys(
    ("profile", "config_file", "credentials_file"), (None, None, None, None)
)
"""Where botocore looks for settings: nowhere, so that the user's own AWS configuration plays no part."""


def local_clients(region: str) -> Clients:
    """Make clients that sign with made-up keys; attach an emulator to each before it is used."""
    import boto3  # noqa: PLC0415 - slow to import
    from botocore.config import Config  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    core = Session(session_vars=_NOTHING_CONFIGURED)
    session = boto3.Session("local", "local", region_name=region, botocore_session=core)

    def make(service: str, attempts: int, timeout: int) -> Any:  # noqa: ANN401 - boto3 has no types
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            read_timeout=timeout,
            ignore_configured_endpoint_urls=True,
            proxies={},
        )
        return session.client(service, config=config)

    return Clients(
        region,
        make(SERVICE, READ_ATTEMPTS, READ_TIMEOUT),
        make(SERVICE, 1, START_TIMEOUT),
        make("ec2", READ_ATTEMPTS, READ_TIMEOUT),
        make("sts", READ_ATTEMPTS, READ_TIMEOUT),
        make("resource-groups", READ_ATTEMPTS, READ_TIMEOUT),
    )
