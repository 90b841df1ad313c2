"""Instances of the resources that are read, as a plan has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.expressions.identity import digest_of
from nfw_reconcile.sources.hcl.expressions.references import body_references
from nfw_reconcile.sources.hcl.resources.blocks import type_of
from nfw_reconcile.sources.hcl.resources.growing import Growth, Tree
from nfw_reconcile.sources.hcl.resources.providers import region_of
from nfw_reconcile.sources.hcl.resources.written import Span, WrittenInstance
from nfw_reconcile.sources.hcl.stack.attributes import arguments_of
from nfw_reconcile.sources.hcl.stack.nodes import ArgumentsNode, Repeats, ResourceNode
from nfw_reconcile.sources.hcl.stack.schemas import is_given, is_link, schema_of
from nfw_reconcile.sources.hcl.syntax import Body
from nfw_reconcile.sources.tfplan.instances import POLICY, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.sources.hcl.expressions.references import ResourceName
    from nfw_reconcile.sources.hcl.stack.evaluation import Evaluation
    from nfw_reconcile.sources.hcl.stack.nodes import Expansion
    from nfw_reconcile.sources.hcl.stack.schemas import Schema
    from nfw_reconcile.sources.hcl.syntax import Block
    from nfw_reconcile.sources.tfplan.addresses import ModulePath

_WRITTEN: Final[Mapping[str, object]] = {}
_EXPRESSIONS: Final[Mapping[str, Mapping[str, object]]] = {
    POLICY: {
        "firewall_policy": {
            "enable_tls_session_holding": _WRITTEN,
            "stateful_rule_group_reference": {"deep_threat_inspection": _WRITTEN},
        }
    }
}
"""Arguments that the provider fills in where nobody sets them: here, an unknown one is one that is set."""


@dataclass(frozen=True, slots=True)
class Read:
    """One instance, the names of its unknown values by their paths, and where it is written."""

    instance: Instance
    slots: Mapping[str, str]
    written: WrittenInstance


def read_instances(evaluation: Evaluation, at: ModulePath) -> Iterator[Read]:
    """Give the instances of all resources of a module instance that are read, in the order of their declaration."""
    certain = evaluation.expressing.instances[at].is_certain
    for resource, block in evaluation.expressing.instances[at].module.resources.items():
        schema = schema_of(resource)
        if schema is None:
            continue
        expansion = evaluation.expansion(ResourceNode(at, resource))
        region = region_of(resource, block, at, evaluation)
        body = _read_part(resource, block, schema)
        found = evaluation.found(at, body_references(body))
        for repetition in expansion.repetitions:
            node = ArgumentsNode(at, resource, repetition.key)
            growth = Growth(
                str(node), evaluation.expressing.names(at, found, repetition), evaluation.expressing
            )
            if expansion.repeats is Repeats.UNKNOWN or not certain:
                tree = _unknown(node, schema, growth, expansion, evaluation)
            else:
                tree = _grown(node, body, schema, growth, evaluation)
            instance = _instance(node, tree, region)
            span = Span(block.place, block.end_line)
            written = WrittenInstance(span, growth.bodies, growth.written, growth.elements)
            yield Read(instance, growth.slots, written)


def _read_part(resource: ResourceName, block: Block, schema: Schema) -> Body:
    """Give what of a body is evaluated: the arguments that are read."""
    read = {member.terraform for member in schema.shape.members}
    body = arguments_of(block.body)
    return Body(
        tuple(each for each in body.attributes if each.name in read and is_given(resource, each.name)),
        tuple(each for each in body.blocks if type_of(each) in read) if resource.mode == "managed" else (),
        place=body.place,
    )


def _grown(node: ArgumentsNode, body: Body, schema: Schema, growth: Growth, evaluation: Evaluation) -> Tree:
    tree = growth.resource(body, schema.shape)
    known: dict[str, object] = dict(tree.value) if isinstance(tree.value, Mapping) else {}
    unknown: dict[str, object] = dict(tree.unknown) if isinstance(tree.unknown, Mapping) else {}
    for name in sorted(schema.computed):
        if known.get(name) is None and name not in unknown:
            known.pop(name, None)
            growth.name(name, _name(node, name, evaluation))
            unknown[name] = True
    return Tree(known, unknown, tree.sensitive)


def _name(node: ArgumentsNode, attribute: str, evaluation: Evaluation) -> str:
    """Name what the provider fills in, as references to it do."""
    if is_link(node.resource, attribute):
        return f"{node}.{attribute}"
    return f"{node}.{attribute}#{evaluation.result(node).digest()}"


def _unknown(
    node: ArgumentsNode, schema: Schema, growth: Growth, expansion: Expansion, evaluation: Evaluation
) -> Tree:
    """Stand for instances of which not even the number is known: nothing of them is."""
    module = evaluation.expressing.instances[node.at]
    around = [each.digest() for each in module.repetition.special.values()]
    digest = digest_of([expansion.made.digest(), evaluation.result(node).digest(), *around])
    for member in schema.shape.members:
        growth.name(member.terraform, f"{node}.{member.terraform}#{digest}")
    for name in schema.computed:
        growth.name(name, f"{node}.{name}#{digest}")
    return Tree({}, unknown=True)


def _instance(node: ArgumentsNode, tree: Tree, region: str | None) -> Instance:
    return Instance(
        address=str(node),
        kind=node.resource.kind,
        name=node.resource.name,
        values=tree.value if isinstance(tree.value, Mapping) else {},
        data=node.resource.mode == "data",
        module=node.at,
        index=node.key,
        unknown=tree.unknown,
        sensitive=tree.sensitive,
        expressions=_EXPRESSIONS.get(node.resource.kind, {}),
        region=region,
    )
