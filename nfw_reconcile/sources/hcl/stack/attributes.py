"""Resources as other expressions see them: instances, attributes, and the whole.

What the configuration sets is known. All else is what the provider and the service fill in, and unknown: named by
the address of the resource and a digest of all that it is asked to be, so that equal names mean equal values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import types, values
from nfw_reconcile.sources.hcl.cty.values import Origin
from nfw_reconcile.sources.hcl.expressions.identity import IDENTIFIER, Open, derived, unknown_from
from nfw_reconcile.sources.hcl.expressions.references import body_references, references
from nfw_reconcile.sources.hcl.stack.expanding import expanded
from nfw_reconcile.sources.hcl.stack.expressing import Computation, Expressing, Outcome, attempted
from nfw_reconcile.sources.hcl.stack.graph import Result
from nfw_reconcile.sources.hcl.stack.naming import Names, refused
from nfw_reconcile.sources.hcl.stack.nodes import (
    ONCE,
    ArgumentsNode,
    Node,
    Repeats,
    ResourceNode,
    expansion_of,
    result_of,
)
from nfw_reconcile.sources.hcl.stack.providers import provider_of
from nfw_reconcile.sources.hcl.stack.schemas import is_given, is_link, is_text
from nfw_reconcile.sources.hcl.stack.whereabouts import TOLD, Asked, Whereabouts
from nfw_reconcile.sources.hcl.syntax import Body

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from nfw_reconcile.sources.hcl.expressions.references import ResourceName
    from nfw_reconcile.sources.hcl.stack.nodes import AttributeNode, Expansion, Repetition
    from nfw_reconcile.sources.hcl.stack.providers import Configured
    from nfw_reconcile.sources.hcl.syntax import Attribute, Block
    from nfw_reconcile.sources.tfplan.addresses import ModulePath

META: Final = frozenset(
    {"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"}
)
"""Arguments and blocks of every resource that are Terraform's own."""

_ALWAYS: Final = ("arn", "id")


def arguments_of(body: Body) -> Body:
    """Give what a body says to the provider, without what is Terraform's own."""
    return Body(
        tuple(attribute for attribute in body.attributes if attribute.name not in META),
        tuple(block for block in body.blocks if block.type not in META),
        place=body.place,
    )


@dataclass(frozen=True, slots=True)
class Attributes:
    """Computes the nodes of resources."""

    expressing: Expressing

    def instances(self, node: ResourceNode) -> Computation:
        """Compute the instances of a resource."""
        return expanded(self._block(node.at, node.resource), node.at, self.expressing)

    def arguments(self, node: ArgumentsNode) -> Computation:
        """Compute the digest of all arguments of one instance."""
        expansion = expansion_of((yield ResourceNode(node.at, node.resource)))
        body = arguments_of(self._block(node.at, node.resource).body)
        repetition = next(each for each in expansion.repetitions if each.key == node.key)
        made = yield from self._digested(body, node.at, repetition)
        provider = self._provider(node.at, node.resource) if node.resource.mode == "data" else None
        if provider is None:
            return made
        seen = yield from self._digested(provider.sees, provider.at, ONCE)
        return Result(unknown_from(()), "data of", (made, seen))

    def _digested(
        self, body: Body, at: ModulePath, repetition: Repetition
    ) -> Generator[Node, Outcome, Result]:
        """Give a result whose digest is that of all that a body says."""
        wanted = list(body_references(body))
        found = yield from self.expressing.gather(at, wanted)
        names = self.expressing.names(at, found, repetition)
        needs = [names.result(reference.subject) for reference in wanted]
        says = repr(body) + (self.expressing.session.tree.name if _reads_files(body) else "")
        return Result(unknown_from(()), says, tuple(need for need in needs if need is not None))

    def _provider(self, at: ModulePath, resource: ResourceName) -> Configured | None:
        return provider_of(resource, self._block(at, resource), at, self.expressing.instances)

    def attribute(self, node: AttributeNode) -> Computation:
        """Compute an attribute, or the whole, of all instances of a resource."""
        if node.resource.mode == "ephemeral":
            return Result(unknown_from([Origin(str(node))]))
        expansion = expansion_of((yield ResourceNode(node.at, node.resource)))
        block = self._block(node.at, node.resource)
        given = self._given(node, block)
        found = yield from self.expressing.gather(
            node.at, [reference for each in given for reference in references(each.expression)]
        )
        results: list[Result] = []
        for repetition in expansion.repetitions:
            names = self.expressing.names(node.at, found, repetition)
            made = {each.name: self._argument(node.resource, each, names) for each in given}
            made |= yield from self._whereabouts(node, block, repetition)
            instance = ArgumentsNode(node.at, node.resource, repetition.key)
            if node.attribute is None:
                results.append((yield from self._whole(instance, made, block)))
            else:
                only = made.get(node.attribute)
                results.append((yield from self._known_or_named(instance, node.attribute, only, block)))
        if node.attribute is None or not misused(expansion, keyed=node.keyed):
            return together(expansion, results, str(node))
        what = f"{node.resource} has {expansion.repeats.value}: {wanted(keyed=node.keyed)}"
        return Result(refused(self.expressing.session, block.place), refusal=what)

    def _whereabouts(
        self, node: AttributeNode, block: Block, repetition: Repetition
    ) -> Generator[Node, Outcome, dict[str, Result]]:
        """Give what a data source says of where its provider works, of the attributes that are asked for."""
        asked = [each for each in TOLD.get(node.resource.kind, ()) if node.attribute in {None, each}]
        provider = self._provider(node.at, node.resource) if node.resource.mode == "data" and asked else None
        found: dict[str, Result] = {}
        if provider is not None:
            where = Whereabouts(self.expressing, provider)
            source = Asked(node.resource.kind, arguments_of(block.body), node.at, repetition)
            for name in asked:
                told = yield from where.of(source, name)
                found |= {name: told} if told is not None else {}
        return found

    def _block(self, at: ModulePath, resource: ResourceName) -> Block:
        return self.expressing.instances[at].module.resources[resource]

    def _given(self, node: AttributeNode, block: Block) -> list[Attribute]:
        """Give the arguments that are set and that count for what is asked for."""
        return [
            each
            for each in block.body.attributes
            if node.attribute in {None, each.name}
            and each.name not in META
            and is_given(node.resource, each.name)
        ]

    def _argument(self, resource: ResourceName, attribute: Attribute, names: Names) -> Result:
        made = self.expressing.now(attribute.expression, names)
        if is_text(resource, attribute.name):
            made.value = attempted(
                lambda: types.converted(made.value, values.STRING, attribute.expression.place),
                self.expressing.session,
                attribute.place,
            )
        return made

    def _known_or_named(
        self, node: ArgumentsNode, attribute: str, made: Result | None, block: Block
    ) -> Generator[Node, Outcome, Result]:
        """Give what an argument was set to; where it was not, the unknown value that its name stands for."""
        if made is not None and not values.is_null(made.value):
            return made
        kind = values.STRING if is_text(node.resource, attribute) else values.DYNAMIC
        reference = f"{node}.{attribute}"
        needs: tuple[Result, ...] = ()
        if not is_link(node.resource, attribute):
            arguments = result_of((yield node))
            needs = (arguments,)
            reference = f"{reference}#{arguments.digest()}"
        marks = [IDENTIFIER] if attribute in _ALWAYS else []
        value = values.marked(values.unknown(reference, block.place, kind), marks)
        return Result(value, reference, needs)

    def _whole(
        self, node: ArgumentsNode, made: Mapping[str, Result], block: Block
    ) -> Generator[Node, Outcome, Result]:
        found: dict[str, Result] = {}
        for name in dict.fromkeys((*made, *_ALWAYS)):
            found[name] = yield from self._known_or_named(node, name, made.get(name), block)
        digest = result_of((yield node)).digest()
        whole = values.object_of({name: result.value for name, result in found.items()})
        return Result(values.marked(whole, [Open(str(node), digest)]), str(node), tuple(found.values()))


def misused(expansion: Expansion, *, keyed: bool) -> bool:
    """Say whether a reference asks for an instance by key where there are no keys, or the other way round."""
    return expansion.repeats is not Repeats.UNKNOWN and keyed == (expansion.repeats is Repeats.ONCE)


def wanted(*, keyed: bool) -> str:
    """Say what a reference has to ask for instead."""
    return "refer to it without a key" if keyed else "refer to one of its instances by its key"


def together(expansion: Expansion, results: list[Result], says: str) -> Result:
    """Put the values of all instances of a block together: itself, a tuple, or an object by their keys."""
    needs = (expansion.made, *results)
    match expansion.repeats:
        case Repeats.ONCE:
            return results[0]
        case Repeats.COUNT:
            return Result(values.tuple_of(each.value for each in results), says, needs)
        case Repeats.FOR_EACH:
            pairs = zip(expansion.repetitions, results, strict=True)
            return Result(values.object_of({str(one.key): each.value for one, each in pairs}), says, needs)
        case Repeats.UNKNOWN:
            deep = {mark for each in needs for mark in values.marks(each.value)}
            return Result(derived(unknown_from(deep)), says, needs)


_FILE_FUNCTIONS: Final = re.compile(r"Call\(name='(?:core::)?(?:file\w*|templatefile)'")


def _reads_files(body: Body) -> bool:
    """Say whether a body calls a function that reads files, whose content is not part of what it says."""
    return _FILE_FUNCTIONS.search(repr(body)) is not None
