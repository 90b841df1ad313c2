"""Rule group types (``API: RuleGroupType``): which engine runs a group, and which are not modelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nfw_reconcile.sources.remarks import Remarks

_STATEFUL: Final = {"STATEFUL": True, "STATEFUL_DOMAIN": True, "STATELESS": False}


def runs_stateful(kind: str, place: str, remarks: Remarks) -> bool:
    """Say whether the stateful engine runs a group of a type.

    ``FIREWALL`` and ``IPS`` groups belong to next generation policies, whose engines decide by other
    rules; they and any newer type are refused.
    """
    if kind not in _STATEFUL:
        remarks.refuse(
            f"{place}: rule groups of the type {kind} are not modelled by this version",
            "Treat the firewalls that use it by hand, and leave it out of the input.",
        )
    return _STATEFUL.get(kind, True)


def is_stateless_arn(arn: str | None) -> bool:
    """Say whether an ARN is that of a stateless group: ``...:stateless-rulegroup/NAME``."""
    return ":stateless-rulegroup/" in (arn or "")
