"""One policy before many flows: the lists of rules that each flow meets, as far as they make a difference."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from nfw_reconcile.engine.headers import Signature, bits, vector_of
from nfw_reconcile.engine.settling import at_first
from nfw_reconcile.engine.stateless import Onward
from nfw_reconcile.engine.vectors.rosters import NO_RULES, Headers, Kinds, Roster
from nfw_reconcile.engine.vectors.settled import decision_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.vectors.columns import Flags, Numbers
    from nfw_reconcile.engine.vectors.table import Meetings
    from nfw_reconcile.model.verdict import Decision

_ONWARD: Final = (Onward.ALL, Onward.NONE, Onward.SOME)
_ALL: Final = _ONWARD.index(Onward.ALL)
_NONE: Final = _ONWARD.index(Onward.NONE)
_LOW: Final = 2**32 - 1
_NOT_YET: Final = np.empty(0, np.int64)


class SideLists(NamedTuple):
    """The numbers of all lists of rules that flows meet on one side, as far as they make a difference.

    ``settled`` is true where the last rule of ``forward`` settles the flow, or no rule can matter to it;
    ``onward`` tells, as a number, which packets of it the stateless engine hands on.
    """

    stateless_forward: Numbers
    stateless_backward: Numbers
    forward: Numbers
    backward: Numbers
    settled: Flags
    onward: Numbers

    def deciding(self) -> Sequence[Numbers]:
        """Give the columns that all others follow from, for flows of one protocol."""
        return self[:4]

    def of(self, chosen: Numbers) -> Iterator[FlowLists]:
        """Give what each of some flows meets."""
        return map(FlowLists, self.forward[chosen].tolist(), self.backward[chosen].tolist())

    def at_once(self, chosen: Numbers, side: Side) -> Flags:
        """Say of each of some flows whether the first rule that it meets settles it."""
        settled: Flags = self.settled[chosen] & (self.onward[chosen] == _ALL)
        return settled & side.forward.single(self.forward[chosen])


class FlowLists(NamedTuple):
    """The numbers of the lists of rules that one flow meets in the stateful engine of a side."""

    forward: int
    backward: int


class Side:
    """The rules of one policy, of both engines."""

    def __init__(self, policy: CompiledPolicy, headers: Headers) -> None:
        self.policy = policy
        stateless = policy.stateless
        boxes = [rule.box for rule in stateless.rules]
        places = headers.enrol(boxes, (1 << len(boxes)) - 1)
        self.stateless = Roster(places, len(boxes), lambda _: (stateless.certain, 0))
        boxes = [rule.header.box() for rule in policy.rules]
        places = headers.enrol(boxes, policy.relevant)
        # The two directions of the initiator's and the responder's packets number their lists apart.
        self.forward, self.backward = (
            Roster(places, len(boxes), partial(self._marks, to_server=to_server))
            for to_server in (True, False)
        )
        self._decisions: dict[int, Decision] = {}
        self._onward: dict[tuple[int, int], int] = {}

    @property
    def rosters(self) -> tuple[Roster, ...]:
        """Give the lists of rules."""
        return self.stateless, self.forward, self.backward

    def _marks(self, protocol: int, *, to_server: bool) -> tuple[int, int]:
        settling, blocking, _ = at_first(self.policy, protocol, to_server=to_server)
        return settling, blocking

    def forget(self) -> None:
        """Forget the lists that flows met."""
        for roster in self.rosters:
            roster.forget()
        self._onward.clear()

    def begin(self, found: Meetings, answers: Meetings, kinds: Kinds) -> SideLists:
        """Work out all but ``backward``; ``answers`` is needed where there are stateless rules."""
        forward, backward = (self.stateless.meet(met, kinds).number for met in (found, answers))
        onward = self._onward_all(forward, backward)
        met = self.forward.meet(found, kinds, whole=onward != _ALL)
        number = np.where(onward == _NONE, NO_RULES, met.number)
        return SideLists(forward, backward, number, _NOT_YET, met.ended | (onward == _NONE), onward)

    def finish(self, begun: SideLists, answers: Meetings, kinds: Kinds) -> SideLists:
        """Add ``backward``; ``answers`` is needed for the flows that are not settled."""
        met = self.backward.meet(answers, kinds, whole=begun.onward != _ALL)
        return begun._replace(backward=np.where(begun.settled, NO_RULES, met.number))

    def _onward_all(self, forward: Numbers, backward: Numbers) -> Numbers:
        if self.stateless.empty:
            return np.full(len(forward), self._onward_of(NO_RULES, NO_RULES), np.int64)
        distinct, number = np.unique(forward << 32 | backward, return_inverse=True)
        return np.array([self._onward_of(pair >> 32, pair & _LOW) for pair in distinct.tolist()], np.int64)[
            number
        ]

    def _onward_of(self, forward: int, backward: int) -> int:
        found = self._onward.get((forward, backward))
        if found is None:
            vectors = (vector_of(self.stateless.rules_of(number)) for number in (forward, backward))
            found = _ONWARD.index(self.policy.stateless.onward(Signature(*vectors)))
            self._onward[forward, backward] = found
        return found

    def asks_members(self, lists: FlowLists) -> bool:
        """Say whether a header in question holds names with unknown members."""
        rules = (*self.forward.rules_of(lists.forward), *self.backward.rules_of(lists.backward))
        return not self.uncertain.isdisjoint(rules)

    def decision(self, number: int) -> Decision:
        """Give the decision on flows that the only rule of a list settles."""
        found = self._decisions.get(number)
        if found is None:
            (place,) = self.forward.rules_of(number)
            found = self._decisions[number] = decision_of(self.policy.rules[place])
        return found

    @cached_property
    def uncertain(self) -> frozenset[int]:
        """Give the places of the rules whose headers hold names with unknown members."""
        return frozenset(bits(self.policy.uncertain))
