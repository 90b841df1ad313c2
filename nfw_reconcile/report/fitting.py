"""Markdown that has to fit somewhere: what matters most is kept longest, and what was left out is named.

Sections stand in the order of what a reviewer must know. So every firewall keeps as many of its first ones as there is
room for; then firewalls go, and then everything but the headline.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.blocks import Bullet, Tone
from nfw_reconcile.report.markdown import render_markdown
from nfw_reconcile.report.phrases import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nfw_reconcile.report.blocks import View

LEFT_OUT: Final = "Left out, because it is too long here"
TOO_LONG: Final = Phrase(("The report is too long.",))


def fitted(views: Iterable[View], fits: Callable[[str], bool]) -> str:
    """Give the first of some views, in Markdown, that fits; empty where none does."""
    return next((text for text in map(render_markdown, views) if fits(text)), "")


def ever_shorter(view: View) -> Iterator[View]:
    """Give the view, then with ever fewer sections, then without firewalls, then with hardly a word."""
    yield view
    deepest = max((len(firewall.sections) for firewall in view.firewalls), default=0)
    for depth in range(deepest - 1, -1, -1):
        firewalls = tuple(replace(each, sections=each.sections[:depth]) for each in view.firewalls)
        gone = [section for each in view.firewalls for section in each.sections[depth:] if section.blocks]
        yield _without(replace(view, firewalls=firewalls), dict.fromkeys(each.title for each in gone))
    bare = _without(replace(view, firewalls=(), lead=()), ["everything but the headline"])
    yield bare
    yield replace(bare, headline=TOO_LONG, facts=())


def _without(view: View, left_out: Iterable[str]) -> View:
    """Name what was left out, behind everything else."""
    names = ", ".join(left_out)
    if not names:
        return view
    return replace(view, facts=(*view.facts, Bullet(LEFT_OUT, say(names), Tone.CAUTION)))
