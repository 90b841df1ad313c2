"""What a change does to the rules that decide: beside each rule that is named, the reader finds why it decides now."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.plan_document import ChangeKind
from nfw_reconcile.report import naming
from nfw_reconcile.report.phrases import Phrase, Prose, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.model.documents import CauseText, RuleText
    from nfw_reconcile.model.plan_document import RuleChange


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one rule: as a word for a table, and as a clause for a sentence."""

    word: Phrase
    clause: Phrase


_NOTHING: Final = Fate(Phrase(), Phrase())


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of each rule of the old policy, and came about each of the new, that the change touches."""

    before: Mapping[RuleText, Fate] = field(default_factory=lambda: MappingProxyType({}))
    after: Mapping[RuleText, Fate] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, changes: Sequence[RuleChange]) -> Fates:
        """Take the rule changes of one firewall."""
        return cls(
            {rule: _fate(change) for change in changes if (rule := _known(change.old)) is not None},
            {rule: _fate(change) for change in changes if (rule := _known(change.new)) is not None},
        )

    def old(self, cause: CauseText) -> Phrase:
        """Name what decided under the old policy for a table, with what becomes of it."""
        return _with(naming.cause(cause), _of(self.before, cause))

    def new(self, cause: CauseText) -> Phrase:
        """Name what decides under the new policy for a table, with what the change made of it."""
        return _with(naming.cause(cause), _of(self.after, cause))

    def pair(self, new: CauseText, old: CauseText) -> Phrase:
        """Name both behind "denied" or "cut": ``by sid 7, which is added (was allowed by sid 3)``."""
        return say(
            "{}{} (was allowed {}{})",
            naming.by(new),
            _of(self.after, new).clause,
            naming.by(old, beside=new),
            _of(self.before, old).clause,
        )


NO_FATES: Final = Fates()


def _of(fates: Mapping[RuleText, Fate], cause: CauseText) -> Fate:
    return _NOTHING if cause.rule is None else fates.get(cause.rule, _NOTHING)


def _known(rule: RuleText | None) -> RuleText | None:
    return rule if rule is not None and naming.is_told_apart(rule) else None


def _fate(change: RuleChange) -> Fate:
    if change.cause:
        return Fate(say("{} changed", Prose(change.cause)), say(", where {} changed", Prose(change.cause)))
    if change.kind is ChangeKind.CHANGED and _is_same_text(change):
        return Fate(Phrase(("means something else",)), Phrase((", which means something else",)))
    word = change.kind.value
    return Fate(Phrase((word,)), Phrase((f", which is {word}",)))


def _is_same_text(change: RuleChange) -> bool:
    return change.old is not None and change.new is not None and change.old.text == change.new.text


def _with(named: Phrase, fate: Fate) -> Phrase:
    return say("{} ({})", named, fate.word) if fate.word else named
