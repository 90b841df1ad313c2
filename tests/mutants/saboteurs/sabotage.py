"""Saboteurs: ways of acting wrongly, each with the promise that it breaks and the perils that have to catch it.

A peril (``tests/simulation/perils``) is a small whole run that says what was wrong about it. A saboteur is
caught if the perils named beside it find nothing as long as the program is right, and tell what they are there
for as soon as it is not: a run that merely fails proves nothing. Whatever of a saboteur is not there any more,
or makes no difference, is told as such.
"""

from __future__ import annotations

import enum
import importlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from tests.mutants.mechanism import PACKAGE, StaleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from tests.simulation.perils.common import Peril


class Promise(enum.StrEnum):
    """What acting promises (``docs/safety.md``)."""

    PLANNED = "a flush is sent only for a saved plan: of this account, region and firewall, and unchanged"
    IN_SYNC = "a flush is sent only where the zone provably runs the planned rules"
    SAME_POLICY = "the live policy is the planned one, semantically, when a flush is sent"
    KEPT = "no filter matches a flow that must stay, or one that nobody has looked at"
    DECIDED = "what may be denied or is undecided is shown and counted, and never flushed unasked"
    YOUNG = "flows born under the new rules stay out of a flush, those born under the old ones do not"
    LIMITS = "limits are those of the whole firewall, all or nothing"
    WRITTEN = "what is about to be sent is on disk before it is sent"
    ONCE = "nothing is sent twice unknowingly, also where a reply or a process is lost"
    OWN = "an operation of others is never taken for one of the run"
    ALONE = "one run at a time works on a firewall, with one operation in flight in each zone"
    PROVEN = "0 means that denied flows were looked for and none was there"
    ROUNDS = "there are at most two rounds"
    SCOPE = "VPC endpoint associations are touched only where that is asked for"
    IN_TIME = "a run ends in time, with an exit code that tells how"
    DRY = "a dry run flushes nothing"


class Change(Protocol):
    """One place made wrong: an :class:`~tests.mutants.mechanism.Edit` or a :class:`Constant`."""

    @property
    def place(self) -> str: ...

    def made(self) -> AbstractContextManager[None]:
        """Make it wrong, and right again; raises :class:`~tests.mutants.mechanism.StaleError`."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """Another value for a constant, ``MODULE:NAME``, in the module that uses it."""

    place: str
    wrong: object

    @contextmanager
    def made(self) -> Iterator[None]:
        """Put the value in, and take it out again."""
        module, _, name = self.place.partition(":")
        found = importlib.import_module(f"{PACKAGE}.{module}")
        right = vars(found).get(name)
        if type(right) is not type(self.wrong) or right == self.wrong:
            raise StaleError(f"{self.place} is {right!r}, and was to become {self.wrong!r}")
        setattr(found, name, self.wrong)
        try:
            yield
        finally:
            setattr(found, name, right)


@dataclass(frozen=True)
class Saboteur:
    """One way of acting wrongly.

    ``does`` in words, ``breaks`` which promise, ``changes`` in code: several where one safeguard stands behind the
    other, so that all of them have to fall. ``caught`` names perils, with what each has to tell.
    """

    does: str
    breaks: Promise
    changes: tuple[Change, ...]
    caught: Mapping[Peril, str]

    def __post_init__(self) -> None:
        """Refuse one that could pass for caught although nothing is done, or looked at."""
        if not self.changes or not self.caught or not all(self.caught.values()):
            raise ValueError(f"nothing to do, or nothing to be caught by: {self.does}")


def escapes(saboteur: Saboteur) -> list[str]:
    """Say why a saboteur does not count as caught; nothing if it does."""
    told = [
        f"{peril.__name__}, without the saboteur: {found}"
        for peril in saboteur.caught
        if (found := undisturbed(peril))
    ]
    try:
        told += _missed(saboteur)
        told += _needless(saboteur)
    except StaleError as stale:
        told.append(str(stale))
    return told


@cache
def undisturbed(peril: Peril) -> tuple[str, ...]:
    """Say what a peril finds as long as the program is right."""
    return tuple(peril())


def _missed(saboteur: Saboteur) -> Iterator[str]:
    for peril, told in saboteur.caught.items():
        found = _sabotaged(peril, saboteur.changes)
        if not any(told in text for text in found):
            yield f"{peril.__name__} does not tell '{told}', but {found}"


def _needless(saboteur: Saboteur) -> Iterator[str]:
    """Find changes without which the saboteur is caught just as well: they say nothing about their places."""
    if len(saboteur.changes) == 1:
        return
    for change in saboteur.changes:
        others = [each for each in saboteur.changes if each is not change]
        if all(
            any(told in text for text in _sabotaged(peril, others)) for peril, told in saboteur.caught.items()
        ):
            yield f"the change of {change.place} makes no difference"


def _sabotaged(peril: Peril, changes: Sequence[Change]) -> list[str]:
    with ExitStack() as stack:
        for change in changes:
            stack.enter_context(change.made())
        return peril()
