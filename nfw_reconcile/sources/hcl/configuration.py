"""One revision of a Terraform configuration as an inventory: what ``terraform show -json`` would give for it.

Nothing is run, and nothing is asked of a network. What cannot be worked out is unknown, with its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.errors import InputError, Location, Severity, error, note
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.sources.hcl.expressions.references import AttributeOf, cut, read_reference
from nfw_reconcile.sources.hcl.expressions.session import Session
from nfw_reconcile.sources.hcl.resources.instances import read_instances
from nfw_reconcile.sources.hcl.resources.renaming import renamed
from nfw_reconcile.sources.hcl.resources.writing import placed_inventory
from nfw_reconcile.sources.hcl.stack.evaluation import Evaluation, instance_path
from nfw_reconcile.sources.hcl.stack.loading import Loader
from nfw_reconcile.sources.hcl.stack.modules import has_configuration
from nfw_reconcile.sources.hcl.stack.needed import Needed
from nfw_reconcile.sources.hcl.stack.nodes import CallNode
from nfw_reconcile.sources.hcl.stack.schemas import matters
from nfw_reconcile.sources.hcl.stack.variables import Inputs, given_values
from nfw_reconcile.sources.hcl.syntax import Name
from nfw_reconcile.sources.hcl.trees.tree import resolved
from nfw_reconcile.sources.remarks import Remarks
from nfw_reconcile.sources.tfplan.addresses import ROOT, Step, module_text
from nfw_reconcile.sources.tfplan.changes import refuse_next_generation
from nfw_reconcile.sources.tfplan.instances import FIREWALL, POLICY, RULE_GROUP, Instances, check_identity
from nfw_reconcile.sources.tfplan.links import Names
from nfw_reconcile.sources.tfplan.networks import read_prefix_lists, read_vpcs
from nfw_reconcile.sources.tfplan.records import read_firewall, read_group, read_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.sources.hcl.resources.instances import Read
    from nfw_reconcile.sources.hcl.resources.written import Places
    from nfw_reconcile.sources.hcl.syntax import Expression
    from nfw_reconcile.sources.hcl.trees.tree import Tree
    from nfw_reconcile.sources.tfplan.addresses import ModulePath


@dataclass(frozen=True, slots=True)
class Configured:
    """What one revision asks for, what is to be told about it, and where it is written."""

    inventory: Inventory
    diagnostics: tuple[Diagnostic, ...] = ()
    places: Places = field(default_factory=dict)


def read_configuration(tree: Tree, directory: str, inputs: Inputs | None = None) -> Configured:
    """Evaluate the root module in a directory of a tree.

    What Terraform would refuse is among the diagnostics, as an error with its place, and unresolved in the
    inventory. Raises :class:`InputError` where there is no configuration, where a file of it cannot be read at all,
    and where it asks for more work than is done; :class:`UnsupportedInput` for next generation policies.
    """
    given = inputs or Inputs()
    root = resolved("", directory)
    foreign = frozenset(each.name for each in given.files if _content(tree, each.name) != each.content)
    session = Session(tree, root, given.workspace, foreign=foreign)
    if not has_configuration(tree, root):
        place = Location(tree.place(root) or tree.name)
        raise InputError(
            error(
                "there is no Terraform configuration here.", place, "Name the directory of the root module."
            )
        )
    loader = Loader(session)
    module = loader.module(root)
    evaluation = Evaluation(session, loader, module, given_values(module, given, session))
    read = [one for at in _modules(evaluation) for one in read_instances(evaluation, at)]
    if loader.unreadable():
        raise InputError([each for each in session.told if each.severity is Severity.ERROR])
    _tell_moved(evaluation)
    remarks = Remarks(tree.place(root) or tree.name)
    for instance in evaluation.expressing.instances.values():
        for resource in instance.module.resources:
            refuse_next_generation(resource.kind, f"{module_text(instance.path)}{resource}", remarks)
    return _configured(read, session, remarks)


def _configured(read: list[Read], session: Session, remarks: Remarks) -> Configured:
    slots = {path: name for one in read for path, name in one.slots.items()}
    instances = Instances(one.instance for one in read)
    names = Names(slots=slots)
    for one in read:
        check_identity(one.instance, remarks)
    inventory = Inventory(
        firewalls=tuple(read_firewall(one, names, remarks) for one in instances.of(FIREWALL)),
        policies=tuple(read_policy(one, names, remarks) for one in instances.of(POLICY)),
        groups=tuple(read_group(one, names, remarks) for one in instances.of(RULE_GROUP)),
        prefix_lists=read_prefix_lists(instances, names, remarks),
        vpcs=read_vpcs(instances, names, remarks),
    )
    errors = [each for each in session.told if each.severity is Severity.ERROR]
    if remarks.problems and not remarks.refusals:
        raise InputError([*errors, *remarks.problems])
    remarks.raise_if_any()
    places = {one.instance.address: one.written for one in read}
    made = placed_inventory(renamed(inventory, slots), places, session.belongs)
    return Configured(made, (*session.told, *remarks.told), places)


def _content(tree: Tree, path: str) -> bytes | None:
    """Give the content of a file that may be one of the tree."""
    try:
        return tree.read(resolved("", path))
    except InputError:
        return None


def _tell_moved(evaluation: Evaluation) -> None:
    """Note what is moved: objects are compared by their addresses, and the old one is another."""
    for instance in evaluation.expressing.instances.values():
        for block in instance.module.moved:
            source, target = (block.body.attribute(name) for name in ("from", "to"))
            if source is None or target is None or not _is_read(target.expression):
                continue
            summary = "this is moved: the two revisions have it under different addresses."
            remedy = "What the new address decides is compared by the policy that refers to it."
            evaluation.session.tell(note(summary, block.place, remedy))


def _is_read(expression: Expression) -> bool:
    """Say whether what is moved is read, or a module, which may hold what is."""
    root, steps = cut(expression)
    if not isinstance(root, Name):
        return True
    subject = read_reference(root, steps).subject
    return not isinstance(subject, AttributeOf) or matters(subject.resource)


def _modules(evaluation: Evaluation) -> Iterable[ModulePath]:
    """Give every module instance that holds, or calls, what is read; outermost first."""
    needed = Needed(evaluation.loader)
    pending: list[ModulePath] = [ROOT]
    while pending:
        at = pending.pop(0)
        yield at
        module = evaluation.expressing.instances[at].module
        for name in module.calls:
            called = evaluation.loader.called(module, at, name)
            if called is None or not needed.of(called, (*at, Step(name))):
                continue
            call = CallNode(at, name)
            pending += [instance_path(call, each) for each in evaluation.expansion(call).repetitions]
