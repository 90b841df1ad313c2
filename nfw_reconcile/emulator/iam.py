"""Which calls an IAM policy lets through: enough of IAM to see what a policy for this program is missing.

Understood are ``Allow`` and ``Deny`` statements with ``Action`` and ``Resource`` (IAM user guide, "Policy evaluation
logic"); any other element is refused, because without it more would be let through, or less, than AWS does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.errors import InputError, error

if TYPE_CHECKING:
    from collections.abc import Iterable

ANYTHING: Final = "*"
NEVER_ASKED: Final = "sts:GetCallerIdentity"
"""Needs no permission (STS API: GetCallerIdentity)."""

WHY: Final = "no identity-based policy allows it"

_UNDERSTOOD: Final = frozenset({"Sid", "Effect", "Action", "Resource"})
_ARN_MEMBERS: Final = ("FirewallArn", "FirewallPolicyArn", "RuleGroupArn", "ResourceArn")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; actions are told apart without regard to case, resources with it."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def speaks_of(self, action: str, resource: str) -> bool:
        """Say whether the statement is about a call."""
        return any(_matches(each.lower(), action.lower()) for each in self.actions) and any(
            _matches(each, resource) for each in self.resources
        )


@dataclass(frozen=True, slots=True)
class IamPolicy:
    """An identity-based policy, the only one of its caller."""

    statements: tuple[Statement, ...]

    def permits(self, action: str, resource: str) -> bool:
        """Say whether a call is let through: some statement allows it, and none denies it."""
        if action == NEVER_ASKED:
            return True
        spoken = [each.allows for each in self.statements if each.speaks_of(action, resource)]
        return bool(spoken) and all(spoken)


def read_iam_policy(data: object) -> IamPolicy:
    """Read a policy document; raises ``InputError`` for one that is not understood as a whole."""
    statements = data.get("Statement") if isinstance(data, Mapping) else None
    if isinstance(statements, Mapping):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise _not_understood("it has no Statement")
    return IamPolicy(tuple(_statement(each) for each in statements))


def resource_of(params: Mapping[str, Any]) -> str:
    """Give the ARN that a call is about; ``*`` where it names none."""
    return next((str(params[name]) for name in _ARN_MEMBERS if name in params), ANYTHING)


def _statement(data: object) -> Statement:
    if not isinstance(data, Mapping):
        raise _not_understood("a statement is no object")
    if surplus := sorted(set(data) - _UNDERSTOOD):
        raise _not_understood(f"a statement has {', '.join(surplus)}")
    if data.get("Effect") not in {"Allow", "Deny"}:
        raise _not_understood("the Effect of a statement is neither Allow nor Deny")
    return Statement(data["Effect"] == "Allow", _texts(data, "Action"), _texts(data, "Resource"))


def _texts(statement: Mapping[str, Any], member: str) -> tuple[str, ...]:
    found = statement.get(member)
    listed: Iterable[object] = found if isinstance(found, list) else [found]
    texts = tuple(each for each in listed if isinstance(each, str))
    if not texts or len(texts) != len(tuple(listed)):
        raise _not_understood(f"a statement has no {member}")
    return texts


def _not_understood(what: str) -> InputError:
    remedy = "Statements may have Sid, Effect, Action and Resource."
    return InputError(error(f"the IAM policy is not understood: {what}.", remedy=remedy))


def _matches(pattern: str, text: str) -> bool:
    """Say whether a text is what a pattern with ``*`` and ``?`` stands for."""
    pieces = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern)
    return re.fullmatch("".join(pieces), text, re.DOTALL) is not None
