from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.forgotten import Forgetting, with_after_flush
from nfw_reconcile.engine.vectors import Classifier, FlowColumns, classify, forgotten, rosters
from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.flow import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.policy import (
    GroupName,
    OpaqueGroup,
    StatefulReference,
    StatelessGroup,
    StatelessReference,
    StreamExceptionPolicy,
)
from nfw_reconcile.model.rule import (
    StatelessAction,
    StatelessEntry,
    StatelessRule,
    TcpFlags,
    UndecidedStatelessRule,
)
from tests.oracle.payload_policies import draw_rules
from tests.oracle.policies import PORTS, V4, V6, draw_flows, draw_policy
from tests.oracle.wire import GRE
from tests.rulesets import compiled, flow, group
from tests.strategies import flows as any_flows
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.model.policy import Policy
    from nfw_reconcile.model.verdict import FlowEffect

POLICIES: Final = {Tier.QUICK: 10, Tier.FULL: 125, Tier.SOAK: 2_500}
FLOWS_OF_A_DRAW: Final = {Tier.QUICK: 2_000, Tier.FULL: 1_600, Tier.SOAK: 8_000}
WORLD: Final = tuple(
    FiveTuple(protocol, source, ports[0], destination, ports[1])
    for family in (V4, V6)
    for source, destination in permutations(map(Address.parse, family), 2)
    for protocol in (TCP, UDP, SCTP, ICMP, ICMPV6, GRE)
    for ports in (product((*PORTS, 50000), PORTS) if protocol in PROTOCOLS_WITH_PORTS else ((0, 0),))
)
"""Every flow between the addresses that policies are drawn from."""


@pytest.fixture(scope="module", autouse=True)
def _few_flows_are_many() -> Iterator[None]:
    """Let what is done with many flows be done with few, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forgotten, "FEW", 0)
        yield


def told(
    comparison: Comparison, flows: Sequence[FiveTuple], forgetting: Forgetting | None = None
) -> list[FlowEffect]:
    """Classify flows at once, in two calls, so that the second meets what the first has kept."""
    classifier = Classifier(comparison, forgetting)
    middle = len(flows) // 3
    found: list[FlowEffect] = []
    for part in (flows[:middle], flows[middle:]):
        effects = classifier.classify(FlowColumns.of(part))
        found += [effects.of(n, one) for n, one in enumerate(part)]
    return found


def check(
    old: CompiledPolicy | None,
    new: CompiledPolicy,
    flows: Sequence[FiveTuple],
    stream_exception: StreamExceptionPolicy = StreamExceptionPolicy.CONTINUE,
) -> None:
    """Hold the answers for many flows against those of the scalar engine for each: causes, conditions and all."""
    one_by_one, forgetting = Comparison(old, new), Forgetting(new, stream_exception)
    found = told(Comparison(old, new), flows, Forgetting(new, stream_exception))
    for at_once, one in zip(found, flows, strict=True):
        assert at_once == with_after_flush(one_by_one.effect(one), forgetting)


def draw_compiled(random: Random) -> CompiledPolicy:
    """Draw a policy of either order, its stateless rules and what is not known of it."""
    strict = random.random() < 0.6
    drawn = draw_policy(random, strict=strict)
    policy = (
        drawn.without(random.randrange(len(drawn.sids))).model() if random.random() < 0.2 else drawn.model()
    )
    if random.random() < 0.25:
        policy = replace(policy, home_net=Unresolved("HOME_NET"))
    if random.random() < 0.3:
        policy = _with_payload_rules(random, policy)
    if random.random() < 0.2:
        opaque = OpaqueGroup(GroupName("opaque"), managed=random.random() < 0.5, reason="not read")
        policy = replace(policy, stateful=(*policy.stateful, StatefulReference(opaque, 9)))
    if random.random() < 0.4:
        entries = tuple(_draw_stateless(random, n) for n in range(random.randint(1, 4)))
        reference = StatelessReference(StatelessGroup(GroupName("stateless"), entries), 1)
        policy = replace(
            policy, stateless=(reference,), stateless_default=random.choice(tuple(StatelessAction))
        )
    return compile_policy(policy)


def _with_payload_rules(random: Random, policy: Policy) -> Policy:
    rules = draw_rules(random)
    text = "\n".join(f"{rule.removesuffix(')')}sid:{n};)" for n, rule in enumerate(rules, 5000))
    reference = StatefulReference(group(text, "payload"), random.choice((0, 9)))
    references = sorted((*policy.stateful, reference), key=lambda found: found.priority or 0)
    return replace(policy, stateful=tuple(references))


BLOCKS: Final = tuple(map(Network.parse, ("10.0.0.0/8", "10.0.1.10/32", "192.0.2.0/24", "2001:db8::/32")))


def _draw_stateless(random: Random, priority: int) -> StatelessEntry:
    if random.random() < 0.1:
        return UndecidedStatelessRule(priority, "not known")
    protocols = random.choice((frozenset[int](), frozenset({TCP}), frozenset({UDP, ICMP})))
    flags = TcpFlags(frozenset({"SYN"}), frozenset({"SYN", "ACK"}))
    return StatelessRule(
        priority,
        random.choice(tuple(StatelessAction)),
        tuple(random.sample(BLOCKS, random.choice((0, 1, 2)))),
        tuple(random.sample(BLOCKS, random.choice((0, 0, 1)))),
        destination_ports=random.choice(((), (), ((80, 443),))),
        protocols=protocols,
        tcp_flags=(flags,) if protocols == {TCP} and random.random() < 0.5 else (),
    )


def test_many_flows_at_once_are_judged_as_one_by_one(tier: Tier, seed: int) -> None:
    """Two hundred thousand pairs in tier full, others in every run: a million in five."""
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    for _ in range(POLICIES[tier]):
        old = draw_compiled(random) if random.random() < 0.9 else None
        flows = random.sample(WORLD, FLOWS_OF_A_DRAW[tier])
        check(old, draw_compiled(random), flows, random.choice(tuple(StreamExceptionPolicy)))


def test_rules_by_the_thousand() -> None:
    random = Random(21)  # noqa: S311 - the same in every run
    old = _draw_wide(random, 6000)
    new = [line for line in old if random.random() < 0.999]
    policies = [compiled("\n".join(lines), defaults=("aws:drop_established",)) for lines in (old, new)]
    check(policies[0], policies[1], [_draw_narrow(random) for _ in range(3000)])


def _draw_wide(random: Random, count: int) -> list[str]:
    """Draw more rules than one block of a table holds, most of them narrow, some lists and some broad ones."""
    return [
        f"{random.choice(('pass', 'drop'))} {random.choice(('tcp', 'udp', 'ip'))} {_net(random)} any "
        f"{random.choice(('->', '->', '<>'))} {_net(random)} {random.choice(('any', '443', '80:90', '!53'))} "
        f"({random.choice(('', '', '', 'flow:to_server; '))}sid:{sid};)"
        for sid in range(1, count + 1)
    ]


def _net(random: Random) -> str:
    block = f"10.{random.randrange(4)}.{random.randrange(64)}.{random.randrange(256)}/{random.choice((24, 28, 32))}"
    return random.choice(("any", block, block, block, f"[{block},!10.1.2.3,192.0.2.0/24]", f"!{block}"))


def _draw_narrow(random: Random) -> FiveTuple:
    source, destination = (
        f"10.{random.randrange(4)}.{random.randrange(64)}.{random.randrange(256)}" for _ in range(2)
    )
    ports = random.choice((40000, 53, 443)), random.choice((443, 85, 53, 8080))
    return flow(f"{random.choice(('tcp', 'udp'))} {source}:{ports[0]} {destination}:{ports[1]}")


HEADERS: Final = (
    "pass tcp [10.0.0.0/8,!10.0.0.1] any -> !10.0.0.0/8 [80,443,!8080]",
    "drop tcp any any -> any ![1024:]",
    "pass ip any any <> 2001:db8::/32 any",
    "drop udp any !53 -> any any",
    "pass icmp any any -> any any",
    "reject ip6 any any -> ::/1 any",
)


@given(st.lists(st.sampled_from(HEADERS), max_size=6), st.lists(any_flows(), max_size=20))
def test_flows_at_the_edges_of_fields(headers: list[str], flows: list[FiveTuple]) -> None:
    rules = [f"{header} (sid:{n};)" for n, header in enumerate(headers, 1)]
    old, new = compiled("\n".join(rules)), compiled("\n".join(rules[1:]), defaults=("aws:drop_strict",))
    check(old, new, flows)


def test_flows_that_meet_no_policy_and_no_rule() -> None:
    tried = [flow("tcp 10.0.0.1:40000 192.0.2.1:443"), flow("icmp 2001:db8::1 2001:db8::2")]
    check(None, compiled(""), tried)
    check(compiled(""), compiled("drop ip any any -> any any (sid:1;)"), tried)
    assert told(Comparison(None, compiled("")), []) == []


def test_few_flows_are_answered_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgotten, "FEW", 64)
    random = Random(23)  # noqa: S311 - the same in every run
    for _ in range(5):
        check(draw_compiled(random), draw_compiled(random), draw_flows(random, 30))


def test_what_is_kept_of_flows_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classify, "MOST_KEPT", 8)
    monkeypatch.setattr(rosters, "MOST_LISTS", 4)
    random = Random(22)  # noqa: S311 - the same in every run
    old, new = draw_compiled(random), compiled("pass ip any any -> @unknown any (sid:1;)")
    classifier, one_by_one = Classifier(Comparison(old, new)), Comparison(old, new)
    for _ in range(20):
        flows = draw_flows(random, 30)
        effects = classifier.classify(FlowColumns.of(flows))
        assert [effects.of(n, one) for n, one in enumerate(flows)] == list(map(one_by_one.effect, flows))
        assert len(effects.distinct) <= 8 + 2 * len(flows)
