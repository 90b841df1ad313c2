"""A whole policy from one bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Diagnostic, InputError, Location, UnsupportedInput, error
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.policy import Policy
from nfw_reconcile.sources.policy.body import Node
from nfw_reconcile.sources.policy.expansion import bounded
from nfw_reconcile.sources.policy.home_net import read_home_net
from nfw_reconcile.sources.policy.options import (
    fingerprint,
    read_default_actions,
    read_engine_options,
    read_stateless_default,
)
from nfw_reconcile.sources.policy.reading import Reading
from nfw_reconcile.sources.policy.references import Linker, stateful_references, stateless_references

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import PolicyBundle

_NEXT_GENERATION: Final = frozenset(
    {"FirewallDefaultAction", "FirewallRuleGroupEntries", "IpsRuleGroupEntries", "PolicyMode"}
)
"""Members of API ``FirewallPolicyV2`` that a classic policy does not have."""


def build_policy(bundle: PolicyBundle) -> tuple[Policy, tuple[Diagnostic, ...]]:
    """Build the policy of a bundle, with warnings about what is odd in it.

    Nothing is guessed and nothing is dropped: what is not known or not valid becomes an
    ``Unresolved``, an undecided rule or an opaque group. Raises :class:`InputError` where the body is
    no policy at all, and :class:`UnsupportedInput` for a Next Generation policy.
    """
    name = bundle.policy.name
    body = Node.of(bundle.policy.body, "")
    _refuse_what_is_no_policy(body, Location(name.label))
    reading = Reading(name.label, bundle.prefix_lists)
    engine = read_engine_options(body.get("StatefulEngineOptions"), reading)
    linker = Linker(bundle.groups, engine.options.rule_order, reading)
    stateful = stateful_references(body.get("StatefulRuleGroupReferences"), linker)
    home_net = read_home_net(body, bundle, reading)
    policy = Policy(
        name=name,
        options=engine.options,
        stateful=bounded(stateful.references, home_net.addresses, reading),
        default_actions=read_default_actions(body.get("StatefulDefaultActions"), reading),
        stateless=stateless_references(body.get("StatelessRuleGroupReferences"), linker),
        stateless_default=read_stateless_default(body.get("StatelessDefaultActions"), reading),
        stateless_fragment_default=read_stateless_default(
            body.get("StatelessFragmentDefaultActions"), reading
        ),
        home_net=home_net.addresses,
        home_net_origin=home_net.origin,
        home_net_sensitive=home_net.sensitive,
        tls_inspection=fingerprint(body.get("TLSInspectionConfigurationArn")),
        resolved_ip_validation=fingerprint(body.get("Route53ResolvedIPValidation")),
        unresolved=stateful.unresolved,
    )
    if engine.order_not_known is not None:
        policy = replace(policy, unresolved=(engine.order_not_known, *policy.unresolved))
    return policy, tuple(dict.fromkeys(reading.report))


def _refuse_what_is_no_policy(body: Node, where: Location) -> None:
    if isinstance(body.value, Unresolved):
        return
    if body.missing or not isinstance(body.value, Mapping):
        raise InputError(error("this is no firewall policy", where, "Make the input again."))
    if not _NEXT_GENERATION.isdisjoint(body.value):
        raise UnsupportedInput(
            error("this is a Next Generation policy", where, "Only classic policies are supported.")
        )
