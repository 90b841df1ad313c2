"""What changed in a policy, as a diff for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.model.plan_document import ChangeKind
from nfw_reconcile.report import naming
from nfw_reconcile.report.blocks import Change, Changes, Section
from nfw_reconcile.report.change_flows import FlowsOfRules
from nfw_reconcile.report.names import NO_NAMES
from nfw_reconcile.report.phrases import Datum, Phrase, Prose, count, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.documents import FlowRow, RuleText
    from nfw_reconcile.model.plan_document import RuleChange, SettingChange
    from nfw_reconcile.report.names import Names

_ORDER = (ChangeKind.REMOVED, ChangeKind.CHANGED, ChangeKind.ADDED, ChangeKind.MOVED)


def rule_changes(
    changes: Sequence[RuleChange], most: int, rows: Sequence[FlowRow] = (), names: Names = NO_NAMES
) -> Section | None:
    """Give the rule changes, removed and changed rules first; ``None`` where there are none.

    ``rows`` are live flows: each change is told with those that it cuts, and ``names`` say what addresses are.
    """
    if not changes:
        return None
    ranked = sorted(changes, key=_rank)
    flows = FlowsOfRules(rows, names)
    shown = tuple(_change(change, flows) for change in ranked[:most])
    rest = len(ranked) - most
    left_out = say("and {}", count(rest, "more rule change")) if rest > 0 else None
    return Section(
        f"Rule changes ({len(changes):,})", (Changes(shown, left_out),), folded=len(changes) > most
    )


def setting_changes(changes: Sequence[SettingChange]) -> Section | None:
    """Give the changes of settings by name; ``None`` where there are none."""
    if not changes:
        return None
    ranked = sorted(changes, key=lambda change: change.setting)
    return Section("Setting changes", (Changes(tuple(map(_setting, ranked))),))


def _rank(change: RuleChange) -> tuple[str, int, int, int, str]:
    rule = next(side for side in (change.new, change.old) if side is not None)
    return (rule.group, _ORDER.index(change.kind), rule.sid or 0, rule.line or 0, rule.text)


def _change(change: RuleChange, flows: FlowsOfRules) -> Change:
    old, new = change.old, change.new
    note = say("because of {}", Prose(change.cause)) if change.cause else Phrase()
    if old is not None and new is not None and old.text == new.text:
        kind = "moved" if change.kind is ChangeKind.MOVED else "means something else"
        return Change(kind, _named(new), _named(new), note, flows.told(change))
    before, after = (None if side is None else _named(side) for side in (old, new))
    return Change(change.kind.value, before, after, note, flows.told(change))


def _setting(change: SettingChange) -> Change:
    before, after = (Datum(f"{change.setting}: {value}") for value in (change.old, change.new))
    unseen = before == after and not change.sensitive  # what differs was taken out of both
    return Change("changed" if unseen else "", before, after, Phrase(), Phrase())


def _named(rule: RuleText) -> Datum:
    return Datum(f"{naming.placed(rule)}: {rule.text}")
