"""Resources of a template: which there are, and what stands in their properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive
from nfw_reconcile.model.policy import GroupName
from nfw_reconcile.sources.cloudformation.template import TRANSFORM, here
from nfw_reconcile.sources.cloudformation.tree import Leaf, Members
from nfw_reconcile.sources.cloudformation.types import NESTED, READ, type_of
from nfw_reconcile.sources.shapes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.sources.cloudformation.convert import Converter
    from nfw_reconcile.sources.cloudformation.evaluate import Evaluator
    from nfw_reconcile.sources.cloudformation.template import Template
    from nfw_reconcile.sources.cloudformation.tree import Tree
    from nfw_reconcile.sources.remarks import Remarks
    from nfw_reconcile.sources.shapes import Shape

_REMEDY: Final = "Correct the template."
_NEXT_GENERATION: Final = "FirewallPolicyV2"
_ACCOUNT: Final = ("AWS::Partition", "AWS::Region", "AWS::AccountId")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource that is read and that is there, or may be: ``condition`` is what that hangs on."""

    name: str
    kind: str
    tree: Members
    properties: Mapping[str, Tree]
    condition: Unresolved | None = None


@dataclass(frozen=True, slots=True)
class Workshop:
    """What reading the resources of one template takes."""

    evaluator: Evaluator
    converter: Converter
    remarks: Remarks

    def value(self, resource: Resource, name: str, shape: Shape, path: str | None = None) -> Body:
        """Give the body of a property; ``None`` where it is unset. Parts of it are found under ``path``."""
        written = resource.properties.get(name)
        if written is None:
            return None
        return self.converter.convert(
            self.evaluator.evaluate(written), shape, path or f"Resources.{resource.name}.Properties.{name}"
        )

    def text(self, resource: Resource, name: str) -> str | Unresolved | None:
        """Give a property that is a string, sensitive or not; ``None`` where it is unset."""
        body = self.value(resource, name, Scalar.TEXT)
        content = body.value if isinstance(body, Sensitive) else body
        return content if isinstance(content, str | Unresolved) else None

    def called(self, resource: Resource, property_name: str, arn_path: str) -> GroupName:
        """Give the names: the logical id for people, and AWS's own where they are known.

        The ARN follows from the name, and from partition, region and account where the caller gives them.
        """
        body = self.value(resource, property_name, Scalar.TEXT)
        name = body if isinstance(body, str) else None
        words = [self.evaluator.evaluate(Members({"Ref": Leaf(word)})) for word in _ACCOUNT]
        known = [word.value for word in words if isinstance(word, Leaf) and isinstance(word.value, str)]
        arn = None
        if name is not None and len(known) == len(_ACCOUNT):
            partition, region, account = known
            arn = f"arn:{partition}:network-firewall:{region}:{account}:{arn_path}/{name}"
        return GroupName(resource.name, name, arn, resource.name)

    def perhaps(self, resource: Resource, body: Body) -> Body:
        """Give the body of a resource that may be there: nobody knows it, but the same one is the same."""
        if resource.condition is None:
            return body
        mark = self.evaluator.digest_of(resource.name)
        return Unresolved(f"{resource.name} #{mark} if {resource.condition.reference}")


def resources_of(template: Template, evaluator: Evaluator, remarks: Remarks) -> Iterator[Resource]:
    """Give the resources of the types that are read; those whose condition is false are not there."""
    for name, tree in template.resources.items():
        kind = type_of(tree)
        if not isinstance(tree, Members) or not kind:
            here(remarks, tree).problem(f"Resources.{name}", "an object with a Type is needed", _REMEDY)
            continue
        _say_what_is_not_read(name, kind, tree, remarks)
        if kind in READ:
            yield from _resource(name, kind, tree, evaluator, remarks)


def _resource(
    name: str, kind: str, tree: Members, evaluator: Evaluator, remarks: Remarks
) -> Iterator[Resource]:
    condition = tree.members.get("Condition")
    truth = evaluator.condition(condition).value if condition is not None else True
    if truth is False:
        return
    written = tree.members.get("Properties")
    if written is not None and not isinstance(written, Members):
        here(remarks, written).problem(f"Resources.{name}.Properties", "an object is needed", _REMEDY)
        return
    properties = evaluator.loops().expand(written).members if written is not None else {}
    if TRANSFORM in tree.members or any(key.startswith("Fn::") for key in properties):
        here(remarks, tree).problem(
            f"Resources.{name}.Properties",
            "properties that a function or a macro makes cannot be read",
            "Write them out, or give the processed template.",
        )
    if isinstance(truth, Unresolved):
        here(remarks, tree).warn(
            f"Resources.{name}: whether it is there is not known: {truth.reference}",
            "Give the parameters that decide it with --var.",
        )
        yield Resource(name, kind, tree, properties, truth)
    else:
        yield Resource(name, kind, tree, properties)


def _say_what_is_not_read(name: str, kind: str, tree: Members, remarks: Remarks) -> None:
    if _NEXT_GENERATION in kind:
        here(remarks, tree).refuse(
            f"Resources.{name} is a next generation firewall policy, which this version does not model",
            "Treat its firewall by hand; leave it out of the template that is given here.",
        )
    elif kind in NESTED or kind.endswith("::MODULE"):
        here(remarks, tree).note(
            f"Resources.{name}: what is inside {kind} is not in the template, and is not read",
            "If firewalls, policies or rule groups are in it, give its own template.",
        )
