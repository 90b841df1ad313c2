"""Bodies as the API returns them: checked against the tables of shapes, and brought into one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never

from nfw_reconcile.sources.shapes import (
    Named,
    Scalar,
    Scalars,
    Shape,
    Structure,
    Structures,
    WrongTypeError,
    is_unset,
    read_scalar,
    wrong_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.sources.remarks import Remarks


def read_body(value: object, shape: Shape, path: str, remarks: Remarks) -> Body:
    """Read a body of a shape; what is of the wrong type becomes a problem, all of them together.

    What is unset is left out, as it is where Terraform's values are read, so that equal policies have
    equal bodies. Members that no table knows are kept as they are.
    """
    if is_unset(value):
        return None
    match shape:
        case Scalar():
            try:
                return read_scalar(value, shape)
            except WrongTypeError as wrong:
                remarks.problem(path, str(wrong))
                return None
        case Scalars(item=item) | Structures(item=item):
            return _list(value, item, path, remarks)
        case Structure():
            return _structure(value, shape, path, remarks)
        case Named(item=item):
            named = read_object(value, path, remarks)
            return {
                name: _structure(one, item, f"{path}.{name}", remarks) or {} for name, one in named.items()
            } or None
    assert_never(shape)


def read_object(value: object, path: str, remarks: Remarks) -> Mapping[str, object]:
    """Give an object; an empty one where it is missing, and with a problem where it is none."""
    if isinstance(value, Mapping):
        return value
    if value is not None:
        remarks.problem(path, str(wrong_type("an object", value)))
    return {}


def read_list(value: object, path: str, remarks: Remarks) -> list[object]:
    """Give a list; an empty one where it is missing, and with a problem where it is none."""
    if isinstance(value, list):
        return value
    if value is not None:
        remarks.problem(path, str(wrong_type("a list", value)))
    return []


def read_text(tree: Mapping[str, object], key: str, path: str, remarks: Remarks) -> str | None:
    """Give a string member; ``None`` where it is missing, and with a problem where it is no string."""
    value = tree.get(key)
    if isinstance(value, str) and value:
        return value
    if not is_unset(value):
        remarks.problem(f"{path}.{key}", str(wrong_type("a string", value)))
    return None


def read_cidrs(value: object, path: str, remarks: Remarks) -> dict[str, Body]:
    """Read a map from identifiers to lists of CIDRs."""
    found: dict[str, Body] = {}
    for name, cidrs in read_object(value, path, remarks).items():
        found[name] = _list(cidrs, Scalar.TEXT, f"{path}.{name}", remarks) or []
    return found


def _list(value: object, item: Scalar | Structure, path: str, remarks: Remarks) -> Body:
    bodies = [
        read_body(one, item, f"{path}[{index}]", remarks)
        for index, one in enumerate(read_list(value, path, remarks))
    ]
    return [body for body in bodies if body is not None] or None


def _structure(value: object, shape: Structure, path: str, remarks: Remarks) -> Body:
    tree = read_object(value, path, remarks)
    known = {member.aws: member.shape for member in shape.members}
    bodies: dict[str, Body] = {}
    for name, one in tree.items():
        inner = f"{path}.{name}"
        body = read_body(one, known[name], inner, remarks) if name in known else as_it_is(one)
        if body is not None:
            bodies[name] = body
    return _in_order(bodies, known) or ({} if shape.keep_empty else None)


def _in_order(bodies: dict[str, Body], known: Iterable[str]) -> dict[str, Body]:
    """Put members into the order of the table, and those that it does not know behind."""
    return {name: bodies[name] for name in known if name in bodies} | bodies


def as_it_is(value: object) -> Body:
    """Take a JSON value that no table describes; what is no JSON value is left out."""
    match value:
        case Mapping():
            return {str(key): as_it_is(one) for key, one in value.items()}
        case list():
            return [as_it_is(one) for one in value]
        case None | str() | int() | float():
            return value
        case _:
            return None
