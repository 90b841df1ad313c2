"""The stand-in's memory: what was applied, in one JSON file. Edit it to make the world drift."""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.provider.values import Object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Objects = dict[str, dict[str, Object]]
"""Resource type -> id -> values after apply."""


class Store:
    """One file of objects. Terraform applies ten resources at a time, hence the lock."""

    def __init__(self, path: Path) -> None:
        """Use the file at ``path``; none is an empty world."""
        self._path = path

    @contextmanager
    def open(self) -> Iterator[Objects]:
        """Give the objects while nobody else has them; write them back at the end."""
        with self._path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            world: Objects = json.loads(file.read() or "{}")
            yield world
            file.seek(0)
            file.truncate()
            json.dump(world, file, indent=2, sort_keys=True)
