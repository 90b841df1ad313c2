"""What a word without quotes is, as CloudFormation reads YAML 1.1.

CloudFormation's guide ("CloudFormation template format") names YAML 1.1 without the tags for binary data,
ordered maps, pairs, sets and timestamps, without aliases and without hash merges. So ``yes`` is true; a date
is a string. Words that readers of YAML are known to take differently (``0755``, ``20:21``, ``1_000``,
``y``) are left open: nothing is decided by what somebody probably did not mean.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.cloudformation.tree import Unquoted

if TYPE_CHECKING:
    from nfw_reconcile.sources.cloudformation.tree import Scalar

_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    **dict.fromkeys(("yes", "true", "on"), True),
    **dict.fromkeys(("no", "false", "off"), False),
}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FRACTION: Final = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
_OPEN: Final = re.compile(
    r"""[-+]?0b[01_]+ | [-+]?0o?[0-7_]+ | [-+]?0x[0-9a-fA-F_]+  # other bases
      | [-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?     # underscores, exponents, many digits
      | [-+]?\.[0-9_]+(?:[eE][-+]?[0-9]+)?
      | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?        # base 60
      | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
      | [yYnN] | = | <<""",
    re.VERBOSE,
)
_NOT_OCTAL: Final = re.compile(r"0[0-9]*[89][0-9]*")


def plain_scalar(text: str) -> Scalar:
    """Give the value of a word without quotes."""
    if text in _WORDS or (text.lower() in _WORDS and text in (text.upper(), text.capitalize())):
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text):
        return float(text) if str(float(text)) == text else Unquoted(text)
    if _NOT_OCTAL.fullmatch(text):
        return text  # an account with a leading zero and an 8 or 9: no number in YAML 1.1
    return Unquoted(text) if _OPEN.fullmatch(text) else text
