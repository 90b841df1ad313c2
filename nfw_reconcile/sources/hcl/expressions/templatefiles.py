"""Templates that functions evaluate: those of files, and those that are values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.errors import InputError, Location
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.expressions.files import Files
from nfw_reconcile.sources.hcl.reading.limits import MOST_BYTES
from nfw_reconcile.sources.hcl.reading.templates import read_template

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.expressions.session import Session
    from nfw_reconcile.sources.hcl.syntax import Part


def template_file(path: str, session: Session) -> tuple[Part, ...]:
    """Read the template of a file, as ``templatefile`` names it.

    Raises :class:`EvaluationError` for a file that is missing, that is no UTF-8 or that is no template, and
    :class:`Unresolvable` for one that is not read.
    """
    files = Files(session)
    content = files.read(path)
    if len(content) > MOST_BYTES:
        raise Unresolvable(f"{path} is a template of more than {MOST_BYTES:,} bytes")
    place = Location(session.tree.place(files.path(path)), 1, 1)
    if place.source not in session.templates:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as problem:
            raise EvaluationError(f"The file {path!r} is no UTF-8 text.") from problem
        session.templates[place.source] = template(text, place)
    return session.templates[place.source]


def template(text: str, place: Location) -> tuple[Part, ...]:
    """Read a template; raises :class:`EvaluationError` for what is none."""
    try:
        return read_template(text, place)
    except (EvaluationError, Unresolvable):
        raise
    except InputError as problem:
        first = problem.problems[0]
        raise EvaluationError(first.summary, first.where or place) from problem
