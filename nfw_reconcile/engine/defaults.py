"""Stateful default actions as the rules that stand behind all others in strict order.

AWS developer guide, "Managing evaluation order for Suricata compatible rules". AWS does not publish
the rules that it generates; these have the documented effect, and those marked approximate differ
from it in what they do with banners, keep-alives and split ClientHellos.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.compiled import Acts, CompiledHeader, CompiledRule, MayAct
from nfw_reconcile.engine.conditions import FlowState, Meaning, ProtocolNumbers, Reach, When
from nfw_reconcile.engine.protocols import ProtocolMatch, protocol_match
from nfw_reconcile.engine.resolve import Scope, resolve_addresses, resolve_ports
from nfw_reconcile.model.expressions import Anything, Unresolved
from nfw_reconcile.model.rule import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOWHERE: Final = Scope(Anything())
_ANYWHERE: Final = resolve_addresses(Anything(), _NOWHERE)
_ANY_PORT: Final = resolve_ports(Anything(), _NOWHERE)
_NOT_TCP: Final = ProtocolNumbers(frozenset(range(256)) - {6})
_GROUP: Final = "stateful default actions"

_TO_SERVER: Final = FlowState(to_server=True, established=True)
_BOTH_WAYS: Final = FlowState(established=True)

_HARMLESS: Final = frozenset(
    {
        "aws:alert_strict",
        "aws:alert_established",
        "aws:alert_established_app_layer",
        "aws:alert_established_app_layer_to_server",
    }
)
_ESTABLISHED: Final = {
    "aws:drop_established": (_TO_SERVER, False),
    "aws:drop_established_app_layer": (_BOTH_WAYS, True),
    "aws:drop_established_app_layer_to_server": (_TO_SERVER, True),
}


def default_rules(actions: tuple[str, ...] | Unresolved) -> list[CompiledRule]:
    """Give the rules that a strict-order policy's default actions amount to."""
    if isinstance(actions, Unresolved):
        return list(_unknown(actions.reference))
    return [rule for action in sorted(actions) for rule in _rules_of(action)]


def _rules_of(action: str) -> Iterable[CompiledRule]:
    if action in _HARMLESS:
        return
    if action == "aws:drop_strict":
        yield _drop(action, "ip", Meaning(When.FIRST, Reach.FLOW))
    elif action in _ESTABLISHED:
        state, approximate = _ESTABLISHED[action]
        established = Meaning(When.EVERY, Reach.PACKET, state)
        yield _drop(action, "tcp", established, approximate=approximate)
        yield _drop(action, "ip", Meaning(When.FIRST, Reach.FLOW, conditions=(_NOT_TCP,)))
    else:
        yield from _unknown(f"default action {action} is not known to this version")


def _header(protocol: ProtocolMatch) -> CompiledHeader:
    return CompiledHeader(protocol, _ANYWHERE, _ANY_PORT, _ANYWHERE, _ANY_PORT, both_ways=False)


def _drop(action: str, protocol: str, meaning: Meaning, *, approximate: bool = False) -> CompiledRule:
    header = _header(protocol_match(protocol))
    content = ("deny", meaning, header)
    return CompiledRule(
        Acts(Action.DROP), header, meaning, content, content, _GROUP, default=action, approximate=approximate
    )


def _unknown(reason: str) -> Iterable[CompiledRule]:
    meaning = Meaning(When.EVERY, Reach.UNSURE)
    act = MayAct(reason, Action.DROP)
    yield CompiledRule(
        act, _header(ProtocolMatch()), meaning, ("may", reason), reason, _GROUP, default=reason
    )
