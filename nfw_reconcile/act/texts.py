"""Moments as the saved documents hold them."""

from __future__ import annotations

from datetime import UTC, datetime


def time_text(moment: float) -> str:
    """Write epoch seconds as UTC, whole seconds, rounded down."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text: str) -> float:
    """Give the epoch seconds of what :func:`time_text` wrote; raises ``ValueError`` for any other text."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp()
