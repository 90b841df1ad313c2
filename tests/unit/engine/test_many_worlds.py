"""Flows whose verdict hangs on more conditions than are tried in all combinations."""

from __future__ import annotations

from typing import Final

from nfw_reconcile.engine.effect import TOO_MANY, Comparison
from nfw_reconcile.engine.worlds import MOST_WORLDS
from nfw_reconcile.model.verdict import Effect, Verdict
from tests.rulesets import compiled, flow, numbered

FLOW: Final = flow("tcp 10.0.1.10:40000 192.0.2.10:443")

HEADER: Final = "tcp any any -> any any"
DENYING: Final = f"drop {HEADER} (ttl:200; flow:to_server;)"
PASSING: Final = [
    f'pass {HEADER} (ttl:{n}; content:"too"; flow:to_server;)' for n in range(MOST_WORLDS.bit_length() + 1)
]
"""Passes that ask for two things each: any of the first ones may hold where the other does not."""


def test_a_denial_beyond_the_worlds_that_are_tried_is_possible() -> None:
    found = Comparison(compiled(), compiled(numbered([DENYING, *PASSING]))).effect(FLOW)
    assert (found.effect, found.flush) == (Effect.POSSIBLY_DENIED, False)
    assert (found.new.verdict, found.new.reasons) == (Verdict.CONDITIONAL, (TOO_MANY,))


def test_where_the_flow_meets_the_same_rules_no_world_need_be_tried() -> None:
    policy = compiled(numbered([DENYING, *PASSING]))
    elsewhere = compiled(numbered([DENYING, *PASSING, "drop udp any any -> any any ()"]))
    assert Comparison(policy, elsewhere).effect(FLOW).effect is Effect.STILL_ALLOWED
