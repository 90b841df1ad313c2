"""How much a rule's header comes to with its variables written out; one that comes to too much is not known.

Ten variables, each of which names the next one ten times, are a few hundred characters and ten thousand
million addresses. AWS counts a rule's length with its variables written out, and takes 8,192 characters
(developer guide, "Quotas").
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.model.expressions import Group, Negation, SetReference, Unresolved, Variable
from nfw_reconcile.model.policy import EXTERNAL_NET, HOME_NET, StatefulGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nfw_reconcile.model.expressions import Expression
    from nfw_reconcile.model.policy import StatefulReference
    from nfw_reconcile.model.rule import Header, RuleEntry
    from nfw_reconcile.sources.policy.reading import Reading

MOST_PARTS: Final = 1_000_000
"""Addresses and ports that all headers of a policy may come to, each distinct field of a group counted once."""

_NEGATION: Final = 1_000
"""What a negation counts for: what it takes away is put together with all that the others do."""

_DEEPEST: Final = 32
"""Levels of groups and variables that are looked into; what is deeper refers to itself."""


def bounded(
    references: Iterable[StatefulReference], home_net: Expression, reading: Reading
) -> tuple[StatefulReference, ...]:
    """Put an ``Unresolved`` in place of each field that comes to more than is left of :data:`MOST_PARTS`.

    Its identity follows from all that the field stands for, so that it cancels where nothing of that changes.
    """
    budget = [MOST_PARTS]
    return tuple(
        replace(reference, group=_group(reference.group, home_net, budget, reading))
        if isinstance(reference.group, StatefulGroup)
        else reference
        for reference in references
    )


def _group(group: StatefulGroup, home_net: Expression, budget: list[int], reading: Reading) -> StatefulGroup:
    work = _Work(group, home_net, budget)
    for entry in group.entries:
        if entry.header is not None:
            work.fields(entry.header)
    if not work.too_large:
        return group
    reading.warn(
        f"{group.name.label}: {work.too_large} address or port fields stand for more than can be looked at",
        "Make its variables smaller; what depends on them is undecided.",
    )
    return replace(group, entries=tuple(map(work.entry, group.entries)))


@dataclass(slots=True)
class _Work:
    """Looks at the fields of one group, each distinct one once."""

    group: StatefulGroup
    home_net: Expression
    budget: list[int]
    too_large: int = 0
    digest: str = ""
    known: dict[tuple[bool, Expression], Expression] = field(default_factory=dict)
    sizes: dict[tuple[bool, str, int], int] = field(default_factory=dict)

    def entry(self, entry: RuleEntry) -> RuleEntry:
        """Give the entry, with a header that can be looked at."""
        if entry.header is None:
            return entry
        return replace(entry, header=replace(entry.header, **self.fields(entry.header)))

    def fields(self, header: Header) -> dict[str, Any]:
        """Give the fields of a header by name, as far as they can be looked at."""
        return {
            "source": self._field(header.source, hosts=True),
            "source_ports": self._field(header.source_ports, hosts=False),
            "destination": self._field(header.destination, hosts=True),
            "destination_ports": self._field(header.destination_ports, hosts=False),
        }

    def _field(self, written: Expression, *, hosts: bool) -> Expression:
        if not isinstance(written, Group | Variable | SetReference | Negation):
            return written
        key = (hosts, written)
        if key not in self.known:
            size = self._size(written, hosts=hosts, depth=0)
            fits = size <= self.budget[0]
            self.budget[0] -= size if fits else 0
            self.too_large += not fits
            self.known[key] = written if fits else self._not_known(written)
        return self.known[key]

    def _size(self, expression: Expression, *, hosts: bool, depth: int) -> int:
        """Count what an expression comes to, up to just above :data:`MOST_PARTS`."""
        if depth > _DEEPEST:
            return 1
        match expression:
            case Negation(operand=operand):
                return _NEGATION + self._size(operand, hosts=hosts, depth=depth + 1)
            case Group(items=items):
                total = 1
                for item in items:
                    total += self._size(item, hosts=hosts, depth=depth + 1)
                    if total > MOST_PARTS:
                        break
                return total
            case Variable(name=name) | SetReference(name=name):
                kept = (hosts, f"{type(expression).__name__} {name}", depth)
                if kept not in self.sizes:
                    meant = self._meant(expression, hosts=hosts)
                    self.sizes[kept] = self._size(meant, hosts=hosts, depth=depth + 1)
                return self.sizes[kept]
            case _:
                return 1

    def _meant(self, leaf: Variable | SetReference, *, hosts: bool) -> Expression:
        """Give what a name stands for; what is not defined stands for itself."""
        sets: Mapping[str, Expression] = self.group.ip_sets if hosts else self.group.port_sets
        if isinstance(leaf, SetReference):
            return self.group.references.get(leaf.name, Unresolved(leaf.name))
        inherited = {HOME_NET, EXTERNAL_NET} if hosts else set()
        return sets.get(leaf.name, self.home_net if leaf.name in inherited else Unresolved(leaf.name))

    def _not_known(self, written: Expression) -> Unresolved:
        if not self.digest:
            group = self.group
            content = hashlib.sha256()
            for sets in (group.ip_sets, group.port_sets, group.references, {HOME_NET: self.home_net}):
                for name, meant in sorted(sets.items()):
                    content.update(f"{name}={meant}\n".encode())
            self.digest = content.hexdigest()
        digest = hashlib.sha256(f"{self.digest} {written}".encode()).hexdigest()
        return Unresolved(f"more addresses or ports than can be looked at (sha256 {digest[:12]})")
