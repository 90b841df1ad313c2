"""Every call that apply makes, denied: what is told, what the run ends with, and that nothing is flushed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.act.ports import CredentialsError
from nfw_reconcile.emulator.faults import EXPIRED_CREDENTIALS, CallFacts, FaultRule
from nfw_reconcile.emulator.iam import WHY
from nfw_reconcile.emulator.replies import Refusal
from nfw_reconcile.errors import ServiceError
from nfw_reconcile.model.result_document import ZoneState
from tests.checker import flushes, flushes_asked
from tests.denials import DENIED, deny, refuse
from tests.unit.act.scene import Scene, messages, states, tight

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.model.result_document import ResultDocument

FIREWALL: Final[Callable[[Scene], str]] = lambda scene: scene.firewall  # noqa: E731 - a row of a table
BEFORE: Final[dict[str, Callable[[Scene], str]]] = {
    "sts:GetCallerIdentity": lambda _: "the caller",
    "network-firewall:DescribeFirewall": FIREWALL,
    "network-firewall:DescribeFirewallPolicy": lambda scene: scene.policy,
    "network-firewall:DescribeRuleGroup": lambda scene: scene.group,
}
"""What is asked before there is a result, with what each is asked about."""

DURING: Final = (
    "network-firewall:ListFlowOperations",
    "network-firewall:StartFlowCapture",
    "network-firewall:DescribeFlowOperation",
    "network-firewall:ListFlowOperationResults",
    "network-firewall:StartFlowFlush",
)


def names(text: str, action: str, resource: str) -> bool:
    """Say whether a text names the action, what it was asked about, the answer, and what to do."""
    code = DENIED[action.partition(":")[0]].code
    line = f"the credentials do not permit {action} on {resource}: AWS answered {code}: {WHY}"
    return line in text and f"Allow {action} in their IAM policy." in text


def test_no_call_of_apply_is_missing_here() -> None:
    scene = tight(zones=1)
    before = scene.emulator.call_count
    scene.apply()
    made = {f"network-firewall:{call.operation}" for call in scene.emulator.requests[before:]}
    assert made == {*BEFORE, *DURING} - {"sts:GetCallerIdentity"}


@pytest.mark.parametrize("action", BEFORE)
def test_what_is_denied_before_the_run_ends_it_with_1(action: str) -> None:
    scene = tight(zones=1)
    plan = scene.plan()
    deny(scene.emulator, scene.clients, action)
    with pytest.raises(ServiceError) as raised:
        scene.apply(plan)
    assert raised.value.exit_code == 1
    assert names(str(raised.value), action, BEFORE[action](scene))
    assert (scene.emulator.flow_operations, scene.journal.events) == ((), [])


@pytest.mark.parametrize("action", DURING)
def test_what_is_denied_before_a_flush_ends_with_4_and_flushes_nothing(action: str) -> None:
    scene = tight(zones=2)
    deny(scene.emulator, scene.clients, action)
    result = scene.apply()
    assert (result.exit_code, states(result)) == (4, [ZoneState.FAILED] * 2)
    assert names(messages(result), action, scene.firewall)
    assert flushes(scene.emulator) == []
    assert scene.denied_alive() == 6
    assert scene.violations() == []


def test_a_flush_that_is_denied_says_that_nothing_was_flushed_by_it() -> None:
    scene = tight(zones=1)
    deny(scene.emulator, scene.clients, "network-firewall:StartFlowFlush")
    result = scene.apply()
    assert flushes_asked(scene.emulator) == 1
    assert "Nothing was flushed by it. Allow network-firewall:StartFlowFlush" in messages(result)


@pytest.mark.parametrize(
    ("action", "code", "state"),
    [
        ("network-firewall:DescribeFlowOperation", 5, ZoneState.UNKNOWN),
        ("network-firewall:ListFlowOperations", 6, ZoneState.UNPROVEN),
        ("network-firewall:StartFlowCapture", 6, ZoneState.UNPROVEN),
        ("network-firewall:ListFlowOperationResults", 6, ZoneState.UNPROVEN),
    ],
)
def test_what_is_denied_after_a_flush_is_told_as_such(action: str, code: int, state: ZoneState) -> None:
    scene = tight(zones=1)
    deny(scene.emulator, scene.clients, action, lambda: bool(flushes(scene.emulator)))
    result = scene.apply()
    assert (result.exit_code, states(result)) == (code, [state])
    assert names(messages(result), action, scene.firewall)
    assert scene.violations() == []


# Credentials that expire


RENEW: Final = "Renew them, then run the command again, or resume where a flush was sent."


def calls_of_a_run(zones: int) -> int:
    scene = tight(zones=zones)
    plan = scene.plan()
    before = scene.emulator.call_count
    scene.apply(plan)
    return scene.emulator.call_count - before


def expired_from(scene: Scene, number: int) -> tuple[int, str, ResultDocument | None]:
    """Run apply with credentials that expire before the call of that number; give how it ends, and what it says."""
    plan = scene.plan()
    first = scene.emulator.call_count + number

    def expired(call: CallFacts) -> bool:
        return call.overall >= first

    scene.emulator.faults.add(FaultRule(EXPIRED_CREDENTIALS, "*", expired))
    try:
        result = scene.apply(plan)
    except ServiceError as problem:
        return problem.exit_code, str(problem), None
    finally:
        scene.emulator.faults.clear()
    return result.exit_code, messages(result), result


def expected_code(scene: Scene, result: ResultDocument | None) -> int:
    """Give the documented exit code, by what the service has seen and not by what the run thinks."""
    flushed = {operation.zone for operation in flushes(scene.emulator)}
    if result is None:
        return 1
    open_zones = [zone for zone in result.firewalls[0].zones if zone.state is not ZoneState.VERIFIED]
    if not open_zones:
        return 0
    return 5 if flushed else 4


@pytest.mark.parametrize("zones", [1, pytest.param(2, marks=pytest.mark.full)])
def test_credentials_may_expire_before_any_call(zones: int) -> None:
    codes = []
    for number in range(1, calls_of_a_run(zones) + 1):
        scene = tight(zones=zones)
        code, said, result = expired_from(scene, number)
        assert code == expected_code(scene, result), (number, said)
        assert code == 0 or RENEW in said, (number, said)
        assert scene.violations() == [], number
        assert len(flushes(scene.emulator)) <= zones
        codes.append(code)
    assert set(codes) == {1, 4, 5, 0}
    assert codes[-1] == 0


def test_credentials_that_have_expired_are_told_before_anything_is_read() -> None:
    scene = tight(zones=1)
    plan = scene.plan()
    refuse(scene.clients.sts, "GetCallerIdentity", Refusal("ExpiredToken", "The token has expired", 403))
    before = scene.emulator.call_count
    with pytest.raises(CredentialsError, match=RENEW):
        scene.apply(plan)
    assert scene.emulator.call_count == before
