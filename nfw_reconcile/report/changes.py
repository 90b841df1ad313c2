"""What changed in a policy, as a diff for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.model.plan_document import ChangeKind
from nfw_reconcile.report import naming
from nfw_reconcile.report.blocks import ChangeLine, Changes, Section, Sign
from nfw_reconcile.report.phrases import Datum, count, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.model.documents import RuleText
    from nfw_reconcile.model.plan_document import RuleChange, SettingChange

_ORDER = (ChangeKind.REMOVED, ChangeKind.CHANGED, ChangeKind.ADDED, ChangeKind.MOVED)


def rule_changes(changes: Sequence[RuleChange], most: int) -> Section | None:
    """Give the rule changes, removed and changed rules first; ``None`` where there are none."""
    if not changes:
        return None
    ranked = sorted(changes, key=_rank)
    lines = tuple(line for change in ranked[:most] for line in _lines(change))
    rest = len(ranked) - most
    left_out = say("and {}", count(rest, "more rule change")) if rest > 0 else None
    return Section(
        f"Rule changes ({len(changes):,})", (Changes(lines, left_out),), folded=len(changes) > most
    )


def setting_changes(changes: Sequence[SettingChange]) -> Section | None:
    """Give the changes of settings by name; ``None`` where there are none."""
    if not changes:
        return None
    lines: list[ChangeLine] = []
    for change in sorted(changes, key=lambda change: change.setting):
        if change.sensitive:
            lines.append(ChangeLine(Sign.SAME, Datum(f"{change.setting}: {change.new}")))
            continue
        lines.append(ChangeLine(Sign.REMOVED, Datum(f"{change.setting}: {change.old}")))
        lines.append(ChangeLine(Sign.ADDED, Datum(f"{change.setting}: {change.new}")))
    return Section("Setting changes", (Changes(tuple(lines)),))


def _rank(change: RuleChange) -> tuple[str, int, int, int, str]:
    rule = next(side for side in (change.new, change.old) if side is not None)
    return (rule.group, _ORDER.index(change.kind), rule.sid or 0, rule.line or 0, rule.text)


def _lines(change: RuleChange) -> Iterator[ChangeLine]:
    """Show a rule whose text is the same on both sides once, with what changed about it."""
    if change.old is not None and change.new is not None and change.old.text == change.new.text:
        yield ChangeLine(Sign.SAME, Datum(f"{_named(change.new)}{_about(change)}"))
        return
    because = f" (because of {change.cause})" if change.cause else ""
    if change.old is not None:
        yield ChangeLine(Sign.REMOVED, Datum(f"{_named(change.old)}{because}"))
    if change.new is not None:
        yield ChangeLine(Sign.ADDED, Datum(f"{_named(change.new)}{because}"))


def _named(rule: RuleText) -> str:
    named = rule.sid is not None or rule.line is not None
    return f"{naming.rule(rule).text if named else naming.short(rule.group)}: {rule.text}"


def _about(change: RuleChange) -> str:
    what = "moved" if change.kind is ChangeKind.MOVED else "means something else"
    return f" ({what}, because of {change.cause})" if change.cause else f" ({what})"
