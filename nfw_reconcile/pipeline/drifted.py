"""Is what is live what Terraform knows? Told before the change is compared with what is live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location, note, warning
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.pipeline.beside import completed
from nfw_reconcile.pipeline.equality import differences
from nfw_reconcile.pipeline.inputs import change_label, load
from nfw_reconcile.pipeline.reading import Kind
from nfw_reconcile.pipeline.unification import TERRAFORM
from nfw_reconcile.sources.assemble import Choice, assemble
from nfw_reconcile.sources.pairing import lacking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.inventory import PolicyChange
    from nfw_reconcile.pipeline.inputs import Sides
    from nfw_reconcile.pipeline.reading import Found

MOST_TOLD: Final = 20
"""Differences that are listed of one policy."""

_LIVE_COUNTS: Final = (
    "The change is compared with what is live. Look at these before terraform apply sets them back."
)


def told_drift(sides: Sides) -> tuple[Diagnostic, ...]:
    """Say where the live policy on the old side is not the one that the new side starts from, or why that is open.

    Nothing where the old side is not live.
    """
    if sides.old is None or sides.new is None or sides.old.kind is not Kind.LIVE:
        return ()
    before = sides.new.before
    if before is None:
        return _not_comparable(sides.new)
    live = sides.old.inventory
    if not _knows(before, live):
        return (note(f"{sides.new.source} holds no state of {sides.old.source}: drift cannot be told."),)
    told = [line for change in _compared(live, before, sides.home_net) for line in _drift(change)]
    return tuple(told) or (note(f"{sides.old.source} is what Terraform knows of it: there is no drift."),)


def _knows(before: Inventory, live: Inventory) -> bool:
    """Say whether Terraform has anything of what is live in its state."""
    strangers = (
        *lacking(before.firewalls, (), live.firewalls),
        *lacking(before.policies, (), live.policies),
        *lacking(before.groups, (), live.groups),
    )
    return len(strangers) < len(live.firewalls) + len(live.policies) + len(live.groups)


def _not_comparable(new: Found) -> tuple[Diagnostic, ...]:
    match new.kind:
        case Kind.CONFIGURATION | Kind.TEMPLATE:
            summary = (
                f"{new.source} is {new.kind.value} and holds no state: what was changed by hand since the last apply "
                "is shown as a part of the change."
            )
            remedy = "To tell the two apart, give a plan of Terraform (terraform show -json) as --new."
            return (note(summary, None, remedy),)
        case Kind.STATE:
            return (note(f"{new.source} is {new.kind.value}: all that differs from what is live is drift."),)
        case Kind.PLAN | Kind.SNAPSHOT | Kind.LIVE:
            return ()


def _compared(live: Inventory, before: Inventory, home_net: tuple[str, ...]) -> tuple[PolicyChange, ...]:
    """Pair each live policy (old) with what Terraform knows of it (new); what other stacks hold is as it is live."""
    known = completed(before, live, Inventory())
    return assemble(live, known, None, Choice(home_net=home_net)).changes


def _drift(change: PolicyChange) -> Iterator[Diagnostic]:
    if change.old is None or change.new is None:
        return
    found = differences(load(change.new), load(change.old), TERRAFORM)
    where = Location(change_label(change))
    for line in found[:MOST_TOLD]:
        yield warning(f"drift: {line}.", where, _LIVE_COUNTS)
    if len(found) > MOST_TOLD:
        yield warning(
            f"drift: {len(found) - MOST_TOLD} more differences are not listed.", where, _LIVE_COUNTS
        )
