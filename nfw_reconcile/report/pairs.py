"""Findings about pairs of causes: what allowed flows under the old policy, and what denies them under the new."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.report import naming
from nfw_reconcile.report.findings import Finding
from nfw_reconcile.report.phrases import Phrase, Prose, count, joined, say
from nfw_reconcile.report.places import Place, of_cause
from nfw_reconcile.report.plan_sections import hangs_on
from nfw_reconcile.report.regions import region_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.documents import CauseText, FlowRow, PolicyIdentity, RuleText
    from nfw_reconcile.model.plan_document import RegionPart
    from nfw_reconcile.report.findings import Kind
    from nfw_reconcile.report.names import Names

Identity = tuple[str, ...]


def rule_identity(rule: RuleText) -> Identity:
    """Give what makes a rule this one, wherever it stands: its group and sid, else its group and text.

    A sensitive rule without a sid has nothing but its line to be told from another by.
    """
    if rule.sid is not None:
        return (rule.group, f"sid {rule.sid}")
    return (rule.group, f"line {rule.line}" if rule.sensitive else rule.text)


def cause_identity(cause: CauseText) -> Identity:
    """Give what makes a cause this one."""
    decided = rule_identity(cause.rule) if cause.rule is not None else (cause.default or "no rule matched",)
    return (cause.engine.value, *decided)


@dataclass(slots=True)
class Causes:
    """An old and a new cause, with all that they decide alike: parts of the region, and flows that were looked at."""

    old: CauseText
    new: CauseText
    parts: list[RegionPart] = field(default_factory=list)
    rows: list[FlowRow] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        """Give what makes the pair this one."""
        return (*cause_identity(self.old), *cause_identity(self.new))

    @property
    def rules(self) -> tuple[Identity, ...]:
        """Name the rules that are involved."""
        return tuple(rule_identity(side.rule) for side in (self.old, self.new) if side.rule is not None)

    @property
    def needs_flush(self) -> bool:
        """Say whether any of it goes on until it is flushed; what a stateless rule denies does not."""
        return any(part.flush for part in self.parts) or any(row.flush for row in self.rows)

    @property
    def told(self) -> tuple[Phrase, Phrase]:
        """Say by what it is denied, and by what it was allowed: for behind these words."""
        return naming.by(self.new), naming.by(self.old, beside=self.new)


def pairs(parts: Iterable[RegionPart], rows: Iterable[FlowRow]) -> tuple[Causes, ...]:
    """Put parts and flows together that the same two causes decided, sorted by identity."""
    found: dict[Identity, Causes] = {}
    for part in parts:
        _pair(found, part).parts.append(part)
    for row in rows:
        _pair(found, row).rows.append(row)
    return tuple(found[key] for key in sorted(found))


def _pair(found: dict[Identity, Causes], each: RegionPart | FlowRow) -> Causes:
    new = Causes(each.old, each.new)
    return found.setdefault(new.identity, new)


def finding(kind: Kind, pair: Causes, message: Phrase, owner: Identity, policy: PolicyIdentity) -> Finding:
    """Give the finding about a pair; it stands where the new policy decides, beside what the old one says."""
    title = say("Denied {}, was allowed {}", *pair.told)
    place, old = of_cause(pair.new, policy), of_cause(pair.old, policy)
    # The file of an old rule is that of another revision: its lines are none of what is looked at.
    related = (Place(old.address),) if old.address != place.address else ()
    return Finding(kind, title, message, place, (*owner, *pair.identity), related, len(pair.rows))


def what(pair: Causes, names: Names) -> Phrase:
    """Say which 5-tuples a pair is about: its first part, else a flow."""
    if not pair.parts:
        return example(pair.rows, names)
    first, more = pair.parts[0], len(pair.parts) - 1
    told = region_part(first)
    if not first.sensitive:
        told = say("{}, for example {}", told, names.five_tuple(first.witness))
    return say("{}, and {}", told, count(more, "more part")) if more else told


def example(rows: Sequence[FlowRow], names: Names) -> Phrase:
    """Name one flow of several, the same one whatever their order, and say how many more there are."""
    first = names.five_tuple(min((row.flow for row in rows), key=lambda flow: naming.five_tuple(flow).text))
    more = len(rows) - 1
    return say("{} and {}", first, count(more, "more flow")) if more else first


def conditions(pair: Causes) -> Phrase:
    """Say what a pair hangs on; empty where on nothing."""
    found = {part.conditions for part in pair.parts} | {row.conditions for row in pair.rows}
    return joined([hangs_on(each) for each in sorted(found) if each], " or ")


def by_reason(rows: Iterable[FlowRow]) -> list[tuple[tuple[str, ...], list[FlowRow]]]:
    """Put flows together that could not be decided for the same reasons, sorted by those."""
    groups: defaultdict[tuple[str, ...], list[FlowRow]] = defaultdict(list)
    for row in rows:
        groups[row.reasons].append(row)
    return sorted(groups.items())


def sentences(texts: Iterable[str]) -> Phrase:
    """Put sentences that were made elsewhere one after the other."""
    return joined([Phrase((Prose(text),)) for text in texts], " ")
