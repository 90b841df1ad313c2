"""What an ARN says: ``arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE``."""

from __future__ import annotations

import re
from typing import Final

from nfw_reconcile.errors import UsageError, error

_ARN: Final = re.compile(r"arn:[^:]+:[^:]+:([^:]*):([^:]*):.+", re.DOTALL)
_FIREWALL: Final = re.compile(r"arn:[^:]+:[^:]+:([^:]+):[^:]*:firewall/.+", re.DOTALL)
_ACCOUNT: Final = re.compile(r"[0-9]{12}")


def account_and_region(arn: str | None) -> tuple[str | None, str | None]:
    """Give the account and the region of an ARN, each ``None`` where it holds none."""
    match = _ARN.fullmatch(arn or "")
    if match is None:
        return None, None
    account = match[2] if _ACCOUNT.fullmatch(match[2]) else None
    return account, match[1] or None


def region_of_firewall(arn: str) -> str:
    """Give the region of a firewall's ARN; raises ``UsageError`` for any other text."""
    match = _FIREWALL.fullmatch(arn)
    if match is None:
        remedy = "It looks like arn:aws:network-firewall:REGION:ACCOUNT:firewall/NAME."
        raise UsageError(error(f"{arn} is not the ARN of a firewall.", None, remedy))
    return match[1]
