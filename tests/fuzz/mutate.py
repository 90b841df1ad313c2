"""Broken inputs, made cheaply from whole ones: text that is cut and spliced, JSON with anything anywhere.

Nothing here changes what it is given: of a tree, only the containers on the way to the change are copied.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

FRAGMENTS: Final = (
    "\x00", "\r", "\n", "\r\n", "\t", " ", "\x1b[2J", "\x7f", "\x9b", "\x85", "\u2028", "\u202e", "\u200b",
    "\ufeff", "\u00a0", "\uff11", "\u0661", "\u3164", "é", "東", "\U0001f600", "\\", "\\\\", '"', "'", "`", ",", ";",
    ":", "::", "/", "(", ")", "[", "]", "{", "}", "!", "!!", "$", "@", "#", "-", "->", "<>", "<-", "=", "%", "&",
    "|", "..", "0", "00", "-1", "1e9", "1e999", "0x10", "65535", "65536", "4294967296", "9" * 25, "NaN", "Infinity",
    "null", "true", "any", "$HOME_NET", "[$A,$B]", "!$A", "@lists", "10.0.0.0/8", "10.0.0.0/33",
    "10.0.0.1-10.0.0.9", "::/0", "fe80::1%e", "::ffff:10.0.0.1", "1:", ":1", "2:1", "pass", "drop", "reject",
    "alert", "sid:1;", 'msg:"x";', "\\ud800", "\\u0000",
    "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/web", "::error::x", "##[error]x", "%0A",
    "../",
)  # fmt: skip
"""Pieces that mean something to one parser or another."""

NUMBERS: Final[tuple[Any, ...]] = (
    0, 1, -1, 7, 65_535, 65_536, 2**31, 2**63, 2**64, 10**28, 10**400, -(10**400), 10**4_299, 0.0, -0.0, 1.0, 1.5,
    1e308, 5e-324, True, "1", "-1", "1.0", "1e9", "9" * 5_000, " 1", "\u0661",
)  # fmt: skip
"""What may stand in the place of a number."""

LEAVES: Final[tuple[Any, ...]] = (
    None, True, False, *NUMBERS, "", " ", "x", "true", "0", "1.0", "2.0", "STATEFUL", "STATELESS", "STRICT_ORDER",
    "aws:drop", "é" * 300, "x" * 5_000, "[" * 70, "$A", "[$A,$A]", "a.b", 'a["b"].c', "aws_vpc.a", "each.key", [],
    {}, [[]], [{}], [None], ["x"], {"": None}, {"x": {}}, {"key": "A"}, {"references": ["module.a.b", "var.x"]},
    {"constant_value": 1}, {"$unresolved": "x"}, {"$unresolved": 1}, {"$sensitive": None},
    {"$sensitive": {"$sensitive": "x"}}, json.loads("[" * 60 + "]" * 60), json.loads('{"a":' * 60 + "1" + "}" * 60),
    *FRAGMENTS,
)  # fmt: skip
"""JSON values, all of which the JSON reader lets pass."""

_MOST_REPEATS: Final = 40


def mutated_text(random: Random, corpus: Sequence[str], fragments: Sequence[str] = FRAGMENTS) -> str:
    """Give a text of the corpus after one to three cuts, repeats, splices and insertions."""
    text = random.choice(corpus)
    for _ in range(random.randint(1, 3)):
        start = random.randint(0, len(text))
        end = min(len(text), start + random.choice((0, 1, 1, 2, 5, 20, 200)))
        piece = text[start:end]
        match random.randrange(6):
            case 0:
                piece = ""
            case 1:
                piece += piece
            case 2:
                piece = random.choice(fragments)
            case 3:
                piece = random.choice(fragments) * random.randint(2, _MOST_REPEATS)
            case 4:
                other = random.choice(corpus)
                cut = random.randint(0, len(other))
                piece = other[cut : cut + random.randint(0, 60)]
            case _:
                piece = chr(random.choice((random.randrange(128), random.randrange(0xD800))))
        text = text[:start] + piece + text[end:]
    return text


def mutated_tree(random: Random, corpus: Sequence[Any], leaves: Sequence[Any] = LEAVES) -> Any:  # noqa: ANN401 - JSON
    """Give a JSON value of the corpus with one to three places changed."""
    tree = random.choice(corpus)
    for _ in range(random.randint(1, 3)):
        tree = _changed(random, tree, corpus, leaves)
    return tree


def _changed(random: Random, tree: Any, corpus: Sequence[Any], leaves: Sequence[Any]) -> Any:  # noqa: ANN401 - JSON
    """Change one place at or below this one."""
    if isinstance(tree, dict) and tree and random.random() < 0.93:
        return _changed_object(random, tree, corpus, leaves)
    if isinstance(tree, list) and tree and random.random() < 0.93:
        return _changed_list(random, tree, corpus, leaves)
    return _replacement(random, tree, corpus, leaves)


def _changed_object(
    random: Random, tree: dict[str, Any], corpus: Sequence[Any], leaves: Sequence[Any]
) -> Any:  # noqa: ANN401 - JSON
    copy = dict(tree)
    key = random.choice(list(copy))
    match random.randrange(12):
        case 0:
            del copy[key]
        case 1:
            copy[random.choice(FRAGMENTS)] = random.choice(leaves)
        case 2:
            copy[random.choice(list(copy))] = copy[key]
        case _:
            copy[key] = _changed(random, copy[key], corpus, leaves)
    return copy


def _changed_list(random: Random, tree: list[Any], corpus: Sequence[Any], leaves: Sequence[Any]) -> Any:  # noqa: ANN401 - JSON
    copy = list(tree)
    index = random.randrange(len(copy))
    match random.randrange(12):
        case 0:
            del copy[index]
        case 1:
            copy.insert(index, random.choice(leaves))
        case 2:
            copy += [copy[index]] * random.randint(1, 3)
        case _:
            copy[index] = _changed(random, copy[index], corpus, leaves)
    return copy


def _replacement(random: Random, value: Any, corpus: Sequence[Any], leaves: Sequence[Any]) -> Any:  # noqa: ANN401 - JSON
    match random.randrange(8):
        case 0:
            return [value]
        case 1:
            return {"x": value}
        case 2 | 3 | 5 if isinstance(value, str):
            return mutated_text(random, (value,))
        case 2 | 3 | 5 if isinstance(value, int | float):
            return random.choice(NUMBERS)
        case 4:
            return picked(random, random.choice(corpus))
        case _:
            return random.choice(leaves)


def picked(random: Random, tree: Any) -> Any:  # noqa: ANN401 - JSON
    """Give some value at or below a place of a tree."""
    while isinstance(tree, dict | list) and tree and random.random() < 0.8:
        tree = random.choice(list(tree.values()) if isinstance(tree, dict) else tree)
    return tree
