"""Two policies held against each other, as apply holds the planned one against the live one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.inventory import PolicyBundle, PolicyRecord
from nfw_reconcile.pipeline.equality import differences
from nfw_reconcile.pipeline.inputs import load
from tests.bodies import (
    STRICT,
    bundle,
    called,
    group,
    policy_body,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body, GroupRecord

RULES: Final = (
    "pass tcp 10.0.0.0/8 any -> 192.0.2.0/24 443 (sid:1;)\n"
    "pass udp $HOME_NET any -> any 53 (sid:2;)\n"
    'pass tls $HOME_NET any -> any any (tls.sni; content:"example.com"; endswith; sid:3;)\n'
)
WEB: Final = group("web", RULES)


def compared(planned: PolicyBundle, live: PolicyBundle) -> tuple[str, ...]:
    return differences(load(planned), load(live))


def of_text(planned: str, live: str, order: str = STRICT) -> tuple[str, ...]:
    return compared(bundle(group("web", planned), order=order), bundle(group("web", live), order=order))


def with_setting(name: str, value: Body, web: GroupRecord = WEB) -> PolicyBundle:
    """Give a policy with one member of its body set."""
    body = {**policy_body(web), name: value}
    return bundle(web, of=PolicyRecord(called("firewall-policy", "egress"), body))
