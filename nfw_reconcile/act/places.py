"""Where the rules of a result are written: a result is made from what is live, which names no files; the plan does.

A place is taken over for a rule that the plan names with the same group, sid, line and text. Where the plan has two
places for such a rule, it has none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nfw_reconcile.model.codec import JsonObject
    from nfw_reconcile.model.documents import CauseText, FlowRow, RuleText
    from nfw_reconcile.model.plan_document import FirewallPlan
    from nfw_reconcile.model.result_document import ZoneResult

Place = tuple[str | None, int | None]
Key = tuple[str, int | None, int | None, str, bool]


@dataclass(frozen=True, slots=True)
class Side:
    """The rules of one side of a plan that have a place, and its groups by whatever a result may call them."""

    groups: Mapping[str, str | None]
    places: Mapping[Key, Place]

    @classmethod
    def of(cls, policy: JsonObject | None, rules: Iterable[RuleText]) -> Side:
        """Take the places of rules; ``policy`` is the side's policy as the plan holds it."""
        places: dict[Key, Place] = {}
        doubtful: set[Key] = set()
        for rule in rules:
            key, place = _key(rule, rule.group), (rule.file, rule.file_line)
            if places.setdefault(key, place) != place:
                doubtful.add(key)
        return cls(_groups(policy), {key: place for key, place in places.items() if key not in doubtful})

    def placed(self, cause: CauseText) -> CauseText:
        """Give a cause with the place of its rule."""
        rule = cause.rule
        group = self.groups.get(rule.group) if rule is not None else None
        if rule is None or group is None or rule.file is not None:
            return cause
        file, line = self.places.get(_key(rule, group), (None, None))
        return cause if file is None else replace(cause, rule=replace(rule, file=file, file_line=line))


@dataclass(frozen=True, slots=True)
class RulePlaces:
    """The places that a plan of one firewall knows."""

    old: Side
    new: Side

    @classmethod
    def of(cls, plan: FirewallPlan) -> RulePlaces:
        """Collect them from all that a plan says of rules."""
        return cls(
            Side.of(plan.old_policy, _rules(plan, "old")), Side.of(plan.new_policy, _rules(plan, "new"))
        )

    def zone(self, zone: ZoneResult) -> ZoneResult:
        """Give what was done in a zone, with the places of the rules that decided."""
        return replace(
            zone,
            flushed=self._rows(zone.flushed),
            survivors=self._rows(zone.survivors),
            seen_again=self._rows(zone.seen_again),
            left_alive=self._rows(zone.left_alive),
        )

    def _rows(self, rows: Iterable[FlowRow]) -> tuple[FlowRow, ...]:
        return tuple(replace(row, old=self.old.placed(row.old), new=self.new.placed(row.new)) for row in rows)


def _key(rule: RuleText, group: str) -> Key:
    return group, rule.sid, rule.line, rule.text, rule.sensitive


def _rules(plan: FirewallPlan, side: str) -> Iterator[RuleText]:
    """Give every rule of a side that the plan names."""
    rows = (*plan.flows.rows, *plan.flows.attempts) if plan.flows is not None else ()
    named: list[RuleText | None] = [getattr(change, side) for change in plan.rule_changes]
    named += [getattr(each, side).rule for each in (*plan.region.parts, *rows)]
    return (rule for rule in named if rule is not None)


def _groups(policy: JsonObject | None) -> dict[str, str | None]:
    """Give the label of each group by its label and by its name; ``None`` for a name that two of them have."""
    found: dict[str, str | None] = {}
    for group in (policy or {}).get("rule_groups", ()):
        name = group["name"]
        label: str = name["label"]
        for called in {label, name["name"]} - {None}:
            found[called] = label if found.get(called, label) == label else None
    return found
