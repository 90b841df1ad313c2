"""Rules that deny services, as sets of them and as text: what is denied is known without reading any rule."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.bodies import Judge
from nfw_reconcile.model.flow import PROTOCOL_NAMES, TCP, UDP, FiveTuple

if TYPE_CHECKING:
    from nfw_reconcile.emulator.bodies import PolicyBodies

Service = tuple[int, int]
"""What rules are about: a protocol number and a port."""

Policy = frozenset[Service]
"""What is denied; all else is allowed."""

TELNET, WEB, DATABASE = (TCP, 23), (TCP, 443), (TCP, 5432)
NAMES, LOGS = (UDP, 53), (UDP, 514)
SERVICES: Final = (TELNET, WEB, DATABASE, NAMES, LOGS)

FIRST: Final[Policy] = frozenset({TELNET})
POLICIES: Final[tuple[Policy, ...]] = (
    FIRST,
    frozenset({TELNET, DATABASE}),
    frozenset({TELNET, NAMES}),
    frozenset({TELNET, DATABASE, WEB, LOGS}),
)

_RULE: Final = re.compile(r"^drop (\w+) any any -> any (\d+) ", re.MULTILINE)
_NUMBERS: Final = {name.lower(): number for number, name in PROTOCOL_NAMES.items()}


def service_of(found: FiveTuple) -> Service:
    """Give the service that a flow is for, whichever way round it is listed: clients use high ports."""
    return found.protocol, min(found.source_port, found.destination_port)


def rules_of(policy: Policy) -> str:
    """Write a policy as Suricata rules."""
    denied = enumerate(sorted(policy), 1)
    return "\n".join(
        f"drop {PROTOCOL_NAMES[protocol].lower()} any any -> any {port} (sid:{sid};)"
        for sid, (protocol, port) in denied
    )


@cache
def policy_of(rules: str) -> Policy:
    """Read what :func:`rules_of` wrote; all else is a comment."""
    return frozenset((_NUMBERS[name], int(port)) for name, port in _RULE.findall(rules))


class ServiceJudge(Judge):
    """Lets a connection through unless the rules in force deny its service."""

    def judge(self, bodies: PolicyBodies, flow: FiveTuple) -> bool:
        texts = [group["RulesSource"]["RulesString"] for group in bodies.rule_groups.values()]
        return service_of(flow) not in policy_of("\n".join(texts))
