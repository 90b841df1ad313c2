"""A policy in the shapes of AWS's API, as the one rule file that a Suricata loads.

Only what the lab's own policies hold is known: rules that parse, sets without references, default actions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.judging import policy_of
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.policy import HOME_NET, RuleOrder, StatefulGroup
from nfw_reconcile.model.rule import StatefulRule
from tests.oracle.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nfw_reconcile.emulator.bodies import PolicyBodies
    from nfw_reconcile.model.expressions import Expression
    from nfw_reconcile.model.policy import Policy, StatefulReference

_VARIABLE: Final = re.compile(r"\$(\w+)")
_SID: Final = re.compile(r"\s*\bsid:\d+;")
_FIRST_NAMELESS: Final = 500_000
"""The lowest sid of a rule without one, in action order."""


class NotInTheLabError(Exception):
    """The policy holds something that the lab has no Suricata rules for."""


def suricata_rules(bodies: PolicyBodies) -> Rules:
    """Give the rules of a policy, in the order in which they are tried; raises :class:`NotInTheLabError`."""
    policy = policy_of(bodies)
    strict = policy.options.rule_order is RuleOrder.STRICT
    if isinstance(policy.default_actions, Unresolved):
        raise NotInTheLabError("the default actions are not known")
    lines = [_numbered(line, sid, strict=strict) for sid, line in enumerate(_lines(policy), 1)]
    return Rules.of(lines, policy.default_actions, {}, {}, strict=strict)


def _lines(policy: Policy) -> Iterator[str]:
    for reference in sorted(policy.stateful, key=lambda each: each.priority or 0):
        group = _group(reference)
        sets = {**_surroundings(policy), **group.ip_sets, **group.port_sets}
        for entry in group.entries:
            if not isinstance(entry, StatefulRule):
                raise NotInTheLabError(f"{group.name.label}: {entry.reason}")
            yield _spelt_out(entry.text, sets)


def _spelt_out(text: str, sets: Mapping[str, Expression | str]) -> str:
    """Write what variables stand for into the header of a rule."""
    header, bracket, options = text.partition("(")
    return _VARIABLE.sub(lambda found: f"[{sets[found[1]]}]", header) + bracket + options


def _group(reference: StatefulReference) -> StatefulGroup:
    if not isinstance(reference.group, StatefulGroup) or reference.drop_to_alert:
        raise NotInTheLabError(f"group {reference.group.name.label} is managed, absent, or drops to alert")
    return reference.group


def _surroundings(policy: Policy) -> dict[str, Expression | str]:
    return {HOME_NET: policy.home_net, "EXTERNAL_NET": f"!{policy.home_net}"}


def _numbered(line: str, place: int, *, strict: bool) -> str:
    """Give a rule the sid that stands for its place in strict order; in action order it keeps its own."""
    if not strict and _SID.search(line):
        return line
    sid = place if strict else _FIRST_NAMELESS + place
    return f"{_SID.sub('', line).removesuffix(')')} sid:{sid};)"
