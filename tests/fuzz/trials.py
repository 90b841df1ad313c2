"""Many inputs for one reader: each is read or refused in words, and soon. A failure names the seed that repeats it."""

from __future__ import annotations

import os
import secrets
import signal
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeVar

from nfw_reconcile.errors import NfwReconcileError
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

SEED: Final = "NFW_FUZZ_SEED"
"""Environment variable: ``SEED`` repeats a run, ``SEED.NUMBER`` one input of it."""

LONGEST: Final = 10
"""Seconds for one small input: far more than any takes, on a machine that does other things as well."""

MOST_PROBLEMS: Final = 101
"""Problems in one error: some tell a reader what is wrong, a million bury it."""

_COUNTS: Final = {Tier.QUICK: 150, Tier.FULL: 20_000, Tier.SOAK: 400_000}


def try_all(tier: Tier, make: Callable[[Random], T], read: Callable[[T], object], share: int = 1) -> None:
    """Read the tier's number of inputs; ``read`` holds what must be true of one that is accepted.

    ``share`` is how many calls make one reader's number, where several share it.
    """
    seed, numbers = _chosen(os.environ.get(SEED, ""), -(-_COUNTS[tier] // share))
    with _alarm() as rearm:
        for number in numbers:
            given = make(Random(f"{seed}:{number}"))  # noqa: S311 - a draw that can be repeated
            rearm()
            try:
                _try(given, read)
            except BaseException as problem:
                replay = f"{SEED}={seed}.{number}"
                shown = repr(given)
                message = f"repeat with {replay}: {type(problem).__name__}: {problem}\n  input: {shown:.2000}"
                raise AssertionError(message) from problem


def _chosen(text: str, count: int) -> tuple[str, Iterable[int]]:
    seed, _, number = text.partition(".")
    return seed or str(secrets.randbits(40)), [int(number)] if number else range(count)


def _try(given: T, read: Callable[[T], object]) -> None:
    try:
        read(given)
    except NfwReconcileError as refused:
        assert_clear(refused)


def assert_clear(refused: NfwReconcileError) -> None:
    """Check that an error says what is wrong, where, and what to do next."""
    assert 0 < len(refused.problems) <= MOST_PROBLEMS, len(refused.problems)
    for problem in refused.problems:
        assert problem.summary.strip(), problem
        assert problem.where is not None, problem
        assert problem.where.source, problem
        assert problem.remedy.strip(), problem


@contextmanager
def _alarm() -> Iterator[Callable[[], Any]]:
    """Raise ``TimeoutError`` where one input takes too long; give what winds the clock up again."""

    def late(_number: int, _frame: object) -> None:
        raise TimeoutError(f"one input takes longer than {LONGEST} s")

    before = signal.signal(signal.SIGALRM, late)
    try:
        yield lambda: signal.setitimer(signal.ITIMER_REAL, LONGEST)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
