"""Split a text into what HCL's grammar is about and what is not: the first half of reading a configuration.

python-hcl2 has the grammar of structure and expressions. Its lexer is not Terraform's: it reads ``"$${ "x" }"`` as
one string and ``{ a = 1 -33 }`` as two numbers, and knows no comment between two operands and no directive in a
heredoc. So everything lexical is decided here, as Terraform decides it, and python-hcl2 is given a text of equal
length in which nothing of it is left (:class:`Scanned`).

The scanner keeps a stack of its own and never recurses; the depth of the stack is limited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.reading import scancode, scantemplate
from nfw_reconcile.sources.hcl.reading.limits import MOST_TOKENS
from nfw_reconcile.sources.hcl.reading.pieces import Form, Scanned
from nfw_reconcile.sources.hcl.reading.scanstate import Bracket, Draft, Kind, State

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.reading.places import Places


def scan_file(text: str, places: Places) -> Scanned:
    """Scan a file of blocks and arguments; raises :class:`SyntaxProblem`."""
    return _scan(text, places, Bracket(Kind.FILE, 0))


def scan_expression(text: str, places: Places) -> Scanned:
    """Scan an expression that stands alone, where newlines separate nothing; raises :class:`SyntaxProblem`."""
    return _scan(text, places, Bracket(Kind.TEXT, 0))


def scan_template(text: str, places: Places) -> Scanned:
    """Scan a template that stands alone, begun at offset 0; raises :class:`SyntaxProblem`."""
    return _scan(text, places, Draft(Form.BARE, 0, 0))


def _scan(text: str, places: Places, outermost: Bracket | Draft) -> Scanned:
    state = State(text, places, [outermost])
    end, tokens = len(text), 0
    while state.position < end:
        tokens += 1
        if tokens > MOST_TOKENS:
            summary = f"The text has more than {MOST_TOKENS:,} words and signs."
            raise state.problem(state.position, summary, "Put large data into files that file() reads.")
        match state.stack[-1]:
            case Draft() as draft:
                scantemplate.step(state, draft)
            case bracket:
                scancode.step(state, bracket)
    _check_closed(state, outermost)
    return state.done()


def _check_closed(state: State, outermost: Bracket | Draft) -> None:
    """Raise :class:`SyntaxProblem` for what is still open at the end."""
    match state.stack[-1]:
        case frame if frame is outermost:
            if isinstance(frame, Draft):
                scantemplate.finish(state, frame)
        case Draft() as draft:
            what = "A quoted string" if draft.form is Form.QUOTED else "A heredoc"
            remedy = f"Close it with {draft.marker}." if draft.marker else 'Close it with ".'
            raise state.problem(draft.start, f"{what} has no end.", remedy)
        case bracket:
            opened = "${" if bracket.kind is Kind.HOLE else state.text[bracket.start]
            summary = f"`{opened}` has no `{bracket.kind.closer}`."
            raise state.problem(bracket.start, summary, "Close it, or take it out.")
