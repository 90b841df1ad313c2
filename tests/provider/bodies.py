"""Terraform's blocks and the bodies of AWS's API: the same tree under two spellings.

The names follow from one another (argument reference of the provider, version 6, beside the API reference):
``TCPFlags`` is ``tcp_flag``, a structure is a block that is there once, a map is a set of blocks with ``key`` and
one block more. So botocore's service model is all that is needed to turn the one into the other.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from botocore.loaders import Loader
from botocore.model import ServiceModel

from tests.provider.values import UNKNOWN, objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.provider.schema import Block, Nested
    from tests.provider.values import Object, Value

NEW_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
KEY: Final = "key"

Body = Any
"""JSON, as boto3 takes and gives it."""


class Shape(Protocol):
    """What is used of a botocore shape; each kind of shape has some of it."""

    type_name: str
    members: Mapping[str, Shape]
    required_members: Sequence[str]
    member: Shape
    value: Shape


@cache
def shape_named(name: str) -> Shape:
    """Give a shape of the service model of Network Firewall."""
    model = ServiceModel(Loader().load_service_model("network-firewall", "service-2"))
    return cast("Shape", model.shape_for(name))


def to_body(value: Value, shape: Shape) -> Body:
    """Give the body of an argument or of blocks; what is unset (null, "", [], false, 0) is left out of it.

    So is what is not known yet: it is the service that sets it.
    """
    if value is UNKNOWN:
        return None
    match shape.type_name:
        case "structure":
            return _structure(value, shape)
        case "map":
            return {str(item[KEY]): to_body(_beside_key(item), shape.value) for item in objects(value)}
        case "list" if shape.member.type_name == "structure":
            return [to_body([item], shape.member) for item in objects(value)]
        case _:
            return value


def _structure(value: Value, shape: Shape) -> Body:
    block = next(iter(objects(value)), {})
    bodies = {
        name: to_body(block.get(_argument(name, block)), member) for name, member in shape.members.items()
    }
    # A port or a priority may be 0 where it must be there; elsewhere 0 is how a state writes "not set".
    return {
        name: body for name, body in bodies.items() if body or (body == 0 and name in shape.required_members)
    }


def _beside_key(item: Object) -> Value:
    (value,) = (value for name, value in item.items() if name != KEY)
    return value


def from_body(body: Body, block: Block, shape: Shape) -> Object:
    """Give the arguments and blocks of a body, as ``block`` has them; what it lacks is null or no block."""
    attributes = {name: body.get(_member(name, shape)) for name in block.attributes}
    nested = {name: _blocks(body, kind, shape) for name, kind in block.nested.items()}
    return {**attributes, **nested}


def _blocks(body: Body, kind: Nested, shape: Shape) -> list[Object]:
    member = _member(kind.name, shape)
    if member is None or not body.get(member):
        return []
    found, inner = body[member], shape.members[member]
    match inner.type_name:
        case "structure":
            return [from_body(found, kind.block, inner)]
        case "map":
            (beside,) = kind.block.nested.values()
            return [
                {KEY: key, beside.name: [from_body(each, beside.block, inner.value)]}
                for key, each in found.items()
            ]
        case _:
            return [from_body(each, kind.block, inner.member) for each in found]


def _argument(member: str, names: Iterable[str]) -> str:
    """Give Terraform's name of a member: in small letters, and in the singular where a block is repeated."""
    name = NEW_WORD.sub("_", member).lower()
    return name if name in names else name.removesuffix("s")


def _member(argument: str, shape: Shape) -> str | None:
    return next((name for name in shape.members if _argument(name, (argument,)) == argument), None)
