"""One small stack for the tests of how an input is assembled: a firewall, its policy and its group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.model.policy import OpaqueGroup
from nfw_reconcile.sources.assemble import NO_CHOICE, Choice, assemble
from nfw_reconcile.sources.policy import build_policy
from tests.bodies import (
    firewall,
    group,
    policy,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Inventory, PolicyBundle, PolicyChange
    from nfw_reconcile.sources.assemble import Assembled

PASS_WEB = "pass tcp any any -> any 443 (sid:1;)"
DROP_WEB = "drop tcp any any -> any 443 (sid:1;)"

WEB = group("web", PASS_WEB, address="group.web")
EGRESS = policy("egress", WEB, address="policy.egress")
PROD = firewall("prod", EGRESS, address="firewall.prod")
CREATED_WEB = group("web-2", DROP_WEB, address="group.web", known=False)


def both(side: Inventory, context: Inventory | None = None, choice: Choice = NO_CHOICE) -> Assembled:
    """Assemble an input that changes nothing."""
    return assemble(side, side, context, choice)


def only(found: Assembled) -> PolicyChange:
    (change,) = found.changes
    return change


def rules(bundle: PolicyBundle | None) -> list[str]:
    """Give the text of all rules of a policy, as the policy is built from its bundle."""
    assert bundle is not None
    built, _ = build_policy(bundle)
    found: list[str] = []
    for attached in built.stateful:
        group_or_not = attached.group
        if isinstance(group_or_not, OpaqueGroup):
            found.append(f"opaque: {group_or_not.name.label}")
        else:
            found += [entry.text for entry in group_or_not.entries]
    return found


def said(found: Assembled) -> list[str]:
    return [str(diagnostic) for diagnostic in found.diagnostics]
