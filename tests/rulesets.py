"""Policies from rule text, and flows from one line, for tests of what they do to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import PROTOCOL_NUMBERS, FiveTuple
from nfw_reconcile.model.policy import (
    EngineOptions,
    GroupName,
    OpaqueGroup,
    Policy,
    RuleOrder,
    StatefulGroup,
    StatefulReference,
)
from nfw_reconcile.model.rule import StatelessAction
from nfw_reconcile.sources.suricata import parse_addresses, parse_ports, parse_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.model.expressions import Expression
    from nfw_reconcile.model.policy import StatelessReference

Group = str | StatefulGroup | OpaqueGroup | StatefulReference
"""A rule group; a text is its rules."""


class Settings(TypedDict, total=False):
    """What a policy has besides rule groups; HOME_NET is 10.0.0.0/8 unless something else is said."""

    strict: bool
    defaults: tuple[str, ...]
    home_net: str | Expression
    stateless: tuple[StatelessReference, ...]
    stateless_default: StatelessAction


def numbered(rules: Sequence[str]) -> str:
    """Give every rule without a sid its place, from 1, as sid; one rule a line."""
    return "\n".join(
        rule if "sid:" in rule else f"{rule.removesuffix(')')} sid:{number};)"
        for number, rule in enumerate(rules, 1)
    )


def group(
    text: str,
    name: str = "group",
    *,
    ip_sets: Mapping[str, str | Expression] | None = None,
    port_sets: Mapping[str, str] | None = None,
    references: Mapping[str, Expression] | None = None,
) -> StatefulGroup:
    """Build a rule group; sets are given as text, or as what the text cannot say."""
    return StatefulGroup(
        GroupName(name),
        parse_rules(text, name),
        ip_sets={
            key: parse_addresses(value) if isinstance(value, str) else value
            for key, value in (ip_sets or {}).items()
        },
        port_sets={key: parse_ports(value) for key, value in (port_sets or {}).items()},
        references=references or {},
    )


def policy(*groups: Group, **settings: Unpack[Settings]) -> Policy:
    """Build a policy, of strict order unless told otherwise; priorities follow the order of the groups."""
    references = tuple(
        found if isinstance(found, StatefulReference) else StatefulReference(found, number)
        for number, found in enumerate(
            (
                group(given, f"group {n}") if isinstance(given, str) else given
                for n, given in enumerate(groups, 1)
            ),
            1,
        )
    )
    home_net = settings.get("home_net", "10.0.0.0/8")
    return Policy(
        GroupName("policy"),
        EngineOptions(RuleOrder.STRICT if settings.get("strict", True) else RuleOrder.ACTION),
        references,
        settings.get("defaults", ()),
        settings.get("stateless", ()),
        settings.get("stateless_default", StatelessAction.FORWARD),
        home_net=parse_addresses(home_net) if isinstance(home_net, str) else home_net,
    )


def compiled(*groups: Group, **settings: Unpack[Settings]) -> CompiledPolicy:
    """Build and compile a policy."""
    return compile_policy(policy(*groups, **settings))


def flow(text: str) -> FiveTuple:
    """Read ``PROTOCOL SOURCE[:PORT] DESTINATION[:PORT]``; an IPv6 address with a port is in brackets."""
    protocol, source, destination = text.split()
    return FiveTuple(PROTOCOL_NUMBERS[protocol.upper()], *_endpoint(source), *_endpoint(destination))


def _endpoint(text: str) -> tuple[Address, int]:
    if text.startswith("["):
        address, _, port = text[1:].partition("]:")
    elif text.count(":") > 1:
        address, port = text, ""
    else:
        address, _, port = text.partition(":")
    return Address.parse(address), int(port or 0)
