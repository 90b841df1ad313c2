"""In which state an error leaves a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.act.operations import ZoneHeldError
from nfw_reconcile.act.ports import CredentialsError
from nfw_reconcile.act.waiting import OutOfTimeError
from nfw_reconcile.errors import Refused, StalePlan
from nfw_reconcile.model.result_document import ZoneState

if TYPE_CHECKING:
    from nfw_reconcile.errors import NfwReconcileError


def state_after(problem: NfwReconcileError, *, sent: bool) -> ZoneState:
    """Say where a zone stands after an error; ``sent``: a flush was sent in it before."""
    match problem:
        case CredentialsError() if sent:
            return ZoneState.UNKNOWN
        case StalePlan() if sent:
            return ZoneState.UNPROVEN
        case Refused():
            return ZoneState.REFUSED
        case _ if sent:
            return ZoneState.UNPROVEN
        case ZoneHeldError():
            return ZoneState.BUSY
        case OutOfTimeError():
            return ZoneState.SKIPPED
        case _:
            return ZoneState.FAILED
