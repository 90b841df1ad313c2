"""What is told before a run begins, and runs that are not begun: the service is the emulator, through botocore."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.credentials import EnvProvider

from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.act.run import RunName, apply_plan, verify_plan
from nfw_reconcile.aws.service import AwsFlowService
from nfw_reconcile.errors import Refused
from tests.denials import deny
from tests.unit.act.scene import Scene, tight

if TYPE_CHECKING:
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument

NAME = RunName("run-1", "0")


@dataclass
class Listener:
    """Keeps what is told, and how many starts the service had seen by then."""

    scene: Scene
    heard: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, line: Diagnostic) -> None:
        self.heard.append((str(line), starts(self.scene)))

    @property
    def text(self) -> str:
        assert all(sent == 0 for _, sent in self.heard)
        return "\n".join(text for text, _ in self.heard)


def starts(scene: Scene) -> int:
    return sum(call.operation.startswith("StartFlow") for call in scene.emulator.requests)


def with_credentials(scene: Scene, expire_in: float) -> None:
    """Let the program sign with credentials of the environment that expire."""
    moment = datetime.fromtimestamp(scene.clock.now() + expire_in, UTC)
    environ = {
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_CREDENTIAL_EXPIRATION": moment.isoformat(),
    }
    scene.service = AwsFlowService(replace(scene.clients, credentials=EnvProvider(environ).load()))


def run(scene: Scene, listener: Listener, plan: PlanDocument | None = None, **options: Any) -> ResultDocument:  # noqa: ANN401
    services = replace(scene.services(), tell=listener)
    return apply_plan(
        plan or scene.plan(), services, scene.clock, ActOptions(parallel=False, **options), NAME
    )


@pytest.mark.parametrize("expire_in", [-5.0, 0.0, 9.0])
def test_a_run_that_the_credentials_do_not_last_for_is_not_begun(expire_in: float) -> None:
    scene = tight(zones=1)
    listener = Listener(scene)
    with_credentials(scene, expire_in)
    with pytest.raises(
        Refused, match=r"the credentials expire at .* Renew them, then run apply again"
    ) as raised:
        run(scene, listener)
    assert raised.value.exit_code == 3
    assert (starts(scene), scene.journal.events) == (0, [])


def test_credentials_that_may_expire_first_are_told_and_used() -> None:
    scene = tight(zones=1)
    listener = Listener(scene)
    with_credentials(scene, 600.0)
    result = run(scene, listener)
    assert result.exit_code == 0
    assert "the run may last until" in listener.text
    assert "the run may last until" in result.firewalls[0].messages[0]


def test_what_was_told_stands_in_the_result() -> None:
    scene = tight(zones=1)
    listener = Listener(scene)
    scene.emulator.add_association(scene.firewall, "us-east-1a", "vpc-other")
    result = run(scene, listener)
    assert "1 VPC endpoint association" in listener.text
    assert result.firewalls[0].messages == tuple(text for text, _ in listener.heard)


def test_what_could_not_be_read_stands_in_the_result() -> None:
    scene = tight(zones=1)
    deny(scene.emulator, scene.clients, "ec2:DescribeVpcs")
    result = run(scene, Listener(scene))
    (message,) = result.firewalls[0].messages
    assert result.exit_code == 0
    assert (
        "the credentials do not permit ec2:DescribeVpcs on vpc-0a1b2c: AWS answered Unauthorized" in message
    )


def test_a_command_that_flushes_nothing_has_nothing_to_say() -> None:
    scene = tight(zones=1)
    listener = Listener(scene)
    with_credentials(scene, 5.0)
    scene.emulator.put_in_sync()
    services = replace(scene.services(), tell=listener)
    verify_plan(scene.plan(), services, scene.clock, ActOptions(parallel=False, dry_run=True), NAME)
    assert listener.heard == []
