"""All saboteurs of acting, as data: what each does, which promise it breaks, in which perils it is caught."""

from __future__ import annotations

from typing import Final

from tests.mutants.saboteurs import choosing, policies, proving, sending

SABOTEURS: Final = (*policies.SABOTEURS, *choosing.SABOTEURS, *sending.SABOTEURS, *proving.SABOTEURS)
