"""Objects of a git repository, by their names: what is stored, byte for byte."""

from __future__ import annotations

import os
import re
import select
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, Location, error

if TYPE_CHECKING:
    import subprocess

    from nfw_reconcile.sources.hcl.trees.gitprocess import Git

_CHUNK: Final = 1 << 16
_LONGEST_LINE: Final = 1_000
_HEAD: Final = re.compile(r"[0-9a-f]+ ([a-z]+) ([0-9]{1,18})")
_ENTRY: Final = re.compile(rb"([0-7]{5,6}) ([^\0]+)\0", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Stored:
    """An object: its type (``blob``, ``tree``), its size in bytes, and its content unless that was too large."""

    type: str
    size: int
    content: bytes | None


class Objects:
    """A git that gives objects (git-cat-file(1), ``--batch``): one process, started with the first that is wanted.

    It only reads, so that it may be ended at any time; what is wanted after that starts another.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._talk: _Talk | None = None

    def get(self, name: str, most: int) -> Stored | None:
        """Give an object, without its content where that is more than ``most`` bytes; ``None`` if it is not there.

        Raises :class:`InputError` where git cannot be run, stops, or falls silent.
        """
        if self._talk is None:
            self._talk = _Talk(self._git.start("cat-file", "--batch"), self._git.seconds)
        try:
            return self._answer(self._talk, name, most)
        except (OSError, ValueError) as problem:
            self.close()
            summary = f"git stopped, or fell silent, while it read the repository: {problem}."
            remedy = "`git fsck` says whether the repository is sound."
            raise InputError(error(summary, Location(str(self._git.root)), remedy)) from problem

    def close(self) -> None:
        """End the process, if there is one."""
        if self._talk is not None:
            self._talk.end()
            self._talk = None

    def _answer(self, talk: _Talk, name: str, most: int) -> Stored | None:
        talk.say(f"{name}\n".encode())
        line = talk.line()
        if line.endswith(" missing"):
            return None
        match = _HEAD.fullmatch(line)
        if match is None:
            raise ValueError(f"{line!r:.100} is no answer")
        kind, size = match[1], int(match[2])
        if size > most:
            self.close()  # its content is on the way
            return Stored(kind, size, None)
        return Stored(kind, size, talk.take(size + 1)[:-1])


class _Talk:
    """A process that is talked to; all but :meth:`end` raise ``OSError`` where it stops or falls silent."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("a process is talked to through pipes")
        self._process = process
        self._to, self._from = process.stdin, process.stdout
        self._seconds = seconds
        self._ahead = bytearray()
        self._ready = select.poll()
        self._ready.register(self._from, select.POLLIN)

    def say(self, line: bytes) -> None:
        self._to.write(line)
        self._to.flush()

    def line(self) -> str:
        """Give the next line; ``ValueError`` for one without end."""
        while b"\n" not in self._ahead:
            if len(self._ahead) > _LONGEST_LINE:
                raise ValueError("a line has no end")
            self._fill()
        line, _, rest = self._ahead.partition(b"\n")
        self._ahead = rest
        return line.decode("utf-8", "replace")

    def take(self, size: int) -> bytes:
        while len(self._ahead) < size:
            self._fill()
        taken = bytes(self._ahead[:size])
        del self._ahead[:size]
        return taken

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._from.close()
        with suppress(OSError):  # what was not sent any more
            self._to.close()

    def _fill(self) -> None:
        if not self._ready.poll(self._seconds * 1000):
            raise TimeoutError(f"no answer for {self._seconds:g} seconds")
        chunk = os.read(self._from.fileno(), _CHUNK)
        if not chunk:
            raise BrokenPipeError("there is no more")
        self._ahead += chunk


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a tree object: its mode in octal, and the name of the object."""

    mode: str
    object: str


def read_tree(content: bytes, name_bytes: int) -> dict[str, Item] | None:
    """Read a tree object, without entries whose names are no names; ``None`` for what is none.

    An entry is its mode, a space, its name, a zero byte and the binary name of its object ("Git Internals - Git
    Objects").
    ``name_bytes`` is the length of object names in it: 20 for SHA-1, 32 for SHA-256.
    """
    items: dict[str, Item] = {}
    position = 0
    while position < len(content):
        match = _ENTRY.match(content, position)
        if match is None or match.end() + name_bytes > len(content):
            return None
        position = match.end() + name_bytes
        name = match[2].decode("utf-8", "surrogateescape")
        if "/" not in name and name not in {".", ".."}:  # git stores none such, and reads them all the same
            items[name] = Item(match[1].decode(), content[match.end() : position].hex())
    return items
