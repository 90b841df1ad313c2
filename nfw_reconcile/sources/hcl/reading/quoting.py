"""Write text as a quoted template of HCL's native syntax."""

from __future__ import annotations

from typing import Final

_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def escaped(text: str) -> str:
    """Write the characters of a quoted template, which has nothing behind them."""
    letters = (_ESCAPES.get(each, each if each.isprintable() else _code(each)) for each in text)
    return "".join(letters).replace("${", "$${").replace("%{", "%%{")


def escaped_before_sequence(text: str) -> str:
    """Write characters before ``${`` or ``%{``: a last ``$`` or ``%`` must not double the mark."""
    written = escaped(text)
    return f"{written[:-1]}{_code(written[-1])}" if written.endswith(("$", "%")) else written


def _code(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
