"""Terraform's functions: a name and argument values in, a value out.

Every function is held against Terraform itself by tests. What cannot be computed as Terraform does is an unknown value
with an origin, never a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.sources.hcl.cty import forms, values
from nfw_reconcile.sources.hcl.cty.functions import limits
from nfw_reconcile.sources.hcl.cty.functions.collection import COLLECTION
from nfw_reconcile.sources.hcl.cty.functions.conversion import CONVERSION
from nfw_reconcile.sources.hcl.cty.functions.encodings import ENCODINGS
from nfw_reconcile.sources.hcl.cty.functions.files import FILES
from nfw_reconcile.sources.hcl.cty.functions.library import LIBRARY
from nfw_reconcile.sources.hcl.cty.functions.networks import NETWORKS
from nfw_reconcile.sources.hcl.cty.functions.numeric import NUMERIC
from nfw_reconcile.sources.hcl.cty.functions.patterns import PATTERNS
from nfw_reconcile.sources.hcl.cty.functions.signature import Around, FileFunctions
from nfw_reconcile.sources.hcl.cty.functions.texts import TEXTS
from nfw_reconcile.sources.hcl.cty.functions.unpredictable import UNPREDICTABLE, fresh
from nfw_reconcile.sources.hcl.cty.functions.yamltext import YAML
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value

__all__ = ["NAMES", "FileFunctions", "call"]

_CORE: Final = "core::"

_FUNCTIONS: Final[Mapping[str, Any]] = {
    **COLLECTION,
    **CONVERSION,
    **ENCODINGS,
    **FILES,
    **LIBRARY,
    **NETWORKS,
    **NUMERIC,
    **PATTERNS,
    **TEXTS,
    **UNPREDICTABLE,
    **YAML,
}

NAMES: Final = frozenset(_FUNCTIONS)
"""All functions; ``core::`` before a name means the same."""


def call(name: str, arguments: Sequence[Value], files: FileFunctions, place: Location | None = None) -> Value:
    """Compute a call of a function.

    The marks of all arguments are on the result, which is unknown where an unknown argument counts. What is beyond
    the limits, or cannot be computed as Terraform does, is unknown with an origin that names function and arguments.
    Raises :class:`EvaluationError` with the place for what Terraform refuses.
    """
    known = name.removeprefix(_CORE)
    function = _FUNCTIONS.get(known)
    if function is None:
        raise EvaluationError(f"There is no function {name}().", place)
    try:
        limits.sizes_within(arguments)
    except Unresolvable:
        return values.marked(fresh(f"{known}() of very much", place), values.marks(*arguments))
    try:
        result: Value = function(known, arguments, Around(files, place))
        limits.sizes_within([result])
    except Unresolvable:
        return forms.not_computed(known, arguments, place)
    except EvaluationError as problem:
        raise EvaluationError(problem.summary, problem.place or place) from problem
    return result
