"""Requests and answers against botocore's service model of Network Firewall (2020-11-12).

botocore's own validator checks requests for members, types and least sizes. It leaves out patterns,
enum values and greatest sizes, and never looks at answers; the rest is done here, so that neither
a caller nor the emulator can invent a member and have its tests pass.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SERVICE: Final = "network-firewall"
API_VERSION: Final = "2020-11-12"

UNCHECKED_KEYS: Final = frozenset({"SyncStateConfig"})
"""Maps whose keys do not follow their own model: AWS's samples key the sync states by ARN."""

NOT_ALWAYS_THERE: Final = frozenset({("Firewall", "VpcId"), ("Firewall", "SubnetMappings")})
"""Required members that a firewall on a transit gateway does not have (API: Firewall)."""

SCALARS: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "structure": (dict,),
    "map": (dict,),
    "list": (list, tuple),
}


class Shape(Protocol):
    """What is used of a botocore shape; ``members``, ``member`` and the like exist by type."""

    name: str
    type_name: str
    metadata: Mapping[str, Any]


class ModelChecker:
    """Says what is wrong with a request or an answer, in words; nothing wrong is an empty list."""

    def operations(self) -> tuple[str, ...]:
        """Give the names of all operations of the model."""
        return tuple(_model().operation_names)

    def request(self, operation: str, params: Mapping[str, Any]) -> list[str]:
        """Check an input: botocore's own checks, then constraints."""
        shape = _model().operation_model(operation).input_shape
        report = ParamValidator().validate(params, shape)
        if report.has_errors():
            return str(report.generate_report()).splitlines()
        return list(_walk(shape, params, "input"))

    def response(self, operation: str, body: Mapping[str, Any]) -> list[str]:
        """Check an output, timestamps in it being epoch seconds."""
        return list(_walk(_model().operation_model(operation).output_shape, body, "output"))

    def shape(self, name: str, value: object, where: str) -> list[str]:
        """Check a value against a shape of the model, such as ``RuleGroup``."""
        return list(_walk(_model().shape_for(name), value, where))


@cache
def _model() -> Any:  # noqa: ANN401 - botocore has no types
    loader = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])
    return ServiceModel(loader.load_service_model(SERVICE, "service-2", API_VERSION), SERVICE)


def _walk(shape: Shape, value: object, where: str) -> Iterator[str]:
    kind = shape.type_name
    if not isinstance(value, SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{where}: {type(value).__name__} where {shape.name} is a {kind}"
        return
    yield from _limits(shape, value, where)
    match kind:
        case "structure":
            yield from _structure(shape, cast("dict[str, Any]", value), where)
        case "list":
            member = cast("Any", shape).member
            for index, item in enumerate(cast("Sequence[Any]", value)):
                yield from _walk(member, item, f"{where}[{index}]")
        case "map":
            yield from _map(shape, cast("dict[str, Any]", value), where)
        case _:
            pass  # a scalar has no inside


def _structure(shape: Any, value: dict[str, Any], where: str) -> Iterator[str]:  # noqa: ANN401
    for name in shape.required_members:
        if name not in value and (shape.name, name) not in NOT_ALWAYS_THERE:
            yield f"{where}: {name} is required in {shape.name}"
    for name, member in value.items():
        if name in shape.members:
            yield from _walk(shape.members[name], member, f"{where}.{name}")
        else:
            yield f"{where}: {shape.name} has no member {name}"


def _map(shape: Any, value: dict[str, Any], where: str) -> Iterator[str]:  # noqa: ANN401
    for key, member in value.items():
        if shape.name not in UNCHECKED_KEYS:
            yield from _walk(shape.key, key, f"{where} key {key!r}")
        yield from _walk(shape.value, member, f"{where}.{key}")


def _limits(shape: Shape, value: Any, where: str) -> Iterator[str]:  # noqa: ANN401
    metadata = shape.metadata
    if not metadata:
        return
    size = value if shape.type_name in {"integer", "long"} else _length(value)
    if size is not None and not metadata.get("min", size) <= size <= metadata.get("max", size):
        least, most = metadata.get("min", ""), metadata.get("max", "")
        yield f"{where}: {size} is not within {least}..{most} of {shape.name}"
    if "enum" in metadata and value not in metadata["enum"]:
        yield f"{where}: {value!r} is none of {', '.join(metadata['enum'])}"
    if "pattern" in metadata and not _pattern(metadata["pattern"]).search(value):
        yield f"{where}: {value!r} does not match {metadata['pattern']}"


def _length(value: object) -> int | None:
    return len(value) if isinstance(value, str | list | tuple | dict) else None


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
