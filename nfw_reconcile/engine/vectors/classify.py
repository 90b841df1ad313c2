"""The effect of a change on flows in columns, asked for once for all flows that cannot be told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from nfw_reconcile.engine.vectors.columns import distinct_of, kinds_of
from nfw_reconcile.engine.vectors.forgotten import ForgottenFlows
from nfw_reconcile.engine.vectors.rosters import Headers, Kinds
from nfw_reconcile.engine.vectors.settled import settled_effect
from nfw_reconcile.engine.vectors.sides import FlowLists, Side, SideLists
from nfw_reconcile.engine.vectors.table import NOTHING_MET, HeaderTable, Meetings
from nfw_reconcile.model.verdict import AfterFlush, FlowEffect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.vectors.columns import Flags, FlowColumns, Numbers
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.flow import FiveTuple

MOST_KEPT: Final = 200_000
"""Distinct effects that are kept from one call to the next."""

_NEW: Final = -1


@dataclass(frozen=True, slots=True)
class Effects:
    """The effect on each flow: ``distinct[number[i]]`` for flow *i*.

    The ``flow`` of a distinct effect is one of the flows that have it, from this call or an earlier one.
    """

    distinct: Sequence[FlowEffect]
    number: Numbers

    def of(self, index: int, flow: FiveTuple) -> FlowEffect:
        """Give the effect on one flow, which is named again."""
        found = self.distinct[self.number[index]]
        return FlowEffect(
            flow, found.effect, found.flush, found.old, found.new, found.conditions, found.after_flush
        )


class Classifier:
    """Says what a change does to many flows at once: for each the same as the comparison does.

    With the ``forgetting`` of the new policy, it says of each flow that is to be flushed what becomes of it then.
    """

    def __init__(self, comparison: Comparison, forgetting: Forgetting | None = None) -> None:
        """Prepare both policies; tables of headers are made when a flow of their family comes."""
        self._comparison = comparison
        headers = Headers()
        policies = [policy for policy in (comparison.old, comparison.new) if policy is not None]
        self._sides = [Side(policy, headers) for policy in policies]
        for side in self._sides:
            for roster in side.rosters:
                roster.seat(len(headers.boxes))
        self._boxes = headers.boxes
        self._tables: dict[Family, HeaderTable] = {}
        self._forgotten = (
            ForgottenFlows(forgetting, self._sides[-1], self._table) if forgetting is not None else None
        )
        self._numbers: dict[bytes, int] = {}
        self._effects: list[FlowEffect] = []
        self._told: dict[tuple[int, AfterFlush], int] = {}

    def classify(self, flows: FlowColumns) -> Effects:
        """Give the effect on each flow. Memory grows with the flows of one call, not with those of all."""
        if len(self._effects) > MOST_KEPT or any(r.full for side in self._sides for r in side.rosters):
            self._forget()
        number = np.zeros(len(flows), np.int64)
        families: tuple[Family, ...] = (4, 6)
        for family in families:
            ours = np.flatnonzero(flows.family == family)
            if len(ours):
                number[ours] = self._classify(flows[ours], family)
        if self._forgotten is not None:
            self._tell(self._forgotten, flows, number)
        return Effects(self._effects, number)

    def _tell(self, forgotten: ForgottenFlows, flows: FlowColumns, number: Numbers) -> None:
        """Put effects that say what becomes of a flow in the place of those that call for a flush."""
        distinct, kind = distinct_of(number, len(self._effects))
        chosen = np.flatnonzero(np.array([self._effects[n].flush for n in distinct.tolist()], np.bool_)[kind])
        if not len(chosen):
            return
        lives = forgotten.may_live_on(flows[chosen])
        for after, ours in ((AfterFlush.ENDS, chosen[~lives]), (AfterFlush.MAY_LIVE_ON, chosen[lives])):
            effects, kind = np.unique(number[ours], return_inverse=True)
            told = [self._number_told(n, after) for n in effects.tolist()]
            number[ours] = np.array(told, np.int64)[kind]

    def _number_told(self, number: int, after: AfterFlush) -> int:
        found = self._told.get((number, after))
        if found is None:
            found = self._keep(replace(self._effects[number], after_flush=after))
            self._told[number, after] = found
        return found

    def _forget(self) -> None:
        self._effects = []
        self._numbers.clear()
        self._told.clear()
        for side in self._sides:
            side.forget()

    def _classify(self, flows: FlowColumns, family: Family) -> Numbers:
        """Give the numbers of the effects on flows of one family."""
        sides = self._meet(flows, self._table(family))
        columns = [flows.protocol * 8 + family]
        for lists in sides:
            columns += lists.deciding()
        first, kind = kinds_of(columns)
        rows = np.stack([column[first] for column in columns], axis=1).astype(np.int32)
        keys = rows.view(f"V{rows.shape[1] * rows.itemsize}")[:, 0].tolist()
        known = np.fromiter((self._numbers.get(key, _NEW) for key in keys), np.int64, len(keys))
        new = np.flatnonzero(known == _NEW)
        alone: list[int] = []
        if len(new):
            chosen = first[new]
            examples = flows[chosen].flows()
            at_once = _at_once(sides, self._sides, chosen)
            met = zip(*(lists.of(chosen) for lists in sides), strict=True)
            uncertain = any(side.uncertain for side in self._sides)
            for n, flow, each, settled in zip(new.tolist(), examples, met, at_once, strict=True):
                if uncertain and self._asks_members(each):
                    alone.append(n)
                    continue
                effect = self._settled(flow, each) if settled else self._comparison.effect(flow)
                known[n] = self._numbers[keys[n]] = self._keep(effect)
        return self._with_members(flows, known[kind], np.isin(kind, alone)) if alone else known[kind]

    def _table(self, family: Family) -> HeaderTable:
        if family not in self._tables:
            self._tables[family] = HeaderTable(self._boxes, family)
        return self._tables[family]

    def _meet(self, flows: FlowColumns, table: HeaderTable) -> list[SideLists]:
        """Give the lists of rules that make a difference to the flows, as their signatures do."""
        kinds = Kinds.of(flows.protocol)
        found = table.meetings(flows)
        stateless = any(not side.stateless.empty for side in self._sides)
        answers = _answers(table, flows, np.arange(len(flows))) if stateless else NOTHING_MET
        begun = [side.begin(found, answers, kinds) for side in self._sides]
        if not stateless:
            settled = np.logical_and.reduce([one.settled for one in begun])
            answers = _answers(table, flows, np.flatnonzero(~settled))
        return [side.finish(one, answers, kinds) for side, one in zip(self._sides, begun, strict=True)]

    def _asks_members(self, met: Sequence[FlowLists]) -> bool:
        """Say whether the answer depends on the addresses themselves."""
        return any(
            side.asks_members(lists) for side, lists in zip(self._sides, met, strict=True) if side.uncertain
        )

    def _with_members(self, flows: FlowColumns, number: Numbers, asking: Flags) -> Numbers:
        """Ask for the effect on each of the flows whose own addresses matter."""
        for n in np.flatnonzero(asking).tolist():
            number[n] = self._keep(self._comparison.effect(flows.flow(n)))
        return number

    def _settled(self, flow: FiveTuple, met: Sequence[FlowLists]) -> FlowEffect:
        """Give the effect on a flow for which the first rule that it meets settles it on both sides."""
        old, new = self._sides
        return settled_effect(flow, old.decision(met[0].forward), new.decision(met[1].forward))

    def _keep(self, effect: FlowEffect) -> int:
        self._effects.append(effect)
        return len(self._effects) - 1


def _at_once(lists: Sequence[SideLists], sides: Sequence[Side], chosen: Numbers) -> list[bool]:
    """Say of which of the chosen flows the first rule that they meet settles them, in an old and a new policy."""
    if len(sides) < 2:
        return [False] * len(chosen)
    settled = [one.at_once(chosen, side) for one, side in zip(lists, sides, strict=True)]
    found: list[bool] = np.logical_and.reduce(settled).tolist()
    return found


def _answers(table: HeaderTable, flows: FlowColumns, asked: Numbers) -> Meetings:
    """Find the headers that the responders' packets of some flows match."""
    found = table.meetings(flows[asked].reversed())
    return Meetings(asked[found.flow], found.header)
