from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.model.expressions import Unresolved, Variable
from nfw_reconcile.model.policy import StatefulGroup
from nfw_reconcile.sources.policy import build_policy
from nfw_reconcile.sources.policy.expansion import MOST_PARTS
from tests import bodies

if TYPE_CHECKING:
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.model.rule import Header

RULE = "drop tcp $A any -> $EXTERNAL_NET [$WEB,80] (sid:1;)"
HUGE = {
    "ten in ten": {
        **{chr(65 + n): [f"[{','.join([f'${chr(66 + n)}'] * 10)}]"] for n in range(10)},
        "K": ["10.0.0.1"],
    },
    "a circle": {"A": ["$B"] * 10, "B": ["$A"] * 10},
    "negations": {"A": [f"!10.0.{n >> 8}.{n & 255}" for n in range(1_000)]},
}


def built(
    text: str, home_net: Body = bodies.HOME, **sets: list[str]
) -> tuple[list[Header], tuple[Diagnostic, ...]]:
    """Give the headers of a group's rules, and what was said."""
    group = bodies.group("web", text, RuleVariables=bodies.ip_sets(**sets))
    policy, said = build_policy(bodies.bundle(group, home_net=home_net))
    found = policy.stateful[0].group
    assert isinstance(found, StatefulGroup)
    return [entry.header for entry in found.entries if entry.header is not None], said


@pytest.mark.parametrize("sets", HUGE.values(), ids=HUGE.keys())
def test_a_field_that_comes_to_too_much_is_not_known_and_the_others_are(sets: dict[str, list[str]]) -> None:
    (header,), said = built(RULE, **sets)
    assert isinstance(header.source, Unresolved)
    assert header.destination == Variable("EXTERNAL_NET")
    assert not isinstance(header.destination_ports, Unresolved)
    assert any("web: 1 address or port fields" in str(one) for one in said)


def test_a_home_net_that_names_itself_again_and_again_is_not_known() -> None:
    (header,), _ = built("drop tcp any any -> $HOME_NET any (sid:1;)", home_net=["$HOME_NET"] * 10)
    assert isinstance(header.destination, Unresolved)


def test_the_same_sets_are_the_same_unknown_and_others_are_another() -> None:
    circle = HUGE["a circle"]
    (one,), _ = built(RULE, **circle)
    (same,), _ = built(RULE, **circle)
    (other,), _ = built(RULE, **circle, C=["10.0.0.1"])
    (home,), _ = built(RULE, home_net=["192.0.2.0/24"], **circle)
    assert one.source == same.source
    assert len({one.source, other.source, home.source}) == 3


@pytest.mark.parametrize("count", [1, 1_000])
def test_sets_of_a_usual_size_are_left_alone(count: int) -> None:
    hosts = [f"10.0.{n >> 8}.{n & 255}" for n in range(count)]
    text = "\n".join(f"drop tcp [$A,!192.0.2.{n}] any -> any {n} (sid:{n};)" for n in range(100))
    headers, said = built(text, A=hosts, B=["$A", "[$A,$A]"])
    assert not any(isinstance(header.source, Unresolved) for header in headers)
    assert not said


def test_one_budget_for_the_whole_policy_in_the_order_of_the_rules() -> None:
    hosts = [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(100_000)]
    text = "\n".join(f"drop tcp [$A,192.0.2.{n}] any -> any any (sid:{n};)" for n in range(12))
    headers, _ = built(text, A=hosts)
    known = [not isinstance(header.source, Unresolved) for header in headers]
    assert known == [True] * (MOST_PARTS // 100_000 - 1) + [False] * (len(known) - MOST_PARTS // 100_000 + 1)
