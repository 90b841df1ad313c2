"""The semantic diff of two policies: rules are the same by what they match and do, not by place or sid.

Order is a difference only where it decides: two rules that never meet on a packet, two drops, or two
passes of one reach may change places without any flow noticing. So all flows whose effect may
change touch a rule that is listed as added, removed, changed or moved.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.compiled import Acts, CompiledRule, State
from nfw_reconcile.engine.conditions import Reach
from nfw_reconcile.model.plan_document import ChangeKind
from nfw_reconcile.model.policy import RuleOrder
from nfw_reconcile.model.rule import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.headers import HeaderBox

MOST_CROSSINGS: Final = 2_000_000
"""Pairs of rules looked at to tell harmless moves from telling ones; beyond, every move counts."""


@dataclass(frozen=True, slots=True)
class RuleDelta:
    """One changed rule; ``variable`` says that its text is the same and what its names stand for is not."""

    kind: ChangeKind
    old: CompiledRule | None
    new: CompiledRule | None
    variable: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """The diff; ``touched_old`` and ``touched_new`` are the changed rules as bit vectors over each policy's rules."""

    deltas: tuple[RuleDelta, ...]
    touched_old: int
    touched_new: int


def align(old: CompiledPolicy | None, new: CompiledPolicy) -> Alignment:
    """Compare two policies rule by rule."""
    old_rules: Sequence[CompiledRule] = old.rules if old else ()
    pairs, removed, added = _match(old_rules, new.rules)
    moved = _moved(new, pairs) if _ordered(old, new) else []
    deltas = [*_paired(old_rules, new.rules, removed, added), *_moves(old_rules, new.rules, moved)]
    touched_old, touched_new = {*removed, *(a for a, _ in moved)}, {*added, *(b for _, b in moved)}
    if old is not None and old.options.rule_order is not new.options.rule_order:
        touched_old, touched_new = set(range(len(old_rules))), set(range(len(new.rules)))
    deltas.sort(key=_place)
    return Alignment(tuple(deltas), _vector(touched_old), _vector(touched_new))


def _ordered(old: CompiledPolicy | None, new: CompiledPolicy) -> bool:
    """Say whether places can matter.

    In action order they do only among rules that ask what others left behind, and among passes of different reach:
    sids order those.
    """
    if old is None:
        return False
    if RuleOrder.STRICT in {old.options.rule_order, new.options.rule_order}:
        return True
    if new.remembering:
        return True
    passes = (
        rule for rule in new.rules if not (isinstance(rule.act, Acts) and rule.act.action is not Action.PASS)
    )
    reaches = {rule.meaning.reach for rule in passes}
    return len(reaches) > 1 or Reach.UNSURE in reaches


def _vector(positions: Iterable[int]) -> int:
    vector = 0
    for position in positions:
        vector |= 1 << position
    return vector


def _place(delta: RuleDelta) -> tuple[str, int, str, str]:
    rule = delta.new or delta.old
    ref = rule.ref if rule else None
    group = rule.group if rule else ""
    return group, (ref.line or 0) if ref else 0, ref.text if ref else "", delta.kind.value


def _match(
    old: Sequence[CompiledRule], new: Sequence[CompiledRule]
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Pair rules of equal content, those of one group first, each in its order; give the rest of both sides."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for position, rule in enumerate(old):
        waiting[rule.content].append(position)
    pairs: list[tuple[int, int]] = []
    added: list[int] = []
    for position, rule in enumerate(new):
        candidates = waiting.get(rule.content)
        if not candidates:
            added.append(position)
            continue
        same = next((n for n, at in enumerate(candidates) if old[at].group == rule.group), 0)
        pairs.append((candidates.pop(same), position))
    removed = sorted(position for candidates in waiting.values() for position in candidates)
    return pairs, removed, added


def _paired(
    old: Sequence[CompiledRule], new: Sequence[CompiledRule], removed: list[int], added: list[int]
) -> list[RuleDelta]:
    """Show a removed and an added rule that are plainly one rule edited as one change."""
    gone, come = dict.fromkeys(removed), dict.fromkeys(added)
    deltas: list[RuleDelta] = []
    for key, variable in _PAIRINGS:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for position in gone:
            waiting[key(old[position])].append(position)
        for position in list(come):
            rule = new[position]
            candidates = waiting[key(rule)] if key(rule) is not None else []
            partner = next((n for n in candidates if _alike(old[n], rule)), None)
            if partner is not None:
                candidates.remove(partner)
                del gone[partner], come[position]
                deltas.append(RuleDelta(ChangeKind.CHANGED, old[partner], rule, variable))
    deltas += [RuleDelta(ChangeKind.REMOVED, old[n], None) for n in gone]
    deltas += [RuleDelta(ChangeKind.ADDED, None, new[n]) for n in come]
    return deltas


def _written_key(rule: CompiledRule) -> Hashable:
    return None if rule.default else (rule.group, rule.written)


def _sid_key(rule: CompiledRule) -> Hashable:
    return (rule.group, rule.ref.sid) if rule.ref and rule.ref.sid is not None else None


def _parts(rule: CompiledRule) -> tuple[Hashable, ...]:
    header = rule.header
    return (
        (rule.act, rule.meaning), header.protocol, header.source, header.source_ports,
        header.destination, header.destination_ports,
    )  # fmt: skip


def _part_key(left_out: int) -> Callable[[CompiledRule], Hashable]:
    def key(rule: CompiledRule) -> Hashable:
        if rule.default:
            return None
        parts = _parts(rule)
        return (rule.group, left_out, parts[:left_out], parts[left_out + 1 :])

    return key


_PAIRINGS: Final[tuple[tuple[Callable[[CompiledRule], Hashable], bool], ...]] = (
    (_written_key, True),
    (_sid_key, False),
    *((_part_key(n), False) for n in range(6)),
)
_ALIKE: Final = 4


def _alike(old: CompiledRule, new: CompiledRule) -> bool:
    same = sum(a == b for a, b in zip(_parts(old), _parts(new), strict=True))
    return same >= _ALIKE or old.written == new.written


def _moved(new: CompiledPolicy, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the pairs whose new place, relative to the other pairs, some packet may notice."""
    deciding = [(a, b) for a, b in sorted(pairs, key=_second) if new.relevant >> b & 1]
    kept = _longest_rising([a for a, _ in deciding])
    strays = [n for n in range(len(deciding)) if n not in kept]
    if len(strays) * len(deciding) > MOST_CROSSINGS:
        return [deciding[n] for n in strays]
    rules = new.rules
    return [deciding[n] for n in strays if any(_noticed(rules, deciding, n, m) for m in range(len(deciding)))]


def _second(pair: tuple[int, int]) -> int:
    return pair[1]


def _noticed(rules: Sequence[CompiledRule], pairs: list[tuple[int, int]], n: int, m: int) -> bool:
    crossed = (pairs[n][0] < pairs[m][0]) != (n < m)
    if n == m or not crossed:
        return False
    one, other = rules[pairs[n][1]], rules[pairs[m][1]]
    return not _commute(one, other) and _meet(one.header.box(), other.header.box())


def _commute(one: CompiledRule, other: CompiledRule) -> bool:
    if not isinstance(one.act, Acts) or not isinstance(other.act, Acts):
        return False
    if any(rule.remembers or rule.leaves is not State.NONE for rule in (one, other)):
        return False
    passes = (one.act.action is Action.PASS, other.act.action is Action.PASS)
    if not any(passes):
        return True
    return all(passes) and one.meaning.reach is other.meaning.reach is not Reach.UNSURE


def _meet(one: HeaderBox, other: HeaderBox) -> bool:
    """Say whether one packet may match both headers."""
    numbers, others = one.protocol.numbers, other.protocol.numbers
    if numbers and others and not numbers & others:
        return False
    straight = (
        bool(one.source & other.source)
        and bool(one.destination & other.destination)
        and bool(one.source_ports & other.source_ports)
        and bool(one.destination_ports & other.destination_ports)
    )
    if straight or not (one.both_ways or other.both_ways):
        return straight
    return (
        bool(one.source & other.destination)
        and bool(one.destination & other.source)
        and bool(one.source_ports & other.destination_ports)
        and bool(one.destination_ports & other.source_ports)
    )


def _longest_rising(values: list[int]) -> set[int]:
    """Give the indices of a longest rising subsequence (patience sorting)."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        pile = bisect_left(tails, value)
        before.append(tail_at[pile - 1] if pile else -1)
        if pile == len(tails):
            tails.append(value)
            tail_at.append(index)
        else:
            tails[pile] = value
            tail_at[pile] = index
    kept: set[int] = set()
    index = tail_at[-1] if tail_at else -1
    while index >= 0:
        kept.add(index)
        index = before[index]
    return kept


def _moves(
    old: Sequence[CompiledRule], new: Sequence[CompiledRule], moved: list[tuple[int, int]]
) -> list[RuleDelta]:
    return [RuleDelta(ChangeKind.MOVED, old[a], new[b]) for a, b in moved]
