"""What a plan and an apply make of a configuration's values, after the manner of the provider's SDK.

The real provider is built on an SDK in which null, "", 0, false and an empty collection are one; its
state holds the one and a configuration the other. A plan therefore keeps the prior spelling wherever
both mean the same: otherwise every plan would show changes that are none.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tests.provider.schema import Attribute, Block, CtyType, Nested, Nesting


class Unknown(enum.Enum):
    """The one value that is not known before apply."""

    UNKNOWN = "(known after apply)"


UNKNOWN: Final = Unknown.UNKNOWN

Value = None | bool | int | float | str | Unknown | Sequence["Value"] | Mapping[str, "Value"]
Object = Mapping[str, Value]
Path = tuple[str | int, ...]


def objects(value: Value) -> Sequence[Object]:
    """Give the blocks in the value of a nested block; none where it is null or unknown."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [item for item in value if isinstance(item, Mapping)]
    return []


def plan(block: Block, prior: Object | None, proposed: Object) -> Object:
    """Give the planned values of a block: what is computed and not there yet is unknown."""
    before = {} if prior is None else prior
    attributes = {
        name: _plan_attribute(attribute, prior, proposed.get(name))
        for name, attribute in block.attributes.items()
    }
    nested = {
        name: _plan_nested(kind, before.get(name), proposed.get(name)) for name, kind in block.nested.items()
    }
    return {**attributes, **nested}


def _plan_attribute(attribute: Attribute, prior: Object | None, value: Value) -> Value:
    if value is None and attribute.use.computed:
        return UNKNOWN if prior is None else prior.get(attribute.name)
    if value is None and attribute.default is not None:
        return attribute.default
    before = None if prior is None else prior.get(attribute.name)
    return before if prior is not None and not before and not value else value


def _plan_nested(kind: Nested, prior: Value, proposed: Value) -> Value:
    if isinstance(proposed, Unknown):
        return UNKNOWN
    if kind.computed and not proposed:
        return prior or UNKNOWN
    before, after = objects(prior), objects(proposed)
    if kind.nesting is Nesting.SET:
        return [_plan_member(kind.block, before, member) for member in after]
    return [
        plan(kind.block, before[index] if index < len(before) else None, item)
        for index, item in enumerate(after)
    ]


def _plan_member(block: Block, priors: Sequence[Object], member: Object) -> Object:
    """Give the prior member of a set that means the same; a new one where none does."""
    for prior in priors:
        if plan(block, prior, member) == prior:
            return prior
    return plan(block, None, member)


def replacements(block: Block, prior: Object, planned: Object, at: Path = ()) -> Iterator[Path]:
    """Give the paths of the changes that only a new object can make."""
    for name, attribute in block.attributes.items():
        before, after = prior.get(name), planned.get(name)
        unset = attribute.unset_means
        if attribute.force_new and (before or unset) != (after or unset):
            yield (*at, name)
    for name, kind in block.nested.items():
        if kind.maximum == 1:
            before, after = _only(prior.get(name)), _only(planned.get(name))
            yield from replacements(kind.block, before, after, (*at, name, 0))


def _only(value: Value) -> Object:
    return next(iter(objects(value)), {})


def settle(block: Block, planned: Object, service: Object) -> Object:
    """Give the values after apply: the service's own where given, zero values for what is not set.

    Only nested blocks get zero values: at the top level the SDK keeps null.
    """
    known = {**planned, **service}
    attributes = {
        name: None if isinstance(known.get(name), Unknown) else known.get(name) for name in block.attributes
    }
    nested = {
        name: [_settle_nested(kind.block, item) for item in objects(known.get(name))]
        for name, kind in block.nested.items()
    }
    return {**attributes, **nested}


def _settle_nested(block: Block, planned: Object) -> Object:
    zeros = {
        name: _zero(attribute.type)
        for name, attribute in block.attributes.items()
        if planned.get(name) is None or isinstance(planned.get(name), Unknown)
    }
    return settle(block, planned, zeros)


def _zero(kind: CtyType) -> Value:
    match kind:
        case "string":
            return ""
        case "number":
            return 0
        case "bool":
            return False
        case ["map", *_]:
            return {}
        case _:
            return []
