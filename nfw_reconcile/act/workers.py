"""Doing the same for several zones or firewalls: one after the other, or each in a thread of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


class Workers(Protocol):
    """Runs tasks, all to their end, and gives what they give in the order of the tasks."""

    def __call__(self, tasks: Sequence[Callable[[], T]]) -> list[T]:
        """Run all tasks; the first error in the order of the tasks is raised when all have ended."""
        ...  # pragma: no cover - a protocol has no body


def one_by_one(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Run tasks in order, each after the one before it has ended."""
    return [task() for task in tasks]


def in_threads(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Run tasks at the same time."""
    with ThreadPoolExecutor(max_workers=max(1, len(tasks))) as pool:
        futures = [pool.submit(task) for task in tasks]
    return [future.result() for future in futures]
