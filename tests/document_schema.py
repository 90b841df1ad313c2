"""JSON Schemas of the plan and the result, made from their dataclasses.

``python -m tests.document_schema`` writes them; a test compares what is shipped with what this makes,
so that neither a field nor its description can be forgotten in one of the two.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import json
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.model.plan_document import PLAN_KIND, PlanDocument
from nfw_reconcile.model.result_document import RESULT_KIND, ResultDocument

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCHEMAS: Final = Path(__file__).parents[1] / "nfw_reconcile" / "schemas"
GENERATED: Final[dict[str, type[DataclassInstance]]] = {"plan": PlanDocument, "result": ResultDocument}

_KINDS: Final = {"plan": PLAN_KIND, "result": RESULT_KIND}
_SHA256: Final = {"pattern": "^[0-9a-f]{64}$"}
_TIME: Final = {"format": "date-time", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}
_NARROWER: Final[dict[str, dict[str, Any]]] = {
    "format_version": {"pattern": "^1\\.[0-9]+$"},
    "sha256": _SHA256,
    "plan_sha256": _SHA256,
    "tuples": {"pattern": "^[0-9]+$"},
    "created_at": _TIME,
    "started_at": _TIME,
    "finished_at": _TIME,
    "sent_at": _TIME,
    "in_sync_at": _TIME,
    "verified_at": _TIME,
    "born_after": _TIME,
    "side": {"enum": ["old", "new", "both"]},
    "command": {"enum": ["apply", "verify"]},
    "exit_code": {"enum": [0, 1, 3, 4, 5, 6, 8]},
}
"""What a field's type does not say, by the field's name."""


def document_schema(name: str) -> dict[str, Any]:
    """Give the schema of ``plan`` or ``result``."""
    kind = GENERATED[name]
    definitions: dict[str, Any] = {}
    body = _document(kind, definitions)
    body["properties"]["kind"] = {"const": _KINDS[name]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:nfw-reconcile:schema:{name}:1",
        "title": f"nfw-reconcile {name} file",
        **body,
        "$defs": dict(sorted(definitions.items())),
    }


def text(schema: Mapping[str, Any]) -> str:
    """Give the file of a schema."""
    return f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n"


def _document(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    required = [field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING]
    return {
        "description": " ".join(inspect.getdoc(kind).split()),  # type: ignore[union-attr]
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": {name: _field(name, hints[name], definitions) for name in names},
    }


def _field(name: str, hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a type form
    return {**_of(hint, definitions), **_NARROWER.get(name, {})}


_SCALARS: Final[dict[object, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer", "minimum": 0},
    float: {"type": "number", "minimum": 0},
    bool: {"type": "boolean"},
}


def _of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a type form
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return {"type": "array", "items": _of(arguments[0], definitions)}
    if origin in (typing.Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return _or_null(_of(inner, definitions))
    if origin is Mapping:
        return {"type": "object"}
    return _defined(hint, definitions)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _defined(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}  # claims the name before the parts ask for it
        definitions[kind.__name__] = (
            {"description": inspect.getdoc(kind), "enum": [member.value for member in kind]}
            if issubclass(kind, enum.Enum)
            else _document(kind, definitions)
        )
    return {"$ref": f"#/$defs/{kind.__name__}"}


if __name__ == "__main__":
    for each in GENERATED:
        (SCHEMAS / f"{each}.schema.json").write_text(text(document_schema(each)), encoding="utf-8")
