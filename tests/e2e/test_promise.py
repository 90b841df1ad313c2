"""The product's promise, from Terraform's configuration to the flow tables: with the real Terraform and real processes.

Terraform builds a firewall, and connections come about under its rules. Then it tightens them, with the two hooks
around its apply. What the new rules deny is gone, all else lives, and nothing was done that must not be.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.emulator.replies import Answer
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, UDP, FiveTuple
from tests.checker import Expectations, flushes, violations
from tests.e2e.ground import Ground, Place, copied, ground
from tests.provider.terraform import unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.terraform

EGRESS: Final = Path(__file__).parent / "egress"
AFTER: Final = "ci/nfw/post-apply.sh"


def _flows(protocol: int, source: str, destination: str, port: int, first: int) -> tuple[FiveTuple, ...]:
    ends = Address.parse(source), Address.parse(destination)
    return tuple(FiveTuple(protocol, ends[0], first + n, ends[1], port) for n in range(6))


TRAFFIC: Final = {
    "still_allowed": (
        *_flows(TCP, "10.20.1.7", "198.51.100.9", 443, 40000),  # servers on the web, encrypted
        *_flows(UDP, "10.20.2.9", "10.20.0.2", 53, 41000),  # names
    ),
    "newly_denied": (
        *_flows(TCP, "10.20.1.7", "198.51.100.9", 80, 42000),  # servers on the web, in clear
        *_flows(TCP, "10.20.4.2", "203.0.113.5", 22, 43000),  # operators on SSH
    ),
    "possibly_denied": _flows(TCP, "10.20.2.9", "198.51.100.9", 443, 44000),  # desks: it hangs on the name
    "undecided": _flows(TCP, "10.20.3.3", "192.0.2.77", 8443, 45000),  # it hangs on what was seen of the host
}
ORDERED: Final = tuple(flow for flows in TRAFFIC.values() for flow in flows)
ALL: Final = frozenset(ORDERED)
DENIED: Final = frozenset(TRAFFIC["newly_denied"])
TOLD: Final = {effect: frozenset(TRAFFIC[effect]) for effect in ("possibly_denied", "undecided")}
"""What a result has to say about who was left alive, by effect."""


@pytest.fixture(scope="module")
def tightened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Give a firewall that Terraform has just tightened, with the connections from before."""
    if (reason := unavailable()) is not None:
        pytest.skip(reason)
    with ground(tmp_path_factory.mktemp("tightened")) as made:
        made.build(EGRESS / "old")
        made.connect(ORDERED)
        made.plan(EGRESS / "new")
        assert made.emulator.flow_operations == ()
        made.terraform.apply_planned()
        assert made.alive() == ALL
        yield made


@pytest.fixture
def copy(tightened: Ground, tmp_path: Path) -> Iterator[Place]:
    """Give a copy of it as it was before anything was flushed."""
    with copied(tightened, ORDERED, tmp_path) as made:
        assert made.alive() == ALL
        yield made


def problems(made: Place) -> list[str]:
    return violations(made.emulator, Expectations(lambda flow: flow in DENIED, made.tokens()))


def result_in(made: Place) -> Any:  # noqa: ANN401 - JSON has no narrower type
    return json.loads((made.job.folder / "nfw.result").read_text())


def told(result: Any) -> dict[str, frozenset[FiveTuple]]:  # noqa: ANN401 - JSON has no narrower type
    """Give the flows that a result tells of: those that were flushed, and by effect those that were left alive."""
    flows: dict[str, set[FiveTuple]] = {"flushed": set()}
    for zone in result["firewalls"][0]["zones"]:
        flows["flushed"] |= {_tuple(each["flow"]) for each in zone["flushed"]}
        for each in zone["left_alive"]:
            flows.setdefault(each["effect"], set()).add(_tuple(each["flow"]))
    return {name: frozenset(found) for name, found in flows.items()}


def _tuple(flow: Mapping[str, Any]) -> FiveTuple:
    ends = Address.parse(flow["source"]), Address.parse(flow["destination"])
    return FiveTuple(flow["protocol"], ends[0], flow["source_port"], ends[1], flow["destination_port"])


def test_what_is_newly_denied_is_gone_and_all_else_lives(tightened: Ground) -> None:
    applied = tightened.job.run(AFTER)
    assert applied.code == 0, applied.err + applied.out
    assert tightened.alive() == ALL - DENIED
    assert problems(tightened) == []
    assert f"{len(DENIED)} flows flushed and proven gone" in applied.out
    assert told(result_in(tightened)) == {**TOLD, "flushed": DENIED}

    flushed = len(flushes(tightened.emulator))
    again = tightened.job.run(AFTER)
    assert again.code == 0, again.err + again.out
    assert len(flushes(tightened.emulator)) == flushed
    assert tightened.alive() == ALL - DENIED
    assert problems(tightened) == []
    assert told(result_in(tightened)) == {**TOLD, "flushed": frozenset()}


def test_killed_while_it_flushes_and_resumed(copy: Place) -> None:
    process = copy.job.start(AFTER)
    assert process.stderr is not None
    for line in process.stderr:
        if "accepted as" in line:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    sent = len(flushes(copy.emulator))
    assert sent

    refused = copy.job.run(AFTER)
    assert refused.code == 5
    assert "nfw-reconcile resume" in refused.err
    assert len(flushes(copy.emulator)) == sent

    resumed = copy.job.run("nfw-reconcile", "resume", "--result", "nfw.result")
    assert resumed.code == 0, resumed.err + resumed.out
    assert result_in(copy)["command"] == "resume"
    assert copy.alive() == ALL - DENIED
    assert problems(copy) == []


def test_a_policy_that_somebody_changed_in_between_is_refused(copy: Place) -> None:
    group = next(arn for arn in copy.emulator.world.groups if arn.endswith("/servers"))
    described = copy.emulator.call("DescribeRuleGroup", {"RuleGroupArn": group})
    assert isinstance(described, Answer)
    rules = {**described.body["RuleGroup"], "RulesSource": {"RulesString": "# by hand, for an hour\n"}}
    update = {"RuleGroupArn": group, "UpdateToken": described.body["UpdateToken"], "RuleGroup": rules}
    assert isinstance(copy.emulator.call("UpdateRuleGroup", update), Answer)

    refused = copy.job.run(AFTER)
    assert refused.code == 3, refused.err + refused.out
    assert "the live policy is not the planned one" in refused.out
    assert flushes(copy.emulator) == []
    assert copy.alive() == ALL
