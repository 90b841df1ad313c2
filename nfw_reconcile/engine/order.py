"""Action order: passes before drops before rejects before alerts, and the order of rules of one action.

Suricata sorts by action, by what a rule does with flowbits, flowint and hostbits, by priority, and
then by sid (``detect-engine-sigorder.c``; measured on 7.0.10). Strict order knows none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.compiled import UNRANKED, Acts, MayAct, MayDeny, State
from nfw_reconcile.model.rule import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.compiled import CompiledRule, Rank
    from nfw_reconcile.model.rule import Option

_ACTIONS: Final = {Action.PASS: 0, Action.DROP: 1, Action.REJECT: 2, Action.ALERT: 3}
_WRITES: Final = frozenset({"set", "unset", "toggle", "=", "+", "-"})
_ONLY_READS, _READS_AND_WRITES, _ONLY_WRITES = -1, -2, -3


_RANKING: Final = frozenset({"flowbits", "flowint", "hostbits", "priority"})


def rank_of(options: Sequence[Option]) -> Rank:
    """Give the rank of a rule by its options; without any that count it is ``UNRANKED``."""
    if not any(option.keyword in _RANKING for option in options):
        return UNRANKED
    priority = UNRANKED[-1]
    for option in options:
        if option.keyword == "priority" and (option.value or "").isdecimal():
            priority = int(option.value or "")
    return (*(_use(options, keyword) for keyword in ("flowbits", "flowint", "hostbits")), priority)


def _use(options: Sequence[Option], keyword: str) -> int:
    """Tell how a rule uses one kind of state; setting it comes before asking for it."""
    commands = {_command(option) for option in options if option.keyword == keyword} - {"noalert"}
    if not commands:
        return 0
    if commands <= _WRITES:
        return _ONLY_WRITES
    return _READS_AND_WRITES if commands & _WRITES else _ONLY_READS


def _command(option: Option) -> str:
    """Give what a state option does: ``COMMAND,NAME,...``, or ``NAME,COMMAND,...`` for flowint."""
    words = [word.strip().lower() for word in (option.value or "").split(",")]
    return words[1] if option.keyword == "flowint" and len(words) > 1 else words[0]


_STATES: Final = frozenset({"flowbits", "flowint", "hostbits", "xbits"})


def state_left_by(options: Sequence[Option]) -> State:
    """Give what a rule leaves behind that another may ask for."""
    kinds = {
        option.keyword for option in options if option.keyword in _STATES and _command(option) in _WRITES
    }
    if kinds & {"hostbits", "xbits"}:
        return State.OF_HOSTS
    return State.OF_FLOW if kinds & {"flowbits", "flowint"} else State.NONE


def action_order(rule: CompiledRule) -> tuple[int, Rank, int]:
    """Give the sort key of a rule in action order."""
    sid = rule.ref.sid if rule.ref is not None and rule.ref.sid is not None else 0
    return _action_rank(rule), rule.rank, sid


def _action_rank(rule: CompiledRule) -> int:
    match rule.act:
        case Acts(action=action):
            return _ACTIONS[action]
        case MayAct(action=Action() as action):
            return _ACTIONS[action]
        case MayAct(passing=passing):
            return _ACTIONS[Action.PASS if passing else Action.DROP]
        case MayDeny():
            return _ACTIONS[Action.DROP]
