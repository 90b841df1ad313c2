"""What an ARN says: ``arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE``."""

from __future__ import annotations

import re
from typing import Final

_ARN: Final = re.compile(r"arn:[^:]+:[^:]+:([^:]*):([^:]*):.+", re.DOTALL)
_ACCOUNT: Final = re.compile(r"[0-9]{12}")


def account_and_region(arn: str | None) -> tuple[str | None, str | None]:
    """Give the account and the region of an ARN, each ``None`` where it holds none."""
    match = _ARN.fullmatch(arn or "")
    if match is None:
        return None, None
    account = match[2] if _ACCOUNT.fullmatch(match[2]) else None
    return account, match[1] or None
