"""Which live flows a changed rule cuts."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import naming
from nfw_reconcile.report.names import NO_NAMES
from nfw_reconcile.report.phrases import Phrase, count, joined, say
from nfw_reconcile.report.units import total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.documents import FlowRow, RuleText
    from nfw_reconcile.model.plan_document import RuleChange
    from nfw_reconcile.report.names import Names

MOST_SERVICES: Final = 3


class FlowsOfRules:
    """Newly denied flows by the rules that allowed and that deny them; ``names`` say what addresses are."""

    def __init__(self, rows: Sequence[FlowRow], names: Names = NO_NAMES) -> None:
        self._names = names
        self._rows = [row for row in rows if row.effect is Effect.NEWLY_DENIED]
        self._allowed: defaultdict[RuleText, set[int]] = defaultdict(set)
        self._denied: defaultdict[RuleText, set[int]] = defaultdict(set)
        for index, row in enumerate(self._rows):
            if row.old.rule is not None:
                self._allowed[row.old.rule].add(index)
            if row.new.rule is not None:
                self._denied[row.new.rule].add(index)

    def told(self, change: RuleChange) -> Phrase:
        """Say how many flows the old rule allowed or the new one denies, and to where; empty where none."""
        found = {
            index
            for rule, flows in ((change.old, self._allowed), (change.new, self._denied))
            if rule is not None and naming.is_told_apart(rule)
            for index in flows.get(rule, ())
        }
        return _told([self._rows[index] for index in sorted(found)], self._names) if found else Phrase()


def _told(rows: Sequence[FlowRow], names: Names) -> Phrase:
    in_all = total(row.bytes for row in rows)
    carried = Phrase() if in_all is None else say(" ({})", in_all)
    services = Counter(naming.service(row.flow) for row in rows)
    flows = {naming.service(row.flow): row.flow for row in rows}
    ranked = sorted(services.items(), key=lambda each: (-each[1], each[0].text))
    shown = joined((names.service(flows[service]) for service, _ in ranked[:MOST_SERVICES]), ", ")
    rest = len(ranked) - MOST_SERVICES
    more = say(" and {}", count(rest, "more service")) if rest > 0 else Phrase()
    return say("cuts {}{}: {}{}", count(len(rows), "live flow"), carried, shown, more)
