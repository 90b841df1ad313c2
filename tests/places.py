"""Where things lie in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
EXAMPLES: Final = CHECKOUT / "examples"
DEMO: Final = CHECKOUT / "nfw_reconcile" / "cli" / "demo" / "story"
