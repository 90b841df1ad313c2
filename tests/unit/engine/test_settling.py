from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from nfw_reconcile.engine.headers import Signature
from nfw_reconcile.engine.judge import Side, SideSignature, side_signature
from nfw_reconcile.engine.worlds import explore
from tests.oracle.policies import draw_flows
from tests.rulesets import compiled, flow
from tests.unit.engine.test_vectors import draw_compiled

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.walk import Outcome
    from nfw_reconcile.model.flow import FiveTuple
    from tests.tiers import Tier

TCP = flow("tcp 10.0.1.10:40000 192.0.2.10:443")


def everything_met(policy: CompiledPolicy, flow: FiveTuple) -> SideSignature:
    stateful = Signature(*(vector & policy.relevant for vector in policy.index.signature(flow)))
    return SideSignature(stateful, policy.stateless.index.signature(flow))


def outcomes(policy: CompiledPolicy, flow: FiveTuple, signature: SideSignature) -> set[Outcome] | None:
    """Give what becomes of the conversation over all worlds; ``None`` where these are too many."""
    found = explore(flow.protocol, policy.vocabulary, Side.of(policy, flow, signature).judge)
    return {leaf.outcome for leaf in found.leaves} if found.complete else None


def test_rules_that_are_left_out_make_no_difference(tier: Tier) -> None:
    random = Random(30)  # noqa: S311 - the same in every run
    compared = shortened = 0
    for _ in range(tier.draws):
        policy = draw_compiled(random)
        for drawn in draw_flows(random, 20):
            whole, short = everything_met(policy, drawn), side_signature(policy, drawn)
            expected = outcomes(policy, drawn, whole)
            if expected is not None:
                assert outcomes(policy, drawn, short) == expected
                compared += 1
                shortened += short != whole
    assert compared > 15 * tier.draws
    assert shortened > compared / 4


def met(*rules: str, tried: FiveTuple = TCP) -> tuple[int, int]:
    numbered = "\n".join(f"{rule.removesuffix(')')}sid:{n};)" for n, rule in enumerate(rules, 1))
    return side_signature(compiled(numbered), tried).stateful


def test_what_stands_behind_a_rule_that_settles_the_flow_is_left_out() -> None:
    assert met("pass tcp any any -> any 443 ()", "drop ip any any -> any any ()") == (0b01, 0)
    assert met("pass udp any any -> any any ()", "drop ip any any -> any any ()") == (0b10, 0)


def test_the_answer_counts_where_the_opening_packet_settles_nothing() -> None:
    assert met("drop tcp any 443 -> any any ()", "drop ip any 443 -> any any ()") == (0, 0b01)


def test_behind_a_pass_of_the_packet_alone_nothing_is_left_out() -> None:
    assert met(
        "pass tcp any any -> any any (flow:to_server;)",
        "drop ip any any -> any any ()",
        "drop ip any any -> any any ()",
    ) == (0b111, 0b011)


def test_a_pass_that_cannot_match_the_opening_packet_is_no_obstacle() -> None:
    established = "pass tcp any any -> any any (flow:established,to_server;)"
    assert met(established, "drop ip any any -> any any ()", "drop ip any any -> any any ()") == (0b011, 0)


def test_a_pass_of_another_protocol_is_no_obstacle() -> None:
    gre = "pass ip any any -> any any (ip_proto:47;)"
    assert met(gre, "drop ip any any -> any any ()", "drop ip any any -> any any ()") == (0b010, 0)


def test_a_pass_that_names_the_protocol_settles_its_flows() -> None:
    assert met("pass ip any any -> any any (ip_proto:6;)", "drop ip any any -> any any ()") == (0b01, 0)


def test_packets_that_are_judged_one_by_one_settle_nothing() -> None:
    gre = TCP._replace(protocol=47, source_port=0, destination_port=0)
    assert met("pass ip any any -> any any ()", "drop ip any any -> any any ()", tried=gre) == (0b11, 0b11)
