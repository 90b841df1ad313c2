"""Requests and answers against botocore's service model of Network Firewall (2020-11-12).

botocore's own validator checks requests for members, types and least sizes. It leaves out patterns,
enum values and greatest sizes, and never looks at answers; the rest is done here, so that neither
a caller nor the emulator can invent a member and have its tests pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Tell = Callable[[str], None]

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
        return _problems(shape, params, "input")

    def response(self, operation: str, body: Mapping[str, Any]) -> list[str]:
        """Check an output, timestamps in it being epoch seconds."""
        return _problems(_model().operation_model(operation).output_shape, body, "output")

    def shape(self, name: str, value: object, where: str) -> list[str]:
        """Check a value against a shape of the model, such as ``RuleGroup``."""
        return _problems(_model().shape_for(name), value, where)


@cache
def _model() -> Any:  # noqa: ANN401 - botocore has no types
    loader = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])
    return ServiceModel(loader.load_service_model(SERVICE, "service-2", API_VERSION), SERVICE)


def _problems(shape: Shape, value: object, where: str) -> list[str]:
    found: list[str] = []
    _walk(shape, value, where, found.append)
    return found


def _walk(shape: Shape, value: object, where: str, tell: Tell) -> None:
    kind = shape.type_name
    if not isinstance(value, SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        tell(f"{where}: {type(value).__name__} where {shape.name} is a {kind}")
        return
    limits = _limits(cast("Any", shape))
    if limits is not None:
        limits.check(value, where, tell)
    match kind:
        case "structure":
            _walk_structure(shape, cast("dict[str, Any]", value), where, tell)
        case "list":
            member = cast("Any", shape).member
            for index, item in enumerate(cast("Sequence[Any]", value)):
                _walk(member, item, f"{where}[{index}]", tell)
        case "map":
            _walk_map(shape, cast("dict[str, Any]", value), where, tell)
        case _:
            pass  # a scalar has no inside


def _walk_structure(shape: Any, value: dict[str, Any], where: str, tell: Tell) -> None:  # noqa: ANN401
    members = shape.members
    for name in shape.required_members:
        if name not in value and (shape.name, name) not in NOT_ALWAYS_THERE:
            tell(f"{where}: {name} is required in {shape.name}")
    for name, member in value.items():
        if name in members:
            _walk(members[name], member, f"{where}.{name}", tell)
        else:
            tell(f"{where}: {shape.name} has no member {name}")


def _walk_map(shape: Any, value: dict[str, Any], where: str, tell: Tell) -> None:  # noqa: ANN401
    for key, member in value.items():
        if shape.name not in UNCHECKED_KEYS:
            _walk(shape.key, key, f"{where} key {key!r}", tell)
        _walk(shape.value, member, f"{where}.{key}", tell)


@dataclass(frozen=True, slots=True)
class _Limits:
    """What a shape says about sizes and texts: its bounds, those of a number or of a length, and its patterns."""

    name: str
    is_number: bool
    least: int | None
    most: int | None
    words: tuple[str, ...] | None
    pattern: re.Pattern[str] | None

    def check(self, value: Any, where: str, tell: Tell) -> None:  # noqa: ANN401
        size = value if self.is_number else _length(value)
        if size is not None and not self._holds(size):
            bounds = f"{_text(self.least)}..{_text(self.most)}"
            tell(f"{where}: {size} is not within {bounds} of {self.name}")
        if self.words is not None and value not in self.words:
            tell(f"{where}: {value!r} is none of {', '.join(self.words)}")
        if self.pattern is not None and not self.pattern.search(value):
            tell(f"{where}: {value!r} does not match {self.pattern.pattern}")

    def _holds(self, size: int) -> bool:
        return (self.least is None or self.least <= size) and (self.most is None or size <= self.most)


@cache
def _limits(shape: Any) -> _Limits | None:  # noqa: ANN401 - botocore has no types
    """Read the limits of a shape once; ``None`` where it has none, as most have."""
    told = shape.metadata
    if told.keys().isdisjoint({"min", "max", "enum", "pattern"}):
        return None
    return _Limits(
        shape.name,
        shape.type_name in {"integer", "long"},
        told.get("min"),
        told.get("max"),
        tuple(told["enum"]) if "enum" in told else None,
        re.compile(told["pattern"]) if "pattern" in told else None,
    )


def _length(value: object) -> int | None:
    return len(value) if isinstance(value, str | list | tuple | dict) else None


def _text(bound: int | None) -> str:
    return "" if bound is None else str(bound)
