"""Random calls: arguments of the right kind for each function, of a kind near it, and now and then of any."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.unit.sources.hcl.cty.functions.writing import Given, Written, at, attr, cond, fn, op, template, un

if TYPE_CHECKING:
    import random

Draw = Callable[["random.Random"], Given]

POOLS: Final = json.loads(
    Path(__file__).with_name("tables").joinpath("pools.json").read_text(encoding="utf-8")
)
_WORDS: Final[list[str]] = POOLS["words"]
_NUMBERS: Final = [Decimal(number) for number in POOLS["numbers"]]


def pieces(pool: str, least: int, most: int) -> Draw:
    """Put some pieces of a pool together."""
    return lambda lot: "".join(lot.choice(POOLS[pool]) for _ in range(lot.randint(least, most)))


def one_of(*choices: Given) -> Draw:
    return lambda lot: lot.choice(choices)


def any_of(*draws: Draw) -> Draw:
    return lambda lot: lot.choice(draws)(lot)


def words(lot: random.Random) -> str:
    return "".join(lot.choice(_WORDS) for _ in range(lot.choice((1, 1, 1, 2, 3))))


def numbers(lot: random.Random) -> Given:
    return lot.choice(_NUMBERS)


def small(lot: random.Random) -> int:
    return lot.randint(-1, 4)


def truths(lot: random.Random) -> bool:
    return lot.random() < 0.5


def scalars(lot: random.Random) -> Given:
    return lot.choice((words, words, numbers, truths, one_of(None)))(lot)


def lists(member: Draw) -> Draw:
    def draw(lot: random.Random) -> Given:
        items = [member(lot) for _ in range(lot.randint(0, 4))]
        return lot.choice((items, items, items, fn("tolist", items), fn("toset", items)))

    return draw


def objects(member: Draw) -> Draw:
    def draw(lot: random.Random) -> Given:
        items = {lot.choice("abcd"): member(lot) for _ in range(lot.randint(0, 3))}
        return lot.choice((items, items, fn("tomap", items)))

    return draw


def values(lot: random.Random) -> Given:
    """Draw a value of any kind, nested a little."""
    if lot.random() < 0.6:
        return scalars(lot)
    inner = scalars if lot.random() < 0.6 else values
    return lot.choice((lists(inner), objects(inner)))(lot)


def patterns(lot: random.Random) -> str:
    return "".join(
        lot.choice(POOLS["patterns"]) + lot.choice(POOLS["repeats"]) for _ in range(lot.randint(1, 4))
    )


def searched(lot: random.Random) -> str:
    return lot.choice((words(lot), f"/{patterns(lot)}/", f"/{patterns(lot)}/"))


def formats(lot: random.Random) -> str:
    return "".join(lot.choice(("", "x", "é")) + lot.choice(POOLS["verbs"]) for _ in range(lot.randint(1, 3)))


def yaml_texts(lot: random.Random) -> str:
    def line(name: str) -> str:
        begun = lot.choice((f"{name}: ", f"{name}:\n  - ", "- ", "", f"{name}:\n    k: ", f"'{name}': "))
        return begun + str(lot.choice(POOLS["scalars"]))

    return "\n".join(line(name) for name in lot.sample("abcd", lot.randint(1, 3)))


def json_texts(lot: random.Random) -> str:
    """Draw what is often JSON, and often nearly."""
    pool = POOLS["json"]
    drawn = "".join(lot.choice(pool) for _ in range(lot.randint(1, 6)))
    one = lot.choice(pool)
    return str(lot.choice((drawn, f"[{one}]", f'{{"a": {one}}}', f'{{"a":1,"a":{one}}}')))


def csv(lot: random.Random) -> str:
    """Draw a table with stray quotes and odd line ends."""
    return "a,b\n" * lot.randint(0, 1) + str(pieces("csv", 0, 8)(lot))


def base64(lot: random.Random) -> str:
    return "".join(lot.choice("AaYQ=w6Qk\n-+/") for _ in range(lot.randint(0, 8)))


def dates(lot: random.Random) -> str:
    day = f"20{lot.randint(0, 99):02}-{lot.randint(1, 13):02}-{lot.randint(1, 31):02}"
    time = f"{lot.randint(0, 24):02}:{lot.randint(0, 60):02}:00"
    return f"{day}T{time}{lot.choice(('Z', '+02:00', '-11:30', '', '.5Z'))}"


def durations(lot: random.Random) -> str:
    return "".join(
        f"{lot.choice(('', '-', '1.5', '2', '10'))}{lot.choice(('h', 'm', 's', 'ms', 'd', ''))}"
        for _ in range(lot.randint(0, 2))
    )


_NETWORKS: Final = one_of(*POOLS["networks"])
_TEXTS: Final = lists(any_of(words, words, scalars))
_ANY_LIST: Final = lists(any_of(scalars, values))
_NUMBER_LIST: Final = lists(any_of(numbers, numbers, scalars))
_OBJECT: Final = objects(any_of(scalars, values))
_SET: Final = lists(scalars)

SIGNATURES: Final[Mapping[str, tuple[Draw, ...]]] = {
    "abs": (numbers,),
    "ceil": (numbers,),
    "floor": (numbers,),
    "signum": (numbers,),
    "max": (numbers, numbers),
    "min": (numbers, numbers),
    "sum": (_NUMBER_LIST,),
    "parseint": (words, one_of(2, 8, 10, 16, 36, 62)),
    "pow": (small, one_of(0, 1, 2, 3, Decimal("0.5"))),
    "chomp": (words,),
    "endswith": (words, words),
    "startswith": (words, words),
    "strcontains": (words, words),
    "indent": (small, words),
    "join": (words, _TEXTS),
    "lower": (words,),
    "upper": (words,),
    "title": (words,),
    "strrev": (words,),
    "trim": (words, words),
    "trimprefix": (words, words),
    "trimsuffix": (words, words),
    "trimspace": (words,),
    "split": (words, words),
    "substr": (words, small, small),
    "regex": (patterns, words),
    "regexall": (patterns, words),
    "replace": (words, searched, pieces("replacements", 0, 3)),
    "format": (formats, values, values),
    "formatlist": (formats, any_of(_TEXTS, scalars), _NUMBER_LIST),
    "alltrue": (lists(any_of(truths, scalars)),),
    "anytrue": (lists(any_of(truths, scalars)),),
    "chunklist": (_ANY_LIST, small),
    "coalesce": (scalars, scalars, values),
    "coalescelist": (_ANY_LIST, _ANY_LIST),
    "compact": (_TEXTS,),
    "concat": (_ANY_LIST, _ANY_LIST),
    "contains": (_ANY_LIST, scalars),
    "distinct": (_ANY_LIST,),
    "element": (_ANY_LIST, small),
    "flatten": (lists(any_of(scalars, _ANY_LIST)),),
    "index": (_ANY_LIST, scalars),
    "keys": (_OBJECT,),
    "values": (_OBJECT,),
    "length": (values,),
    "lookup": (_OBJECT, one_of("a", "b", "x"), values),
    "merge": (_OBJECT, _OBJECT),
    "one": (_ANY_LIST,),
    "reverse": (_ANY_LIST,),
    "range": (small, any_of(numbers, small)),
    "setintersection": (_SET, _SET),
    "setunion": (_SET, _SET),
    "setsubtract": (_SET, _SET),
    "setproduct": (_SET, _SET),
    "slice": (_ANY_LIST, small, small),
    "sort": (_TEXTS,),
    "transpose": (objects(_TEXTS),),
    "zipmap": (_TEXTS, _ANY_LIST),
    "matchkeys": (_SET, _SET, _SET),
    "tolist": (_ANY_LIST,),
    "toset": (_ANY_LIST,),
    "tomap": (_OBJECT,),
    "tostring": (scalars,),
    "tonumber": (scalars,),
    "tobool": (scalars,),
    "base64decode": (base64,),
    "base64encode": (words,),
    "urlencode": (words,),
    "jsonencode": (values,),
    "jsondecode": (json_texts,),
    "csvdecode": (csv,),
    "yamldecode": (yaml_texts,),
    "yamlencode": (values,),
    "md5": (words,),
    "sha256": (words,),
    "base64sha512": (words,),
    "uuidv5": (one_of("dns", "url"), words),
    "cidrhost": (_NETWORKS, any_of(small, numbers)),
    "cidrnetmask": (_NETWORKS,),
    "cidrsubnet": (_NETWORKS, any_of(small, numbers), any_of(small, numbers)),
    "cidrsubnets": (_NETWORKS, small, small, small),
    "formatdate": (pieces("layouts", 0, 4), dates),
    "timeadd": (dates, durations),
    "basename": (words,),
    "dirname": (words,),
}


def drawn_expression(lot: random.Random) -> Written:
    """Draw a call or an operation."""
    if lot.random() < 0.2:
        return _operation(lot)
    name = lot.choice(sorted(SIGNATURES))
    # A power of any numbers may be infinite, which Terraform cannot write down.
    odd = 0.0 if name == "pow" else 0.06
    arguments = [values(lot) if lot.random() < odd else draw(lot) for draw in SIGNATURES[name]]
    return fn(name, *(_nested(lot, each) for each in arguments))


def _nested(lot: random.Random, given: Given) -> Given:
    if isinstance(given, Written) or lot.random() > 0.05:
        return given
    return fn("jsondecode", fn("jsonencode", given))


def _operation(lot: random.Random) -> Written:
    match lot.randrange(7):
        case 0:
            return op(
                numbers(lot), lot.choice(("+", "-", "*", "%", "<", ">=")), any_of(numbers, scalars)(lot)
            )
        case 1:
            return op(numbers(lot), "/", lot.choice((2, 4, 5, 10, -3, 7)))
        case 2:
            return op(values(lot), lot.choice(("==", "!=")), values(lot))
        case 3:
            return cond(any_of(truths, scalars)(lot), values(lot), values(lot))
        case 4:
            return at(any_of(_ANY_LIST, _OBJECT, values)(lot), any_of(small, one_of("a", "b"), scalars)(lot))
        case 5:
            return attr(any_of(_OBJECT, values)(lot), lot.choice("ab"))
        case _:
            return lot.choice(
                (
                    template(scalars(lot), values(lot)),
                    un("!", scalars(lot)),
                    un("-", scalars(lot)),
                    op(truths(lot), "&&", scalars(lot)),
                )
            )
