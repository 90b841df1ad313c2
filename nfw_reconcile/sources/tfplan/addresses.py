"""Terraform addresses and references: cut into steps, and put together again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEP: Final = re.compile(r'([^.\[\]"]+)((?:\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\])*)(?:\.|$)')


class Step(NamedTuple):
    """One name of an address and the instance key behind it: ``["k"]``, ``[0]`` or nothing."""

    name: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.name}{self.key}"


ModulePath = tuple[Step, ...]
"""The modules around a resource, outermost first; the root module is ``()``."""

ROOT: Final[ModulePath] = ()


def steps_of(text: str) -> tuple[Step, ...]:
    """Cut an address at its dots; nothing for a text that is no address."""
    steps: list[Step] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            return ()
        steps.append(Step(match[1], match[2]))
        position = match.end()
    return tuple(steps)


def module_path(address: str | None) -> ModulePath:
    """Read a ``module_address``: ``module.a["k"].module.b``; the root module for ``None``."""
    steps = steps_of(address or "")
    return tuple(step for word, step in zip(steps[::2], steps[1::2], strict=False) if word.name == "module")


def module_text(path: ModulePath) -> str:
    """Write a module path with a dot behind it, ready to be put before a resource; ``""`` for the root."""
    return "".join(f"module.{step}." for step in path)


def without_keys(path: ModulePath) -> ModulePath:
    """Give the same modules without their instance keys."""
    return tuple(Step(step.name) for step in path)


def key_text(index: int | str | None) -> str:
    """Write an instance key as Terraform does: ``[0]``, ``["k"]``, nothing for no key."""
    return "" if index is None else f"[{json.dumps(index, ensure_ascii=False)}]"


def longest(references: Iterable[object]) -> list[str]:
    """Leave out the shortened forms with which Terraform follows each reference up to its resource.

    ``["aws_vpc.a.cidr_block", "aws_vpc.a"]`` becomes ``["aws_vpc.a.cidr_block"]``.
    """
    kept: list[str] = []
    for reference in references:
        if isinstance(reference, str) and not (
            kept and kept[-1].startswith((f"{reference}.", f"{reference}["))
        ):
            kept.append(reference)
    return kept
