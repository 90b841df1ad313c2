"""The sections of a template, with their types checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.cloudformation.tree import Items, Leaf, Members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.cloudformation.tree import Tree
    from nfw_reconcile.sources.remarks import Remarks

_REMEDY: Final = "Correct the template."
TRANSFORM: Final = "Fn::Transform"

_HARMLESS: Final = (
    "AWS::LanguageExtensions",
    "AWS::Serverless-",
    "AWS::SecretsManager-",
    "AWS::CodeDeployBlueGreen",
)
"""Macros of AWS that leave the types that are read here alone."""


@dataclass(frozen=True, slots=True)
class Template:
    """The sections that decide about resources; each is empty where the template lacks it.

    ``mark`` names the template by its content: with it in their names, values that a template does not show
    are the same in no other one.
    """

    mark: str
    parameters: Mapping[str, Tree]
    mappings: Mapping[str, Tree]
    conditions: Mapping[str, Tree]
    resources: Mapping[str, Tree]


def open_template(tree: Tree, mark: str, remarks: Remarks) -> Template:
    """Take a template apart; raises ``InputError`` and ``UnsupportedInput`` for what cannot be read at all.

    A macro may rewrite everything when the stack is deployed, so that a template with one is refused.
    """
    if not isinstance(tree, Members):
        here(remarks, tree).stop("an object is needed: this is no CloudFormation template", _REMEDY)
    _refuse_macros(tree.members.get("Transform"), remarks)
    resources = tree.members.get("Resources")
    for place in (tree, resources) if isinstance(resources, Members) else (tree,):
        _refuse_macros(place.members.get(TRANSFORM), remarks)
    template = Template(
        mark,
        *(_section(tree, name, remarks) for name in ("Parameters", "Mappings", "Conditions", "Resources")),
    )
    if not template.resources and not remarks.problems:
        remarks.problem("Resources", "the template holds no resources", _REMEDY)
    remarks.raise_if_any()
    return template


def here(remarks: Remarks, tree: Tree) -> Remarks:
    """Give the remarks for the place of a value."""
    return remarks.at(tree.place.line, tree.place.column)


def _section(template: Members, name: str, remarks: Remarks) -> Mapping[str, Tree]:
    section = template.members.get(name)
    if isinstance(section, Members):
        return section.members
    if section is not None:
        here(remarks, section).problem(name, "an object is needed", _REMEDY)
    return {}


def _refuse_macros(transform: Tree | None, remarks: Remarks) -> None:
    if transform is None:
        return
    for one in transform.items if isinstance(transform, Items) else (transform,):
        name = one.value if isinstance(one, Leaf) else None
        if not isinstance(name, str) or not name.startswith(_HARMLESS):
            what = f"the macro {name:.100}" if isinstance(name, str) else "a macro"
            here(remarks, one).refuse(
                f"{what} may rewrite the whole template when the stack is deployed",
                "Give what it makes of the template: "
                "`aws cloudformation get-template --template-stage Processed --stack-name STACK`.",
            )
