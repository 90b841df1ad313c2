"""From a policy as written to a policy ready to decide."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.compiled import (
    Act,
    Acts,
    CompiledHeader,
    CompiledPolicy,
    CompiledRule,
    MayAct,
    MayDeny,
)
from nfw_reconcile.engine.conditions import (
    ApplicationIs,
    ClientHello,
    Condition,
    Meaning,
    NameIs,
    Reach,
    When,
)
from nfw_reconcile.engine.defaults import default_rules
from nfw_reconcile.engine.keywords import BITS, LABELS
from nfw_reconcile.engine.order import action_order, rank_of, state_left_by
from nfw_reconcile.engine.protocols import ProtocolMatch, protocol_match
from nfw_reconcile.engine.questions import Question, Speaks
from nfw_reconcile.engine.resolve import Scope, resolve_addresses, resolve_ports
from nfw_reconcile.engine.semantics import meaning_of
from nfw_reconcile.engine.stateless import compile_stateless
from nfw_reconcile.engine.worlds import Vocabulary
from nfw_reconcile.model.expressions import AddressRange, Anything, Group, Negation, SetReference, Variable
from nfw_reconcile.model.policy import EXTERNAL_NET, HOME_NET, OpaqueGroup, RuleOrder
from nfw_reconcile.model.rule import Action, Direction, Header, StatefulRule, UndecidedRule
from nfw_reconcile.model.verdict import RuleRef

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from nfw_reconcile.engine.members import Addresses, Ports
    from nfw_reconcile.model.expressions import Expression
    from nfw_reconcile.model.policy import Policy, StatefulGroup, StatefulReference
    from nfw_reconcile.model.rule import RuleEntry

ANY_PORTS: Final = resolve_ports(Anything(), Scope(Anything()))
ANY_ADDRESSES: Final = resolve_addresses(Anything(), Scope(Anything()))
EVERYTHING: Final = CompiledHeader(
    ProtocolMatch(), ANY_ADDRESSES, ANY_PORTS, ANY_ADDRESSES, ANY_PORTS, both_ways=False
)
_ANY_MEANING: Final = Meaning(When.EVERY, Reach.UNSURE)


def compile_policy(policy: Policy) -> CompiledPolicy:
    """Look up every name and put every rule in the order in which the engine tries it."""
    rules = [rule for reference in policy.stateful for rule in _compile_reference(policy, reference)]
    rules = [*_unresolved(policy), *rules]
    if policy.options.rule_order is RuleOrder.ACTION:
        rules.sort(key=action_order)
    else:
        rules += default_rules(policy.default_actions)
    vocabulary = Vocabulary.of(question for rule in rules for question in _questions(rule.meaning.conditions))
    return CompiledPolicy(policy.name, policy.options, tuple(rules), compile_stateless(policy), vocabulary)


def _unresolved(policy: Policy) -> list[CompiledRule]:
    return [
        rule for missing in policy.unresolved for rule in _anything_may(policy.name.label, missing.reference)
    ]


def _anything_may(group: str, reason: str, *, alert_only: bool = False) -> list[CompiledRule]:
    """Stand for rules that cannot be read: they may pass or drop anything that reaches them."""
    ref = RuleRef(group, None, None, reason)
    sides = (True,) if alert_only else (True, False)
    return [
        CompiledRule(
            MayAct(reason, None, passing),
            EVERYTHING,
            _ANY_MEANING,
            ("may", reason, passing),
            reason,
            group,
            ref,
        )
        for passing in sides
    ]


def _compile_reference(policy: Policy, reference: StatefulReference) -> list[CompiledRule]:
    group = reference.group
    label = group.name.label
    if not isinstance(group, OpaqueGroup):
        compiler = _GroupCompiler(policy, group, drop_to_alert=reference.drop_to_alert)
        return [rule for entry in group.entries for rule in compiler.compile(entry)]
    if not group.managed:
        return _anything_may(label, group.reason, alert_only=reference.drop_to_alert)
    if reference.drop_to_alert:
        return []
    name = group.name.arn or label
    ref = RuleRef(label, None, None, group.reason)
    meaning = Meaning(When.EVERY, Reach.FLOW)
    content = ("managed", name)
    return [CompiledRule(MayDeny(name), EVERYTHING, meaning, content, content, label, ref)]


class _GroupCompiler:
    """Compiles the entries of one group, looking every distinct expression up once."""

    def __init__(self, policy: Policy, group: StatefulGroup, *, drop_to_alert: bool) -> None:
        self._group = group
        self._drop_to_alert = drop_to_alert
        self._home_net_sensitive = policy.home_net_sensitive
        scope = Scope(policy.home_net, group.ip_sets, group.port_sets, group.references)

        def addresses(expression: Expression) -> Addresses:
            if isinstance(expression, AddressRange):
                return _plain_addresses(expression)
            return resolve_addresses(expression, scope)

        def ports(expression: Expression) -> Ports:
            return resolve_ports(expression, scope)

        self._addresses: Callable[[Expression], Addresses] = lru_cache(maxsize=None)(addresses)
        self._ports: Callable[[Expression], Ports] = lru_cache(maxsize=None)(ports)

    def compile(self, entry: RuleEntry) -> list[CompiledRule]:
        match entry:
            case StatefulRule():
                return [self._rule(entry)]
            case UndecidedRule(header=None):
                return self._unread(entry, None)
            case UndecidedRule(header=header):
                return self._unread(entry, header)

    def _ref(self, entry: RuleEntry) -> RuleRef:
        sid = entry.sid if isinstance(entry, StatefulRule) else None
        line = entry.where.line if entry.where else None
        header = entry.header
        sensitive = entry.sensitive or (header is not None and self._shows_sensitive(header))
        return RuleRef(self._group.name.label, sid, line, entry.text, sensitive, entry.written)

    def _shows_sensitive(self, header: Header) -> bool:
        if not (self._group.sensitive_sets or self._home_net_sensitive):
            return False
        fields = (header.source, header.source_ports, header.destination, header.destination_ports)
        names = {name for found in fields for name in _names(found)}
        if names & self._group.sensitive_sets:
            return True
        inherited = {HOME_NET, EXTERNAL_NET} - set(self._group.ip_sets)
        return self._home_net_sensitive and bool(names & inherited)

    def _header(self, header: Header) -> CompiledHeader:
        return CompiledHeader(
            protocol_match(header.protocol),
            self._addresses(header.source),
            self._ports(header.source_ports),
            self._addresses(header.destination),
            self._ports(header.destination_ports),
            header.direction is Direction.BOTH,
        )

    def _action(self, action: Action) -> Action:
        return Action.ALERT if self._drop_to_alert and action is not Action.PASS else action

    def _rule(self, rule: StatefulRule) -> CompiledRule:
        header = self._header(rule.header)
        meaning = _meaning(rule, header)
        action = self._action(rule.header.action)
        label = self._group.name.label
        what: tuple[Hashable, ...] = (_outcome(action), _asked(rule, meaning))
        words = rule.header
        fields = (words.source, words.source_ports, words.destination, words.destination_ports)
        written = (*what, words.protocol, words.direction, *fields)
        act: Act = Acts(action)
        if not header.protocol.known and action is not Action.ALERT:
            act = MayAct(f"protocol {rule.header.protocol} is not known to this version", action)
            what = (*what, rule.header.protocol)
        return CompiledRule(
            act,
            header,
            meaning,
            (*what, header),
            written,
            label,
            self._ref(rule),
            as_written=rule.header,
            rank=rank_of(rule.options),
            leaves=state_left_by(rule.options),
        )

    def _unread(self, entry: UndecidedRule, header: Header | None) -> list[CompiledRule]:
        compiled = EVERYTHING if header is None else self._header(header)
        action = None if header is None else self._action(header.action)
        sides = (True, False) if action is None else (False,)
        if action is None and self._drop_to_alert:
            sides = (True,)
        reason = f"{entry.reason}: {entry.text}" if entry.text and not entry.sensitive else entry.reason
        return [
            CompiledRule(
                Acts(action) if action is Action.ALERT else MayAct(reason, action, passing),
                compiled,
                _ANY_MEANING,
                ("unread", entry.text, entry.reason, action, passing, compiled),
                ("unread", entry.text, entry.reason),
                self._group.name.label,
                self._ref(entry),
            )
            for passing in sides
        ]


@lru_cache(maxsize=65536)
def _plain_addresses(expression: AddressRange) -> Addresses:
    """Give the addresses of a field without names, which are the same in every policy: one object for all."""
    return resolve_addresses(expression, Scope(Anything()))


def _outcome(action: Action) -> str:
    return "deny" if action in {Action.DROP, Action.REJECT} else str(action)


def _asked(rule: StatefulRule, meaning: Meaning) -> Hashable:
    """Give the identity of what the options ask, whatever their order; what they leave behind is part of it."""
    state = frozenset(str(option) for option in rule.options if option.keyword in {*BITS, "flowint"})
    return (meaning.when, meaning.reach, meaning.flow, frozenset(meaning.conditions), state)


def _meaning(rule: StatefulRule, header: CompiledHeader) -> Meaning:
    negated = header.source.negated or header.destination.negated
    informative = tuple(option for option in rule.options if option.keyword not in LABELS)
    return _cached_meaning(informative, header.protocol, negated)


@lru_cache(maxsize=65536)
def _cached_meaning(options: tuple[object, ...], protocol: ProtocolMatch, negated: bool) -> Meaning:  # noqa: FBT001 - a cache key
    return meaning_of(options, protocol, negated_address=negated)  # type: ignore[arg-type]


def _names(expression: Expression) -> Iterable[str]:
    match expression:
        case Variable(name=name) | SetReference(name=name):
            yield name
        case Negation(operand=operand):
            yield from _names(operand)
        case Group(items=items):
            for item in items:
                yield from _names(item)
        case _:
            return


def _questions(conditions: tuple[Condition, ...]) -> Iterable[Question]:
    for condition in conditions:
        match condition:
            case ApplicationIs(applications=found):
                yield Speaks(found)
            case NameIs(names=names):
                yield names
            case ClientHello():
                yield Speaks(frozenset({"tls"}))
            case _:
                pass
