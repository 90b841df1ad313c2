"""What becomes of many flows that are flushed, asked for once for all flows that cannot be told apart."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from nfw_reconcile.engine.vectors.columns import kinds_of
from nfw_reconcile.engine.vectors.rosters import Kinds, Roster
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP
from nfw_reconcile.model.verdict import AfterFlush

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.vectors.columns import Flags, FlowColumns
    from nfw_reconcile.engine.vectors.rosters import Marks
    from nfw_reconcile.engine.vectors.sides import Side
    from nfw_reconcile.engine.vectors.table import HeaderTable
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.flow import FiveTuple

_UNTRACKED: Final = 47
"""Stands for all protocols whose packets are judged one by one: the same rules count for each of them."""

_PROTOCOLS: Final = (TCP, UDP, SCTP, ICMP, ICMPV6, _UNTRACKED)

FEW: Final = 64
"""Up to so many flows are asked about one by one, which takes less time than to look them up together."""


class ForgottenFlows:
    """Says what becomes of flows that are flushed: of each the same as ``forgetting`` says."""

    def __init__(self, forgetting: Forgetting, side: Side, table: Callable[[Family], HeaderTable]) -> None:
        """Take the rules of the policy that ``forgetting`` asks, and the tables of their headers."""
        self._forgetting = forgetting
        self._side = side
        self._table = table

    @cached_property
    def _roster(self) -> Roster:
        """Give the rules that count for any protocol."""
        counting = 0
        for protocol in _PROTOCOLS:
            counting |= self._forgetting.reckoning(protocol).counting
        return self._side.forward.only(counting, self._marks)

    def _marks(self, protocol: int) -> Marks:
        found = self._forgetting.reckoning(protocol)
        return found.settling, found.blocking

    def may_live_on(self, flows: FlowColumns) -> Flags:
        """Say of each flow whether it may live on; of the others it is sure that they end."""
        if len(flows) <= FEW:
            return np.array([self._lives(flow) for flow in flows.flows()], np.bool_)
        lives = np.zeros(len(flows), np.bool_)
        asked = flows.protocol != TCP if self._forgetting.ends_tcp else np.full(len(flows), fill_value=True)
        families: tuple[Family, ...] = (4, 6)
        for family in families:
            ours = np.flatnonzero(asked & (flows.family == family))
            if len(ours):
                lives[ours] = self._ask(flows[ours], family)
        return lives

    def _ask(self, flows: FlowColumns, family: Family) -> Flags:
        """Ask about one flow of each kind, and about every flow whose own addresses matter."""
        roster, kinds, table = self._roster, Kinds.of(flows.protocol), self._table(family)
        if roster.full:
            roster.forget()
        both_ways = (table.meetings(flows), table.meetings(flows.reversed()))
        stateless = [self._side.stateless.meet(met, kinds).number for met in both_ways]
        stateful = [roster.meet(met, kinds).number for met in both_ways]
        first, kind = kinds_of([flows.protocol, *stateless, *stateful])
        answers = np.array([self._lives(flow) for flow in flows[first].flows()], np.bool_)
        lives: Flags = answers[kind]
        if self._side.uncertain:
            asking = [self._asks_members(column[n] for column in stateful) for n in first.tolist()]
            for n in np.flatnonzero(np.array(asking, np.bool_)[kind]).tolist():
                lives[n] = self._lives(flows.flow(n))
        return lives

    def _lives(self, flow: FiveTuple) -> bool:
        return self._forgetting.after_flush(flow) is AfterFlush.MAY_LIVE_ON

    def _asks_members(self, numbers: Iterable[np.int64]) -> bool:
        """Say whether the answer depends on the addresses themselves, given the lists of rules that are met."""
        met = (self._roster.rules_of(int(number)) for number in numbers)
        return any(not self._side.uncertain.isdisjoint(rules) for rules in met)
