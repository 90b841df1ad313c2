"""The settings of a policy: engine options and default actions (API ``FirewallPolicy``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive
from nfw_reconcile.model.policy import EngineOptions, RuleOrder, StreamExceptionPolicy
from nfw_reconcile.sources.policy.body import NotKnown, NotValid, Undecidable
from nfw_reconcile.sources.policy.stateless import read_actions

if TYPE_CHECKING:
    import enum

    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.model.rule import StatelessAction
    from nfw_reconcile.sources.policy.body import Node
    from nfw_reconcile.sources.policy.reading import Reading

E = TypeVar("E", bound="enum.Enum")

_IDLE_TIMEOUT: Final = EngineOptions().tcp_idle_timeout
_LONGEST: Final = 999_999_999


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The engine options, and the identity of the rule order where that is not known."""

    options: EngineOptions
    order_not_known: Unresolved | None


def read_engine_options(node: Node, reading: Reading) -> ReadOptions:
    """Read ``StatefulEngineOptions``; what is missing has AWS's default.

    An exception policy or timeout that is not known is taken as the default, with a warning: it
    decides no verdict. A rule order that is not known decides them all.
    """
    order, order_not_known = _choice(node, "RuleOrder", RuleOrder.ACTION, reading)
    stream, not_known = _choice(node, "StreamExceptionPolicy", StreamExceptionPolicy.DROP, reading)
    if not_known is not None:
        _warn_default(not_known.reference, stream.value, reading)
    return ReadOptions(EngineOptions(order, stream, _idle_timeout(node, reading)), order_not_known)


def _choice(node: Node, key: str, default: E, reading: Reading) -> tuple[E, Unresolved | None]:
    """Give a choice and, where it is not known, its identity beside the default."""
    try:
        value = node.get(key)
        return (default if value.missing else type(default)(value.text())), None
    except NotKnown as why:
        return default, why.unresolved
    except (NotValid, ValueError) as bad:
        reason = bad.reason if isinstance(bad, NotValid) else f"{value.path} is {value.shown}"
        reading.warn(reason, "This version knows no such value.")
        return default, Unresolved(f"unknown value: {reason}")


def _idle_timeout(node: Node, reading: Reading) -> int:
    try:
        timeout = node.get("FlowTimeouts").get("TcpIdleTimeoutSeconds")
        return _IDLE_TIMEOUT if timeout.missing else timeout.number(0, _LONGEST)
    except Undecidable as why:
        _warn_default(why.reason, str(_IDLE_TIMEOUT), reading)
        return _IDLE_TIMEOUT


def _warn_default(what: str, default: str, reading: Reading) -> None:
    reading.warn(f"{what}; {default} is assumed", "It decides no verdict, only what a flush does.")


def read_default_actions(node: Node, reading: Reading) -> tuple[str, ...] | Unresolved:
    """Read ``StatefulDefaultActions`` in order of name; action names that are not known are kept."""
    try:
        return tuple(sorted({item.text().strip() for item in node.items()}))
    except NotKnown as why:
        return why.unresolved
    except NotValid as why:
        reading.warn(why.reason, "Correct it; what no rule decides is undecided.")
        return Unresolved(f"invalid {node.path}")


def read_stateless_default(node: Node, reading: Reading) -> StatelessAction | Unresolved:
    """Read ``StatelessDefaultActions`` or its twin for fragments, which AWS requires."""
    try:
        return read_actions(node)
    except NotKnown as why:
        return why.unresolved
    except NotValid as why:
        reading.warn(why.reason, "Correct it; what no stateless rule decides is undecided.")
        return Unresolved(f"invalid {node.path}")


def fingerprint(node: Node) -> str | None:
    """Give a string that is equal for equal settings, ``None`` for none; a sensitive one is hashed."""
    if node.missing:
        return None
    text = node.value if isinstance(node.value, str) else json.dumps(_plain(node.value), sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" if node.marked else text


def _plain(body: Body) -> object:
    match body:
        case Sensitive(value):
            return _plain(value)
        case Unresolved():
            return str(body)
        case Mapping():
            return {key: _plain(value) for key, value in body.items()}
        case str():
            return body
        case Sequence():
            return [_plain(value) for value in body]
        case _:
            return body
