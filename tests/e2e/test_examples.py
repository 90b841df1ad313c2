"""Every example from Terraform to the flow tables: what it says is to be flushed is gone, and all else lives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.sources.flowfile import read_flows
from tests.checker import Expectations, violations
from tests.e2e.ground import ground
from tests.places import EXAMPLES
from tests.provider.terraform import unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.model.flow import FiveTuple

pytestmark = [pytest.mark.terraform, pytest.mark.full]

NAMES: Final = sorted(path.parent.name for path in EXAMPLES.glob("*/old"))


def flows_of(example: Path) -> list[FiveTuple]:
    with (example / "flows.jsonl").open(encoding="utf-8") as lines:
        return [line.flow.tuple for line in read_flows(lines, "flows")]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_in_real_life(name: str, tmp_path: Path) -> None:
    if (reason := unavailable()) is not None:
        pytest.skip(reason)
    example = EXAMPLES / name
    expected = json.loads((example / "expected.json").read_text(encoding="utf-8"))["firewalls"]
    flows = flows_of(example)
    with ground(tmp_path) as made:
        made.build(example / "old")
        arns = {arn.rpartition("/")[2]: arn for arn in made.emulator.world.firewalls}
        assert arns.keys() == expected.keys()
        for arn in arns.values():
            made.connect(flows, arn)
        opened = {name: made.alive(arn) for name, arn in arns.items()}
        made.plan(example / "new")
        made.terraform.apply_planned()
        made.take_over_networks()
        done = made.job.run("ci/nfw/post-apply.sh")
        assert done.code == 0, done.err + done.out
        may_go: set[FiveTuple] = set()
        for firewall, effects in expected.items():
            denied = {flow for flow, each in zip(flows, effects, strict=True) if each["flush"]}
            # A value that was not known to the plan is known to apply: it may settle these either way.
            unsettled = {
                flow for flow, each in zip(flows, effects, strict=True) if each["effect"] == "undecided"
            }
            alive = made.alive(arns[firewall])
            assert denied <= opened[firewall]
            assert alive - unsettled == opened[firewall] - denied - unsettled
            may_go |= denied | unsettled
        assert violations(made.emulator, Expectations(may_go.__contains__, made.tokens())) == []
