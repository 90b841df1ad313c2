"""Blocks of override files put over those that they override (Terraform, "Override Files")."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.syntax import Block, Body

_PART_BY_PART = frozenset({"lifecycle"})
"""Nested blocks whose arguments are overridden one by one."""


def merged(base: Block, over: Block) -> Block:
    """Put a block over another of the same type and labels.

    Arguments replace those of the same name; nested blocks of one type, ``dynamic`` ones for it as well, replace all
    of that type together.
    """
    return replace(base, body=_merged_body(base.body, over.body))


def _merged_body(base: Body, over: Body) -> Body:
    replaced = {attribute.name for attribute in over.attributes}
    kept = tuple(attribute for attribute in base.attributes if attribute.name not in replaced)
    types = {_makes(block) for block in over.blocks} - _PART_BY_PART
    blocks = tuple(block for block in base.blocks if _makes(block) not in types | replaced)
    return replace(base, attributes=(*kept, *over.attributes), blocks=(*blocks, *over.blocks))


def _makes(block: Block) -> str:
    """Give the type of the blocks that a block stands for."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type
