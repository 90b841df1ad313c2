"""Real Suricata is held to the same tables as the engine (test_verdict_tables.py, test_forgotten.py in tests/unit)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.engine.forgotten import resumptions
from tests.oracle.fates import Fate, Talk, fates
from tests.oracle.payloads import payload_of
from tests.oracle.rules import FIRST_DEFAULT, Rules
from tests.realities import REALITIES
from tests.tables import ForgottenCase, VerdictCase, forgotten_cases, verdict_cases

if TYPE_CHECKING:
    from tests.oracle.suricata import Suricata

pytestmark = pytest.mark.suricata

NETWORKS: Final = {"HOME_NET": "[10.0.0.0/8]", "EXTERNAL_NET": "!$HOME_NET"}

NOT_COMPARED: Final = {
    "undecided": "the engine says openly that it does not know",
    "unknown443": "Suricata needs more packets than a conversation has before it gives up on a protocol",
}


def said(fate: Fate, case: VerdictCase | ForgottenCase) -> str:
    """Put a fate into the words of the tables, in which all rules of a default action have its name."""
    verdict = "allowed" if fate.allowed else "denied"
    if "noalert" in case.text:  # a rule that decides and says nothing
        return verdict
    if fate.sid is not None:
        default = next(action for action in (*case.defaults, "") if not action.startswith("aws:alert"))
        verdict += f" by {default if fate.sid >= FIRST_DEFAULT else fate.sid}"
    return f"{verdict}, first packet lost" if fate.first_packet_lost else verdict


CASES: Final = [case for case in verdict_cases() if not set(case.flows.values()) <= {"undecided"}]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_suricata_does_with_conversations_what_the_table_says(case: VerdictCase, suricata: Suricata) -> None:
    expected = {
        name: text
        for name, text in case.flows_in(suricata.release).items()
        if NOT_COMPARED.keys().isdisjoint({name, text})
    }
    if "noalert" in case.text:
        expected = {name: text.split()[0] for name, text in expected.items()}
    rules = Rules.of(case.text.splitlines(), case.defaults, NETWORKS, {}, strict=case.strict)
    talks = [Talk(REALITIES[name].flow, payload_of(REALITIES[name])) for name in expected]
    found = fates(suricata, rules, talks)
    assert {name: said(fate, case) for name, fate in zip(expected, found, strict=True)} == expected


@pytest.mark.parametrize(
    ("case", "turned"),
    [
        pytest.param(case, turned, id=f"{case.title}, {'server' if turned else 'client'} first")
        for case in forgotten_cases()
        for turned, expected in case.spoken.items()
        if expected
    ],
)
def test_suricata_does_with_forgotten_conversations_what_the_table_says(
    case: ForgottenCase, *, turned: bool, suricata: Suricata
) -> None:
    expected = case.spoken[turned]
    rules = Rules.of(case.text.splitlines(), case.defaults, NETWORKS, {}, strict=True)
    talks: list[Talk] = []
    for name in expected:
        reality = REALITIES[name]
        way = next(way for way in resumptions(reality.flow.protocol) if way.turned == turned)
        flow = reality.flow.reversed() if turned else reality.flow
        talks.append(Talk(flow, payload_of(reality), way.course, turned))
    found = fates(suricata, rules, talks)
    assert {name: said(fate, case) for name, fate in zip(expected, found, strict=True)} == expected
