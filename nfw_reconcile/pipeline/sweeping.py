"""The plan of a sweep: which live flows does the live policy deny, whatever let them through?

It is the repair of runs that were missed: :mod:`nfw_reconcile.pipeline.drift` says what is compared. History
would tell a flow that lives from an attempt that was blocked; here the flow itself has to, as
:mod:`nfw_reconcile.act.attempts` says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.attempts import read_attempts
from nfw_reconcile.act.configuration import read_configuration
from nfw_reconcile.act.looking import Observer, Since, rules_since
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.act.waiting import Deadline, patiently
from nfw_reconcile.errors import Diagnostic, InputError, error, note
from nfw_reconcile.model.inventory import Inventory
from nfw_reconcile.model.plan_document import AttemptRule
from nfw_reconcile.pipeline.document import About, plan_document
from nfw_reconcile.pipeline.drift import drift_of
from nfw_reconcile.pipeline.planning import SeenFlows
from nfw_reconcile.pipeline.texts import remark
from nfw_reconcile.sources.arns import region_of_firewall
from nfw_reconcile.sources.assemble import Choice, assemble
from nfw_reconcile.sources.policy import build_policy
from nfw_reconcile.sources.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock, FlowService, JsonObject
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.inventory import FirewallRecord, PolicyBundle
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.pipeline.planning import Look

SOURCE: Final = "a sweep of the live policy"

SYN_PACKETS: Final = 7
"""A SYN and its retransmissions: Linux sends six (``tcp_syn_retries``), others fewer."""

SYN_SECONDS: Final = 127
"""How long Linux waits before it gives such a connection up: 1 + 2 + 4 + ... + 64 seconds."""

DATA_PACKETS: Final = 16
"""A handshake and data that is sent again and again: what is seen where rules deny no sooner than at the data.

``aws:drop_established`` is one of them. The waits double, so that even minutes see a dozen copies.
"""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What to sweep: a firewall by its ARN, with the stand-ins for HOME_NET that the user gives, if any."""

    firewall_arn: str
    home_net: tuple[str, ...] = ()
    configured: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def make_sweep(
    asked: Sweep,
    service_of: Callable[[str | None], FlowService],
    clock: Clock,
    options: ActOptions,
    *,
    created_at: str,
) -> PlanDocument:
    """Read the live policy, capture the flows that it may deny, and plan to flush those that it denies.

    Captures only. Raises ``UsageError`` for what is no firewall's ARN, ``ServiceError`` where the firewall cannot be
    read, ``UnsupportedInput`` and ``InputError`` for a policy that this version does not model.
    """
    service = service_of(region_of_firewall(asked.firewall_arn))
    until = Deadline.after(clock, options.pace.preflight)
    snapshot = patiently(lambda: service.snapshot(asked.firewall_arn), until, options.pace.poll)
    since = rules_since(read_configuration(snapshot, asked.firewall_arn), clock.now())
    firewall, bundle, said = _live(snapshot, asked)
    policy, _ = build_policy(bundle)
    rules = attempt_rules(since, policy.options.tcp_idle_timeout)
    look = _look(Observer(service, clock, options), asked.firewall_arn, rules)
    plan = drift_of(firewall, bundle, rules, look)
    plan = replace(plan, remarks=(*(remark(each) for each in _terms(since, rules)), *plan.remarks))
    return plan_document(About(SOURCE, created_at), [plan], said)


def attempt_rules(since: Since, tcp_idle_timeout: int) -> tuple[AttemptRule, ...]:
    """Say what blocked attempts look like under a policy with that idle timeout (seconds).

    Two kinds. A flow of any time with the packets of an unanswered SYN, as long as such a one is retried. And one
    that only the live rules can have judged, with the packets of an unanswered request, as long as the table may
    keep it: how long AWS keeps what is blocked is not documented, and no longer than any idle flow.
    A flow that lives on outgrows both, so that it is found by a later sweep if not by this one.
    """
    born_after = time_text(math.ceil(since.at))
    return (
        AttemptRule(SYN_PACKETS, SYN_SECONDS, None),
        AttemptRule(DATA_PACKETS, SYN_SECONDS + tcp_idle_timeout, born_after),
    )


def _live(
    snapshot: JsonObject, asked: Sweep
) -> tuple[FirewallRecord | None, PolicyBundle, tuple[Diagnostic, ...]]:
    """Give the one firewall of a snapshot with its policy, and what was found on the way."""
    inventory, said = read_snapshot(snapshot, "the live policy")
    assembled = assemble(
        Inventory(), inventory, None, Choice(home_net=asked.home_net, configured=asked.configured)
    )
    found = [(change.firewall, change.new) for change in assembled.changes if change.new is not None]
    if len(found) != 1:
        summary = f"firewall {asked.firewall_arn} has {len(found)} live policies."
        raise InputError(error(summary, None, "Try again; if it stays so, report it."))
    return *found[0], (*said, *assembled.diagnostics)


def _look(observer: Observer, firewall_arn: str, rules: tuple[AttemptRule, ...]) -> Look:
    attempts = read_attempts(rules)

    def look(
        firewall: FirewallRecord | None,  # noqa: ARG001 - the port's
        comparison: Comparison,
        filters: tuple[FlowFilter, ...],
    ) -> SeenFlows:
        found = observer.observe(firewall_arn, filters, comparison, attempts)
        source = "; ".join((f"a capture of {', '.join(found.zones) or 'no zone'}", *found.problems))
        return SeenFlows(source, found.flows, found.complete, found.attempts)

    return look


def _terms(since: Since, rules: tuple[AttemptRule, ...]) -> tuple[Diagnostic, ...]:
    """Say what the sweep went by."""
    first, second = rules
    sweep = note(
        "this is a sweep: every live flow that the live policy denies counts, whatever let it through.",
        None,
        "Apply the plan to flush them; it is refused once another policy is live.",
    )
    attempts = note(
        (
            f"denied flows of at most {first.packets} packets and {first.age} seconds look like blocked attempts, and "
            f"so do those of at most {second.packets} packets and {second.age} seconds that are younger than the rules "
            f"({since.how})."
        ),
        None,
        "They are left alone; one that lives on outgrows this. A flow without a packet count or an age is never one.",
    )
    return sweep, attempts
