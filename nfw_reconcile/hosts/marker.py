"""The first line of a comment of ours: a comment in HTML, which no reader sees, that says what the rest is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

_BEGIN: Final = "<!-- nfw-reconcile:"
_END: Final = " -->"
_VERSION: Final = 1
_ESCAPED: Final = (("<", "\\u003c"), (">", "\\u003e"), ("--", "-\\u002d"))
"""What could end a comment in HTML, and stands for itself in a JSON string."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What a comment shows: of which stack, which document, made at which commit (if known) and when (UTC text)."""

    stack: str
    digest: str
    head: str | None
    at: str

    @property
    def line(self) -> str:
        """Give the line, which nothing in it can end before its end."""
        data = {"v": _VERSION, "stack": self.stack, "digest": self.digest, "head": self.head, "at": self.at}
        text = json.dumps(data, sort_keys=True, separators=(",", ":"))
        for told, written in _ESCAPED:
            text = text.replace(told, written)
        return f"{_BEGIN}{text}{_END}"


def read_marker(body: str) -> Marker | None:
    """Read the marker of a comment; ``None`` where its first line is none."""
    line = body.partition("\n")[0].strip()
    if not line.startswith(_BEGIN) or not line.endswith(_END):
        return None
    try:
        data = json.loads(line[len(_BEGIN) : -len(_END)])
    except (ValueError, RecursionError):
        return None
    match data:
        case {
            "v": 1,
            "stack": str(stack),
            "digest": str(digest),
            "head": str() | None as head,
            "at": str(at),
        }:
            return Marker(stack, digest, head, at)
        case _:
            return None
