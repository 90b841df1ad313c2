"""From a saved plan and a live firewall to a result: wait for sync, capture, flush what is denied, prove it."""

from __future__ import annotations
