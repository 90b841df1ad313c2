"""Deliberate errors: one place of the package made wrong, and the cases that have to notice it.

A test that passes proves something only if it can fail. An error is put into one function, in a process of its
own, and the cases named beside it have to pass without it and to fail with it. An error whose place in the code
is not found any more is no pass: it is told as such.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import multiprocessing
import sys
import textwrap
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from types import CodeType, FunctionType

PACKAGE: Final = "nfw_reconcile"

PATIENCE: Final = 60.0
"""Seconds for one error: an error may make a loop endless."""


class StaleError(Exception):
    """An error does not fit the code any more: its list has to be brought up to date."""


@dataclass(frozen=True, slots=True)
class Edit:
    """``written``, which stands exactly once in a function, replaced by ``wrong``.

    ``place`` is ``MODULE:FUNCTION`` or ``MODULE:CLASS.METHOD``, the module without the package's name. All
    callers see the edit, whatever name they imported the function by.
    """

    place: str
    written: str
    wrong: str

    @contextmanager
    def made(self) -> Iterator[None]:
        """Put the error in, and take it out again; raises :class:`StaleError`."""
        function = _function(self.place)
        right = function.__code__
        function.__code__ = self._compiled(function)
        _forget()
        try:
            yield
        finally:
            function.__code__ = right
            _forget()

    def _compiled(self, function: FunctionType) -> CodeType:
        source = textwrap.dedent(inspect.getsource(function))
        if source.count(self.written) != 1:
            raise StaleError(f"{self.place} holds {source.count(self.written)} times: {self.written}")
        try:
            tree = ast.parse(source.replace(self.written, self.wrong))
        except SyntaxError as bad:
            raise StaleError(f"{self.place} is no Python any more with: {self.wrong}") from bad
        (definition,) = tree.body
        assert isinstance(definition, ast.FunctionDef)
        definition.decorator_list = []
        flags = annotations.compiler_flag
        code = compile(tree, f"<{self.place}, made wrong>", "exec", flags, dont_inherit=True)
        wrong: CodeType = next(each for each in code.co_consts if inspect.iscode(each))
        if wrong.co_freevars != function.__code__.co_freevars:
            raise StaleError(f"{self.place} is a closure over {', '.join(function.__code__.co_freevars)}")
        return wrong


def _function(place: str) -> FunctionType:
    """Find a function behind decorators, properties and caches."""
    module, _, path = place.partition(":")
    found: Any = importlib.import_module(f"{PACKAGE}.{module}")
    for name in path.split("."):
        try:
            found = inspect.getattr_static(found, name)
        except AttributeError:
            raise StaleError(f"{place} is not there") from None
    for inner in ("fget", "func", "__func__"):
        found = getattr(found, inner, found)
    found = inspect.unwrap(found)
    if not inspect.isfunction(found):
        raise StaleError(f"{place} is no function")
    return found


def _forget() -> None:
    """Empty the caches of the package: what was worked out on the other side of an edit is wrong now."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == PACKAGE]
    for value in (value for module in modules for value in vars(module).values()):
        if callable(clear := getattr(value, "cache_clear", None)):
            clear()


Case = functools.partial[None]
"""A test and its arguments, importable by name: it runs in another process."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One error, in words, in code, and the cases each of which has to notice it."""

    title: str
    edit: Edit
    cases: tuple[Case, ...]

    def __post_init__(self) -> None:
        """Refuse an error that nothing is to notice: it would pass for noticed."""
        if not self.cases:
            raise ValueError(f"no case for: {self.title}")


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found: ``broken`` cases fail without the error, ``blind`` ones pass with it."""

    broken: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def killed(self) -> bool:
        """Say whether every case did what it is there for."""
        return self == Trial()


_MISWRITTEN: Final = (NameError, AttributeError, TypeError, ImportError)
"""What an error raises that is no Python of this package: it would be noticed by any case, and prove nothing."""


def fails(case: Callable[[], None]) -> bool:
    """Run a case; a crash is a failure as well, unless it is one of an error that was not written with care."""
    try:
        case()
    except _MISWRITTEN:
        raise
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - however it fails, the case does not pass
        return True
    return False


def examine(mutant: Mutant) -> Trial:
    """Run the cases without the error and with it, in this process."""
    broken = tuple(_name(case) for case in mutant.cases if fails(case))
    try:
        with mutant.edit.made():
            blind = tuple(_name(case) for case in mutant.cases if not fails(case))
    except StaleError as stale:
        return Trial(trouble=str(stale))
    return Trial(broken, blind)


def _name(case: Case) -> str:
    return f"{case.func.__module__}.{case.func.__qualname__}{case.args}"


class Laboratory:
    """Starts a fresh process for each error, so that nothing of it outlives its trial.

    The processes are forked from one that has imported ``modules`` and done nothing else. It is the same
    one for all laboratories of a process, so that the modules of the first count.
    """

    def __init__(self, *modules: str) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(modules))

    def try_out(self, mutant: Mutant, patience: float = PATIENCE) -> Trial:
        """Examine one error; one that takes too long, or ends the process, is told as trouble."""
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_report, args=(mutant, sender), daemon=True)
        process.start()
        sender.close()
        try:
            if not receiver.poll(patience):
                return Trial(trouble=f"no answer within {patience:g} s")
            found: Trial = receiver.recv()
        except EOFError:
            return Trial(trouble="the process ended without an answer")
        finally:
            process.kill()
            process.join()
            receiver.close()
        return found


def _report(mutant: Mutant, sender: Connection) -> None:
    try:
        sender.send(examine(mutant))
    except (Exception, pytest.skip.Exception) as raised:  # noqa: BLE001 - whatever it is, the test has to tell it
        sender.send(Trial(trouble=f"{type(raised).__name__}: {raised}"))
