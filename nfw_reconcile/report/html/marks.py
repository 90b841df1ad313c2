"""A small sign for each tone: one shape each, so that nothing hangs on colour alone."""

from __future__ import annotations

from typing import Final

from nfw_reconcile.report.blocks import Tone
from nfw_reconcile.report.html.escape import Html
from nfw_reconcile.report.html.svg import element

_SHAPES: Final = {
    Tone.BAD: ("M8 1.5h8l6.5 6.5v8L16 22.5H8L1.5 16V8z", "M8.5 8.5l7 7m0-7l-7 7"),
    Tone.CAUTION: ("M12 2.5L23 21.5H1z", "M12 9.5v6m0 2.4v.6"),
    Tone.GOOD: ("M12 1.5a10.5 10.5 0 1 0 0 21a10.5 10.5 0 1 0 0-21z", "M7 12.5l3.5 3.5l6.5-7.5"),
}


def mark(tone: Tone) -> Html:
    """Give the sign; nothing for a plain tone. Words beside it say the same, so it has no name of its own."""
    if tone not in _SHAPES:
        return Html("")
    shape, sign = _SHAPES[tone]
    return element(
        "svg",
        element("path", class_="shape", d=shape),
        element("path", class_="sign", d=sign),
        class_=f"mark {tone}",
        viewBox="0 0 24 24",
        width=24,
        height=24,
        aria_hidden="true",
        focusable="false",
    )
