"""Scan templates: quoted ones, heredocs and template files ("HCL Native Syntax Specification", "Templates").

A piece of text is what Terraform's own scanner makes one token, for strip markers reach as far as a token does: to
the end of the line in heredocs and template files, to the next sequence in quoted templates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.reading.lexicon import (
    DIRECTIVE,
    DOUBLED,
    ESCAPE,
    INTERPOLATION,
    LINE_TEXT,
    QUOTED_TEXT,
    SHORT_ESCAPES,
    WHITE_SPACE,
)
from nfw_reconcile.sources.hcl.reading.pieces import Characters, Form, Hole, RawTemplate, Sequence
from nfw_reconcile.sources.hcl.reading.places import shown
from nfw_reconcile.sources.hcl.reading.scanstate import ENDS_A_TERM, Bracket, Draft, Kind, State

if TYPE_CHECKING:
    import re

    from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem

_END_DIRECTIVES: Final = {"else": Sequence.ELSE, "endif": Sequence.ENDIF, "endfor": Sequence.ENDFOR}


def step(state: State, draft: Draft) -> None:
    """Read a piece of a template, or its end; raises :class:`SyntaxProblem`."""
    if draft.form is Form.QUOTED:
        _quoted(state, draft)
    elif not _at_marker(state, draft):
        _line(state, draft)


def finish(state: State, draft: Draft) -> RawTemplate:
    """Take a template that has ended from the stack."""
    state.stack.pop()
    state.directives -= draft.directives
    raw = RawTemplate(draft.form, draft.start, tuple(draft.pieces))
    state.templates[draft.start] = raw
    return raw


def _quoted(state: State, draft: Draft) -> None:
    start = state.position
    text = _match(QUOTED_TEXT, state)
    if text:
        state.blank(len(text))
        draft.pieces.append(Characters(_unescaped(state, text, start), start))
    match state.text[state.position : state.position + 1]:
        case '"':
            _end(state, draft, 1)
        case "$" | "%":
            _sequence(state, draft)
        case "\n" | "\r":
            remedy = 'Close it with ", and write line breaks as \\n or in a heredoc.'
            raise state.problem(draft.start, "A quoted string does not end on its line.", remedy)
        case _:
            raise state.problem(draft.start, "A quoted string has no end.", 'Close it with ".')


def _at_marker(state: State, draft: Draft) -> bool:
    """End a heredoc where its marker stands on a line of its own."""
    if draft.form is Form.BARE or not draft.at_line_start:
        return False
    end = state.text.find("\n", state.position)
    if end < 0:
        remedy = f"Write {draft.marker} on a line of its own behind it, with a newline."
        raise state.problem(draft.start, f"A heredoc has no end: {draft.marker} was not found.", remedy)
    line = state.text[state.position : end]
    if line.strip(WHITE_SPACE) != draft.marker:
        return False
    _end(state, draft, len(line) - line.endswith("\r"))
    return True


def _end(state: State, draft: Draft, length: int) -> None:
    """Close the template in the masked text: a tuple of its expressions, or a string where it has none.

    Behind a value, the grammar would take the tuple for an index.
    """
    if draft.expressions and draft.follows in ENDS_A_TERM:
        summary = "A string was not expected here."
        raise state.problem(
            draft.start, summary, "Put an operator or a comma before it; a label is a plain string."
        )
    state.masked[draft.opened] = "[" if draft.expressions else '"'
    state.blank(length - 1)
    state.emit("]" if draft.expressions else '"', "string")
    finish(state, draft)


def _line(state: State, draft: Draft) -> None:
    """Read a line of a heredoc or template file, up to its end or to a sequence."""
    start = state.position
    text = _match(LINE_TEXT, state)
    if text:
        state.blank(len(text))
        draft.pieces.append(Characters(DOUBLED.sub(r"\1{", text), start))
        draft.at_line_start = text.endswith("\n")
    elif state.text[start] == "\r":
        remedy = "Save the file with line ends of Unix or Windows."
        raise state.problem(start, "A carriage return without a newline stands in a template.", remedy)
    else:
        draft.at_line_start = False
        _sequence(state, draft)


def _sequence(state: State, draft: Draft) -> None:
    """Read the beginning of ``${ }`` or ``%{ }``, and all of one that holds no expression."""
    start = state.position
    if found := INTERPOLATION.match(state.text, start):
        _open(
            state,
            draft,
            Hole(Sequence.INTERPOLATION, start, found[0].endswith("~"), strip_after=False),
            found,
        )
        return
    directive = DIRECTIVE.match(state.text, start)
    if directive is None:
        raise _unknown_directive(state)
    hole = _hole(directive)
    if hole.holds_expression:
        _open(state, draft, hole, directive)
        return
    state.blank(len(directive[0]))
    draft.pieces.append(hole)
    if hole.kind is not Sequence.ELSE and draft.directives:
        draft.directives -= 1
        state.directives -= 1


def _hole(found: re.Match[str]) -> Hole:
    before, after = bool(found["before"]), bool(found["after"])
    if found["if"]:
        return Hole(Sequence.IF, found.start(), before, after)
    if found["for"]:
        names = tuple(name for name in (found["first"], found["second"]) if name)
        return Hole(Sequence.FOR, found.start(), before, after, names)
    return Hole(_END_DIRECTIVES[found["end"]], found.start(), before, after)


def _open(state: State, draft: Draft, hole: Hole, found: re.Match[str]) -> None:
    """Put the expression that follows into parentheses, and a comma before those of all but the first."""
    state.push(Bracket(Kind.HOLE, hole.start, hole))
    state.emit(",(" if draft.expressions else " (")
    state.blank(len(found[0]) - 2)
    state.last = "hole"
    draft.expressions += 1


def _unescaped(state: State, text: str, start: int) -> str:
    if "\\" not in text and "{" not in text:
        return text

    def resolve(found: re.Match[str]) -> str:
        escape = found[1]
        if escape is None:
            return f"{found[2]}{{"
        if short := SHORT_ESCAPES.get(escape):
            return short
        return _code_point(state, escape, start + found.start())

    return ESCAPE.sub(resolve, text)


def _code_point(state: State, escape: str, offset: int) -> str:
    if len(escape) > 1:
        point = int(escape[1:], 16)
        if point < 0xD800 or 0xDFFF < point < 0x110000:
            return chr(point)
        raise state.problem(offset, f"\\{escape} is no Unicode character.", "Write the character itself.")
    digits = {"u": "four hexadecimal digits follow \\u", "U": "eight hexadecimal digits follow \\U"}
    remedy = 'There are \\n, \\r, \\t, \\", \\\\, \\uXXXX and \\UXXXXXXXX; write a backslash as \\\\.'
    raise state.problem(offset, f"\\{escape} is no escape sequence{_but(digits.get(escape))}.", remedy)


def _but(rule: str | None) -> str:
    return f": {rule}" if rule else ""


def _match(pattern: re.Pattern[str], state: State) -> str:
    found = pattern.match(state.text, state.position)
    return found[0] if found else ""


def _unknown_directive(state: State) -> SyntaxProblem:
    line = state.text[state.position : state.position + 80].split("\n", 1)[0].split("}", 1)[0]
    remedy = "There are if, else, endif, endfor, and `for x in ...`; a literal %{ is written %%{."
    return state.problem(state.position, f"{shown(line)} begins no template directive.", remedy)
