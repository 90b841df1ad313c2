"""Read a CloudFormation template: the stack that it describes, as far as template and parameters tell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, Location, error
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.sources.cloudformation.budget import Budget
from nfw_reconcile.sources.cloudformation.convert import Converter
from nfw_reconcile.sources.cloudformation.document import parse_template
from nfw_reconcile.sources.cloudformation.evaluate import Evaluator
from nfw_reconcile.sources.cloudformation.networks import read_prefix_lists, read_vpcs
from nfw_reconcile.sources.cloudformation.places import with_places
from nfw_reconcile.sources.cloudformation.records import read_firewall, read_group, read_policy
from nfw_reconcile.sources.cloudformation.resources import Workshop, resources_of
from nfw_reconcile.sources.cloudformation.template import open_template
from nfw_reconcile.sources.cloudformation.tree import Members, digest
from nfw_reconcile.sources.cloudformation.types import FIREWALL, POLICY, RULE_GROUP
from nfw_reconcile.sources.remarks import Remarks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.sources.cloudformation.template import Template
    from nfw_reconcile.sources.cloudformation.tree import Tree

NO_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TemplateSide:
    """What a template says: one side of a comparison.

    ``lines`` gives the 1-based line of a resource by its logical id, and of every part of its body by the
    path behind it (``Group.RulesSource.StatefulRules[0]``, ``Group.RulesSource.RulesString``: the line of
    its first rule); empty where the parser does not tell.
    """

    inventory: Inventory
    diagnostics: tuple[Diagnostic, ...]
    lines: Mapping[str, int]
    text: str = field(default="", repr=False)

    def at(self, path: str) -> Inventory:
        """Give what the template says with the places of all rules, as it is the file of that path."""
        return with_places(self.inventory, self.lines, self.text, path)


def read_template(data: bytes, source: str, parameters: Mapping[str, str] = NO_PARAMETERS) -> TemplateSide:
    """Read the bytes of a template in YAML or JSON; ``source`` names it in messages.

    ``parameters`` are values of its parameters and pseudo parameters (``AWS::Region``); without one a
    parameter has its default, and without a default it is unknown. What the stack gets from elsewhere
    (attributes of other resources, imports, stored values, macros) is ``Unresolved`` under a name that is
    the same only for the same value; ARNs of the template's own groups are named ``LogicalId.arn``.

    Raises :class:`InputError` with all problems, each with its line, for what is no template, and
    :class:`UnsupportedInput` for macros that may rewrite all of it and for next generation policies.
    """
    try:
        mark = f"template #{digest(data.decode('utf-8', 'replace'))[:8]}"
        side = _side(parse_template(data, source), source, mark, parameters)
        return replace(side, text=data.decode("utf-8", "replace"))
    except RecursionError as bad:
        summary = "functions, lists and objects are nested too deeply"
        raise InputError(
            error(summary, Location(source), "Check that it is the file that was meant.")
        ) from bad


def _side(tree: Tree, source: str, mark: str, parameters: Mapping[str, str]) -> TemplateSide:
    remarks = Remarks(source)
    budget = Budget(source)
    template = _written_out(open_template(tree, mark, remarks), parameters, budget, remarks)
    evaluator = Evaluator(template, parameters, budget, remarks)
    workshop = Workshop(evaluator, Converter(budget, remarks), remarks)
    resources = list(resources_of(template, evaluator, remarks))
    inventory = Inventory(
        firewalls=tuple(read_firewall(one, workshop) for one in resources if one.kind == FIREWALL),
        policies=tuple(read_policy(one, workshop) for one in resources if one.kind == POLICY),
        groups=tuple(read_group(one, workshop) for one in resources if one.kind == RULE_GROUP),
        prefix_lists=read_prefix_lists(resources, workshop),
        vpcs=read_vpcs(resources, workshop),
    )
    remarks.raise_if_any()
    own = {one.name: one.tree.place.line for one in resources}
    lines = {**workshop.converter.lines, **{name: line for name, line in own.items() if line is not None}}
    return TemplateSide(inventory, tuple(remarks.told), lines)


def _written_out(
    template: Template, parameters: Mapping[str, str], budget: Budget, remarks: Remarks
) -> Template:
    """Write the loops of resources and conditions out."""
    loops = Evaluator(template, parameters, budget, remarks).loops()
    return replace(
        template,
        conditions=loops.expand(Members(template.conditions)).members,
        resources=loops.expand(Members(template.resources)).members,
    )
