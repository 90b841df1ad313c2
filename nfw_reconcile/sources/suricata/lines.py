"""Logical lines: a rule may go on over several physical ones, each but the last ending in a backslash.

As in Suricata (``DetectLoadSigFile``): a comment is a line that starts with ``#``, is never
continued, and is no comment inside a rule that goes on. White space before a rule is allowed
(Suricata would skip such a line; AWS takes the rules from indented heredocs).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from nfw_reconcile.sources.suricata.syntax import WHITE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.errors import Location


def rule_lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Give every logical line that is neither blank nor a comment.

    Each comes as line (from 0) and column (from 1) of its first character, and its text with the
    outer white space trimmed and the continuations still in it.
    """
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        first = number
        body = lines[first].lstrip(WHITE)
        number += 1
        if not body or body.startswith("#"):
            continue
        while number < len(lines) and lines[number - 1].rstrip(WHITE).endswith("\\"):
            number += 1
        column = len(lines[first]) - len(body) + 1
        whole = "\n".join((body, *lines[first + 1 : number]))
        yield first, column, whole.rstrip(WHITE)


@dataclass(frozen=True, slots=True)
class JoinedLine:
    """A logical line on one physical line.

    ``breaks`` are the offsets in ``text`` at which a further physical line begins.
    """

    text: str
    breaks: tuple[int, ...] = ()

    @classmethod
    def of(cls, written: str) -> JoinedLine:
        """Take the line ends out, with a backslash before one, and for a space where there is none."""
        trimmed = written.strip(WHITE)
        if "\n" not in trimmed:
            return cls(trimmed)
        *continued, last = trimmed.split("\n")
        bare = [line.rstrip(WHITE) for line in continued]
        pieces = [line[:-1] if line.endswith("\\") else f"{line} " for line in bare]
        return cls("".join((*pieces, last)), tuple(accumulate(map(len, pieces))))

    def place(self, offset: int, where: Location | None) -> str:
        """Name the place of an offset, where the text begins at ``where``.

        ``LINE:COLUMN`` where the line is known, else ``character N``, both from 1.
        """
        if where is None or where.line is None or where.column is None:
            return f"character {offset + 1}"
        passed = bisect_right(self.breaks, offset)
        if not passed:
            return f"{where.line}:{where.column + offset}"
        return f"{where.line + passed}:{offset - self.breaks[passed - 1] + 1}"
