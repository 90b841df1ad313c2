"""Lazy evaluation of named values: each once, after all that it refers to, and at any length of a chain.

A computation is a generator: it yields the nodes that it needs and is resumed with their outcomes. So a chain of
references needs no stack of Python's, and a cycle is seen when a node is needed that is under way.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from nfw_reconcile.sources.hcl.cty import forms, values
from nfw_reconcile.sources.hcl.expressions.identity import digest_of
from nfw_reconcile.sources.hcl.expressions.session import SOUGHT

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.session import Reads

N = TypeVar("N", bound=Hashable)
R = TypeVar("R")

Computation = Generator[N, R, R]
"""Yields the nodes it needs, takes their outcomes, and returns its own."""


@dataclass(slots=True)
class Graph(Generic[N, R]):
    """Nodes and their outcomes; ``cycle`` gives an outcome for a node that needs itself, by way of the others."""

    compute: Callable[[N], Computation[N, R]]
    cycle: Callable[[list[N]], R]
    _done: dict[N, R] = field(default_factory=dict)

    def outcome(self, wanted: N) -> R:
        """Give the outcome of a node; computes it, and what it needs, where that was not done before."""
        if wanted in self._done:
            return self._done[wanted]
        pending: dict[N, Computation[N, R]] = {wanted: self.compute(wanted)}
        answer: R | None = None
        while pending:
            node, computation = next(reversed(pending.items()))
            try:
                needed = next(computation) if answer is None else computation.send(answer)
            except StopIteration as finished:
                answer = self._done[node] = finished.value
                del pending[node]
                continue
            answer = self._done.get(needed)
            if answer is None and needed in pending:
                chain = list(pending)
                answer = self.cycle([*chain[chain.index(needed) :], needed])
            elif answer is None:
                pending[needed] = self.compute(needed)
        return self._done[wanted]


@dataclass(slots=True)
class Result:
    """The value of a node, and what it was made of: what it says, the files it read, the results it refers to.

    ``refusal`` says why nothing may refer to it, where that is so. The last two are kept once they were asked for.
    """

    value: Value
    says: str = ""
    needs: tuple[Result, ...] = ()
    reads: Reads = field(default_factory=dict)
    refusal: str = ""
    known_digest: str | None = None
    known_files: frozenset[str] | None = None

    def digest(self) -> str:
        """Give a digest: equal ones mean equal values, whatever of them is known.

        That of a wholly known value tells the value; else it tells how the value is made.
        """
        pending = [self]
        while pending:
            result = pending[-1]
            if result.known_digest is not None:
                pending.pop()
            elif values.is_wholly_known(result.value):
                result.known_digest = forms.fingerprint(result.value)
            elif missing := [need for need in result.needs if need.known_digest is None]:
                pending += missing
            else:
                result.known_digest = made_digest(result)
        return self.known_digest or ""

    def files(self) -> frozenset[str]:
        """Give the paths of all files, in the tree, that the value was made of."""
        pending = [self]
        while pending:
            result = pending[-1]
            if result.known_files is not None:
                pending.pop()
            elif missing := [need for need in result.needs if need.known_files is None]:
                pending += missing
            else:
                own = frozenset(path for path in result.reads if not path.startswith(SOUGHT))
                result.known_files = own.union(*(need.known_files or () for need in result.needs))
        return self.known_files or frozenset()


def made_digest(result: Result) -> str:
    """Give a digest of how a value is made, from those of all that it refers to."""
    reads = (f"{path} {digest}" for path, digest in sorted(result.reads.items()))
    needs = (need.known_digest or "" for need in result.needs)
    return digest_of([result.says, forms.fingerprint(result.value), *reads, *needs])
