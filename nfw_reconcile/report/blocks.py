"""The view model: everything that a report says, in the order in which it says it.

A renderer lays these values out, and decides nothing: what is said, in which words, sorted how and
with what left out is settled when the view is built.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nfw_reconcile.report.charts import Chart
    from nfw_reconcile.report.phrases import Datum, Phrase


class Tone(enum.StrEnum):
    """What a reader should feel; only ever shown beside words that say the same."""

    BAD = "bad"
    CAUTION = "caution"
    GOOD = "good"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or two."""

    text: Phrase


@dataclass(frozen=True, slots=True)
class Bullet:
    """One item of a list; ``label`` is our own word in front of it (``Warning``), or empty."""

    label: str
    text: Phrase
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short items, one below the other."""

    items: tuple[Bullet, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand at its right edge."""

    title: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are columns; ``rest`` says what was left out, if anything was."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Phrase, ...], ...]
    rest: Phrase | None = None


class Sign(enum.StrEnum):
    """What became of a line: the signs of a diff."""

    ADDED = "+"
    REMOVED = "-"
    SAME = " "


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of a diff, all of it a datum."""

    sign: Sign
    text: Datum


@dataclass(frozen=True, slots=True)
class Change:
    """One change with its two sides: ``None`` where there is no such side, equal where the text is the same.

    ``kind`` is our own word for it, or empty. ``note`` says why it came about, and ``flows`` which live
    flows hang on it; both may be empty.
    """

    kind: str
    before: Datum | None
    after: Datum | None
    note: Phrase
    flows: Phrase

    @property
    def is_same(self) -> bool:
        """Say whether the text is the same on both sides."""
        return self.before == self.after

    @property
    def lines(self) -> tuple[ChangeLine, ...]:
        """Give the change as lines of a diff; a text that is the same stands there once, with what changed."""
        if self.before is not None and self.before == self.after:
            told = ", ".join(word for word in (self.kind, self.note.raw) if word)
            return (_line(Sign.SAME, self.before, told),)
        sides = ((Sign.REMOVED, self.before), (Sign.ADDED, self.after))
        return tuple(_line(sign, side, self.note.raw) for sign, side in sides if side is not None)


def _line(sign: Sign, text: Datum, told: str) -> ChangeLine:
    return ChangeLine(sign, replace(text, text=f"{text.text} ({told})") if told else text)


@dataclass(frozen=True, slots=True)
class Changes:
    """A diff for people; ``rest`` says what was left out, if anything was."""

    changes: tuple[Change, ...]
    rest: Phrase | None = None

    @property
    def lines(self) -> tuple[ChangeLine, ...]:
        """Give all changes one below the other."""
        return tuple(line for change in self.changes for line in change.lines)


Block = Paragraph | Bullets | Table | Changes


@dataclass(frozen=True, slots=True)
class Detail:
    """Blocks under a title within a section, opened only by those who want them."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a title of our own words; a ``folded`` one is opened only by those who want it.

    ``extra`` is for formats with room for pictures and long tables. A section without ``blocks`` is for
    those formats alone.
    """

    title: str
    blocks: tuple[Block, ...]
    folded: bool = False
    extra: tuple[Block | Chart | Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that sums a firewall up, for formats with room for it."""

    label: str
    value: Phrase
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class FirewallView:
    """What is said of one firewall; ``headline`` is empty where the headline of the view has said it."""

    heading: Phrase
    headline: Phrase
    tone: Tone
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A whole report: the one sentence that matters, what else must be read, then each firewall, then facts.

    ``digest`` is the SHA-256 of the document, for those who mark or compare reports.
    """

    kind: str
    headline: Phrase
    tone: Tone
    lead: tuple[Bullet, ...]
    firewalls: tuple[FirewallView, ...]
    facts: tuple[Bullet, ...]
    digest: str
