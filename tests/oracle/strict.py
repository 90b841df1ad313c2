"""A copy of Suricata that tries rules in order of their sids, as STRICT_ORDER does with rules in written order.

Suricata sorts rules by action, flowbits, priority and more, and has no setting to leave that out. In
the copy, the function that registers the sort keys returns at once; what remains is the order of sids.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REGISTERS_SORT_KEYS: Final = b"SCSigRegisterSignatureOrderingFuncs"

_X86_64, _AARCH64 = 62, 183
_RETURN: Final = {_X86_64: b"\xc3", _AARCH64: b"\xc0\x03\x5f\xd6"}
_DYNAMIC_SYMBOLS: Final = 11
_LOADED: Final = 1


class NotPatchableError(Exception):
    """The program is built in a way that this module does not know."""


@dataclass(frozen=True, slots=True)
class _Section:
    kind: int
    offset: int
    size: int
    link: int


@dataclass(frozen=True, slots=True)
class _Elf:
    """A 64-bit little-endian ELF file."""

    data: bytes

    def machine(self) -> int:
        if self.data[:6] != b"\x7fELF\x02\x01":
            message = "no 64-bit little-endian ELF program"
            raise NotPatchableError(message)
        return _number(self.data, "<H", 18)

    def sections(self) -> list[_Section]:
        start, size, count = _number(self.data, "<Q", 40), *struct.unpack_from("<HH", self.data, 58)
        found = (struct.unpack_from("<IIQQQQIIQQ", self.data, start + n * size) for n in range(count))
        return [_Section(kind, offset, length, link) for _, kind, _, _, offset, length, link, *_ in found]

    def symbols(self) -> Iterator[tuple[bytes, int]]:
        """Give the names and addresses of the exported symbols."""
        sections = self.sections()
        for table in sections:
            if table.kind != _DYNAMIC_SYMBOLS:
                continue
            names = sections[table.link].offset
            for at in range(table.offset, table.offset + table.size, 24):
                name, _, _, _, address, _ = struct.unpack_from("<IBBHQQ", self.data, at)
                start = names + name
                yield self.data[start : self.data.index(b"\0", start)], address

    def offset_of(self, address: int) -> int:
        """Give the place in the file of what is loaded at an address."""
        start, size, count = _number(self.data, "<Q", 32), *struct.unpack_from("<HH", self.data, 54)
        for n in range(count):
            at = start + n * size
            offset, low, length = (_number(self.data, "<Q", at + place) for place in (8, 16, 32))
            if _number(self.data, "<I", at) == _LOADED and low <= address < low + length:
                return offset + address - low
        message = f"nothing is loaded at {address:#x}"
        raise NotPatchableError(message)


def _number(data: bytes, form: str, offset: int) -> int:
    value: int = struct.unpack_from(form, data, offset)[0]
    return value


def write_strict_copy(program: Path, target: Path) -> None:
    """Write the copy, executable; raises :class:`NotPatchableError`."""
    elf = _Elf(program.read_bytes())
    stop = _RETURN.get(elf.machine())
    address = dict(elf.symbols()).get(REGISTERS_SORT_KEYS)
    if stop is None or not address:
        message = "its processor is not known, or it does not export the function that has to be left out"
        raise NotPatchableError(message)
    offset = elf.offset_of(address)
    target.write_bytes(elf.data[:offset] + stop + elf.data[offset + len(stop) :])
    target.chmod(0o755)
