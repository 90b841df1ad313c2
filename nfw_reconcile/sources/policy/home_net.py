"""HOME_NET: the policy's own variable, else what the bundle brings in its stead.

Source: AWS developer guide, "Limitations and caveats for stateful rules": the default is the CIDR of
the VPC of the firewall; ``PolicyVariables`` is documented for HOME_NET only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.policy import HOME_NET
from nfw_reconcile.sources.policy.body import Node, NotKnown, NotValid
from nfw_reconcile.sources.policy.reading import read_members
from nfw_reconcile.sources.suricata import parse_addresses

if TYPE_CHECKING:
    from nfw_reconcile.model.expressions import Expression
    from nfw_reconcile.model.inventory import PolicyBundle
    from nfw_reconcile.sources.policy.reading import Reading

_ORIGIN = f"policy variable {HOME_NET}"


@dataclass(frozen=True, slots=True)
class HomeNet:
    """The addresses that HOME_NET stands for, and where they came from, for people."""

    addresses: Expression
    origin: str
    sensitive: bool


def read_home_net(body: Node, bundle: PolicyBundle, reading: Reading) -> HomeNet:
    """Read HOME_NET; without any it stays ``Unresolved("HOME_NET")``."""
    try:
        variables = body.get("PolicyVariables").get("RuleVariables")
        own = variables.get(HOME_NET).get("Definition")
        _warn_others(variables, reading)
    except NotValid as why:
        reading.warn(why.reason, "Correct it; what depends on HOME_NET is undecided.")
        own = Node(Unresolved(f"invalid policy variable {HOME_NET}"), "PolicyVariables")
    given = own if not own.missing else Node.of(bundle.home_net, HOME_NET)
    origin = _ORIGIN if given is own else bundle.home_net_origin
    addresses = read_members(given, parse_addresses, reading, empty=Unresolved(HOME_NET))
    return HomeNet(addresses, origin, given.marked)


def _warn_others(variables: Node, reading: Reading) -> None:
    try:
        others = sorted(name for name in variables.members() if name != HOME_NET)
    except NotKnown:
        return
    for name in others:
        reading.warn(
            f"the policy variable {name} is not used",
            "AWS documents HOME_NET only: define others in the rule groups.",
        )
