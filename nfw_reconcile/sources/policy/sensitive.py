"""Mark rules that Terraform calls sensitive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.rule import StatefulRule

if TYPE_CHECKING:
    from nfw_reconcile.model.rule import RuleEntry

_REASON: Final = "the rule cannot be read, and its text is sensitive"


def marked(entry: RuleEntry) -> RuleEntry:
    """Mark a rule as sensitive."""
    return replace(entry, sensitive=True)


def hidden(entry: RuleEntry) -> RuleEntry:
    """Mark a parsed rule as sensitive; the parser's reason quotes the text, so another takes its place."""
    if isinstance(entry, StatefulRule):
        return marked(entry)
    return replace(entry, sensitive=True, reason=_REASON)
