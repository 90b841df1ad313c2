"""Scan what stands outside of templates: brackets, names, operators, newlines, comments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.reading.lexicon import FOR_FOLLOWS, NOT_PLAIN, TOKEN
from nfw_reconcile.sources.hcl.reading.pieces import Form, Sequence
from nfw_reconcile.sources.hcl.reading.places import shown
from nfw_reconcile.sources.hcl.reading.scanstate import ENDS_A_TERM, Bracket, Draft, Kind, State

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

    from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem

_KEYWORDS: Final = frozenset({"in", "if"})
"""Names that a value may follow; elsewhere they are names like all others."""

_OPENS: Final = {"(": Kind.ROUND, "[": Kind.SQUARE}
_SINGLE_QUOTE: Final = 'Write strings in double quotes (").'
_REMEDIES: Final = {
    "'": _SINGLE_QUOTE,
    "`": _SINGLE_QUOTE,
    ";": "Separate arguments by newlines, and items by commas.",
    "&": "`and` is written &&.",
    "|": "`or` is written ||.",
    "<": "A heredoc begins with << and a name, and nothing else stands on the line.",
    ":": "Only functions have namespaces: provider::NAME::FUNCTION(...), without comments in between.",
    "\r": "Save the file with line ends of Unix or Windows.",
    "\\": "Backslashes belong into quoted strings.",
    "~": "A strip marker stands directly behind ${ or %{, or directly before the } that ends it.",
}


def step(state: State, bracket: Bracket) -> None:
    """Read one token inside ``bracket``; raises :class:`SyntaxProblem`."""
    found = TOKEN.match(state.text, state.position)
    if (
        found is None or found.lastgroup is None
    ):  # pragma: no cover - the last alternative takes any character
        raise _unexpected(state)
    _STEPS[found.lastgroup](state, bracket, found)


def _space(state: State, _bracket: Bracket, found: re.Match[str]) -> None:
    state.emit(found[0])


def _comment(state: State, _bracket: Bracket, found: re.Match[str]) -> None:
    state.blank(len(found[0]))


def _inline(state: State, _bracket: Bracket, _found: re.Match[str]) -> None:
    end = state.text.find("*/", state.position + 2)
    if end < 0:
        raise state.problem(state.position, "A comment that begins with /* has no end.", "Close it with */.")
    state.blank(end + 2 - state.position)


def _newline(state: State, bracket: Bracket, found: re.Match[str]) -> None:
    if bracket.kind.by_line and state.last != "newline":
        state.emit(" " * (len(found[0]) - 1) + "\n", "newline")
    else:
        state.blank(len(found[0]))


def _name(state: State, _bracket: Bracket, found: re.Match[str]) -> None:
    """Mask a name that the grammar does not know as one, or would take for a keyword: behind a dot all are names."""
    name = found[0]
    if state.last == ".":
        if "::" in name:
            raise state.problem(
                state.position, f"{shown(name)} is no attribute.", "Only functions have namespaces."
            )
        state.emit("_" * len(name), "name")
    elif NOT_PLAIN.search(name) is None:
        state.emit(name, "keyword" if name in _KEYWORDS else "name")
    elif all(part.strip().replace("-", "_").isidentifier() for part in name.split("::")):
        state.emit(NOT_PLAIN.sub("_", name), "name")
    else:
        summary = f"{shown(name)} is no name."
        raise state.problem(state.position, summary, "A name holds letters, digits, - and _.")


def _number(state: State, _bracket: Bracket, found: re.Match[str]) -> None:
    digits = found[0]
    if state.last == "." and not digits.isdecimal():
        summary = f"Two indexes in a row cannot be written as .{digits}"
        raise state.problem(state.position, summary, "Write each of them in brackets, as in [0][1].")
    state.emit(digits, "number")


def _quote(state: State, _bracket: Bracket, _found: re.Match[str]) -> None:
    state.push(Draft(Form.QUOTED, state.position, len(state.masked), follows=state.last))
    state.emit('"')


def _heredoc(state: State, _bracket: Bracket, found: re.Match[str]) -> None:
    form = Form.FLUSH if found["flush"] else Form.HEREDOC
    state.push(Draft(form, state.position, len(state.masked), found["marker"], state.last))
    state.emit("<")
    state.blank(len(found[0]) - 1)


def _open(state: State, _bracket: Bracket, found: re.Match[str]) -> None:
    token = found[0]
    kind = _OPENS.get(token) or _braces(state)
    state.push(Bracket(kind, state.position))
    state.emit(token, "open")


def _braces(state: State) -> Kind:
    """Tell a block's body from an object: only a body follows a name or a label, outside of all expressions."""
    in_body = all(isinstance(each, Bracket) and each.kind in {Kind.FILE, Kind.BLOCK} for each in state.stack)
    if in_body and state.last in {"name", "keyword", "string"}:
        return Kind.BLOCK
    return Kind.FOR if FOR_FOLLOWS.match(state.text, state.position + 1) else Kind.OBJECT


def _close(state: State, bracket: Bracket, found: re.Match[str]) -> None:
    token = found[0]
    if token != bracket.kind.closer and (token != "~}" or bracket.kind is not Kind.HOLE):
        raise _unmatched(state, bracket, token)
    state.stack.pop()
    if bracket.hole is None:
        state.emit(token, "close")
    else:
        _close_hole(state, bracket, token)


def _close_hole(state: State, bracket: Bracket, token: str) -> None:
    """End a template sequence that holds an expression: the expression is put into parentheses."""
    draft, hole = state.stack[-1], bracket.hole
    if state.last == "hole" or hole is None or not isinstance(draft, Draft):
        summary = f"Nothing stands between {shown(state.text[bracket.start : state.position])} and `}}`."
        raise state.problem(bracket.start, summary, "Write an expression; a literal ${ is written $${.")
    draft.pieces.append(replace(hole, strip_after=token == "~}"))
    state.emit(" )" if token == "~}" else ")", "close")
    if hole.kind is not Sequence.INTERPOLATION:
        draft.directives += 1
        state.directives += 1
        state.check_depth(bracket.start)


def _splat(state: State, _bracket: Bracket, found: re.Match[str]) -> None:
    token = found[0]
    state.emit(("[*]" if token[0] == "[" else ".*").ljust(len(token)), "close")


def _bang(state: State, _bracket: Bracket, _found: re.Match[str]) -> None:
    state.unary_operator()


def _minus(state: State, _bracket: Bracket, _found: re.Match[str]) -> None:
    if state.last in ENDS_A_TERM:
        state.emit("+", "operator")
    else:
        state.unary_operator()


def _operator(state: State, _bracket: Bracket, found: re.Match[str]) -> None:
    token = found[0]
    state.emit(token, "." if token == "." else "operator")


def _other(state: State, _bracket: Bracket, _found: re.Match[str]) -> None:
    raise _unexpected(state)


def _unexpected(state: State) -> SyntaxProblem:
    letter = state.text[state.position]
    name = letter if letter.isprintable() else f"U+{ord(letter):04X}"
    remedy = _REMEDIES.get(letter, "Take it out, or put it into a quoted string.")
    return state.problem(state.position, f"The character {name} has no meaning here.", remedy)


def _unmatched(state: State, bracket: Bracket, token: str) -> SyntaxProblem:
    if bracket.kind in {Kind.FILE, Kind.TEXT}:
        return state.problem(
            state.position, f"`{token}` closes nothing.", "Take it out, or open a bracket before it."
        )
    opened = state.places.line(bracket.start)
    since = "" if opened is None else f" (opened in line {opened})"
    summary = f"`{token}` was found where `{bracket.kind.closer}` is needed{since}."
    return state.problem(state.position, summary, "Close the brackets in the order that they were opened.")


_STEPS: Final[Mapping[str, Callable[[State, Bracket, re.Match[str]], None]]] = {
    "space": _space,
    "name": _name,
    "number": _number,
    "newline": _newline,
    "quote": _quote,
    "close": _close,
    "splat": _splat,
    "open": _open,
    "comment": _comment,
    "inline": _inline,
    "heredoc": _heredoc,
    "bang": _bang,
    "minus": _minus,
    "operator": _operator,
    "other": _other,
}
