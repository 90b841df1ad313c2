"""The firewall's engines: all run the same rules, and only the first one knows where connections began.

A connection belongs to the engine whose number its mark bears, at first to the first. A flush is done by moving a
connection to an engine that has never seen it: to that one it is in the midst of something, as it is to AWS's engine
once it is flushed. Every flush takes a new engine, so that a connection can be flushed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lab.network import QUEUES
from lab.suricata import RULE_FILE, Engine
from nfw_reconcile.errors import UsageError
from tests.oracle.strict import write_strict_copy
from tests.oracle.suricata import installed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.oracle.rules import Rules

_STRICT: Final = "suricata-strict"


class Gateway:
    """Starts, feeds and ends the engines. ``folder`` is theirs alone."""

    def __init__(self, folder: Path) -> None:
        """Begin without engines: nothing is forwarded before there are rules."""
        self._folder = folder
        self._engines: list[Engine] = []
        self._running: tuple[Path, str] | None = None

    def enforce(self, rules: Rules, stream_exception: str) -> None:
        """Run these rules from now on; engines that cannot change over without it are started anew."""
        (self._folder / RULE_FILE).write_text(rules.text, encoding="utf-8")
        wanted = self._program(strict=rules.strict), stream_exception
        if self._running == wanted:
            for engine in self._engines:
                engine.reload()
            return
        self.stop()
        self._running = wanted
        first = self._start()
        self._start()
        first.wait()

    def fresh(self) -> int:
        """Give the number of an engine that has seen no packet yet, and start the one to come after it."""
        fresh = self._engines[-1]
        fresh.wait()
        self._start()
        return fresh.queue

    def stop(self) -> None:
        """End all engines; until there are others, nothing is forwarded."""
        for engine in self._engines:
            engine.stop()
        self._engines.clear()
        self._running = None

    def _start(self) -> Engine:
        number = len(self._engines)
        if self._running is None or number == QUEUES:
            raise UsageError.of(
                f"no engine {number}", remedy="Enforce rules first; begin anew after so many flushes."
            )
        program, stream_exception = self._running
        engine = Engine.start(program, self._folder, number, stream_exception)
        self._engines.append(engine)
        return engine

    def _program(self, *, strict: bool) -> Path:
        program = installed().file
        if not strict:
            return program
        copy = self._folder / _STRICT
        if not copy.exists():
            write_strict_copy(program, copy)
        return copy
