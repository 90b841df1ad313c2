"""What the libraries of code hosts raise, in words and as our own errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.errors import HostError, error
from nfw_reconcile.hosts.port import ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.hosts.patience import Patience

T = TypeVar("T")

MOST_SAID: Final = 300
"""Characters of a host's own words that are shown."""

_NO_PERMISSION: Final = frozenset({401, 403, 404})


def asked(patience: Patience, call: Callable[[], T], understand: Callable[[Exception], HostError]) -> T:
    """Give what a call gives, after the pauses that the host asks for; raises what ``understand`` makes of an error."""

    def once() -> T:
        try:
            return call()
        except Exception as problem:  # whatever a library raises: no comment is worth a traceback
            raise understand(problem) from problem

    return patience.ask(once)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which host; ``remedy`` is what helps where it is not permitted."""

    host: str
    about: str
    remedy: str

    def answered(self, status: int, said: str, pause: float | None) -> HostError:
        """Build the error for an answer with another status than success; ``pause``: seconds that the host asks for."""
        remedy = self.remedy if status in _NO_PERMISSION else ""
        told = error(f"{self.host} answered {status} for {self.about}: {_short(said)}.", None, remedy)
        return HostError(told) if pause is None else ThrottledError(told, pause)

    def unanswered(self, problem: Exception) -> HostError:
        """Build the error where there was no answer, or none that could be understood."""
        reasons = [each.strerror for each in _causes(problem) if isinstance(each, OSError) and each.strerror]
        why = _short(reasons[-1] if reasons else f"{type(problem).__name__}: {problem}")
        summary = f"{self.host} could not be asked for {self.about}: {why}."
        return HostError(error(summary, None, "Try again later."))


def _causes(problem: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = problem
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return (f"{shown[:MOST_SAID]} ..." if len(shown) > MOST_SAID else shown).rstrip(".") or "no reason given"
