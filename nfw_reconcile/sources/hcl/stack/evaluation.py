"""The module graph: variables, locals, outputs and module calls, each computed from what it refers to.

Every module instance has its own. Resources are beside this (:mod:`attributes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import error
from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.cty.values import SENSITIVE
from nfw_reconcile.sources.hcl.expressions.identity import Open, unknown_from
from nfw_reconcile.sources.hcl.expressions.references import body_references
from nfw_reconcile.sources.hcl.stack.attributes import Attributes, misused, together, wanted
from nfw_reconcile.sources.hcl.stack.expanding import expanded
from nfw_reconcile.sources.hcl.stack.expressing import Computation, Expressing, Instance, Outcome, attempted
from nfw_reconcile.sources.hcl.stack.graph import Graph, Result
from nfw_reconcile.sources.hcl.stack.naming import refused
from nfw_reconcile.sources.hcl.stack.nodes import (
    ArgumentsNode,
    AttributeNode,
    CallNode,
    Expansion,
    LocalNode,
    Node,
    OutputNode,
    OutputsNode,
    Repeats,
    Repetition,
    ResourceNode,
    VariableNode,
    expansion_of,
    result_of,
)
from nfw_reconcile.sources.hcl.stack.repetition import unknown_times
from nfw_reconcile.sources.hcl.stack.variables import declared_value, default_of, is_true, unset
from nfw_reconcile.sources.hcl.syntax import Body
from nfw_reconcile.sources.tfplan.addresses import ROOT, ModulePath, Step, key_text, module_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.references import Reference
    from nfw_reconcile.sources.hcl.expressions.session import Session
    from nfw_reconcile.sources.hcl.stack.expressing import Found
    from nfw_reconcile.sources.hcl.stack.loading import Loader
    from nfw_reconcile.sources.hcl.stack.modules import Module
    from nfw_reconcile.sources.hcl.syntax import Block


class Evaluation:
    """All named values of one revision; each is computed when it is first asked for."""

    def __init__(self, session: Session, loader: Loader, root: Module, given: Mapping[str, Value]) -> None:
        """Take the root module, and the values that its variables were given."""
        self.session = session
        self.loader = loader
        self.expressing = Expressing(session, {ROOT: Instance(ROOT, root)})
        self._given = given
        self._attributes = Attributes(self.expressing)
        self._graph: Graph[Node, Outcome] = Graph(self._compute, self._cycle)

    def result(self, node: Node) -> Result:
        """Give the outcome of a node that is a value."""
        return result_of(self._graph.outcome(node))

    def found(self, at: ModulePath, wanted: Iterable[Reference]) -> Found:
        """Give what references in a module instance end at."""
        gathering = self.expressing.gather(at, wanted)
        try:
            node = next(gathering)
            while True:
                node = gathering.send(self._graph.outcome(node))
        except StopIteration as finished:
            found: Found = finished.value
            return found

    def expansion(self, node: ResourceNode | CallNode) -> Expansion:
        """Give the instances of a resource or a module call."""
        return expansion_of(self._graph.outcome(node))

    def _compute(self, node: Node) -> Computation:
        self.session.budget.name(None)
        match node:
            case VariableNode():
                return self._variable(node)
            case LocalNode(at=at, name=name):
                local = self._module(at).locals[name]
                return self.expressing.evaluated(local.expression, at)
            case OutputNode():
                return self._output(node)
            case CallNode():
                return self._call(node)
            case OutputsNode():
                return self._outputs(node)
            case ResourceNode():
                return self._attributes.instances(node)
            case AttributeNode():
                return self._attributes.attribute(node)
            case ArgumentsNode():
                return self._attributes.arguments(node)

    def _module(self, at: ModulePath) -> Module:
        return self.expressing.instances[at].module

    def _cycle(self, chain: list[Node]) -> Outcome:
        """Tell of a cycle; what closes it is unknown."""
        shown = " → ".join(map(str, chain[:_MOST_SHOWN])) + (" → …" if len(chain) > _MOST_SHOWN else "")
        place = self._place(chain[0])
        self.session.tell(error(f"this refers to itself: {shown}.", place, "Break the cycle."))
        result = Result(refused(self.session, place))
        wanted = chain[-1]
        return unknown_times(result) if isinstance(wanted, CallNode | ResourceNode) else result

    def _place(self, node: Node) -> Location:
        module = self._module(node.at)
        match node:
            case VariableNode(name=name):
                return module.variables[name].place
            case LocalNode(name=name):
                return module.locals[name].place
            case OutputNode(name=name):
                return module.outputs[name].place
            case CallNode(call=call) | OutputsNode(call=call):
                return module.calls[call].place
            case (
                ResourceNode(resource=resource)
                | AttributeNode(resource=resource)
                | ArgumentsNode(resource=resource)
            ):
                return module.resources[resource].place

    # Variables

    def _variable(self, node: VariableNode) -> Computation:
        block = self._module(node.at).variables[node.name]
        instance = self.expressing.instances[node.at]
        argument = instance.call.body.attribute(node.name) if instance.call is not None else None
        if argument is None:
            return self._unset_variable(node, block, instance)
        caller = node.at[:-1]
        made = result_of(
            (yield from self.expressing.evaluated(argument.expression, caller, instance.repetition))
        )
        return self._declared(block, made, argument.expression.place)

    def _declared(self, block: Block, made: Result, place: Location) -> Result:
        value = attempted(lambda: declared_value(block, made.value, self.session, place), self.session, place)
        return Result(value, repr(block.body), (made,))

    def _unset_variable(self, node: VariableNode, block: Block, instance: Instance) -> Result:
        """Give a variable that the calling block does not set: as the user did, its default, or an unknown value."""
        given = self._given.get(node.name) if instance.call is None else None
        value = default_of(block, self.session) if given is None else given
        if value is not None:
            default = block.body.attribute("default")
            written = default.expression.place if given is None and default is not None else block.place
            return self._declared(block, Result(value), written)
        if instance.call is None:
            return Result(unset(block, self.session))
        summary = f"module {instance.call.labels[0]!r} is called without its variable {node.name!r}."
        self.session.tell(error(summary, instance.call.place, "Give it in the call."))
        return Result(refused(self.session, instance.call.place))

    # Outputs and calls

    def _output(self, node: OutputNode) -> Computation:
        block = self._module(node.at).outputs[node.name]
        attribute = block.body.attribute("value")
        if attribute is None:
            self.session.tell(error(f"output {node.name!r} has no value.", block.place, "Give it one."))
            return Result(refused(self.session, block.place))
        made = result_of((yield from self.expressing.evaluated(attribute.expression, node.at)))
        if not is_true(block, "sensitive", default=False, session=self.session):
            return made
        return Result(values.marked(made.value, [SENSITIVE]), "sensitive", (made,))

    def _call(self, node: CallNode) -> Computation:
        """Compute the instances of a call, and make them known."""
        caller = self.expressing.instances[node.at]
        block = caller.module.calls[node.call]
        expansion = expansion_of((yield from expanded(block, node.at, self.expressing)))
        called = self.loader.called(caller.module, node.at, node.call)
        if called is None:
            return expansion
        for repetition in expansion.repetitions:
            self.session.budget.instance(block.place)
            path = instance_path(node, repetition)
            certain = caller.is_certain and expansion.repeats is not Repeats.UNKNOWN
            self.expressing.instances[path] = Instance(path, called, block, repetition, certain)
        return expansion

    def _outputs(self, node: OutputsNode) -> Computation:
        """Compute an output, or every output, of all instances of a call."""
        call = CallNode(node.at, node.call)
        expansion = expansion_of((yield call))
        block = self._module(node.at).calls[node.call]
        problem = self._misused(node, expansion)
        if problem is not None:
            return Result(refused(self.session, block.place), refusal=problem)
        results: list[Result] = []
        for repetition in expansion.repetitions:
            path = instance_path(call, repetition)
            if path not in self.expressing.instances:
                results.append((yield from self._not_there(node, block, repetition)))
            elif node.output is not None:
                results.append(result_of((yield OutputNode(path, node.output))))
            else:
                results.append((yield from self._all_outputs(path)))
        return together(expansion, results, str(node))

    def _misused(self, node: OutputsNode, expansion: Expansion) -> str | None:
        """Say what is wrong with a reference to an output, if anything is."""
        paths = [instance_path(CallNode(node.at, node.call), each) for each in expansion.repetitions]
        called = next((self._module(path) for path in paths if path in self.expressing.instances), None)
        if node.output is None:
            return None
        if called is not None and node.output not in called.outputs:
            return f"module {node.call!r} has no output {node.output!r}"
        if misused(expansion, keyed=node.keyed):
            return f"module {node.call!r} has {expansion.repeats.value}: {wanted(keyed=node.keyed)}"
        return None

    def _all_outputs(self, path: ModulePath) -> Generator[Node, Outcome, Result]:
        found: dict[str, Result] = {}
        for name in self._module(path).outputs:
            found[name] = result_of((yield OutputNode(path, name)))
        value = values.object_of({name: result.value for name, result in found.items()})
        return Result(value, "outputs", tuple(found.values()))

    def _not_there(
        self, node: OutputsNode, block: Block, repetition: Repetition
    ) -> Generator[Node, Outcome, Result]:
        """Name what a module gives that is not in the tree: by the call, and by all that the call says."""
        body = called_with(block)
        wanted = list(body_references(body))
        found = yield from self.expressing.gather(node.at, wanted)
        names = self.expressing.names(node.at, found, repetition)
        needs = [names.result(reference.subject) for reference in wanted]
        made = Result(unknown_from(()), repr(body), tuple(need for need in needs if need is not None))
        address = f"{module_text(node.at)}module.{node.call}{key_text(repetition.key)}"
        whole = Open(address, made.digest())
        if node.output is None:
            return Result(values.marked(values.object_of({}), [whole]), address, (made,))
        return Result(
            values.marked(unknown_from(()), [whole.origin(node.output, block.place)]), address, (made,)
        )


def instance_path(call: CallNode, repetition: Repetition) -> ModulePath:
    """Give the path of one instance of a module call."""
    return (*call.at, Step(call.call, key_text(repetition.key)))


def called_with(block: Block) -> Body:
    """Give all that a call says, but how often."""
    kept = tuple(each for each in block.body.attributes if each.name not in _REPEATING)
    return Body(kept, (), place=block.body.place)


_REPEATING: Final = frozenset({"count", "for_each", "providers", "depends_on"})
_MOST_SHOWN: Final = 8
