"""From a file to the tree of a template: YAML or JSON, told apart by content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from nfw_reconcile.errors import InputError, Location, error
from nfw_reconcile.sources.cloudformation.tree import Items, Leaf, Members, Tree, Unquoted
from nfw_reconcile.sources.cloudformation.yamlfile import MOST_LEVELS, parse_yaml
from nfw_reconcile.sources.jsonfile import json_of, text_of

MOST_BYTES: Final = 1_048_576
"""Largest template (CloudFormation's quota for one in S3: 1 MB)."""

_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[{\[]")
_YAML: Final = re.compile(
    rb"""^(?:\xef\xbb\xbf)?(?:AWSTemplateFormatVersion|Resources|"Resources"|'Resources')[ \t]*:""",
    re.MULTILINE,
)


def looks_like_yaml_template(data: bytes) -> bool:
    """Say whether bytes are a template in YAML, and no JSON."""
    return _JSON.match(data) is None and _YAML.search(data) is not None


def looks_like_template(document: Mapping[str, object]) -> bool:
    """Say whether a JSON object is a template: it says so, or holds resources of AWS's types."""
    resources = document.get("Resources")
    if not isinstance(resources, Mapping):
        return False
    return "AWSTemplateFormatVersion" in document or any(
        isinstance(one, Mapping) and str(one.get("Type")).startswith("AWS::") for one in resources.values()
    )


def parse_template(data: bytes, source: str) -> Tree:
    """Read the bytes of a template; raises :class:`InputError` as the parsers of JSON and YAML do."""
    if len(data) > MOST_BYTES:
        summary = f"the template is larger than {MOST_BYTES:,} bytes, which CloudFormation does not take"
        raise InputError(error(summary, Location(source), "Check that it is the file that was meant."))
    if _JSON.match(data) is None:
        return parse_yaml(text_of(data, source), source)
    return _placed(_tree_of(json_of(data, source), source, 0), data, source)


def _placed(tree: Tree, data: bytes, source: str) -> Tree:
    """Add the places, where the same text read as YAML says the same: JSON's own reader tells none."""
    try:
        found = parse_yaml(text_of(data, source), source)
    except InputError:
        return tree
    return found if found == tree else tree


def _tree_of(value: object, source: str, level: int) -> Tree:
    if level > MOST_LEVELS:
        summary = f"lists and objects are nested more than {MOST_LEVELS} levels deep"
        raise InputError(error(summary, Location(source), "Check that it is the file that was meant."))
    match value:
        case Mapping():
            return Members({str(key): _tree_of(one, source, level + 1) for key, one in value.items()})
        case list():
            return Items(tuple(_tree_of(one, source, level + 1) for one in value))
        case str() | bool() | int() | None:
            return Leaf(value)
        case float():
            return Leaf(value if str(value).count(".") and "e" not in str(value) else Unquoted(str(value)))
        case _:
            raise TypeError(type(value).__name__)
