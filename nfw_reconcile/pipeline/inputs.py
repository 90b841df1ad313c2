"""Step 1: from files to the policies of both sides, each bound to its firewall."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.headers import bits
from nfw_reconcile.errors import Diagnostic, InputError, UsageError, error, note, warning
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.model.policy import OpaqueGroup
from nfw_reconcile.pipeline.beside import added, completed, identified
from nfw_reconcile.pipeline.locating import located
from nfw_reconcile.pipeline.reading import ALONE, Kind, read_source
from nfw_reconcile.pipeline.source import NO_VARIABLES, FileSource, parse_source
from nfw_reconcile.sources.assemble import NO_CHOICE, Choice, assemble
from nfw_reconcile.sources.detect import (
    PlanInput,
    SavedPlanInput,
    SnapshotInput,
    StateInput,
    TemplateInput,
    read_input,
)
from nfw_reconcile.sources.links import bare, holds_unknown, member
from nfw_reconcile.sources.policy import build_policy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nfw_reconcile.engine.compiled import CompiledPolicy, CompiledRule
    from nfw_reconcile.model.inventory import PolicyBundle, PolicyChange
    from nfw_reconcile.model.policy import Policy
    from nfw_reconcile.pipeline.reading import Found, Surroundings
    from nfw_reconcile.pipeline.source import Source, Variables


@dataclass(frozen=True, slots=True)
class Request:
    """What to compare: a Terraform plan, or an old and a new source; and what the input lacks."""

    tf_plan: Path | None = None
    old: Source | None = None
    new: Source | None = None
    context: tuple[Source, ...] = ()
    choice: Choice = NO_CHOICE
    variables: Variables = NO_VARIABLES
    config_dir: Path | None = None
    """Where the configuration lies that a plan or a state was made from."""

    def describe(self) -> str:
        """Name the input for people."""
        if self.tf_plan is not None:
            return f"Terraform plan {self.tf_plan.name}"
        old, new = (str(source) if source else "nothing" for source in (self.old, self.new))
        return f"{old} compared with {new}"


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of an input, linked and bound: what every use case starts from.

    ``old`` and ``new`` are the two sources as they were read, where there are two.
    """

    changes: tuple[PolicyChange, ...]
    diagnostics: tuple[Diagnostic, ...]
    old: Found | None = None
    new: Found | None = None
    home_net: tuple[str, ...] = ()


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


def read_sides(request: Request, surroundings: Surroundings = ALONE) -> Sides:
    """Read every source of a request. Raises what :func:`~nfw_reconcile.pipeline.reading.read_source` does."""
    if request.tf_plan is not None:
        if request.old or request.new:
            raise UsageError(
                error("--tf-plan and --old/--new exclude each other.", None, "Give one of them.")
            )
        old, new, said = _read_plan(request.tf_plan)
        contexts = _contexts(request, surroundings)
        _check_variables(request, contexts)
        new, unplaced = _located(request, new, Kind.PLAN, surroundings)
        return _assembled(request, old, new, (*said, *unplaced), contexts)
    if request.old is None or request.new is None:
        remedy = "Give --tf-plan FILE, or both --old SOURCE and --new SOURCE."
        raise UsageError(error("there is nothing to compare.", None, remedy))
    before = read_source(request.old, request.variables, surroundings)
    after = read_source(request.new, request.variables, surroundings)
    contexts = _contexts(request, surroundings)
    _check_variables(request, (before, after, *contexts))
    old, taken = _beside(before, after, contexts)
    new, also = _beside(after, before, contexts)
    new, unplaced = _located(request, new, after.kind, surroundings)
    said = (*before.diagnostics, *after.diagnostics, *taken, *also, *unplaced)
    return replace(_assembled(request, old, new, said, contexts), old=before, new=after)


def _contexts(request: Request, surroundings: Surroundings) -> tuple[Found, ...]:
    return tuple(read_source(source, request.variables, surroundings) for source in request.context)


def _assembled(
    request: Request,
    old: Inventory,
    new: Inventory,
    said: tuple[Diagnostic, ...],
    contexts: tuple[Found, ...],
) -> Sides:
    context = reduce(_joined, (found.inventory for found in contexts), Inventory())
    assembled = assemble(old, new, context, request.choice)
    said = (*said, *(told for found in contexts for told in found.diagnostics))
    return Sides(assembled.changes, (*said, *assembled.diagnostics), home_net=request.choice.home_net)


def _beside(
    side: Found, other: Found, contexts: tuple[Found, ...]
) -> tuple[Inventory, tuple[Diagnostic, ...]]:
    """Give a side with what the other sources know of what it names (:mod:`nfw_reconcile.pipeline.beside`).

    Between files nothing is added: a record that one of them lacks is not there.
    """
    inventory = side.inventory
    if side.kind is Kind.CONFIGURATION:
        known = [found.inventory for found in (other, *contexts)]
        inventory = identified(inventory, reduce(_joined, known))
    if side.kind is Kind.LIVE or other.kind is not Kind.LIVE:
        return inventory, ()
    whole = completed(inventory, other.inventory, side.before or Inventory())
    names = ", ".join(added(inventory, whole))
    told = note(f"{side.source} does not hold {names}: taken from {other.source}.")
    return whole, (told,) if names else ()


def _located(
    request: Request, new: Inventory, kind: Kind, surroundings: Surroundings
) -> tuple[Inventory, tuple[Diagnostic, ...]]:
    """Give the new side with the places that ``--config-dir`` has for it."""
    if request.config_dir is None:
        return new, ()
    if kind not in {Kind.PLAN, Kind.STATE}:
        summary = f"--config-dir is for a plan or a state of Terraform, and the new side is {kind.value}."
        remedy = "Leave it out: configuration and templates say themselves where they are written."
        raise UsageError(error(summary, None, remedy))
    return located(new, request.config_dir, request.variables, surroundings)


def _check_variables(request: Request, sources: Iterable[Found]) -> None:
    """Refuse values that no source has asked for: whoever gives them believes that they count."""
    variables = request.variables
    kinds = {source.kind for source in sources}
    if request.config_dir is not None:
        kinds.add(Kind.CONFIGURATION)
    if variables.files and Kind.CONFIGURATION not in kinds:
        summary = "--var-file is for Terraform configuration, and no source is any."
        raise UsageError(error(summary, None, "Leave it out, or name a directory or git:REV."))
    if variables.values and kinds.isdisjoint({Kind.CONFIGURATION, Kind.TEMPLATE}):
        summary = "--var is for Terraform configuration and CloudFormation templates, and no source is any."
        raise UsageError(error(summary, None, "Leave it out, or name a directory, git:REV or a template."))


def load(bundle: PolicyBundle) -> Loaded:
    """Build a policy and make it ready to decide."""
    policy, diagnostics = build_policy(bundle)
    return Loaded(bundle, policy, compile_policy(policy), diagnostics)


def _read_plan(path: Path) -> tuple[Inventory, Inventory, tuple[Diagnostic, ...]]:
    source = parse_source(str(path))
    if not isinstance(source, FileSource):
        remedy = f"Give a plan as `terraform show -json` prints it; {path} is for --old and --new."
        raise UsageError(error(f"--tf-plan {path}: this is not a file.", None, remedy))
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
        case TemplateInput():
            summary = f"{path.name} is a CloudFormation template, not a Terraform plan."
            remedy = "Compare two of them with --old TEMPLATE --new TEMPLATE."
        case SavedPlanInput():
            summary = f"{path.name} is a plan of this program, not of Terraform."
            remedy = "Show it with: nfw-reconcile show FILE."
    raise InputError(error(summary, None, remedy))


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
