"""What a change of policy does to a flow: both policies in the same worlds, and what all worlds say together."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.condense import condense
from nfw_reconcile.engine.judge import Side, SideSignature, asks_members, side_signature
from nfw_reconcile.engine.questions import Unknown
from nfw_reconcile.engine.walk import Outcome
from nfw_reconcile.engine.worlds import Vocabulary, explore
from nfw_reconcile.model.expressions import without_digests
from nfw_reconcile.model.verdict import Cause, Decision, Effect, Engine, FlowEffect, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.worlds import Leaf, World
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.flow import FiveTuple

NO_POLICY: Final = Cause(Engine.STATEFUL, default="no firewall policy")
MOST_UNKNOWNS: Final = 10
"""Unknown values that one flow's verdict may hang on before no combination of them is tried any more."""

MOST_CONDITIONS: Final = 12
MOST_REMARKED: Final = 64
"""Worlds of one flow in which other courses of the conversation are tried."""

MOST_KEPT: Final = 10_000
"""Effects that are kept at a time; a signature of 30,000 rules takes up to 16 kB."""

TOO_MANY: Final = "more combinations of payload conditions than are looked at"


class Pair(NamedTuple):
    """What became of one conversation under both policies, in one world."""

    old: Outcome
    new: Outcome


class FlowSignature(NamedTuple):
    """All that an effect depends on: flows with equal signatures have equal effects.

    ``flow`` is set only where a rule in question asks about members that are not known, so that the
    addresses themselves matter.
    """

    protocol: int
    family: Family
    old: SideSignature | None
    new: SideSignature
    flow: FiveTuple | None


class Comparison:
    """An old and a new policy, ready to say what the change does to any flow.

    ``old`` is ``None`` where there was no policy: nothing was allowed through a firewall that was not
    there. Answers are kept by signature, so that a million flows of few kinds cost little.
    """

    def __init__(self, old: CompiledPolicy | None, new: CompiledPolicy) -> None:
        """Take two policies that were compiled, each with its own variables."""
        self.old = old
        self.new = new
        self._vocabulary = new.vocabulary | (old.vocabulary if old else Vocabulary())
        self._hidden = new.hidden | (old.hidden if old else frozenset())
        self._effects: dict[FlowSignature, FlowEffect] = {}

    def effect(self, flow: FiveTuple) -> FlowEffect:
        """Give the effect of the change on a flow, with the deciding rules of both sides."""
        signature = self.signature(flow)
        known = self._effects.get(signature)
        if known is None:
            known = self._decide(flow, signature)
            if len(self._effects) >= MOST_KEPT:
                self._effects.clear()
            self._effects[signature] = known
        if known.flow == flow:
            return known
        return FlowEffect(flow, known.effect, known.flush, known.old, known.new, known.conditions)

    def signature(self, flow: FiveTuple) -> FlowSignature:
        """Give what the effect on a flow depends on."""
        old = side_signature(self.old, flow) if self.old else None
        new = side_signature(self.new, flow)
        open_ended = asks_members(self.new, new) or (self.old and old and asks_members(self.old, old))
        return FlowSignature(flow.protocol, flow.source.family, old, new, flow if open_ended else None)

    def _decide(self, flow: FiveTuple, signature: FlowSignature) -> FlowEffect:
        sides = [Side.of(self.old, flow, signature.old)] if self.old and signature.old else []
        sides.append(Side.of(self.new, flow, signature.new))
        less = condense([side.lists for side in sides], self._vocabulary.names)
        judges = [replace(side, lists=lists) for side, lists in zip(sides, less.sides, strict=True)]

        def run(world: World) -> Pair:
            *old, new = (side.judge(world) for side in judges)
            return Pair(old[0] if old else Outcome(allowed=False, cause=NO_POLICY), new)

        found = explore(flow.protocol, replace(self._vocabulary, names=less.names), run)
        unchanged = len(sides) > 1 and not found.complete and sides[0].same_as(sides[1])
        effect = _combine(flow, found.leaves, complete=found.complete, unchanged=unchanged)
        return _without(_with_remarks(effect, judges, found.leaves), self._hidden)


def _combine(flow: FiveTuple, leaves: Sequence[Leaf[Pair]], *, complete: bool, unchanged: bool) -> FlowEffect:
    groups = _by_unknowns(leaves)
    effect = _effect(groups, leaves)
    if not (complete or unchanged) and effect is not Effect.UNDECIDED:
        effect = Effect.POSSIBLY_DENIED
    telling = _telling_leaf(leaves, effect)
    old = _decision(groups, leaves, telling, _old, complete=complete)
    new = _decision(groups, leaves, telling, _new, complete=complete)
    cut = [leaf.outcome.new for leaf in leaves if leaf.outcome.old.allowed and not leaf.outcome.new.allowed]
    flush = effect is Effect.NEWLY_DENIED and any(o.cause.engine is Engine.STATEFUL for o in cut)
    conditions = telling.world.conditions() if effect is Effect.POSSIBLY_DENIED else ()
    return FlowEffect(flow, effect, flush, old, new, conditions[:MOST_CONDITIONS])


def _with_remarks(effect: FlowEffect, sides: Sequence[Side], leaves: Sequence[Leaf[Pair]]) -> FlowEffect:
    """Add what the reader should know about other courses of the conversation, to the verdict of each side."""
    settled = [leaf for leaf in leaves[:MOST_REMARKED] if not leaf.world.unknowns()]
    new = {
        note: None
        for leaf in settled
        for note in sides[-1].remarks(leaf.world, allowed=leaf.outcome.new.allowed)
    }
    old = {
        note: None
        for leaf in settled
        for side in sides[:-1]
        for note in side.remarks(leaf.world, allowed=leaf.outcome.old.allowed)
    }
    return replace(
        effect,
        old=replace(effect.old, notes=(*effect.old.notes, *old)),
        new=replace(effect.new, notes=(*effect.new.notes, *new)),
    )


SENSITIVE_CONDITION: Final = "a condition of a sensitive rule"


def _without(effect: FlowEffect, hidden: frozenset[str]) -> FlowEffect:
    """Put a general word in the place of every condition and reason that holds a hidden text."""
    if not hidden:
        return effect

    def shown(texts: tuple[str, ...]) -> tuple[str, ...]:
        told = (SENSITIVE_CONDITION if any(text in each for text in hidden) else each for each in texts)
        return tuple(dict.fromkeys(told))

    old, new = (
        replace(side, conditions=shown(side.conditions), reasons=shown(side.reasons))
        for side in (effect.old, effect.new)
    )
    return replace(effect, old=old, new=new, conditions=shown(effect.conditions))


def _old(pair: Pair) -> Outcome:
    return pair.old


def _new(pair: Pair) -> Outcome:
    return pair.new


def _telling_leaf(leaves: Sequence[Leaf[Pair]], effect: Effect) -> Leaf[Pair]:
    """Choose the world whose causes are shown: one in which the effect shows."""

    def tells(pair: Pair) -> bool:
        match effect:
            case Effect.NEWLY_DENIED | Effect.POSSIBLY_DENIED | Effect.UNDECIDED:
                return pair.old.allowed and not pair.new.allowed
            case Effect.NEWLY_ALLOWED:
                return pair.new.allowed
            case Effect.STILL_ALLOWED:
                return pair.old.allowed and pair.new.allowed
            case Effect.STILL_DENIED:
                return not pair.old.allowed and not pair.new.allowed

    return next((leaf for leaf in leaves if tells(leaf.outcome)), leaves[0])


def _by_unknowns(leaves: Sequence[Leaf[Pair]]) -> list[list[Leaf[Pair]]]:
    """Group the worlds by the values of all unknowns; one group where nothing unknown was asked."""
    unknowns = sorted({asked for leaf in leaves for asked in leaf.world.unknowns()}, key=_name)
    if not unknowns:
        return [list(leaves)]
    if len(unknowns) > MOST_UNKNOWNS:
        return [[leaf] for leaf in leaves]
    groups: list[list[Leaf[Pair]]] = []
    for values in product((False, True), repeat=len(unknowns)):
        chosen = dict(zip(unknowns, values, strict=True))
        group = [leaf for leaf in leaves if _agrees(leaf.world.unknowns(), chosen)]
        if group:
            groups.append(group)
    return groups


def _name(unknown: Unknown) -> tuple[str, str]:
    return unknown.reason, unknown.aspect


def _agrees(answers: dict[Unknown, bool], chosen: dict[Unknown, bool]) -> bool:
    return all(chosen[asked] == answer for asked, answer in answers.items())


_DENIALS: Final = frozenset({Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED})


def _effect(groups: Sequence[Sequence[Leaf[Pair]]], leaves: Sequence[Leaf[Pair]]) -> Effect:
    """Put together what every value of the unknowns says: where they disagree about a denial, nothing is decided."""
    effects = {_payload_effect([leaf.outcome for leaf in group]) for group in groups}
    if len(effects) == 1:
        return effects.pop()
    if effects <= _DENIALS:
        return Effect.POSSIBLY_DENIED
    if effects & _DENIALS or {Effect.NEWLY_ALLOWED, Effect.STILL_DENIED} <= effects:
        return Effect.UNDECIDED
    return _payload_effect([leaf.outcome for leaf in leaves])


def _payload_effect(pairs: Iterable[Pair]) -> Effect:
    """Give the effect over all payloads, as the glossary defines it."""
    kinds = {(pair.old.allowed, pair.new.allowed) for pair in pairs}
    if (True, False) in kinds:
        return Effect.POSSIBLY_DENIED if (True, True) in kinds else Effect.NEWLY_DENIED
    if not any(new for _, new in kinds):
        return Effect.STILL_DENIED
    return Effect.STILL_ALLOWED if any(old for old, _ in kinds) else Effect.NEWLY_ALLOWED


def _decision(
    groups: Sequence[Sequence[Leaf[Pair]]],
    leaves: Sequence[Leaf[Pair]],
    telling: Leaf[Pair],
    side: Callable[[Pair], Outcome],
    *,
    complete: bool,
) -> Decision:
    verdict = _verdict(groups, side) if complete else Verdict.CONDITIONAL
    shown = side(telling.outcome)
    conditions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = () if complete else (TOO_MANY,)
    if verdict is Verdict.CONDITIONAL:
        asked = dict.fromkeys(
            str(question)
            for leaf in leaves
            for question in leaf.world.answers
            if not isinstance(question, Unknown)
        )
        conditions = tuple(asked)[:MOST_CONDITIONS]
    if verdict is Verdict.UNDECIDED:
        unknowns = {without_digests(asked.reason) for leaf in leaves for asked in leaf.world.unknowns()}
        reasons = (*reasons, *sorted(unknowns)[:MOST_CONDITIONS])
    notes = tuple(dict.fromkeys(note for leaf in leaves for note in side(leaf.outcome).notes))
    return Decision(verdict, shown.cause, conditions, reasons, notes)


def _verdict(groups: Sequence[Sequence[Leaf[Pair]]], side: Callable[[Pair], Outcome]) -> Verdict:
    answers = {frozenset(side(leaf.outcome).allowed for leaf in group) for group in groups}
    if len(answers) > 1:
        return Verdict.UNDECIDED
    only = answers.pop()
    if len(only) > 1:
        return Verdict.CONDITIONAL
    return Verdict.ALLOWED if True in only else Verdict.DENIED
