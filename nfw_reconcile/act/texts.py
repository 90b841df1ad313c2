"""Moments as the saved documents hold them."""

from __future__ import annotations

from datetime import UTC, datetime


def time_text(moment: float) -> str:
    """Write epoch seconds as UTC, whole seconds, rounded down."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
