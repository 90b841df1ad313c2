"""Worlds: consistent answers to questions, and the walk through all worlds that make a difference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from nfw_reconcile.engine.protocols import transports
from nfw_reconcile.engine.questions import (
    FRESH_LABEL,
    OTHER,
    UNDETECTED,
    Managed,
    Names,
    Opaque,
    Question,
    Speaks,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

MOST_WORLDS: Final = 2048
"""Worlds looked at for one flow before the answer is called undecided."""

NO_NAME: Final = ""
"""The name of a conversation that gives none."""

OTHER_NAME: Final = FRESH_LABEL
"""A name that no rule tells apart."""

_BUFFER_APPLICATIONS: Final[dict[str, frozenset[str]]] = {
    "tls.sni": frozenset({"tls"}),
    "http.host": frozenset({"http1", "http2"}),
    "dns.query": frozenset({"dns"}),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The application protocols and host names that the rules of the policies in question tell apart."""

    applications: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, questions: Iterable[Question]) -> Vocabulary:
        """Collect it from every question that a rule may ask."""
        applications: set[str] = set()
        names: set[str] = set()
        for question in questions:
            match question:
                case Speaks(found):
                    applications |= found
                case Names():
                    applications |= _BUFFER_APPLICATIONS[question.buffer]
                    names |= set(question.examples())
                case Opaque() | Managed() | Unknown():
                    pass
        return cls(frozenset(applications), tuple(sorted(names)))

    def __or__(self, other: Vocabulary) -> Vocabulary:
        return Vocabulary(self.applications | other.applications, tuple(sorted({*self.names, *other.names})))


@dataclass(slots=True)
class World:
    """Answers questions: as told by ``script`` first, then ``False`` wherever both answers are possible."""

    protocol: int
    vocabulary: Vocabulary
    script: tuple[bool, ...] = ()
    answers: dict[Question, bool] = field(default_factory=dict)
    choices: list[bool] = field(default_factory=list)
    _applications: frozenset[str] = field(init=False)
    _names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Start with every protocol that the flow's transport can carry, and every name."""
        spoken = {name for name in self.vocabulary.applications if self.protocol in transports(name)}
        self._applications = frozenset({*spoken, OTHER, UNDETECTED})
        self._names = (*self.vocabulary.names, OTHER_NAME, NO_NAME)

    def ask(self, question: Question) -> bool:
        """Answer a question, the same way every time, and consistently with every earlier answer."""
        if question in self.answers:
            return self.answers[question]
        match question:
            case Speaks(applications):
                answer = self._choose_application(applications)
            case Names(buffer=buffer):
                if not self.ask(Speaks(_BUFFER_APPLICATIONS[buffer])):
                    return False
                answer = self._choose_name(question)
            case Opaque() | Managed() | Unknown():
                answer = self._choose()
        self.answers[question] = answer
        return answer

    def _choose(self) -> bool:
        answer = self.script[len(self.choices)] if len(self.choices) < len(self.script) else False
        self.choices.append(answer)
        return answer

    def _choose_application(self, applications: frozenset[str]) -> bool:
        inside, outside = self._applications & applications, self._applications - applications
        answer = self._choose() if inside and outside else bool(inside)
        self._applications = inside if answer else outside
        return answer

    def _choose_name(self, question: Names) -> bool:
        inside = tuple(name for name in self._names if name and question.holds(name))
        outside = tuple(name for name in self._names if not (name and question.holds(name)))
        answer = self._choose() if inside and outside else bool(inside)
        self._names = inside if answer else outside
        return answer

    def after(self) -> World:
        """Give a world that answers as this one did, and ``False`` wherever more is asked and both are possible."""
        world = World(
            self.protocol, self.vocabulary, tuple(self.choices), dict(self.answers), list(self.choices)
        )
        world._applications, world._names = self._applications, self._names
        return world

    def must_speak(self, applications: frozenset[str]) -> bool:
        """Say whether the conversation can speak nothing but these protocols, by what was answered so far."""
        return self._applications <= applications

    def unknowns(self) -> dict[Unknown, bool]:
        """Give the answers about what the input lacks."""
        return {asked: answer for asked, answer in self.answers.items() if isinstance(asked, Unknown)}

    def conditions(self) -> tuple[str, ...]:
        """Give the answers about traffic as text, in the order in which they were asked."""
        return tuple(
            str(asked) if answer else f"not ({asked})"
            for asked, answer in self.answers.items()
            if not isinstance(asked, Unknown)
        )


@dataclass(frozen=True, slots=True)
class Leaf(Generic[T]):
    """One world and what came of it."""

    world: World
    outcome: T


@dataclass(frozen=True, slots=True)
class Exploration(Generic[T]):
    """All worlds that make a difference; ``complete`` is false where there were too many to look at."""

    leaves: tuple[Leaf[T], ...]
    complete: bool


def explore(
    protocol: int, vocabulary: Vocabulary, run: Callable[[World], T], most: int = MOST_WORLDS
) -> Exploration[T]:
    """Run once in every world that can be told apart by the questions that the runs ask.

    ``run`` must be a pure function of the answers that it gets. Worlds come in a fixed order.
    """
    leaves: list[Leaf[T]] = []
    script: tuple[bool, ...] | None = ()
    while script is not None:
        if len(leaves) == most:
            return Exploration(tuple(leaves), complete=False)
        world = World(protocol, vocabulary, script)
        leaves.append(Leaf(world, run(world)))
        script = _next_script(world.choices)
    return Exploration(tuple(leaves), complete=True)


def _next_script(choices: list[bool]) -> tuple[bool, ...] | None:
    kept = list(choices)
    while kept and kept[-1]:
        kept.pop()
    return (*kept[:-1], True) if kept else None
