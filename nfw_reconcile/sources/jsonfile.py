"""Read one JSON document strictly: what two programs could read differently is refused.

``json`` alone takes the last of two equal keys, ``NaN``, numbers that overflow to infinity and
halves of surrogate pairs. In a file that decides which connections are cut, each of these is an
error (RFC 8259 leaves the first open and forbids the others).

A file that is read costs at most about 0.8 GB: an object of one member takes thirty times the room of
its text, so that the limit on bytes alone would let a small file fill a large machine.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Diagnostic, InputError, Location, error

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES: Final = 100_000_000
"""Largest file that is read, in bytes; one character beyond the basic plane makes four of each of them."""

MOST_VALUES: Final = 10_000_000
"""Most values in one document; a list or an object counts three times, for the room that it takes."""

MOST_PROBLEMS: Final = 50
"""Problems that are listed of one document."""

MOST_LEVELS: Final = 100
"""Deepest nesting of lists and objects; a Terraform plan has about thirty."""

_ASK_TERRAFORM: Final = "Write a plan or state as JSON with `terraform show -json FILE`."
_PERHAPS_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_HALF_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SIGNATURES: Final = (
    (b"PK\x03\x04", "is a binary Terraform plan (or another zip archive)", _ASK_TERRAFORM),
    (b"\x1f\x8b", "is compressed with gzip", "Unpack it first."),
    (b"\xff\xfe", "is UTF-16, not UTF-8", "Save it as UTF-8; PowerShell's `>` writes UTF-16."),
    (b"\xfe\xff", "is UTF-16, not UTF-8", "Save it as UTF-8; PowerShell's `>` writes UTF-16."),
)


def read_json(path: Path, *, most_bytes: int = MOST_BYTES) -> object:
    """Read a file that holds exactly one JSON document in UTF-8 (a byte order mark is allowed).

    Raises :class:`InputError` for everything else: a missing file, a directory, a binary plan, a
    file of more than ``most_bytes`` bytes, and whatever :func:`parse_json` refuses.
    """
    return json_of(read_bytes(path, most_bytes=most_bytes), str(path))


def json_of(data: bytes, source: str) -> object:
    """Read bytes that hold exactly one JSON document in UTF-8; ``source`` names them in errors."""
    where = Location(source)
    for signature, is_what, remedy in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(error(f"the file {is_what}", where, remedy))
    return parse_json(text_of(data, source), source)


def text_of(data: bytes, source: str) -> str:
    """Decode UTF-8 (a byte order mark is allowed); raises :class:`InputError` with the line of what is none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        place = Location(source, data.count(b"\n", 0, bad.start) + 1)
        problem = error(f"byte {bad.start} is not UTF-8", place, "Save the file as UTF-8.")
        raise InputError(problem) from bad


def read_bytes(path: Path, *, most_bytes: int = MOST_BYTES) -> bytes:
    """Read a file, or all that comes out of a pipe, once; raises :class:`InputError` where that cannot be done."""
    where = Location(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except FileNotFoundError as bad:
        raise InputError(error("there is no such file", where, "Check the path.")) from bad
    except IsADirectoryError as bad:
        problem = error("a file is needed, and this is a directory", where, "Name the JSON file.")
        raise InputError(problem) from bad
    except OSError as bad:
        reason = bad.strerror or str(bad)
        problem = error(f"the file cannot be read: {reason}", where, "Check its permissions.")
        raise InputError(problem) from bad
    except ValueError as bad:  # a path with a NUL character
        raise InputError(error(f"the path is not valid: {bad}", where, "Check the path.")) from bad
    if len(data) > most_bytes:
        summary = f"the file is larger than {most_bytes:,} bytes"
        raise InputError(error(summary, where, "Check that it is the file that was meant."))
    return data


def parse_json(text: str, source: str) -> object:
    """Read a text that holds exactly one JSON document; ``source`` names it in errors.

    Raises :class:`InputError` with line and column for text that is not JSON or is cut off, and
    for duplicate keys, ``NaN`` and infinities, half surrogates, and nesting beyond
    :data:`MOST_LEVELS`.
    """
    where = Location(source)
    if not text.strip():
        raise InputError(error("the file is empty", where, "A JSON document is needed."))
    if text.count(",") + 3 * (text.count("[") + text.count("{")) > MOST_VALUES:
        summary = f"the document holds more than {MOST_VALUES:,} values"
        raise InputError(error(summary, where, "Check that it is the file that was meant."))
    strict = _StrictHooks(where)
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=strict.pairs,
            parse_constant=strict.constant,
            parse_float=strict.number,
        )
    except json.JSONDecodeError as bad:
        raise InputError(_syntax_error(bad, text, source)) from bad
    except RecursionError as bad:
        raise InputError(_too_deep(where)) from bad
    except ValueError as bad:  # an integer of more digits than Python converts
        raise InputError(
            error("a number is too large: it has thousands of digits", where, "Correct it.")
        ) from bad
    if text.count("[") + text.count("{") > MOST_LEVELS and _levels_exceed(value, MOST_LEVELS):
        raise InputError(_too_deep(where))
    if _PERHAPS_HALF.search(text) is not None:
        strict.check_surrogates(value)
    if strict.problems:
        raise InputError(strict.problems)
    return value


class _StrictHooks:
    """Collects what the ``json`` module would let pass."""

    def __init__(self, where: Location) -> None:
        self.problems: list[Diagnostic] = []
        self._where = where

    def pairs(self, members: list[tuple[str, object]]) -> dict[str, object]:
        """Build an object; a key that is there twice is a problem."""
        built = dict(members)
        if len(built) != len(members):
            counts = Counter(key for key, _ in members)
            for key in sorted(key for key, number in counts.items() if number > 1):
                self._refuse(f"the key {json.dumps(key):.100} occurs twice in one object")
        return built

    def constant(self, word: str) -> None:
        """Refuse ``NaN``, ``Infinity`` and ``-Infinity``."""
        self._refuse(f"{word} is not a JSON number")

    def number(self, digits: str) -> float:
        """Read a number with a fraction or exponent; one that overflows is a problem."""
        value = float(digits)
        if not math.isfinite(value):
            self._refuse(f"the number {digits:.40} is too large")
        return value

    def check_surrogates(self, value: object) -> None:
        """Refuse strings that cannot be written as UTF-8 again."""
        pending = [value]
        while pending:
            match pending.pop():
                case str() as text if _HALF_SURROGATE.search(text) is not None:
                    self._refuse("a string holds half of a surrogate pair (\\ud800 to \\udfff)")
                    return
                case dict() as members:
                    pending += [*members, *members.values()]
                case list() as items:
                    pending += items
                case _:
                    pass

    def _refuse(self, summary: str) -> None:
        if len(self.problems) == MOST_PROBLEMS:
            summary = "there are more problems, which are not listed"
        if len(self.problems) <= MOST_PROBLEMS:
            self.problems.append(error(summary, self._where, "Correct the file."))


def _syntax_error(bad: json.JSONDecodeError, text: str, source: str) -> Diagnostic:
    where = Location(source, bad.lineno, bad.colno)
    cut_off = bad.pos >= len(text.rstrip()) or bad.msg.startswith("Unterminated string")
    if cut_off:
        return error("the JSON ends too early", where, "The file is cut off; write it again.")
    if bad.msg == "Extra data":
        summary = "there is more text after the JSON document"
        return error(
            summary, where, f"One document is needed (Terragrunt writes one for each unit). {_ASK_TERRAFORM}"
        )
    return error(f"this is not JSON: {bad.msg}", where, f"Correct it. {_ASK_TERRAFORM}")


def _too_deep(where: Location) -> Diagnostic:
    summary = f"lists and objects are nested more than {MOST_LEVELS} levels deep"
    return error(summary, where, "Check that it is the file that was meant.")


def _levels_exceed(value: object, most: int) -> bool:
    level = [value]
    for _ in range(most + 1):
        containers = [item for item in level if isinstance(item, dict | list)]
        if not containers:
            return False
        level = [
            child for item in containers for child in (item.values() if isinstance(item, dict) else item)
        ]
    return True
