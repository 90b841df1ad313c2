"""Intrinsic functions: from a tree as written to one of plain values, and of unknown ones with names.

The functions are those of CloudFormation's "Intrinsic function reference". The name of an unknown value
is its expression with all that is known put in: the same name on both sides of a comparison is the same
value. ``None`` stands for ``AWS::NoValue``, which takes a member or an item away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.cloudformation.conditions import Conditions
from nfw_reconcile.sources.cloudformation.functions import (
    FUNCTIONS,
    Misused,
    arguments,
    items_of,
    number,
    text,
)
from nfw_reconcile.sources.cloudformation.identity import Definitions
from nfw_reconcile.sources.cloudformation.loops import LOOP, Loops
from nfw_reconcile.sources.cloudformation.parameters import NO_VALUE, dynamic
from nfw_reconcile.sources.cloudformation.references import References
from nfw_reconcile.sources.cloudformation.template import TRANSFORM, here
from nfw_reconcile.sources.cloudformation.tree import (
    Items,
    Leaf,
    Members,
    Unquoted,
    as_sensitive,
    at,
    called,
    is_known,
    is_sensitive,
    shown,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.cloudformation.budget import Budget
    from nfw_reconcile.sources.cloudformation.template import Template
    from nfw_reconcile.sources.cloudformation.tree import Place, Tree
    from nfw_reconcile.sources.remarks import Remarks

MOST_NESTED: Final = 90
"""Functions, lists and objects that are worked out inside each other, through conditions and attributes as well."""

_PART: Final = re.compile(r"\$\{(!?)([^${}]*)\}")
_REMEDY: Final = "Correct the template."


@dataclass(slots=True)
class Evaluator:
    """Works out values of one template; what is wrong becomes a problem, and an unknown value in its place."""

    template: Template
    given: Mapping[str, str]
    budget: Budget
    remarks: Remarks
    _references: References = field(init=False)
    _conditions: Conditions = field(init=False)
    _depth: int = 0

    def __post_init__(self) -> None:
        self._references = References(
            self.template, Definitions(self.template, self.given, self.budget), self.evaluate, self.remarks
        )
        self._conditions = Conditions(self.template, self.evaluate, self.remarks)

    def condition(self, name: Tree) -> Leaf:
        """Give a named condition: true, false or unknown."""
        return self._conditions.named(name)

    def digest_of(self, name: str) -> str:
        """Give a digest of what a name stands for, and of all that it follows from."""
        return self._references.definitions.digest_of(name)

    def evaluate(self, tree: Tree) -> Tree | None:
        """Give the value of a tree; ``None`` for ``AWS::NoValue``. Raises ``InputError`` over budget."""
        self.budget.spend()
        if self._depth == MOST_NESTED:
            here(self.remarks, tree).problem("Resources", "functions refer to each other too deeply", _REMEDY)
            return unknown("nested too deeply", tree.place)
        self._depth += 1
        try:
            return self._value(tree)
        finally:
            self._depth -= 1

    def loops(self) -> Loops:
        """Give what writes loops out."""
        return Loops(self._collection, self.budget, self.remarks)

    def _collection(self, tree: Tree) -> Items | None:
        found = self.evaluate(tree)
        return found if isinstance(found, Items) and is_known(found) else None

    def _value(self, tree: Tree) -> Tree | None:
        match tree:
            case Leaf(value=Unquoted(text=word)):
                here(self.remarks, tree).warn(
                    f"{word:.100} without quotes may be read as something else in YAML 1.1",
                    "Put it in quotes.",
                )
                return unknown(f"unquoted {word}", tree.place)
            case Leaf():
                return dynamic(tree)
            case Items(items=items):
                return Items(tuple(self._present(items)), tree.place)
            case Members():
                return self._members(tree)

    def _present(self, trees: tuple[Tree, ...]) -> list[Tree]:
        found = (self.evaluate(tree) for tree in trees)
        return [one for one in found if one is not None]

    def _members(self, tree: Members) -> Tree | None:
        names = [name for name in tree.members if _is_function(name)]
        if names and len(tree.members) == 1:
            found = self._call(names[0], tree.members[names[0]], tree.place)
            if found is None or names[0] == "Fn::Sub":  # each line of whose text is one of the file
                return found
            return at(found, tree.place)
        if TRANSFORM in names:
            return self._named(TRANSFORM, self._each(tree), tree.place)
        if names:
            here(self.remarks, tree).problem(names[0], "a function stands alone in its object", _REMEDY)
        return self._each(self.loops().expand(tree))

    def _each(self, tree: Members) -> Members:
        values = {name: self.evaluate(one) for name, one in tree.members.items()}
        return Members({name: one for name, one in values.items() if one is not None}, tree.place)

    def _call(self, name: str, argument: Tree, place: Place) -> Tree | None:
        try:
            match name:
                case "Ref":
                    return self._ref(argument)
                case "Fn::FindInMap":
                    return self._find_in_map(argument)
                case "Fn::GetAtt":
                    return self._get_att(argument)
                case "Fn::If":
                    return self._if(argument)
                case "Fn::Select":
                    return self._select(argument)
                case "Fn::Sub":
                    return self._sub(argument)
                case _:
                    return self._plain(name, argument, place)
        except Misused as why:
            problems = self.remarks.at(place.line, place.column)
            problems.problem(name, str(why), _REMEDY)
            return unknown(called(name, "misused"), place)

    def _plain(self, name: str, argument: Tree, place: Place) -> Tree:
        """Call a function whose arguments are worked out first; one that is not known gives an unknown value."""
        value = self._needed(argument)
        if name not in FUNCTIONS or not is_known(value):
            return self._named(name, value, place)
        for part in (value, made := FUNCTIONS[name](value)):
            self.budget.spend_text(len(shown(part, "")))
        return dynamic(as_sensitive(made) if is_sensitive(value) else made)

    def _needed(self, tree: Tree) -> Tree:
        found = self.evaluate(tree)
        if found is None:
            raise Misused(f"{NO_VALUE} is no value")
        return found

    def _named(self, name: str, value: Tree, place: Place) -> Leaf:
        """Name what a function gives; what a macro gives is not even the same for two templates."""
        mark = self.template.mark
        whose = f" of {mark}" if name == TRANSFORM else ""
        return unknown(f"{called(name, _inner(shown(value, mark)))}{whose}", place)

    def _ref(self, argument: Tree) -> Tree | None:
        name = text(argument)
        return None if name == NO_VALUE else self._references.named(name)

    def _get_att(self, argument: Tree) -> Tree:
        if isinstance(argument, Leaf):
            return self._references.attribute(text(argument))
        name, attribute = arguments(argument, 2)
        word = self._needed(attribute)
        if not is_known(word):
            some = shown(Items((name, word)), self.template.mark)
            return unknown(f"{called('GetAtt', _inner(some))} #{self.digest_of(text(name))}", argument.place)
        return self._references.attribute(f"{text(name)}.{text(word)}")

    def _if(self, argument: Tree) -> Tree | None:
        name, yes, no = arguments(argument, 3)
        truth = self.condition(name)
        if isinstance(truth.value, bool):
            found = self.evaluate(yes if truth.value else no)
            return as_sensitive(found) if truth.sensitive and found is not None else found
        mark = self.template.mark
        one, other = self.evaluate(yes), self.evaluate(no)
        texts = shown(one, mark), shown(other, mark)
        if texts[0] == texts[1]:
            return one
        return unknown(called("If", f"{shown(truth, mark)}, {texts[0]}, {texts[1]}"), argument.place)

    def _select(self, argument: Tree) -> Tree:
        index, choices = arguments(argument, 2)
        place, found = self._needed(index), self._needed(choices)
        if not is_known(place) or isinstance(found, Leaf):
            return self._named("Fn::Select", Items((place, found)), argument.place)
        if not is_known(Items(items_of(found)[: number(place)])):  # one before it may turn out to be no item
            return self._named("Fn::Select", Items((place, found)), argument.place)
        if number(place) >= len(items_of(found)):
            raise Misused(f"there is no item {number(place)}")
        chosen = items_of(found)[number(place)]
        return as_sensitive(chosen) if is_sensitive(place) else chosen

    def _find_in_map(self, argument: Tree) -> Tree | None:
        given = items_of(argument)
        last = given[-1] if given else argument
        default = last.members.get("DefaultValue") if isinstance(last, Members) else None
        keys = given if default is None else given[:-1]
        chosen = Items(tuple(self._needed(key) for key in arguments(Items(keys), 3)))
        if not is_known(chosen):
            return self._some_entry(chosen, default, argument.place)
        name, top, second = (text(key) for key in chosen.items)
        found = _entry(_entry(self.template.mappings.get(name), top), second) or default
        if found is None:
            raise Misused(f"there is no mapping {name:.100} with {top:.100}, {second:.100}")
        value = self.evaluate(found)
        return as_sensitive(value) if is_sensitive(chosen) and value is not None else value

    def _some_entry(self, chosen: Items, default: Tree | None, place: Place) -> Leaf:
        """Name an entry of a mapping that is not known: the same only where the whole mapping is."""
        mark = self.template.mark
        name = chosen.items[0]
        held = f"#{self.digest_of(text(name))}" if is_known(name) else f"of {mark}"
        otherwise = "" if default is None else f", else {shown(self.evaluate(default), mark)}"
        return unknown(f"{called('FindInMap', _inner(shown(chosen, mark)) + otherwise)} {held}", place)

    def _sub(self, argument: Tree) -> Tree:
        template, own = (argument, None) if isinstance(argument, Leaf) else arguments(argument, 2)
        if own is not None and not isinstance(own, Members):
            raise Misused("the second argument is an object")
        parts: list[Tree] = []
        pattern, end = text(template), 0
        for match in _PART.finditer(pattern):
            parts += [Leaf(pattern[end : match.start()]), self._substituted(match, own)]
            end = match.end()
        parts.append(Leaf(pattern[end:]))
        whole = Items(tuple(part for part in parts if part != Leaf("")))
        if not is_known(whole):
            return self._named("Fn::Sub", whole, template.place)
        made = "".join(text(part) for part in whole.items)
        self.budget.spend_text(len(made))
        return dynamic(Leaf(made, template.place, is_sensitive(whole)))

    def _substituted(self, match: re.Match[str], own: Members | None) -> Tree:
        name = match[2].strip()
        if match[1]:
            return Leaf(f"${{{match[2]}}}")
        if own is not None and name in own.members:
            return self._needed(own.members[name])
        return self._references.attribute(name) if "." in name else self._references.named(name)


def _is_function(name: str) -> bool:
    return name == "Ref" or (name.startswith("Fn::") and not name.startswith(LOOP))


def _entry(tree: Tree | None, key: str) -> Tree | None:
    return tree.members.get(key) if isinstance(tree, Members) else None


def _inner(arguments_shown: str) -> str:
    """Leave out the brackets of a list of arguments."""
    is_list = arguments_shown.startswith("[") and arguments_shown.endswith("]")
    return arguments_shown[1:-1] if is_list else arguments_shown
