"""How large values are, each part counted as often as it is there: a few lines can double one again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from pyvider.cty import CtyValue

from nfw_reconcile.errors import InputError, error

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value

LARGEST: Final = 1_000_000
"""Parts of one value."""

DEEPEST_VALUE: Final = 100
"""Collections that may be in each other: whatever walks a value takes a few of Python's 1,000 frames for each."""


class Weight(NamedTuple):
    """The number of parts of a value, and how many collections are in each other."""

    size: int
    depth: int


@dataclass(slots=True)
class Weights:
    """Weighs collections, each once: values do not change, and those that were weighed keep their identity."""

    _known: dict[int, tuple[Value, Weight]] = field(default_factory=dict)

    def check(self, value: Value, place: Location) -> None:
        """Raise :class:`InputError` for a value that is too large or too deep to be worked with."""
        size, depth = self.of(value)
        if size > LARGEST or depth > DEEPEST_VALUE:
            what = f"more than {LARGEST:,} parts" if size > LARGEST else f"more than {DEEPEST_VALUE} levels"
            summary = f"the configuration is too large to be evaluated here: a value has {what}."
            raise InputError(error(summary, place, "Give the plan of Terraform instead (--tf-plan)."))

    def of(self, value: Value) -> Weight:
        """Weigh a value."""
        pending = [value]
        while pending:
            each = pending[-1]
            inner = [part for part in _parts(each) if _parts(part)]
            missing = [part for part in inner if id(part) not in self._known]
            if missing:
                pending += missing
                continue
            pending.pop()
            weights = [self._known[id(part)][1] for part in inner]
            size = 1 + len(_parts(each)) - len(inner) + sum(weight.size for weight in weights)
            depth = 1 + max((weight.depth for weight in weights), default=0) if _parts(each) else 0
            self._known[id(each)] = (each, Weight(size, depth))
        return self._known[id(value)][1]


def _parts(value: Value) -> tuple[Value, ...]:
    match value.value:
        case dict() as named:
            return tuple(named.values())
        case tuple() | frozenset() as listed:
            return tuple(listed)
        case CtyValue() as wrapped:
            return (wrapped,)
        case _:
            return ()
