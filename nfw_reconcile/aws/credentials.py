"""When credentials end for good: those that nobody renews while the process runs.

botocore renews most temporary credentials by itself (roles, instance profiles, containers, SSO). Two kinds cannot be
renewed: those of the environment with ``AWS_CREDENTIAL_EXPIRATION``, because a process does not see its environment
change; and a role assumed with MFA, because botocore asks for a code only once. A role that is assumed with such
credentials can be renewed only as long as they last.
"""

from __future__ import annotations

from typing import Any, Final

ENVIRONMENT: Final = "env"
"""What botocore calls credentials of the environment (``EnvProvider.METHOD``)."""

ASKED_ONCE: Final = "create_mfa_serial_refresher"
"""The function of botocore whose refresher works once: it has no public name."""

Credentials = Any
"""Credentials of a boto3 session, or ``None``; botocore has no types, and does not tell their end in public."""


def end_of(credentials: Credentials) -> float | None:
    """Give the moment from which on no call can be signed any more, in epoch seconds.

    ``None`` where there is no such moment, or where it is not told: static credentials do not tell, even if they
    are temporary. A role that was not assumed yet ends with what it is going to be assumed with. For a role that
    can be renewed once more before its source ends, the moment is the source's: it is never later than the truth.
    """
    if getattr(credentials, "method", None) == ENVIRONMENT:
        return _expiry(credentials)
    renew = getattr(credentials, "_refresh_using", None)
    if ASKED_ONCE in type(renew).__qualname__:
        return _last_use(credentials)
    source = getattr(getattr(renew, "__self__", None), "_source_credentials", None)
    source_end = end_of(source) if source is not None else None
    if source_end is None:
        return None
    return max(source_end, _last_use(credentials) or source_end)


def _expiry(credentials: Credentials) -> float | None:
    moment = getattr(credentials, "_expiry_time", None)
    return None if moment is None else float(moment.timestamp())


def _last_use(credentials: Credentials) -> float | None:
    """Give when renewing becomes mandatory: botocore raises from then on where it cannot renew."""
    expiry = _expiry(credentials)
    return None if expiry is None else expiry - float(credentials._mandatory_refresh_timeout)  # noqa: SLF001
