"""The values of parameters and pseudo parameters, as far as template and caller tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.cloudformation.template import here
from nfw_reconcile.sources.cloudformation.tree import Items, Leaf, Members, as_sensitive, text_of, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.cloudformation.tree import Tree
    from nfw_reconcile.sources.remarks import Remarks

PSEUDO: Final = "AWS::"
NO_VALUE: Final = "AWS::NoValue"

_DYNAMIC: Final = "{{resolve:"
_STORED: Final = "AWS::SSM::Parameter::Value<"
_LISTS: Final = ("CommaDelimitedList", "List<")
_PARTITIONS: Final = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
_COMMERCIAL: Final = ("af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us")


def pseudo_parameter(name: str, given: Mapping[str, str]) -> Leaf:
    """Give ``AWS::Region`` and the like: what the caller gives, and a partition that follows from the region."""
    value = given.get(name)
    if value is None and name == "AWS::Partition":
        value = _partition(given.get("AWS::Region"))
    return unknown(name) if value is None else Leaf(value)


def _partition(region: str | None) -> str | None:
    """Give the partition of a region (AWS general reference, "ARN namespaces"); ``None`` for one not known."""
    stem = (region or "").rsplit("-", 2)[0]
    return _PARTITIONS.get(stem) or ("aws" if stem in _COMMERCIAL else None)


def parameter(name: str, declared: Tree, given: str | None, remarks: Remarks) -> Tree:
    """Give a parameter's value: the given one, else its default, else ``Parameter NAME``, which is not known.

    A parameter that names a value in Parameter Store is not known either.
    """
    members = declared.members if isinstance(declared, Members) else {}
    kind = members.get("Type")
    default = members.get("Default")
    text = given if given is not None else _text(default)
    if not isinstance(kind, Leaf) or not isinstance(kind.value, str):
        here(remarks, declared).problem(f"Parameters.{name}", "its type is missing", "Correct the template.")
        return unknown(f"Parameter {name}", declared.place)
    if default is not None and text is None:
        here(remarks, default).problem(
            f"Parameters.{name}.Default", "a string is needed", "Put it in quotes."
        )
    if text is None:
        return unknown(f"Parameter {name}", declared.place)
    if kind.value.startswith(_STORED):
        return unknown(f"Parameter {name}: stored as {text}", declared.place)
    place = declared.place if default is None else default.place
    value: Tree = Leaf(text, place)
    if kind.value.startswith(_LISTS):
        value = Items(tuple(Leaf(part.strip(), place) for part in text.split(",")), place)
    return as_sensitive(value) if is_hidden(declared) else value


def is_hidden(declared: Tree) -> bool:
    """Say whether a parameter's value is to be shown to nobody: ``NoEcho``."""
    no_echo = declared.members.get("NoEcho") if isinstance(declared, Members) else None
    return no_echo is not None and not (isinstance(no_echo, Leaf) and text_of(no_echo.value) == "false")


def _text(default: Tree | None) -> str | None:
    return text_of(default.value) if isinstance(default, Leaf) else None


def dynamic(tree: Tree) -> Tree:
    """Take a text that asks for a stored value (a dynamic reference) for the unknown value that it is."""
    match tree:
        case Leaf(value=str(word)) if _DYNAMIC in word:
            return unknown(word, tree.place)
        case Items(items=items):
            return Items(tuple(dynamic(item) for item in items), tree.place)
        case _:
            return tree
