"""nfw-reconcile: flush exactly the AWS Network Firewall flows that a tightened policy now denies."""

from __future__ import annotations

from typing import Final

__version__: Final = "0.1.0"
