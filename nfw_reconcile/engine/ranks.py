"""In what order the headers of a policy are tried on flows of one protocol, and what their rules do at first sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.engine.compiled import Acts, AtFirst
from nfw_reconcile.engine.headers import bits
from nfw_reconcile.engine.settling import at_first, concerning
from nfw_reconcile.model.rule import Action, StatelessAction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.engine.compiled import CompiledRule
    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.stateless import CompiledStatelessRule
    from nfw_reconcile.engine.terrain import PolicyHeaders

Numbers = frozenset[int]
"""Headers, by their numbers."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """The headers whose rules one direction's packets may meet, by the ``place`` of the first of these rules.

    A header is ``settling`` where its first rule is, ``blocking`` where any is, and ``idle`` where all are
    (:class:`nfw_reconcile.engine.compiled.AtFirst`).
    """

    place: Mapping[int, int]
    settling: Numbers
    blocking: Numbers
    idle: Numbers

    @classmethod
    def of(cls, rules: Mapping[int, Sequence[int]], counting: int, does: AtFirst) -> Ranks:
        """Take the places of each header's rules; only the rules that are ``counting`` do."""
        chosen = frozenset(bits(counting))
        met = {number: kept for number, at in rules.items() if (kept := [n for n in at if n in chosen])}
        settling, blocking, idle = (frozenset(bits(vector)) for vector in does)
        return cls(
            {number: at[0] for number, at in met.items()},
            frozenset(number for number, at in met.items() if at[0] in settling),
            frozenset(number for number, at in met.items() if not blocking.isdisjoint(at)),
            frozenset(number for number, at in met.items() if idle.issuperset(at)),
        )

    @classmethod
    def of_forgotten(cls, headers: PolicyHeaders, forgetting: Forgetting, protocol: int) -> Ranks:
        """Take what the packets of a flow meet that the policy has forgotten."""
        counting, settling, blocking = forgetting.reckoning(protocol)
        return cls.of(headers.stateful, counting, AtFirst(settling, blocking, idle=0))


@dataclass(frozen=True, slots=True)
class PolicyRanks:
    """The headers of one policy for both directions, and those all of whose rules pass, or drop, at first sight.

    ``diverting`` are the headers of stateless rules that may keep a packet from the stateful engine; where any of
    them is in reach, or the default keeps packets (``diverts``), every rule is in sight.
    """

    forward: Ranks
    backward: Ranks
    passing: Numbers
    dropping: Numbers
    diverting: Numbers
    diverts: bool

    @classmethod
    def of(cls, headers: PolicyHeaders, protocol: int) -> PolicyRanks:
        """Rank the headers for flows of a protocol."""
        policy = headers.policy
        counting = concerning(policy, protocol)
        forward, backward = (at_first(policy, protocol, to_server=to_server) for to_server in (True, False))
        at_once, counted = frozenset(bits(forward.settling)), frozenset(bits(counting))
        passing = frozenset(n for n in at_once if _passes(policy.rules[n]))
        stays = frozenset(n for n, rule in enumerate(policy.stateless.rules) if _keeps(rule))
        return cls(
            Ranks.of(headers.stateful, counting, forward),
            Ranks.of(headers.stateful, counting, backward),
            _none_of(headers.stateful, counted - passing),
            _none_of(headers.stateful, counted - (at_once - passing)),
            frozenset(number for number, at in headers.stateless.items() if not stays.isdisjoint(at)),
            policy.stateless.default is not StatelessAction.FORWARD,
        )


def _none_of(rules: Mapping[int, Sequence[int]], places: Numbers) -> Numbers:
    """Give the headers that have no rule in any of the places."""
    return frozenset(number for number, at in rules.items() if places.isdisjoint(at))


def _keeps(rule: CompiledStatelessRule) -> bool:
    return rule.unknown is not None or rule.action is not StatelessAction.FORWARD


def _passes(rule: CompiledRule) -> bool:
    return isinstance(rule.act, Acts) and rule.act.action is Action.PASS
