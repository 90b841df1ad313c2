"""Read a Terraform plan or state, as ``terraform show -json`` writes it, into inventories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.sources.remarks import Remarks
from nfw_reconcile.sources.tfplan.changes import Sides, read_changes
from nfw_reconcile.sources.tfplan.configuration import Configuration
from nfw_reconcile.sources.tfplan.document import open_plan, open_state
from nfw_reconcile.sources.tfplan.drift import refuse_deferred, tell_drift
from nfw_reconcile.sources.tfplan.instances import FIREWALL, POLICY, RULE_GROUP, Instances
from nfw_reconcile.sources.tfplan.links import Names
from nfw_reconcile.sources.tfplan.networks import read_prefix_lists, read_vpcs
from nfw_reconcile.sources.tfplan.records import read_firewall, read_group, read_policy
from nfw_reconcile.sources.tfplan.slots import name_slots
from nfw_reconcile.sources.tfplan.values import read_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Diagnostic


@dataclass(frozen=True, slots=True)
class PlanSides:
    """What a plan starts from and what it leads to.

    A resource that is on both sides has one label and address on both: the new one. ``diagnostics``
    are warnings and notes, in the order of the document.
    """

    old: Inventory
    new: Inventory
    diagnostics: tuple[Diagnostic, ...]


def read_plan(data: object, source: str) -> PlanSides:
    """Read the parsed output of ``terraform show -json PLANFILE``; ``source`` names it in messages.

    Values that are known after apply only are ``Unresolved``; the same reference is the same value.
    Raises :class:`InputError` with every problem for what is no such plan, and
    :class:`UnsupportedInput` for a plan that failed or is not whole, for a major format version other
    than 1, and for next generation policies.
    """
    remarks = Remarks(source)
    document = open_plan(data, remarks)
    configuration = Configuration.of(document.get("configuration"), source)
    refuse_deferred(document, remarks)
    sides = read_changes(document, configuration, remarks)
    _add_prior_state(document, sides, remarks)
    tell_drift(document, remarks)
    old, new = Instances(sides.old), Instances(sides.new)
    names = Names(configuration, new)
    names = Names(configuration, new, name_slots(new.of(POLICY), names, remarks))
    before = _inventory(old, Names(), remarks)
    after = _inventory(new, names, remarks, before=old)
    remarks.raise_if_any()
    return PlanSides(before, after, tuple(remarks.told))


def read_state(data: object, source: str) -> tuple[Inventory, tuple[Diagnostic, ...]]:
    """Read the parsed output of ``terraform show -json`` for a state; ``source`` names it in messages.

    Raises as :func:`read_plan` does.
    """
    remarks = Remarks(source)
    document = open_state(data, remarks)
    instances = Instances(read_values(document, "state", remarks))
    inventory = _inventory(instances, Names(), remarks)
    remarks.raise_if_any()
    return inventory, tuple(remarks.told)


def _add_prior_state(document: Mapping[str, object], sides: Sides, remarks: Remarks) -> None:
    """Add what the plan knows and does not change: data that was read, and what it left out.

    Data that was read while planning is in the prior state only.
    """
    state = document.get("prior_state")
    if state is None:
        return
    if not isinstance(state, dict):
        remarks.problem("prior_state", "an object is needed")
        return
    planned = {instance.address for instance in sides.new}
    for instance in read_values(state, "prior_state", remarks):
        if instance.data:
            sides.old.append(instance)
            sides.new += [] if instance.address in planned else [instance]
        elif instance.address not in sides.planned | sides.left:
            remarks.warn(
                f"{instance.address}: the plan does not say what becomes of it (was -target used?)",
                "It is taken to stay as it is.",
            )
            sides.old.append(instance)
            sides.new.append(instance)


def _inventory(
    instances: Instances, names: Names, remarks: Remarks, *, before: Instances | None = None
) -> Inventory:
    return Inventory(
        firewalls=tuple(read_firewall(one, names, remarks) for one in instances.of(FIREWALL)),
        policies=tuple(read_policy(one, names, remarks) for one in instances.of(POLICY)),
        groups=tuple(read_group(one, names, remarks) for one in instances.of(RULE_GROUP)),
        prefix_lists=read_prefix_lists(instances, names, remarks, before=before),
        vpcs=read_vpcs(instances, names, remarks),
    )
