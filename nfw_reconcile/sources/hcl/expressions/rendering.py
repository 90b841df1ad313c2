"""Templates to texts: their parts, their directives, and the calls that render one (HCL, "Templates")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.cty import operators, types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.cty.values import Value
from nfw_reconcile.sources.hcl.expressions.calls import not_computed
from nfw_reconcile.sources.hcl.expressions.choosing import attempted, chosen
from nfw_reconcile.sources.hcl.expressions.identity import derived, opens, unknown_from
from nfw_reconcile.sources.hcl.expressions.loops import Loop
from nfw_reconcile.sources.hcl.expressions.placing import placed_loop, placed_template
from nfw_reconcile.sources.hcl.expressions.scope import InTemplate, Scope
from nfw_reconcile.sources.hcl.expressions.templatefiles import template, template_file
from nfw_reconcile.sources.hcl.syntax import Expression, ForDirective, IfDirective, Interpolation, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.sources.hcl.syntax import Part

Evaluate = Callable[[Expression, Scope], Value]

_TEMPLATE_ARGUMENTS: Final = 2


@dataclass(frozen=True, slots=True)
class Templates:
    """Renders templates; ``evaluate`` gives the values of the expressions in them."""

    evaluate: Evaluate

    def called(self, name: str, arguments: Sequence[Value], scope: Scope, place: Location) -> Value:
        """Compute ``templatefile`` or ``templatestring``: a template with the variables that it is given alone.

        Raises :class:`EvaluationError` for what Terraform refuses.
        """
        if isinstance(scope.world, InTemplate):
            raise EvaluationError(f"{name}() cannot be called from inside a template.", place)
        if len(arguments) != _TEMPLATE_ARGUMENTS:
            raise EvaluationError(f"{name}() takes a template and its variables.", place)
        source, variables = arguments
        if values.is_unknown(source) or values.is_unknown(variables) or opens(variables):
            return derived(unknown_from(values.marks(source, variables)))
        if values.is_null(source) or values.is_null(variables) or not values.is_mapping(variables.type):
            raise EvaluationError(f"{name}() takes a text, and its variables as an object or a map.", place)
        written = str(types.converted(source, values.STRING, place).value)
        try:
            # A text that is a value has no lines: they would be those behind the call.
            whole = Location(place.source, place.line)
            parts = (
                template_file(written, scope.session) if name == "templatefile" else template(written, whole)
            )
        except Unresolvable as limit:
            return not_computed(name, arguments, limit.summary, scope.session, place)
        found = self._rendered(parts, Scope(InTemplate(), scope.session, values.attributes(variables)))
        return values.marked(found, source.marks | variables.marks)

    def text(self, parts: Sequence[Part], scope: Scope) -> Value:
        """Give the text of a template's parts."""
        texts = [self._part(part, scope) for part in parts]
        found = operators.joined(texts)
        if not values.is_unknown(found):
            scope.session.budget.characters(len(str(found.value)), parts[0].place if parts else None)
            found = placed_template(found, parts, texts, scope.session)
        return derived(found)

    def _rendered(self, parts: Sequence[Part], scope: Scope) -> Value:
        """Give the text of a template, or the value of one that is a single interpolation."""
        match parts:
            case (Interpolation(value=value),):
                return self.evaluate(value, scope)
            case _:
                return self.text(parts, scope)

    def _part(self, part: Part, scope: Scope) -> Value:
        match part:
            case Text(text=text):
                return values.text(text)
            case Interpolation(value=value):
                return operators.template_text(self.evaluate(value, scope), value.place)
            case IfDirective():
                return chosen(
                    self.evaluate(part.condition, scope),
                    attempted(lambda: self.text(part.then, scope)),
                    attempted(lambda: self.text(part.otherwise, scope)),
                    part.place,
                )
            case ForDirective():
                return self._repeated(part, scope)

    def _repeated(self, part: ForDirective, scope: Scope) -> Value:
        scope.session.enter(part.place)
        try:
            loop = Loop(part.place)
            for key, value in loop.pairs(self.evaluate(part.collection, scope)):
                loop.add(self.text(part.body, scope.inside(part.key, part.value, key, value)))
            made = loop.as_tuple()
        finally:
            scope.session.leave()
        if values.is_unknown(made):
            return unknown_from(made.marks, values.STRING)
        texts = values.members(made)
        joined = values.marked(operators.joined(list(texts)), made.marks)
        return joined if values.is_unknown(joined) else placed_loop(joined, texts, part.place, scope.session)
