"""How far the rules in reach are tried: what stands behind a rule that settles every flow in question is out of sight.

The walk of the newly denied region (:mod:`nfw_reconcile.engine.enumeration`) fixes one field after another. On the
way some headers are sure to match, whatever the fields still open will be. Where the rule of such a header settles a
flow (:mod:`nfw_reconcile.engine.settling`) no rule behind it is tried, so that flows which only such rules tell apart
have one effect, and are walked as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nfw_reconcile.engine.compiled import Acts
from nfw_reconcile.engine.headers import bits, vector_of
from nfw_reconcile.engine.settling import AtFirst, at_first, concerning
from nfw_reconcile.model.rule import Action, StatelessAction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy, CompiledRule
    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.partition import Partition, State
    from nfw_reconcile.engine.stateless import CompiledStatelessRule
    from nfw_reconcile.engine.terrain import Terrain

Places = dict[int, "Sequence[int]"]
"""For the number of a header, the places of the rules that have it."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The headers that one direction's packets meet, in the order of their first rules.

    ``first`` is the place of each header's first rule, ``upto`` the headers up to it. A header is ``settling`` where
    its first rule is, ``blocking`` where any is, and ``idle`` where all are.
    """

    present: int
    first: Mapping[int, int]
    upto: Mapping[int, int]
    settling: int
    blocking: int
    idle: int

    @classmethod
    def of(cls, rules: Places, counting: int, does: AtFirst) -> _Line:
        """Take the places of each header's rules, and bit vectors over places."""
        met = {
            header: found for header, at in rules.items() if (found := [n for n in at if counting >> n & 1])
        }
        upto: dict[int, int] = {}
        so_far = 0
        for header in sorted(met, key=lambda header: met[header][0]):
            so_far |= 1 << header
            upto[header] = so_far
        return cls(
            so_far,
            {header: at[0] for header, at in met.items()},
            upto,
            _those(met, lambda at: does.settling >> at[0] & 1),
            _those(met, lambda at: any(does.blocking >> n & 1 for n in at)),
            _those(met, lambda at: all(does.idle >> n & 1 for n in at)),
        )

    def tried(self, possible: int, sure: int) -> tuple[int, int | None]:
        """Give which of the possible headers may be tried, and the place of a rule that settles every flow."""
        possible &= self.present
        settling = possible & sure & self.settling
        if not settling:
            return possible, None
        first = min(bits(settling), key=self.first.__getitem__)
        upto = possible & self.upto[first]
        return (possible, None) if upto & self.blocking else (upto, self.first[first])


class _Sight(NamedTuple):
    """What one policy does with the flows in question.

    ``headers`` may be tried on them. They are ``allowed`` all or none, or it is not known yet. Where one rule decides
    on all of them, ``rule`` is its place.
    """

    headers: State
    allowed: bool | None = None
    rule: int | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    """One policy: its lines for both directions, and the headers all of whose rules pass, or drop, at first sight.

    ``diverting`` are the headers of stateless rules that may keep a packet from the stateful engine; where any of
    them is in reach, or the default keeps packets (``diverts``), every rule is in sight.
    """

    policy: CompiledPolicy
    forward: _Line
    backward: _Line
    passing: int
    dropping: int
    diverting: int
    diverts: bool

    @classmethod
    def of(cls, policy: CompiledPolicy, rules: Places, stateless: Places, protocol: int) -> _Side:
        """Take the places of each header's stateful and stateless rules."""
        does, answered = (at_first(policy, protocol, to_server=to_server) for to_server in (True, False))
        counting = concerning(policy, protocol)
        passes = vector_of(n for n, rule in enumerate(policy.rules) if _passes(rule))
        stays = vector_of(n for n, rule in enumerate(policy.stateless.rules) if _keeps(rule))
        not_passing, not_dropping = (counting & ~(does.settling & those) for those in (passes, ~passes))
        return cls(
            policy,
            _Line.of(rules, counting, does),
            _Line.of(rules, counting, answered),
            _those(rules, lambda at: not any(not_passing >> n & 1 for n in at)),
            _those(rules, lambda at: not any(not_dropping >> n & 1 for n in at)),
            _those(stateless, lambda at: any(stays >> n & 1 for n in at)),
            policy.stateless.default is not StatelessAction.FORWARD,
        )

    def sight(self, possible: State, sure: State) -> _Sight:
        """Say what the policy does with flows that may match some headers and are sure to match others."""
        if self.diverts or self.diverting & (possible[0] | possible[1]):
            return _Sight((possible[0] & self.forward.present, possible[1] & self.backward.present))
        forward, place = self.forward.tried(possible[0], sure[0])
        if place is not None:
            return self._settled((forward, 0), forward, place)
        backward, place = self.backward.tried(possible[1], sure[1])
        if place is not None and not forward & ~self.forward.idle:
            return self._settled((0, backward), backward, place)
        return _Sight((forward, backward))

    def decider(self, state: State) -> CompiledRule | None:
        """Give the rule that alone decides on flows that match all headers of a state."""
        rule = self.sight(state, state).rule
        return None if rule is None else self.policy.rules[rule]

    def _settled(self, headers: State, tried: int, place: int) -> _Sight:
        if not tried & ~self.passing:
            allowed: bool | None = True
        else:
            allowed = None if tried & ~self.dropping else False
        return _Sight(headers, allowed, place if tried.bit_count() == 1 else None)


class Horizon:
    """What is in sight of one partition, by which of its fields are fixed.

    A flow belongs to the walk of the first changed header that its packets match, the initiator's before the
    responder's: ``before`` are the headers that come before the partition's own, in each direction.
    """

    def __init__(
        self, terrain: Terrain, forgetting: Forgetting, partition: Partition, before: State, protocol: int
    ) -> None:
        """Take a partition of the terrain."""
        bit = {number: place for place, number in enumerate(partition.numbers)}
        stateful = [_local(side.stateful, bit) for side in terrain.sides]
        stateless = [_local(side.stateless, bit) for side in terrain.sides]
        self._new, self._old = (
            _Side.of(headers.policy, met, before_them, protocol)
            for headers, met, before_them in zip(terrain.sides, stateful, stateless, strict=True)
        )
        reckoning = forgetting.reckoning(protocol)
        met_again = AtFirst(reckoning.settling, reckoning.blocking, idle=0)
        self._forgotten = _Line.of(stateful[0], reckoning.counting, met_again)
        self._touched = _vector(terrain.touched, partition)
        self._before = (_vector(before[0], partition), _vector(before[1], partition))
        self._stateless = vector_of(sorted({number for found in stateless for number in found}))
        self._both_ways = vector_of(
            place for place, number in enumerate(partition.numbers) if terrain.boxes[number].both_ways
        )
        self._partition = partition
        self._sure: dict[int, State] = {}

    def sure(self, fields: int) -> State:
        """Give the headers that allow every value of these fields (a bit vector)."""
        found = self._sure.get(fields)
        if found is None:
            forward = backward = (1 << len(self._partition.numbers)) - 1
            for field in bits(fields):
                forward &= self._partition.whole[field][0]
                backward &= self._partition.whole[field][1]
            found = self._sure[fields] = (forward, backward)
        return found

    def seen(self, fields: int, possible: State) -> State | None:
        """Give the headers in reach that make a difference; ``None`` where no flow belongs here and is newly denied.

        The ``fields`` are still open.
        """
        whole = self.sure(fields)
        sure = (possible[0] & whole[0], possible[1] & whole[1])
        if sure[0] & self._before[0] or sure[1] & self._before[1]:
            return None
        tried, certain = self._either_way(possible), self._either_way(sure)
        new = self._new.sight(tried, certain)
        old = self._old.sight(tried, certain)
        if new.allowed or old.allowed is False:
            return None
        forward, backward = (a | b for a, b in zip(old.headers, new.headers, strict=True))
        if not (forward | backward | self._stateless & (possible[0] | possible[1])) & self._touched:
            return None
        forward |= self._forgotten.tried(tried[0], certain[0])[0]
        backward |= self._forgotten.tried(tried[1], certain[1])[0]
        either = self._both_ways & (forward | backward) | self._stateless
        return (
            possible[0] & (forward | either | self._before[0]),
            possible[1] & (backward | either | self._before[1]),
        )

    def deciders(self, state: State) -> tuple[CompiledRule, CompiledRule] | None:
        """Give the rules of the old and of the new policy that alone decide on flows that match all headers of a state.

        ``None`` where more than one rule of a policy has a say.
        """
        tried = self._either_way(state)
        old, new = (side.decider(tried) for side in (self._old, self._new))
        return (old, new) if old is not None and new is not None else None

    def _either_way(self, state: State) -> State:
        """Add the headers of ``<>`` that match a direction's packets the other way round."""
        forward, backward = state
        return forward | backward & self._both_ways, backward | forward & self._both_ways


def _local(rules: Mapping[int, Sequence[int]], bit: Mapping[int, int]) -> Places:
    return {bit[number]: places for number, places in rules.items() if number in bit}


def _vector(numbers: int, partition: Partition) -> int:
    return vector_of(place for place, number in enumerate(partition.numbers) if numbers >> number & 1)


def _those(places: Mapping[int, Sequence[int]], counts: Callable[[Sequence[int]], object]) -> int:
    """Give the headers, as a bit vector, whose rules are counted by their places."""
    return vector_of(sorted(header for header, at in places.items() if counts(at)))


def _keeps(rule: CompiledStatelessRule) -> bool:
    return rule.unknown is not None or rule.action is not StatelessAction.FORWARD


def _passes(rule: CompiledRule) -> bool:
    return isinstance(rule.act, Acts) and rule.act.action is Action.PASS
