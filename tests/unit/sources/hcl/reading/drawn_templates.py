"""Templates drawn at random: white space, strip markers and directives in every order, in all four forms."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random

_LETTERS: Final = (
    *(" ", "  ", "    ", "\t", "a", "b c", "\n", "\n", "\n", "\n  ", "\n    ", "$", "%", "$${x}", "%%{y}"),
    *("\u00a0", "}", "{", '"', "\\n", "~", "EOT", "e\u0301"),
)
_LEVELS: Final = 3


class Form(enum.Enum):
    QUOTED = enum.auto()
    HEREDOC = enum.auto()
    FLUSH = enum.auto()
    FILE = enum.auto()


def template(lot: random.Random, form: Form) -> str:
    """Draw a template, as an expression or as the content of a file; a few are none, for ``%`` may double a mark."""
    body = "".join(_run(lot, 0, form) for _ in range(3))
    if lot.random() < 0.3 and form is not Form.QUOTED:
        body = body.replace("\n", "\r\n")
    end = "\r\n" if "\r" in body else "\n"
    match form:
        case Form.QUOTED:
            return f'"{body}"'
        case Form.HEREDOC:
            return f"<<EOT{end}{body}{end}EOT"
        case Form.FLUSH:
            return f"<<-EOT{end}{body}{end}  EOT"
        case Form.FILE:
            return body


def _run(lot: random.Random, level: int, form: Form) -> str:
    return "".join(_piece(lot, level, form) for _ in range(lot.randint(0, 5)))


def _piece(lot: random.Random, level: int, form: Form) -> str:
    chance = lot.random()
    if chance < 0.6 or level == _LEVELS:
        letters = lot.choice(_LETTERS)
        return _quoted(letters) if form is Form.QUOTED else letters
    if chance < 0.75:
        return _sequence(lot, "$", lot.choice(("1", "true", '"q"', '" z "')))
    inner = _run(lot, level + 1, form)
    if chance < 0.85:
        return _sequence(lot, "%", "for v in [1, 2]") + inner + _sequence(lot, "%", "endfor")
    other = _sequence(lot, "%", "else") + _run(lot, level + 1, form) if lot.random() < 0.5 else ""
    return (
        _sequence(lot, "%", f"if {lot.choice(('true', 'false'))}")
        + inner
        + other
        + _sequence(lot, "%", "endif")
    )


def _sequence(lot: random.Random, mark: str, content: str) -> str:
    return f"{mark}{{{lot.choice(('', '~'))} {content} {lot.choice(('', '~'))}}}"


def _quoted(letters: str) -> str:
    return letters.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
