"""Perils of one request: its reply is lost, or is none, or says too much."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

import botocore.endpoint
import pytest

from nfw_reconcile.aws.client import Access, make_clients
from nfw_reconcile.emulator.alterations import Alteration
from nfw_reconcile.emulator.faults import (
    EXPIRED_CREDENTIALS,
    HTML,
    INTERNAL_ERROR_AFTER,
    TIMEOUT,
    TIMEOUT_AFTER,
    AlteredFault,
    FaultRule,
)
from nfw_reconcile.emulator.transport import attach
from tests.simulation.perils.common import CAPTURE, FLUSH, ended, number_of
from tests.simulation.scenarios import one_zone, two_batches
from tests.simulation.simulation import Strike, account, simulate
from tests.simulation.wires import Wires
from tests.unit.act.scene import ALLOWED, DENIED, REGION, A, build, flow

if TYPE_CHECKING:
    from nfw_reconcile.aws.client import Clients
    from nfw_reconcile.emulator.clock import VirtualClock
    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.emulator.faults import Fault
    from nfw_reconcile.emulator.replies import JsonObject
    from tests.simulation.simulation import Simulation

RESULTS: Final = "ListFlowOperationResults"
ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_MAX_ATTEMPTS": "3",
    "AWS_RETRY_MODE": "legacy",
}


def struck(sim: Simulation, rule: FaultRule, exit_code: int = 0) -> list[str]:
    sim.scene.emulator.faults.add(rule)
    return ended(sim, exit_code)


def first_flush(fault: Fault) -> list[str]:
    """The flush is accepted, and found again in the list of operations."""
    return struck(one_zone(), FaultRule(fault, FLUSH, times=1))


def the_reply_to_a_flush_is_lost() -> list[str]:
    return first_flush(TIMEOUT_AFTER)


def a_flush_is_answered_by_a_page_of_html() -> list[str]:
    return first_flush(HTML)


def a_flush_that_is_accepted_is_answered_by_a_server_error() -> list[str]:
    return first_flush(INTERNAL_ERROR_AFTER)


def the_reply_to_a_flush_names_an_operation_that_is_not_there() -> list[str]:
    """The flush itself is in the list of operations, under its own id."""
    return first_flush(AlteredFault(Alteration.OTHER_OPERATION))


def the_reply_to_a_flush_names_a_flush_of_others() -> list[str]:
    return named_wrongly(FLUSH, {"SourceAddress": {"AddressDefinition": "10.9.0.0/16"}})


def replies_to_captures_name_a_capture_of_others() -> list[str]:
    """It has ended, and listed nothing, because it asked for other flows."""
    return named_wrongly(CAPTURE, {"SourceAddress": {"AddressDefinition": "10.9.0.0/16"}})


def named_wrongly(operation: str, flows: JsonObject) -> list[str]:
    """Let the first reply to an operation name one that others had begun, for these flows."""
    sim = one_zone()
    scene = sim.scene
    begun = scene.ok(operation, FirewallArn=scene.firewall, AvailabilityZone=A, FlowFilters=[flows])[
        "FlowOperationId"
    ]
    sim.foreign.add(begun)
    scene.clock.sleep(60.0)
    renamed: list[str] = []

    def rename(parsed: dict[str, object], **_: object) -> None:
        if not renamed:
            renamed.append(begun)
            parsed["FlowOperationId"] = begun

    scene.clients.starts.meta.events.register(f"after-call.network-firewall.{operation}", rename)
    return ended(sim)


def a_flush_never_arrives() -> list[str]:
    """So it is not in the list of operations, and nobody can tell that it will not be: nothing more is sent."""
    return struck(two_batches(), FaultRule(TIMEOUT, FLUSH, times=1), exit_code=5)


def credentials_expire_after_the_flush() -> list[str]:
    sim = one_zone()
    sim.strike(EXPIRED_CREDENTIALS, Strike(number_of(one_zone, FLUSH) + 1, lasting=True))
    return ended(sim, exit_code=5)


def the_reply_to_a_flush_is_lost_on_the_programs_own_clients() -> list[str]:
    """Those that ``apply`` makes: boto3's own retries are part of them, and the environment asks for some."""
    made: list[Wires] = []

    def own(emulator: Emulator, clock: VirtualClock) -> Clients:
        made.append(Wires(emulator, clock))
        clients = make_clients(Access(region=REGION))
        for each in clients.every:
            attach(each, emulator, sleep=clock.sleep)
        return clients

    with pytest.MonkeyPatch.context() as environment:
        for name, value in ENVIRONMENT.items():
            environment.setenv(name, value)
        scene = build(zones=1, connect=own)
        environment.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=scene.clock.sleep))
        scene.add_flows()
        return struck(simulate(scene, made[0]), FaultRule(TIMEOUT_AFTER, FLUSH, times=1))


# Pages


def denied_flows_come_last() -> Simulation:
    """The first page of two holds flows that must stay."""
    scene, wires = account(page=2)
    scene.put(A, [flow(host, port) for port in (ALLOWED, DENIED) for host in (1, 2, 3)])
    return simulate(scene, wires)


def pages(kind: Alteration, exit_code: int, *, later: bool = False) -> list[str]:
    """Every page of results is wrong in this way, or every one but the first."""
    rule = FaultRule(AlteredFault(kind), RESULTS, lambda call: not later or "NextToken" in call.input)
    return struck(denied_flows_come_last(), rule, exit_code)


def pages_give_their_own_token_again() -> list[str]:
    return pages(Alteration.REPEATED_TOKEN, exit_code=6)


def pages_after_the_first_say_that_flows_are_missing() -> list[str]:
    return pages(Alteration.WITH_ERRORS, exit_code=6, later=True)


def pages_have_no_list_of_flows() -> list[str]:
    return pages(Alteration.MISSING_LIST, exit_code=4)


def results_come_in_pages() -> list[str]:
    return ended(denied_flows_come_last())


def one_page_arrives_empty() -> list[str]:
    rule = FaultRule(AlteredFault(Alteration.EMPTY_PAGE), RESULTS, times=1)
    return struck(one_zone(), rule)


def every_status_is_one_that_nobody_knows() -> list[str]:
    return struck(one_zone(), FaultRule(AlteredFault(Alteration.UNKNOWN_STATUS)), exit_code=4)
