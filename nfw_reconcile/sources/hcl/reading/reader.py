"""Read Terraform configuration in HCL's native syntax: a file, or a single expression.

The grammar is python-hcl2's; what is lexical, and what becomes of the parse tree, is decided in this room, so that a
text means here what it means to Terraform 1.11. What is not understood is a problem with its place, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Diagnostic, Location
from nfw_reconcile.sources.hcl.reading.grammar import parse, parse_value
from nfw_reconcile.sources.hcl.reading.limits import MOST_BYTES
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem, Written, places_of
from nfw_reconcile.sources.hcl.reading.scanner import scan_expression, scan_file
from nfw_reconcile.sources.hcl.reading.structure import StructureReader, converter_of
from nfw_reconcile.sources.hcl.syntax import Body

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.reading.places import Places
    from nfw_reconcile.sources.hcl.syntax import Expression

MOST_KEPT: Final = 256
"""Files whose trees are kept."""

_BYTE_ORDER_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says, and what is wrong with it.

    After a syntax error the body is empty. An argument whose value alone could not be read has an
    :class:`~nfw_reconcile.sources.hcl.syntax.Unreadable` value, and a problem.
    """

    body: Body
    problems: tuple[Diagnostic, ...] = ()


@lru_cache(maxsize=MOST_KEPT)
def read_native(content: bytes, source: str) -> Parsed:
    """Read a ``.tf`` or ``.tfvars`` file; ``source`` names it in places. Raises nothing.

    Two revisions share most of their files: the same bytes under the same name are read once.
    """
    try:
        text = text_of_file(content, source)
        scanned = scan_file(text, Written(text, source))
        reader = StructureReader(scanned)
        return Parsed(reader.file(parse(scanned)), tuple(reader.problems))
    except SyntaxProblem as bad:
        return Parsed(Body((), (), place=Location(source, 1, 1)), bad.problems)


def read_expression(text: str, place: Location) -> Expression:
    """Read an expression that stands alone, as the value of ``-var`` for a variable of a complex type does.

    ``place`` is where the text begins; one without line and column stands for all of it. Raises
    :class:`SyntaxProblem`.
    """
    return expression_at(text, places_of(text, place))


def expression_at(text: str, places: Places) -> Expression:
    """Read an expression as :func:`read_expression` does, of a text whose places are known."""
    scanned = scan_expression(text, places)
    if not scanned.masked.strip():
        raise SyntaxProblem.at(places.at(0), "An expression is needed, and there is none.", "Write one.")
    tree, shift = parse_value(scanned, "(", ")")
    return converter_of(scanned, shift).expression(tree, 1)


def text_of_file(content: bytes, source: str) -> str:
    """Decode a file, without its byte order mark; raises :class:`SyntaxProblem`."""
    where = Location(source)
    if len(content) > MOST_BYTES:
        summary = f"The file is larger than {MOST_BYTES:,} bytes."
        raise SyntaxProblem.at(where, summary, "Put large data into files that file() reads.")
    try:
        return content.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as bad:
        place = Location(source, content.count(b"\n", 0, bad.start) + 1)
        raise SyntaxProblem.at(place, f"Byte {bad.start} is not UTF-8.", "Save the file as UTF-8.") from None
