"""Step 1: from files to the policies of both sides, each bound to its firewall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.headers import bits
from nfw_reconcile.errors import Diagnostic, InputError, UsageError, error, warning
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.model.policy import OpaqueGroup
from nfw_reconcile.sources.assemble import NO_CHOICE, Choice, assemble
from nfw_reconcile.sources.detect import (
    PlanInput,
    SavedPlanInput,
    SnapshotInput,
    StateInput,
    read_input,
)
from nfw_reconcile.sources.links import bare, holds_unknown, member
from nfw_reconcile.sources.policy import build_policy

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.engine.compiled import CompiledPolicy, CompiledRule
    from nfw_reconcile.model.inventory import PolicyBundle, PolicyChange
    from nfw_reconcile.model.policy import Policy


@dataclass(frozen=True, slots=True)
class Request:
    """What to compare: a Terraform plan, or an old and a new source; and what the input lacks."""

    tf_plan: Path | None = None
    old: Path | None = None
    new: Path | None = None
    context: tuple[Path, ...] = ()
    choice: Choice = NO_CHOICE

    def describe(self) -> str:
        """Name the input for people."""
        if self.tf_plan is not None:
            return f"Terraform plan {self.tf_plan.name}"
        old, new = (path.name if path else "nothing" for path in (self.old, self.new))
        return f"{old} compared with {new}"


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of an input, linked and bound: what every use case starts from."""

    changes: tuple[PolicyChange, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy as written and ready to decide, with what was found while it was built."""

    bundle: PolicyBundle
    policy: Policy
    compiled: CompiledPolicy
    diagnostics: tuple[Diagnostic, ...]

    @property
    def unknown(self) -> bool:
        """Say whether nothing of the policy is known."""
        return isinstance(bare(self.bundle.policy.body), Unresolved)

    @property
    def open_groups(self) -> frozenset[str]:
        """Give the labels of stateful groups of whose rules at least a part is not known."""
        absent = {
            reference.group.name.label
            for reference in self.policy.stateful
            if isinstance(reference.group, OpaqueGroup) and not reference.group.managed
        }
        partly = {
            group.name.label
            for group in self.bundle.groups
            if isinstance(bare(group.body), Unresolved) or holds_unknown(member(group.body, "RulesSource"))
        }
        return frozenset(absent | partly)

    @property
    def deciding(self) -> tuple[CompiledRule, ...]:
        """Give the stateful rules that can make a difference to a verdict."""
        return tuple(self.compiled.rules[position] for position in bits(self.compiled.relevant))

    @property
    def sensitive(self) -> bool:
        """Say whether part of what decides is sensitive: where its verdicts change would then give it away."""
        stateful = any(rule.ref is not None and rule.ref.sensitive for rule in self.deciding)
        return stateful or any(
            entry.sensitive
            for reference in self.policy.stateless
            if not isinstance(reference.group, OpaqueGroup)
            for entry in reference.group.entries
        )


def read_sides(request: Request) -> Sides:
    """Read every file of a request. Raises ``UsageError``, ``InputError`` or ``UnsupportedInput``."""
    if request.tf_plan is not None:
        if request.old or request.new:
            raise UsageError(
                error("--tf-plan and --old/--new exclude each other.", None, "Give one of them.")
            )
        old, new, said = _read_plan(request.tf_plan)
    elif request.old is not None and request.new is not None:
        old, said = _read_side(request.old)
        new, also = _read_side(request.new)
        said = (*said, *also)
    else:
        remedy = "Give --tf-plan FILE, or both --old SOURCE and --new SOURCE."
        raise UsageError(error("there is nothing to compare.", None, remedy))
    context = Inventory()
    for path in request.context:
        found, also = _read_side(path)
        context = _joined(context, found)
        said = (*said, *also)
    assembled = assemble(old, new, context, request.choice)
    return Sides(assembled.changes, (*said, *assembled.diagnostics))


def load(bundle: PolicyBundle) -> Loaded:
    """Build a policy and make it ready to decide."""
    policy, diagnostics = build_policy(bundle)
    return Loaded(bundle, policy, compile_policy(policy), diagnostics)


def _read_plan(path: Path) -> tuple[Inventory, Inventory, tuple[Diagnostic, ...]]:
    match read_input(path):
        case PlanInput(sides=sides):
            return sides.old, sides.new, sides.diagnostics
        case StateInput():
            summary = f"{path.name} is a Terraform state, not a plan."
            remedy = (
                "Make one with: terraform plan -out plan.bin && terraform show -json plan.bin > plan.json"
            )
        case SnapshotInput():
            summary = f"{path.name} is a snapshot, not a Terraform plan."
            remedy = "Compare two of them with --old SNAPSHOT --new SNAPSHOT."
        case SavedPlanInput():
            summary = f"{path.name} is a plan of this program, not of Terraform."
            remedy = "Show it with: nfw-reconcile show FILE."
    raise InputError(error(summary, None, remedy))


def _read_side(path: Path) -> tuple[Inventory, tuple[Diagnostic, ...]]:
    match read_input(path):
        case PlanInput(sides=sides):
            return sides.new, sides.diagnostics
        case StateInput(inventory=inventory, diagnostics=diagnostics):
            return inventory, diagnostics
        case SnapshotInput(inventory=inventory, diagnostics=diagnostics):
            return inventory, diagnostics
        case SavedPlanInput():
            remedy = "Give the Terraform plan, state or snapshot that it was made from."
            raise InputError(error(f"{path.name} is a plan of this program.", None, remedy))


def _joined(one: Inventory, other: Inventory) -> Inventory:
    return Inventory(
        (*one.firewalls, *other.firewalls),
        (*one.policies, *other.policies),
        (*one.groups, *other.groups),
        {**one.prefix_lists, **other.prefix_lists},
        {**one.vpcs, **other.vpcs},
    )


def single(sides: Sides) -> PolicyChange:
    """Give the one change that ``classify`` and ``explain`` are about.

    ``UsageError`` lists them where there are more.
    """
    if len(sides.changes) == 1:
        return sides.changes[0]
    names = sorted(change_label(change) for change in sides.changes)
    if not names:
        raise InputError([*sides.diagnostics, warning("there is no policy to decide by.")])
    summary = f"the input holds {len(names)} policies: {', '.join(names)}."
    raise UsageError(error(summary, None, "Choose one with --firewall or --policy."))


def change_label(change: PolicyChange) -> str:
    """Name a change for people: its firewall, else its policy."""
    if change.firewall is not None:
        return change.firewall.name.label
    bundle = change.new or change.old
    return bundle.policy.name.label if bundle else "nothing"
