"""The type that Suricata gives a rule decides when it is tried and how far it reaches."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.engine.protocols import protocol_match
from tests.oracle.differences import PROTOCOLS_OF_8, TYPES_IN_8
from tests.oracle.rules import Rules
from tests.rule_types import TypedRule, meant, read, typed_rules
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.oracle.suricata import Suricata

pytestmark = pytest.mark.suricata

ROWS: Final = typed_rules()
DRAWS: Final = {Tier.QUICK: 1_000, Tier.FULL: 20_000, Tier.SOAK: 100_000}
CHUNK: Final = 1_000


def types_of(suricata: Suricata, rows: Sequence[TypedRule], *, negated: bool) -> dict[int, str]:
    text = "".join(f"{row.rule(sid=sid, negated=negated)}\n" for sid, row in enumerate(rows, 1))
    return suricata.rule_types(Rules(text))


def kind_in(suricata: Suricata, row: TypedRule) -> str:
    """Give the type of a row of the table in one release."""
    return TYPES_IN_8.get(row.options, row.kind) if suricata.release >= 8 else row.kind


def test_the_table_is_what_suricata_says(suricata: Suricata) -> None:
    plain = types_of(suricata, ROWS, negated=False)
    assert {sid: kind_in(suricata, row) for sid, row in enumerate(ROWS, 1)} == plain


def test_a_negation_in_the_header_matters_to_a_header_alone(suricata: Suricata) -> None:
    negated = types_of(suricata, ROWS, negated=True)
    expected = {"ip_only": "like_ip_only"}
    kinds = {sid: kind_in(suricata, row) for sid, row in enumerate(ROWS, 1)}
    assert {sid: expected.get(kind, kind) for sid, kind in kinds.items()} == negated


@pytest.mark.parametrize("protocol", PROTOCOLS_OF_8)
def test_a_protocol_that_only_8_loads_is_not_known_to_the_engine(protocol: str, suricata: Suricata) -> None:
    rules = Rules(f"drop tcp any any -> any any (sid:1;)\ndrop {protocol} any any -> any any (sid:2;)\n")
    assert (2 in suricata.rule_types(rules)) == (suricata.release >= 8)
    assert not protocol_match(protocol).known


# icmp_seq with a content in TCP matches nothing, so that its type is of no consequence.
DRAWN: Final = [row for row in ROWS if "icmp_seq" not in row.options]


def draw(random: Random) -> TypedRule:
    """Draw the options of two or three rows together, for the protocol of one of them."""
    rows = random.sample(DRAWN, random.choice((2, 2, 3)))
    return TypedRule("", rows[0].protocol, " ".join(row.options for row in rows))


def test_options_together_make_the_type_that_suricata_says(
    suricata: Suricata, tier: Tier, tell: Callable[[str], None]
) -> None:
    random = Random("rule types")  # noqa: S311 - the same draws in every run
    compared = 0
    wrong: list[str] = []
    for chunk in range(0, DRAWS[tier], CHUNK):
        rows = [draw(random) for _ in range(CHUNK)]
        negated = chunk // CHUNK % 2 == 1
        for sid, kind in types_of(suricata, rows, negated=negated).items():
            row = rows[sid - 1]
            compared += 1
            if read(row.rule(negated=negated), negated=negated) != meant(kind, row.protocol):
                wrong.append(f"{kind}: {row.rule(negated=negated)}")
    refused = DRAWS[tier] - compared
    tell(
        f"rule types: {compared} drawn rules, {len(wrong)} disagreements; Suricata refused {refused} further rules"
    )
    assert not wrong, "\n".join(wrong[:20])
    assert compared > DRAWS[tier] // 10
