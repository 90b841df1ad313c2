"""A firewall policy with everything that decides a verdict, as written."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.rule import StatelessAction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.model.expressions import Expression
    from nfw_reconcile.model.rule import RuleEntry, StatelessEntry


class RuleOrder(enum.StrEnum):
    """``StatefulEngineOptions.RuleOrder``; AWS's default is action order."""

    ACTION = "DEFAULT_ACTION_ORDER"
    STRICT = "STRICT_ORDER"


class StreamExceptionPolicy(enum.StrEnum):
    """What midstream TCP packets get (``StatefulEngineOptions.StreamExceptionPolicy``); unset is ``DROP``."""

    DROP = "DROP"
    CONTINUE = "CONTINUE"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True)
class GroupName:
    """How a rule group is called: ``label`` for people (Terraform address, else name), and AWS's own names."""

    label: str
    name: str | None = None
    arn: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class StatefulGroup:
    """A customer-managed stateful rule group: rules in written order, its variables and references.

    ``ip_sets`` and ``port_sets`` are ``RuleVariables``; ``references`` are the members of
    ``ReferenceSets.IPSetReferences`` by name (an :class:`Unresolved` where membership is not known).
    ``sensitive_sets`` names the sets, ports and references whose members no report may show.
    """

    name: GroupName
    entries: tuple[RuleEntry, ...]
    rule_order: RuleOrder = RuleOrder.ACTION
    ip_sets: Mapping[str, Expression] = field(default_factory=dict)
    port_sets: Mapping[str, Expression] = field(default_factory=dict)
    references: Mapping[str, Expression] = field(default_factory=dict)
    sensitive_sets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpaqueGroup:
    """A group whose rules cannot be read: AWS-managed (``managed``), or absent from the input.

    A managed group is one atom that may deny and never passes; an absent one leaves every flow that
    reaches it undecided.
    """

    name: GroupName
    managed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class StatefulReference:
    """A policy's reference to a stateful group; ``priority`` counts in strict order only."""

    group: StatefulGroup | OpaqueGroup
    priority: int | None = None
    drop_to_alert: bool = False


@dataclass(frozen=True, slots=True)
class StatelessGroup:
    """A stateless rule group; entries in any order (their priority orders them)."""

    name: GroupName
    entries: tuple[StatelessEntry, ...]


@dataclass(frozen=True, slots=True)
class StatelessReference:
    """A policy's reference to a stateless group, by ascending priority."""

    group: StatelessGroup | OpaqueGroup
    priority: int


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Settings of the stateful engine; a change of any restarts it and hits every connection."""

    rule_order: RuleOrder = RuleOrder.ACTION
    stream_exception: StreamExceptionPolicy = StreamExceptionPolicy.DROP
    tcp_idle_timeout: int = 350


@dataclass(frozen=True, slots=True)
class Policy:
    """One firewall policy. ``home_net`` is its own HOME_NET variable, or what stands in for it.

    ``home_net_origin`` says where that came from, for people. ``default_actions`` are AWS's literal
    strings; an unknown one makes what reaches it undecided. ``unresolved`` lists policy-wide values
    that are not known: each makes every flow undecided that reaches the stateful engine.
    """

    name: GroupName
    options: EngineOptions = EngineOptions()
    stateful: tuple[StatefulReference, ...] = ()
    default_actions: tuple[str, ...] | Unresolved = ()
    stateless: tuple[StatelessReference, ...] = ()
    stateless_default: StatelessAction | Unresolved = StatelessAction.FORWARD
    stateless_fragment_default: StatelessAction | Unresolved = StatelessAction.FORWARD
    home_net: Expression = Unresolved("HOME_NET")
    home_net_origin: str = ""
    home_net_sensitive: bool = False
    tls_inspection: str | None = None
    resolved_ip_validation: str | None = None
    unresolved: tuple[Unresolved, ...] = ()


HOME_NET: Final = "HOME_NET"
EXTERNAL_NET: Final = "EXTERNAL_NET"
