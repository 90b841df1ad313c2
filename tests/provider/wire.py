"""Terraform's plugin protocol: values and schemas to and from protocol buffers.

The generated classes come from the ``tf`` package. It has no types; the protocols below name the
fields that are used.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from tf.gen import tfplugin_pb2 as pb

from tests.provider.schema import Attribute, Block, Nested, Nesting, Use
from tests.provider.values import UNKNOWN, Object, Path, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# By name, because mypy knows nothing of the package; it comes with ``tf``.
_msgpack: Final[Any] = import_module("msgpack")

_UNKNOWN_BYTES: Final = b"\x00"
_UNKNOWN_CODES: Final = {0, 12}
"""An unknown value, and one of which something is known ("not null"), which the plan drops."""


class DynamicValue(Protocol):
    """A value whose type only the schema tells."""

    msgpack: bytes
    json: bytes


class RawState(Protocol):
    """A state as it stands in the state file."""

    json: bytes


class Request(Protocol):
    """The fields of the requests that are answered here; each request has some of them."""

    type_name: str
    config: DynamicValue
    prior_state: DynamicValue
    proposed_new_state: DynamicValue
    planned_state: DynamicValue
    current_state: DynamicValue
    raw_state: RawState


def decode(value: DynamicValue) -> Object | None:
    """Read an object, or null."""
    if value.json:
        return cast("Object | None", json.loads(value.json))
    if not value.msgpack:
        return None
    decoded = _msgpack.unpackb(value.msgpack, ext_hook=_extension, strict_map_key=False)
    return cast("Object | None", decoded)


def encode(value: Object | None) -> object:
    """Write an object, or null."""
    return pb.DynamicValue(msgpack=_msgpack.packb(value, default=_default))


def _extension(code: int, data: bytes) -> Unknown:
    if code not in _UNKNOWN_CODES:
        message = f"msgpack extension {code} of {len(data)} bytes is no Terraform value"
        raise ValueError(message)
    return UNKNOWN


def _default(value: Value) -> object:
    if not isinstance(value, Unknown):
        message = f"{value!r} is no Terraform value"
        raise TypeError(message)
    return _msgpack.ExtType(0, _UNKNOWN_BYTES)


def schema(block: Block) -> object:
    """Give a block as a schema message."""
    return pb.Schema(version=0, block=_block(block))


def schemas(blocks: Mapping[str, Block]) -> dict[str, object]:
    """Give blocks by name as schema messages."""
    return {name: schema(block) for name, block in blocks.items()}


def _block(block: Block) -> object:
    return pb.Schema.Block(
        attributes=[_attribute(attribute) for attribute in block.attributes.values()],
        block_types=[_nested(kind) for kind in block.nested.values()],
    )


def _attribute(attribute: Attribute) -> object:
    return pb.Schema.Attribute(
        name=attribute.name,
        type=json.dumps(attribute.type).encode(),
        required=attribute.use is Use.REQUIRED,
        optional=attribute.use in {Use.OPTIONAL, Use.SETTABLE},
        computed=attribute.use.computed,
    )


def _nested(kind: Nested) -> object:
    modes = pb.Schema.NestedBlock
    return pb.Schema.NestedBlock(
        type_name=kind.name,
        block=_block(kind.block),
        nesting=modes.SET if kind.nesting is Nesting.SET else modes.LIST,
        min_items=kind.minimum,
        max_items=kind.maximum,
    )


def paths(found: Iterable[Path]) -> list[object]:
    """Give attribute paths as messages."""
    return [pb.AttributePath(steps=[_step(step) for step in path]) for path in found]


def _step(step: str | int) -> object:
    if isinstance(step, int):
        return pb.AttributePath.Step(element_key_int=step)
    return pb.AttributePath.Step(attribute_name=step)
