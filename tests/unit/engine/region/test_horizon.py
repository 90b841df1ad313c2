"""What the walk of the region leaves out of sight makes no difference: each case is one that a slip would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.policy import GroupName, StatelessGroup, StatelessReference
from nfw_reconcile.model.rule import StatelessAction, StatelessRule
from tests.fenced import OTHERS, counted, fenced, listed
from tests.rulesets import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

PASS_ALL: Final = "pass ip any any -> any any ()"
DROP_ALL: Final = "drop ip any any -> any any ()"


def stateless(action: StatelessAction, *hosts: str) -> tuple[StatelessReference, ...]:
    rule = StatelessRule(1, action, tuple(map(Network.parse, hosts)), protocols=frozenset({TCP}))
    return (StatelessReference(StatelessGroup(GroupName("stateless"), (rule,)), 1),)


class Case(NamedTuple):
    """Rules before and after a change, and the settings of the policy after it."""

    title: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    settings: Settings = Settings()


MAY_MATCH: Final = Case(
    "a rule that only may match hides nothing",
    (PASS_ALL,),
    ("pass tcp 10.0.0.1 any -> any any ()", "drop tcp any any -> any any ()", PASS_ALL),
)
PACKET_PASSED: Final = Case(
    "a pass of the first packet alone leaves the answer to be judged",
    (PASS_ALL,),
    (
        "pass tcp 10.0.0.1 any -> any any (flow:to_server;)",
        "pass tcp 10.0.0.2 any -> 10.0.0.1 any ()",
        DROP_ALL,
    ),
)
ANSWER_SETTLED: Final = Case(
    "what settles the answer settles no flow that is settled before",
    (PASS_ALL,),
    (
        "pass tcp any any -> any 2 ()",
        "pass tcp any any -> any 3 ()",
        "pass tcp 10.0.0.1 any -> any any ()",
        "drop tcp any 1 -> any any ()",
    ),
)
ANSWER_ALLOWED: Final = Case(
    "a flow is allowed by the first answer where the rules wait for it",
    ("pass tcp any any -> any 1 ()", "pass tcp 10.0.0.2/31 any -> any any ()"),
    ("pass tcp 10.0.0.2/31 any -> any any ()",),
    Settings(defaults=("aws:drop_established",)),
)
PASS_BEFORE_DROP: Final = Case(
    "what may pass some flows denies not all of them",
    ("pass tcp 10.0.0.1 any -> any any ()", "drop tcp any any -> any any ()", PASS_ALL),
    (DROP_ALL,),
)
BOTH_WAYS: Final = Case(
    "a rule in both directions matches the initiator's packets the other way round",
    (PASS_ALL,),
    ("drop tcp 10.0.0.1 any <> 10.0.0.2 any ()", PASS_ALL),
)
DIVERTED: Final = Case(
    "a stateless drop denies what a rule behind it passes",
    (PASS_ALL,),
    (PASS_ALL,),
    Settings(stateless=stateless(StatelessAction.DROP, "10.0.0.1/32")),
)
HALF_DIVERTED: Final = Case(
    "of what a stateless rule passes the rules see nothing",
    (PASS_ALL,),
    (DROP_ALL,),
    Settings(stateless=stateless(StatelessAction.PASS, "10.0.0.1/32")),
)
DIVERTED_BY_DEFAULT: Final = Case(
    "a stateless default denies what a rule behind it passes",
    (PASS_ALL,),
    (PASS_ALL,),
    Settings(stateless_default=StatelessAction.DROP),
)
DROPPED_REPLY: Final = Case(
    "a dropped reply denies the flow that it answers",
    ("pass tcp 10.0.0.1 any -> 10.0.0.2 any (flow:to_server;)", PASS_ALL),
    (
        "pass tcp 10.0.0.1 any -> 10.0.0.2 any (flow:to_server;)",
        "drop tcp 10.0.0.2 1 -> 10.0.0.1 any ()",
        PASS_ALL,
    ),
)
COUNTED_ONCE: Final = Case(
    "a flow that two changed rules match is counted once",
    (PASS_ALL,),
    (
        "drop tcp 10.0.0.1 any -> 10.0.0.0/30 any ()",
        "drop tcp 10.0.0.0/30 any -> 10.0.0.2 any ()",
        PASS_ALL,
    ),
)
COUNTED_ONCE_BEHIND: Final = Case(
    "a changed rule out of sight still has its flows",
    ("pass tcp 10.0.0.0/30 any -> 10.0.0.0/30 any ()", DROP_ALL),
    (DROP_ALL, "drop tcp 10.0.0.1 any -> 10.0.0.0/30 1 ()"),
)
FORGOTTEN: Final = Case(
    "a flushed flow meets rules that it did not meet before",
    (PASS_ALL,),
    ("pass udp 10.0.0.2 any -> any any ()", "drop udp any any -> any any ()", PASS_ALL),
)
KEPT: Final = (
    "pass ip 10.0.0.1 any -> any any (ip_proto:47;)",
    "pass ip 10.0.0.2 any -> any any (ip_proto:6;)",
)
OTHER_PROTOCOLS: Final = Case(
    "rules for other IP protocols are out of sight, those for this one are not",
    (*KEPT, PASS_ALL),
    (*KEPT, "drop tcp any any -> any any ()", PASS_ALL),
)
CASES: Final = (
    MAY_MATCH,
    PACKET_PASSED,
    ANSWER_SETTLED,
    ANSWER_ALLOWED,
    PASS_BEFORE_DROP,
    BOTH_WAYS,
    DIVERTED,
    HALF_DIVERTED,
    DIVERTED_BY_DEFAULT,
    DROPPED_REPLY,
    COUNTED_ONCE,
    COUNTED_ONCE_BEHIND,
    FORGOTTEN,
    OTHER_PROTOCOLS,
)


def titles(cases: Iterable[Case]) -> list[str]:
    return [case.title for case in cases]


FEW: Final = ()
MANY: Final = OTHERS


@pytest.mark.parametrize("beside", [FEW, MANY], ids=["among few", "among many"])
@pytest.mark.parametrize("case", CASES, ids=titles(CASES))
def test_what_is_out_of_sight_makes_no_difference(case: Case, beside: tuple[str, ...]) -> None:
    kept: Settings = {"defaults": case.settings.get("defaults", ())}
    old, new = fenced(*case.old, *beside, **kept), fenced(*case.new, *beside, **case.settings)
    expected = listed(old, new)
    assert expected
    assert counted(old, new) == expected
