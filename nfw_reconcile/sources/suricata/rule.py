"""Whole rules and whole rule strings. No line is ever lost: what cannot be read is undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location
from nfw_reconcile.model.rule import StatefulRule, UndecidedRule
from nfw_reconcile.sources.suricata.header import header_words, parse_header
from nfw_reconcile.sources.suricata.lines import JoinedLine, rule_lines
from nfw_reconcile.sources.suricata.options import check_rest, parse_options
from nfw_reconcile.sources.suricata.syntax import RuleSyntaxError

if TYPE_CHECKING:
    from nfw_reconcile.model.rule import Header, RuleEntry

LONGEST_RULE: Final = 100_000
"""Characters of one rule: AWS takes 8,192 with its variables written out (developer guide, "Quotas")."""

MOST_PROBLEMS: Final = 20
"""Problems that are listed of one rule."""


def parse_rules(text: str, source: str, *, first_line: int = 1) -> tuple[RuleEntry, ...]:
    """Read a whole ``RulesString``.

    Every line that is not blank, a comment, or the continuation of another gives exactly one
    entry, in written order. ``source`` names the text in locations; ``first_line`` is the number
    of its first line there.
    """
    return tuple(
        parse_rule(written, Location(source, first_line + line, column))
        for line, column, written in rule_lines(text)
    )


def parse_rule(text: str, where: Location | None) -> RuleEntry:
    """Read one rule, which may hold continuations; ``where`` is the place of its first character.

    Protocols and keywords are not checked against a list. Never raises: what does not parse is an
    :class:`UndecidedRule` that names every problem with its place, and keeps the header if that
    parsed. The ``text`` of a rule ends at its closing parenthesis.
    """
    if len(text) > LONGEST_RULE:
        reason = f"the rule has {len(text):,} characters, and {LONGEST_RULE:,} at most are read"
        return UndecidedRule(text, reason, None, where)
    line = JoinedLine.of(text)
    problems: list[RuleSyntaxError] = []
    opening = line.text.find("(")
    if opening < 0:
        header = _header_without_options(line.text, problems)
        return _undecided(line, problems, header, where)
    header = parse_header(header_words(line.text, opening), opening, problems)
    options, end = parse_options(line.text, opening + 1, problems)
    check_rest(line.text, end, problems)
    if problems or header is None:
        return _undecided(line, problems, header, where)
    return StatefulRule(header, options, line.text[:end], where)


def _header_without_options(text: str, problems: list[RuleSyntaxError]) -> Header | None:
    """Read the first seven words: Suricata loads such a line, so it matters what its header matches."""
    message = "the opening parenthesis of the options is missing"
    problems.append(RuleSyntaxError(message, len(text)))
    words = header_words(text, len(text))
    return parse_header(words[:7], len(text), problems)


def _undecided(
    line: JoinedLine,
    problems: list[RuleSyntaxError],
    header: Header | None,
    where: Location | None,
) -> UndecidedRule:
    reasons = [f"{line.place(bad.offset, where)}: {bad.message}" for bad in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        reasons.append(f"and {len(problems) - MOST_PROBLEMS} more")
    return UndecidedRule(line.text, "; ".join(reasons), header, where)
