"""Random edits of random small policies: diff, region and single answers must tell the same story.

The flows are few enough to try them all, so that nothing is left to the region's own arithmetic.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.region import newly_denied
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS, TCP, UDP, FiveTuple
from nfw_reconcile.model.verdict import Effect, Verdict
from tests.rulesets import Settings, numbered, policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.region import Part
    from nfw_reconcile.model.policy import Policy
    from nfw_reconcile.model.verdict import FlowEffect

HOSTS: Final = tuple(Address.parse(text) for text in ("10.0.0.1", "10.0.0.2", "10.0.1.1", "192.0.2.1"))
PORTS: Final = (80, 443, 5000)
FLOWS: Final = tuple(
    FiveTuple(protocol, source, source_port, destination, destination_port)
    for protocol, source, destination, source_port, destination_port in product(
        (TCP, UDP), HOSTS, HOSTS, PORTS, PORTS
    )
    if source != destination
)

addresses = st.sampled_from(
    ("any", "10.0.0.1", "10.0.0.0/24", "!10.0.0.1", "[10.0.0.0/24,!10.0.0.2]", "$HOME_NET", "$EXTERNAL_NET",
     "192.0.2.0/24")
)  # fmt: skip
ports = st.sampled_from(("any", "any", "443", "[80,443]", "!443", "1024:"))
headers = st.builds(
    "{} {} {} {} {} {} {}".format,
    st.sampled_from(("pass", "drop", "reject", "alert", "pass", "drop")),
    st.sampled_from(("tcp", "tcp", "ip", "udp", "tls")),
    addresses,
    ports,
    st.sampled_from(("->", "->", "<>")),
    addresses,
    ports,
)
TCP_OPTIONS: Final = (
    "flow:to_server;", "flow:established;", "flow:established,to_server;", "flow:to_client;", "flags:S;",
    'tls.sni; content:"a.example"; startswith; endswith; nocase;', 'content:"x";', "flowbits:isset,mark;",
)  # fmt: skip


def _rule(header: str, options: str) -> str:
    fits = header.split()[1] in {"tcp", "tls"} or options.startswith("flow:")
    return f"{header} ({options if fits else ''})"


rules = st.builds(_rule, headers, st.one_of(st.just(""), st.sampled_from(TCP_OPTIONS)))
rule_lists = st.lists(rules, min_size=1, max_size=5)


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Draw rules, and the same with one or two removed, added, replaced or moved."""
    old = draw(rule_lists)
    new = list(old)
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(new)))
        match draw(st.sampled_from(("remove", "add", "move"))):
            case "remove" if new:
                del new[place % len(new)]
            case "move" if new:
                new.insert(place, new.pop(draw(st.integers(0, len(new) - 1))))
            case _:
                new.insert(place, draw(rules))
    return old, new


settings = st.builds(
    Settings,
    strict=st.booleans(),
    defaults=st.sampled_from(((), ("aws:drop_strict",), ("aws:drop_established",))),
    home_net=st.one_of(st.just("10.0.0.0/8"), st.just(Unresolved("HOME_NET"))),
)


def _policy(texts: Sequence[str], given: Settings) -> Policy:
    strict = given.get("strict", True)
    chosen: Settings = {**given, "defaults": given.get("defaults", ()) if strict else ()}
    return policy(numbered(texts), **chosen)


def _compared(edit: tuple[list[str], list[str]], given: Settings) -> Comparison:
    old, new = (compile_policy(_policy(texts, given)) for texts in edit)
    return Comparison(old, new)


def _tightens(found: FlowEffect) -> bool:
    match found.effect:
        case Effect.NEWLY_DENIED | Effect.POSSIBLY_DENIED:
            return True
        case Effect.UNDECIDED:
            return found.old.verdict is not Verdict.DENIED
        case _:
            return False


def _holds(part: Part, flow: FiveTuple, found: FlowEffect) -> bool:
    key = part.key
    return (
        (part.protocol, part.family) == (flow.protocol, flow.source.family)
        and (key.effect, key.flush) == (found.effect, found.flush)
        and (key.old, key.new) == (found.old.cause, found.new.cause)
        and flow.source in part.sources
        and flow.destination in part.destinations
        and (flow.protocol not in PROTOCOLS_WITH_PORTS or _has_ports(part, flow))
    )


def _has_ports(part: Part, flow: FiveTuple) -> bool:
    return flow.source_port in part.source_ports and flow.destination_port in part.destination_ports


@given(edits(), settings)
def test_every_tightened_flow_lies_in_a_part_of_its_own_causes(
    edit: tuple[list[str], list[str]], given: Settings
) -> None:
    comparison = _compared(edit, given)
    region = newly_denied(comparison, align(comparison.old, comparison.new))
    assert region.complete
    for flow in FLOWS:
        found = comparison.effect(flow)
        if _tightens(found):
            assert any(_holds(part, flow, found) for part in region.parts), flow


@given(edits(), settings)
def test_every_witness_is_what_its_part_says(edit: tuple[list[str], list[str]], given: Settings) -> None:
    comparison = _compared(edit, given)
    for part in newly_denied(comparison, align(comparison.old, comparison.new)).parts:
        assert _holds(part, part.witness, comparison.effect(part.witness))
        assert part.count > 0


@given(edits(), settings)
def test_a_flow_that_no_changed_rule_touches_keeps_its_verdict(
    edit: tuple[list[str], list[str]], given: Settings
) -> None:
    comparison = _compared(edit, given)
    assert comparison.old is not None
    alignment = align(comparison.old, comparison.new)
    for flow in FLOWS:
        before, after = comparison.old.index.signature(flow), comparison.new.index.signature(flow)
        touched = alignment.touched_old & (before.forward | before.backward)
        touched |= alignment.touched_new & (after.forward | after.backward)
        if not touched:
            found = comparison.effect(flow)
            assert found.old.verdict is found.new.verdict, flow


@given(rule_lists, settings)
def test_a_policy_does_not_differ_from_itself(texts: list[str], given: Settings) -> None:
    comparison = _compared((texts, texts), given)
    alignment = align(comparison.old, comparison.new)
    assert alignment.deltas == ()
    assert newly_denied(comparison, alignment).parts == ()
    for flow in FLOWS:
        assert comparison.effect(flow).effect in {Effect.STILL_ALLOWED, Effect.STILL_DENIED}


@given(edits(), settings, st.sampled_from(FLOWS))
def test_an_answer_does_not_depend_on_those_before_it(
    edit: tuple[list[str], list[str]], given: Settings, flow: FiveTuple
) -> None:
    used = _compared(edit, given)
    for other in FLOWS:
        used.effect(other)
    assert used.effect(flow) == _compared(edit, given).effect(flow)
