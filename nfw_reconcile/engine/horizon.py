"""How far the rules in reach are tried: what stands behind a rule that settles every flow in question is out of sight.

The walk of the newly denied region (:mod:`nfw_reconcile.engine.region`) fixes one field after another. On the way
some headers are sure to match, whatever the fields still open will be. Where the rule of such a header settles a flow
(:mod:`nfw_reconcile.engine.settling`) no rule behind it is tried, so that flows which only such rules tell apart
have one effect, and are walked as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.engine.compiled import Acts
from nfw_reconcile.engine.headers import bits, vector_of
from nfw_reconcile.engine.settling import at_first
from nfw_reconcile.model.rule import Action, StatelessAction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.partition import Partition, State, Terrain


@dataclass(frozen=True, slots=True)
class _Line:
    """The headers that one direction's packets meet, in the order of their first rules.

    ``upto`` holds, for each place, the headers up to it. A header is ``settling`` where its first rule is, and
    ``blocking`` where any is.
    """

    present: int
    places: Mapping[int, int]
    upto: tuple[int, ...]
    settling: int
    blocking: int

    @classmethod
    def of(cls, rules: Mapping[int, Sequence[int]], counting: int, settling: int, blocking: int) -> _Line:
        """Take the positions of each header's rules, and three bit vectors over positions."""
        met = {header: found for header, at in rules.items() if (found := [n for n in at if counting >> n & 1])}
        order = sorted(met, key=lambda header: met[header][0])
        upto: list[int] = []
        so_far = 0
        for header in order:
            so_far |= 1 << header
            upto.append(so_far)
        return cls(
            so_far,
            {header: place for place, header in enumerate(order)},
            tuple(upto),
            vector_of(sorted(header for header, at in met.items() if settling >> at[0] & 1)),
            vector_of(sorted(header for header, at in met.items() if any(blocking >> n & 1 for n in at))),
        )

    def tried(self, possible: int, sure: int) -> tuple[int, bool]:
        """Give which of the possible headers may be tried, and whether a sure one settles every flow."""
        possible &= self.present
        settling = possible & sure & self.settling
        if not settling:
            return possible, False
        upto = self.upto[min(map(self.places.__getitem__, bits(settling)))]
        return (possible, False) if possible & upto & self.blocking else (possible & upto, True)


@dataclass(frozen=True, slots=True)
class _Side:
    """One policy: its lines for both directions, and the headers all of whose rules pass, or drop, at first sight.

    ``diverting`` are the headers of stateless rules that may keep a packet from the stateful engine; where any of
    them is in reach, or the default keeps packets (``diverts``), every rule is in sight.
    """

    forward: _Line
    backward: _Line
    passing: int
    dropping: int
    diverting: int
    diverts: bool

    def seen(self, possible: State, sure: State) -> tuple[State, bool | None]:
        """Give the headers that may be tried, and whether every flow is allowed, or none; ``None``: not known."""
        if self.diverts or self.diverting & (possible[0] | possible[1]):
            return (possible[0] & self.forward.present, possible[1] & self.backward.present), None
        forward, settled = self.forward.tried(possible[0], sure[0])
        if not settled:
            return (forward, self.backward.tried(possible[1], sure[1])[0]), None
        if not forward & ~self.passing:
            return (forward, 0), True
        return (forward, 0), None if forward & ~self.dropping else False


class Horizon:
    """What is in sight of one partition whose fields are fixed in some order."""

    def __init__(
        self, terrain: Terrain, forgetting: Forgetting, partition: Partition, order: Sequence[int], protocol: int
    ) -> None:
        """Take a partition of the terrain; ``order`` are the numbers of its fields."""
        rules = [
            {local: at for local, number in enumerate(partition.numbers) if (at := places.get(number))}
            for places in terrain.places
        ]
        stateless = [
            {local: at for local, number in enumerate(partition.numbers) if (at := places.get(number))}
            for places in terrain.stateless_places
        ]
        self._sides = [
            _side(policy, met, before, protocol)
            for policy, met, before in zip(terrain.policies, rules, stateless, strict=True)
        ]
        counting, settling, blocking = forgetting.reckoning(protocol)
        self._forgotten = _Line.of(rules[-1], counting, settling, blocking)
        touched = vector_of(n for n, number in enumerate(partition.numbers) if terrain.touched >> number & 1)
        self._always = touched | vector_of(sorted({local for met in stateless for local in met}))
        self._sure = _sure(partition, order)

    def seen(self, depth: int, possible: State) -> State | None:
        """Give the headers in reach that make a difference; ``None`` where no flow can be newly denied.

        ``depth`` fields are fixed. Headers of changed rules and of stateless rules are always among them.
        """
        sure = self._sure[depth]
        forward, backward = possible[0] & self._always, possible[1] & self._always
        allowed: list[bool | None] = []
        for side in self._sides:
            seen, verdict = side.seen(possible, (possible[0] & sure[0], possible[1] & sure[1]))
            forward |= seen[0]
            backward |= seen[1]
            allowed.append(verdict)
        if len(allowed) > 1 and None not in allowed and allowed != [True, False]:
            return None
        if self._forgotten.present:
            forward |= self._forgotten.tried(possible[0], sure[0])[0]
            backward |= self._forgotten.tried(possible[1], sure[1])[0]
        return forward, backward


def _side(
    policy: CompiledPolicy, rules: Mapping[int, Sequence[int]], stateless: Mapping[int, Sequence[int]], protocol: int
) -> _Side:
    settling, blocking = at_first(policy, protocol, to_server=True)
    backwards = at_first(policy, protocol, to_server=False)
    stays = vector_of(
        n
        for n, rule in enumerate(policy.stateless.rules)
        if rule.unknown is not None or rule.action is not StatelessAction.FORWARD
    )

    def all_do(action: Action | None) -> int:
        return vector_of(
            sorted(
                header
                for header, at in rules.items()
                if all(
                    settling >> n & 1 and _passes(policy, n) is (action is Action.PASS)
                    for n in at
                    if policy.relevant >> n & 1
                )
            )
        )

    return _Side(
        _Line.of(rules, policy.relevant, settling, blocking),
        _Line.of(rules, policy.relevant, *backwards),
        all_do(Action.PASS),
        all_do(None),
        vector_of(sorted(header for header, at in stateless.items() if any(stays >> n & 1 for n in at))),
        policy.stateless.default is not StatelessAction.FORWARD,
    )


def _passes(policy: CompiledPolicy, position: int) -> bool:
    act = policy.rules[position].act
    return isinstance(act, Acts) and act.action is Action.PASS


def _sure(partition: Partition, order: Sequence[int]) -> tuple[State, ...]:
    """Give, for each number of fixed fields, the headers that hold all values of the fields that are still open."""
    everything = (1 << len(partition.numbers)) - 1
    forward = backward = everything
    found = [(forward, backward)]
    for number in reversed(order):
        for _, _, holds_forward, holds_backward in partition.fields[number]:
            forward &= holds_forward
            backward &= holds_backward
        found.append((forward, backward))
    return tuple(reversed(found))
