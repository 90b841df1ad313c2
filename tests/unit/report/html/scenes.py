"""A firewall as big as they come: many flows, networks, ports and rules, all drawn from a fixed seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FlowRow, RuleText
    from nfw_reconcile.model.plan_document import PlanDocument

_PASS: Final = make.rule("pass tcp $HOME_NET any -> any any (sid:3;)", sid=3, line=4)
_DROP: Final = make.rule(line=12)
_PORTS: Final = (443, 443, 443, 443, 8_443, 5_432, 53, 22, 25, 3_306, 6_379, 9_092, 1_433, 27_017, 9_200)


def crowded(flows: int, *, rules: int = 40) -> PlanDocument:
    """Give a plan that cuts so many flows, no two of them alike."""
    lot = random.Random(20_250_601)  # noqa: S311 - the same in every run; nothing is secret
    changes = tuple(
        make.changed(_partner(number, "$HOME_NET", "443"), _partner(number, "10.1.0.0/16", "[443,8443]"))
        for number in range(100, 100 + rules)
    )
    seen = make.flows_seen(*(_flow(lot, number) for number in range(flows)), looked_at=3 * flows)
    plan = make.firewall_plan(
        make.region_part(),
        flows=seen,
        rule_changes=(make.changed(_PASS, _DROP), *changes),
        filters=(make.flow_filter(),),
    )
    return make.plan_document(plan)


def _flow(lot: random.Random, number: int) -> FlowRow:
    port = lot.choice(_PORTS)
    seen = make.flow(
        f"203.0.113.{min(int(lot.expovariate(0.02)), 255)}",
        port,
        source=f"10.{lot.choice((1, 1, 2, 9))}.{lot.randrange(40)}.{lot.randrange(256)}",
        source_port=1_024 + number % 60_000,
        protocol=17 if port == 53 else 6,
    )
    age, size = int(10 ** lot.uniform(0, 6)), int(10 ** lot.uniform(2, 9))
    return make.flow_row(seen, age=age, size=size, old=make.by_rule(_PASS), new=make.by_rule(_DROP))


def _partner(number: int, source: str, ports: str) -> RuleText:
    text = f'pass tcp {source} any -> 192.0.2.{number} {ports} (msg:"partner {number}"; sid:{number};)'
    return make.rule(text, sid=number, line=number)
