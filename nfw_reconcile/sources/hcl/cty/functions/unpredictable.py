"""Functions whose results no evaluation can tell beforehand, or that are not computed here: always unknown."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.cty.functions.signature import TEXT, Around, Function, Parameter
from nfw_reconcile.sources.hcl.cty.problems import Unresolvable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Type, Value

_EVALUATION: Final = itertools.count(1)
"""Numbers each evaluation of an impure function, so that no two of their results count as equal."""


def fresh(name: str, place: Location | None, kind: Type = values.DYNAMIC) -> Value:
    """Make an unknown value that is equal to no other."""
    return values.unknown(f"{name}#{next(_EVALUATION)}", place, kind)


def _impure(name: str) -> Function:
    def body(_arguments: Sequence[Value], around: Around) -> Value:
        return fresh(f"{name}()", around.place, values.STRING)

    return Function(body, rest=Parameter(), result=values.STRING)


def _not_computed(reason: str) -> Function:
    def body(_arguments: Sequence[Value], _: Around) -> Value:
        raise Unresolvable(reason)

    return Function(body, rest=TEXT, result=values.STRING)


UNPREDICTABLE: Final[Mapping[str, Function]] = {
    **{name: _impure(name) for name in ("bcrypt", "plantimestamp", "timestamp", "uuid")},
    "base64gzip": _not_computed("what compression gives depends on the program"),
    "rsadecrypt": _not_computed("nothing is decrypted"),
}
