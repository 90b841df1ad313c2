"""In what order the headers of a policy are tried on flows of one protocol, and what their rules do at first sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.compiled import Acts, AtFirst
from nfw_reconcile.engine.settling import at_first, concerning
from nfw_reconcile.model.rule import Action, StatelessAction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.region.terrain import PolicyHeaders
    from nfw_reconcile.engine.stateless import CompiledStatelessRule


@dataclass(frozen=True, slots=True)
class Rank:
    """What one direction's packets meet with a header: the ``place`` of its first rule, and what its rules do.

    A header is ``settling`` where its first rule is, ``blocking`` where any is, and ``idle`` where all are
    (:class:`nfw_reconcile.engine.compiled.AtFirst`).
    """

    place: int
    settling: bool
    blocking: bool
    idle: bool


class Ranks:
    """The ranks of headers on one direction's packets, worked out when they are asked for."""

    def __init__(self, rules: Mapping[int, Sequence[int]], counting: int, does: AtFirst) -> None:
        """Take the places of each header's rules; only rules that are ``counting`` do."""
        self._rules = rules
        self._counting = counting
        self._does = does
        self._known: dict[int, Rank | None] = {}

    @classmethod
    def of_forgotten(cls, headers: PolicyHeaders, forgetting: Forgetting, protocol: int) -> Ranks:
        """Take what the packets of a flow meet that the policy has forgotten."""
        counting, settling, blocking = forgetting.reckoning(protocol)
        return cls(headers.stateful, counting, AtFirst(settling, blocking, idle=0))

    def of(self, number: int) -> Rank | None:
        """Give the rank of a header; ``None`` where it has no rule that counts."""
        if number not in self._known:
            self._known[number] = self._rank(number)
        return self._known[number]

    def _rank(self, number: int) -> Rank | None:
        places = [n for n in self._rules.get(number, ()) if self._counting >> n & 1]
        if not places:
            return None
        settling, blocking, idle = self._does
        return Rank(
            places[0],
            bool(settling >> places[0] & 1),
            any(blocking >> n & 1 for n in places),
            all(idle >> n & 1 for n in places),
        )


class PolicyRanks:
    """What one policy does with flows of a protocol, by the headers that their packets match.

    ``diverts`` is true where the stateless default may keep packets from the stateful engine.
    """

    def __init__(self, headers: PolicyHeaders, protocol: int) -> None:
        """Take the headers of a policy."""
        policy = headers.policy
        self._headers = headers
        self._counting = concerning(policy, protocol)
        forward, backward = (at_first(policy, protocol, to_server=to_server) for to_server in (True, False))
        self._settling = forward.settling
        self.forward: Final = Ranks(headers.stateful, self._counting, forward)
        self.backward: Final = Ranks(headers.stateful, self._counting, backward)
        self.diverts: Final = policy.stateless.default is not StatelessAction.FORWARD

    def passes(self, number: int) -> bool:
        """Say whether all rules of a header pass flows at first sight."""
        return all(self._settling >> n & 1 and self._passing(n) for n in self._places(number))

    def drops(self, number: int) -> bool:
        """Say whether all rules of a header drop flows at first sight."""
        return all(self._settling >> n & 1 and not self._passing(n) for n in self._places(number))

    def keeps(self, number: int) -> bool:
        """Say whether a stateless rule with this header may keep a packet from the stateful engine.

        The default is not among them.
        """
        rules = self._headers.policy.stateless.rules
        places = self._headers.stateless.get(number, ())
        return any(_keeps(rules[n]) for n in places if n < len(rules))

    def _places(self, number: int) -> Iterator[int]:
        return (n for n in self._headers.stateful.get(number, ()) if self._counting >> n & 1)

    def _passing(self, place: int) -> bool:
        act = self._headers.policy.rules[place].act
        return isinstance(act, Acts) and act.action is Action.PASS


def _keeps(rule: CompiledStatelessRule) -> bool:
    return rule.unknown is not None or rule.action is not StatelessAction.FORWARD
