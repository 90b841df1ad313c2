"""Errors about which rules are in sight of the walk of the newly denied region."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from tests.mutants.mechanism import Edit, Mutant
from tests.unit.engine import test_settling
from tests.unit.engine.region import test_horizon

if TYPE_CHECKING:
    from tests.unit.engine.region.test_horizon import Case


def _noticed(title: str, edit: Edit, case: Case, beside: tuple[str, ...] = test_horizon.FEW) -> Mutant:
    judged = test_horizon.test_what_is_out_of_sight_makes_no_difference
    return Mutant(title, edit, (partial(judged, case, beside),))


MUTANTS: Final = (
    _noticed(
        "a rule that may match is taken for one that does",
        Edit(
            "engine.region.horizon:_Line.tried", "possible & sure & self.settling", "possible & self.settling"
        ),
        test_horizon.MAY_MATCH,
    ),
    _noticed(
        "a pass of one packet keeps no rule from being tried",
        Edit("engine.region.horizon:_Line.tried", "if upto & self.blocking else", "if False else"),
        test_horizon.PACKET_PASSED,
    ),
    _noticed(
        "the answer settles what the initiator's rules are yet to settle",
        Edit(
            "engine.region.horizon:_Side.sight",
            "if settled and not forward & ~self.forward.idle:",
            "if settled:",
        ),
        test_horizon.PACKET_PASSED,
    ),
    _noticed(
        "a flow is denied where some rule that may come first drops it",
        Edit("engine.region.horizon:_Side._allowed", "None if tried & ~self.dropping else False", "False"),
        test_horizon.PASS_BEFORE_DROP,
    ),
    _noticed(
        "a rule for both directions is one for its own",
        Edit(
            "engine.region.horizon:Horizon._either_way",
            "return forward | backward & self.both_ways, backward | forward & self.both_ways",
            "return forward, backward",
        ),
        test_horizon.BOTH_WAYS,
    ),
    _noticed(
        "no stateless rule keeps packets to itself",
        Edit("engine.region.horizon:_Side.sight", "self.diverting & (possible[0] | possible[1])", "False"),
        test_horizon.DIVERTED,
    ),
    _noticed(
        "no stateless default keeps packets to itself",
        Edit("engine.region.horizon:_Side.sight", "self.diverts or", "False or"),
        test_horizon.DIVERTED_BY_DEFAULT,
    ),
    _noticed(
        "stateless rules are out of sight",
        Edit(
            "engine.region.horizon:Horizon.seen",
            "& (forward | backward) | self.stateless",
            "& (forward | backward)",
        ),
        test_horizon.HALF_DIVERTED,
    ),
    _noticed(
        "a flow that two changed headers match is counted twice",
        Edit(
            "engine.region.horizon:Horizon.seen",
            "if sure[0] & self.before[0] or sure[1] & self.before[1]:",
            "if False:",
        ),
        test_horizon.COUNTED_ONCE,
        test_horizon.MANY,
    ),
    _noticed(
        "a changed rule out of sight has no flows of its own",
        Edit(
            "engine.region.horizon:Horizon.seen",
            "possible[0] & (forward | either | self.before[0])",
            "possible[0] & (forward | either)",
        ),
        test_horizon.COUNTED_ONCE_BEHIND,
        test_horizon.MANY,
    ),
    _noticed(
        "what a flushed flow meets is out of sight",
        Edit(
            "engine.region.horizon:Horizon.seen",
            "backward |= self.forgotten.tried(tried[1], certain[1])[0]",
            "pass",
        ),
        test_horizon.FORGOTTEN,
    ),
    Mutant(
        "rules for other IP protocols count",
        Edit("engine.judge:side_signature", "concerning(policy, flow.protocol)", "policy.relevant"),
        (partial(test_settling.test_a_pass_of_another_protocol_is_no_obstacle),),
    ),
    Mutant(
        "rules that name the IP protocol count for none",
        Edit(
            "engine.settling:concerning",
            "if not all(protocol in found for found in numbers):",
            "if [*numbers]:",
        ),
        (partial(test_settling.test_a_pass_that_names_the_protocol_settles_its_flows),),
    ),
)
