"""From text to HTML that says just this text: the only places where a string becomes markup.

Characters that could be markup become references (HTML Living Standard, 13.1.2.3 "Attributes" and
13.1.4 "Character references"); what no reader can see, or what turns the direction of writing around, is
settled by :func:`~nfw_reconcile.report.neutral.visible` before.
"""

from __future__ import annotations

import html

from nfw_reconcile.report.neutral import visible
from nfw_reconcile.report.phrases import Datum, Phrase, Prose


class Html(str):
    """HTML that went through one of the sinks: all that a template may print."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell Jinja's escaping that there is nothing left to escape."""
        return str(self)


def escaped(text: str) -> Html:
    """Give any text for an element or a quoted attribute; what others wrote has been made visible before."""
    return Html(html.escape(text, quote=True))


def phrase(value: Phrase) -> Html:
    """Give a phrase: data as code, sentences of others set apart, our own words as they are."""
    return Html("".join(_part(part) for part in value.parts))


def _part(part: str | Datum | Prose) -> Html:
    match part:
        case Datum():
            return Html(f"<code>{escaped(visible(part.text) or ' ')}</code>")
        case Prose():
            return Html(f"<bdi>{escaped(visible(part.text))}</bdi>")
        case _:
            return escaped(part)


def plain(value: str) -> Html:
    """Give our own words; ``ValueError`` where they could be markup."""
    return phrase(Phrase((value,)))


def shown(value: Phrase) -> str:
    """Give a phrase as text without markup, still to be escaped."""
    return "".join(part if isinstance(part, str) else visible(part.text) for part in value.parts)


def text(value: Phrase) -> Html:
    """Give a phrase for where no element can stand: a title, an attribute."""
    return escaped(shown(value))
