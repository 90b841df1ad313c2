"""Read a template that stands alone: a template file, or a string of the JSON syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.reading.grammar import parse_value, rules
from nfw_reconcile.sources.hcl.reading.places import places_of
from nfw_reconcile.sources.hcl.reading.scanner import scan_template
from nfw_reconcile.sources.hcl.reading.structure import converter_of

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.reading.places import Places
    from nfw_reconcile.sources.hcl.syntax import Part


def read_template(text: str, place: Location) -> tuple[Part, ...]:
    """Read a template that stands alone; escapes with a backslash have no meaning in it.

    A single :class:`~nfw_reconcile.sources.hcl.syntax.Interpolation` and nothing beside it means its value, which
    need not be a text. ``place`` is where the text begins; one without line and column stands for all of it. Raises
    :class:`~nfw_reconcile.sources.hcl.reading.places.SyntaxProblem`.
    """
    return template_at(text, places_of(text, place))


def template_at(text: str, places: Places) -> tuple[Part, ...]:
    """Read a template as :func:`read_template` does, of a text whose places are known."""
    scanned = scan_template(text, places)
    raw = scanned.templates[0]
    if not scanned.masked.strip():
        return converter_of(scanned).template(raw, (), 1)
    tree, shift = parse_value(scanned, "[", "]")
    return converter_of(scanned, shift).template(raw, rules(tree), 1)
