"""The words of HCL's native syntax ("HCL Native Syntax Specification", "Lexical Elements") as regular expressions.

All of them take time proportional to what they match: repeated groups are possessive or begin with different
characters.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from nfw_reconcile.sources.hcl.reading.limits import MOST_DIGITS, MOST_EXPONENT

_NAME: Final = r"[^\W\d][\w\u0300-\u036f-]*"
_BLANK: Final = r"[ \t]"

TOKEN: Final = re.compile(
    rf"""
      (?P<space>{_BLANK}+)
    | (?P<name>{_NAME}(?:{_BLANK}*::{_BLANK}*{_NAME})*)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<newline>\r?\n)
    | (?P<quote>")
    | (?P<close>[)\]}}]|~\}})
    | (?P<splat>\[[ \t\r\n]*\*[ \t\r\n]*\]|\.{_BLANK}*\*)
    | (?P<open>[(\[{{])
    | (?P<comment>(?:\#|//)[^\n]*)
    | (?P<inline>/\*)
    | (?P<heredoc><<(?P<flush>-?)(?P<marker>{_NAME})\r?\n)
    | (?P<bang>!(?!=))
    | (?P<minus>-)
    | (?P<operator>==|!=|<=|>=|=>|&&|\|\||\.\.\.|<(?!<)|:(?!:)|[=>+*/%?,.])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

FOR_FOLLOWS: Final = re.compile(r"(?:\s|\#[^\n]*\n|//[^\n]*\n|/\*.*?\*/)*+for(?![\w-])", re.DOTALL)
"""What makes braces a ``for`` expression, behind the opening one."""

QUOTED_TEXT: Final = re.compile(r'(?:[^"\\$%\n\r]+|\\[^\n\r]|\$\$\{|%%\{|[$%](?!\{))*+')
"""Characters of a quoted template up to its end, a sequence or a newline."""

LINE_TEXT: Final = re.compile(r"(?:[^\n\r$%]+|\r(?=\n)|\$\$\{|%%\{|[$%](?!\{))*+\n?")
"""Characters of a heredoc or a template file up to a sequence, or to the end of the line with its newline."""

INTERPOLATION: Final = re.compile(r"\$\{~?")

DIRECTIVE: Final = re.compile(
    rf"""
    %\{{ (?P<before>~?) \s*
    (?:
        (?P<if>if)(?![\w-])
      | (?P<for>for)(?![\w-]) \s* (?P<first>{_NAME}) \s* (?:,\s*(?P<second>{_NAME})\s*)? (?<=\s)in(?![\w-])
      | (?P<end>else|endif|endfor) \s* (?P<after>~?) \}}
    )
    """,
    re.VERBOSE,
)

ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|([$%])\2\{", re.DOTALL)
"""An escape sequence of a quoted template, or the doubled mark that is literal in all templates."""

DOUBLED: Final = re.compile(r"([$%])\1\{")

SHORT_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}

NOT_PLAIN: Final = re.compile(r"[^a-zA-Z0-9_-]")
"""What the grammar does not take in a name."""

WHITE_SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""White space as Terraform strips it: the Unicode property White_Space."""


def number_of(digits: str) -> Decimal | None:
    """Read a number exactly; ``None`` for one beyond :data:`MOST_DIGITS` or :data:`MOST_EXPONENT`."""
    exponent = digits.lower().partition("e")[2].lstrip("+-0")
    if len(digits) > MOST_DIGITS or len(exponent) > len(str(MOST_EXPONENT)):
        return None
    number = Decimal(digits)
    return None if abs(number.adjusted()) > MOST_EXPONENT else number
