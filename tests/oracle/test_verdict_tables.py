"""Real Suricata is held to the same tables of verdicts as the engine (tests/unit/engine/test_verdict_tables.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.engine.exchange import exchange
from tests.oracle.conversation import conversation
from tests.oracle.differential import Fate, Place, fate_of
from tests.oracle.payloads import payload_of
from tests.oracle.policies import trailing_rules
from tests.oracle.suricata import Rules
from tests.realities import REALITIES
from tests.tables import VerdictCase, verdict_cases

if TYPE_CHECKING:
    from tests.oracle.suricata import Suricata

pytestmark = pytest.mark.suricata
