"""What a capture means: which flows must go, which no filter may match, which are left alive."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.ages import is_old
from nfw_reconcile.model.texts import effect_counts, flow_row
from nfw_reconcile.model.verdict import Effect, Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nfw_reconcile.act.attempts import Attempts
    from nfw_reconcile.act.capture import Capture
    from nfw_reconcile.act.entries import ListedFlow
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.documents import EffectCount, FlowRow
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import CapturedFlow, FiveTuple
    from nfw_reconcile.model.verdict import FlowEffect

NEVER_OPENED: Final = frozenset({Effect.STILL_DENIED, Effect.NEWLY_ALLOWED})
"""Effects that no flow can have which the old policy let through."""

DENIED_NOW: Final = frozenset({Effect.STILL_DENIED, Effect.NEWLY_DENIED})


@dataclass(frozen=True, slots=True)
class JudgedFlow:
    """A flow with the effect of the change on it.

    ``denied`` means that a flush is called for; ``old`` that it was born before the zone was in sync.
    ``never_allowed`` means that the new policy denies it whichever of its entries began it. ``attempt`` means that
    it looks as if nothing of it was ever let through.
    """

    listed: ListedFlow
    effect: FlowEffect
    denied: bool
    old: bool
    never_allowed: bool
    attempt: bool

    @property
    def must_go(self) -> bool:
        """Say whether the flow is to be flushed; seen after a flush, it is a survivor."""
        return self.denied and self.old and not self.attempt

    @property
    def may_be_matched(self) -> bool:
        """Say whether a filter may match it: it goes, or is denied anyhow and too young to be touched."""
        return self.must_go or (self.never_allowed and not self.old)

    @property
    def initiating(self) -> CapturedFlow:
        """Give the entry in the orientation in which the flow was judged."""
        return next(entry for entry in self.listed.entries if entry.tuple == self.effect.flow)

    def row(self) -> FlowRow:
        """Write the flow for the result document."""
        return flow_row(self.initiating, self.effect)


@dataclass(frozen=True)
class Sighting:
    """A capture, judged."""

    capture: Capture
    flows: tuple[JudgedFlow, ...]

    @cached_property
    def cut(self) -> tuple[JudgedFlow, ...]:
        """Give the flows that must go."""
        return tuple(flow for flow in self.flows if flow.must_go)

    @cached_property
    def kept_entries(self) -> tuple[FiveTuple, ...]:
        """Give the entries, as they are listed, that no filter may match."""
        return _entries(flow for flow in self.flows if not flow.may_be_matched)

    @property
    def cut_entries(self) -> tuple[FiveTuple, ...]:
        """Give the entries, as they are listed, of the flows that must go."""
        return _entries(self.cut)

    def young_again(
        self, flushed: Iterable[FiveTuple], filters: Iterable[FlowFilter] = ()
    ) -> tuple[JudgedFlow, ...]:
        """Give flows that were flushed before and are listed as born under the new rules.

        Those are the ones among ``flushed`` (canonical 5-tuples), and the denied ones that ``filters`` match.
        """
        known, sent = frozenset(flushed), tuple(filters)
        return tuple(
            flow
            for flow in self.flows
            if not flow.old and (flow.listed.key in known or (flow.denied and flow.listed.matched_by(sent)))
        )

    @property
    def young_denied(self) -> int:
        """Count the flows that are newly denied and were born under the new rules: blocked attempts, as a rule."""
        return sum(flow.denied and not flow.old for flow in self.flows)

    @property
    def attempts(self) -> int:
        """Count the denied flows that look like blocked attempts, and are left alone for that alone."""
        return sum(flow.denied and flow.old and flow.attempt for flow in self.flows)

    @property
    def left_alive(self) -> tuple[JudgedFlow, ...]:
        """Give the flows that may be denied, or that nobody could decide about, and that are not flushed."""
        open_ended = {Effect.POSSIBLY_DENIED, Effect.UNDECIDED}
        return tuple(flow for flow in self.flows if flow.effect.effect in open_ended and not flow.must_go)

    @property
    def denied_otherwise(self) -> int:
        """Count the flows that were denied before too, or that a stateless rule denies by itself."""
        return sum(flow.effect.effect in DENIED_NOW and not flow.denied for flow in self.flows)

    @property
    def counts(self) -> tuple[EffectCount, ...]:
        """Sum all flows by effect."""
        return effect_counts((flow.initiating, flow.effect) for flow in self.flows)


def judge(
    capture: Capture,
    comparison: Comparison,
    in_sync_at: float,
    *,
    flush_possible: bool = False,
    attempts: Sequence[Attempts] = (),
) -> Sighting:
    """Judge every flow of a capture.

    ``flush_possible`` counts the possibly denied among those that must go; a denied flow that looks like one of
    the ``attempts`` need not.
    """
    return Sighting(
        capture,
        tuple(
            _judged(flow, comparison, in_sync_at, attempts, flush_possible=flush_possible)
            for flow in capture.flows
        ),
    )


def _judged(
    listed: ListedFlow,
    comparison: Comparison,
    in_sync_at: float,
    attempts: Sequence[Attempts],
    *,
    flush_possible: bool,
) -> JudgedFlow:
    effects = [comparison.effect(entry.tuple) for entry in listed.entries]
    effect = _of_the_initiator(effects)
    denied = effect.flush or (
        flush_possible
        and effect.effect is Effect.POSSIBLY_DENIED
        and effect.new.cause.engine is Engine.STATEFUL
    )
    old = is_old(listed.age, listed.looked_at, in_sync_at)
    never_allowed = all(each.effect in DENIED_NOW for each in effects)
    attempt = denied and any(each.fit(listed) for each in attempts)
    return JudgedFlow(listed, effect, denied, old, never_allowed, attempt)


def _of_the_initiator(effects: list[FlowEffect]) -> FlowEffect:
    """Choose between the two entries of one flow: the one that the old policy could have let begin it.

    Where both could, and only one calls for a flush, the flow must stay.
    """
    possible = [effect for effect in effects if effect.effect not in NEVER_OPENED] or effects
    return next((effect for effect in possible if not effect.flush), possible[0])


def _entries(flows: Iterable[JudgedFlow]) -> tuple[FiveTuple, ...]:
    def every() -> Iterator[FiveTuple]:
        for flow in flows:
            yield from (entry.tuple for entry in flow.listed.entries)

    return tuple(every())
