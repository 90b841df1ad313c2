"""``Fn::ForEach``: one member of an object for each value of a list (CloudFormation guide, "Fn::ForEach").

The loop's identifier is put into texts, keys and ``Ref`` before anything is worked out, as
CloudFormation's transform ``AWS::LanguageExtensions`` does it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.cloudformation.template import here
from nfw_reconcile.sources.cloudformation.tree import Items, Leaf, Members, text_of

if TYPE_CHECKING:
    from nfw_reconcile.sources.cloudformation.budget import Budget
    from nfw_reconcile.sources.cloudformation.tree import Tree
    from nfw_reconcile.sources.remarks import Remarks

LOOP: Final = "Fn::ForEach::"

MOST_NESTED: Final = 5
"""Loops inside each other (CloudFormation guide, "Fn::ForEach": at most 5)."""

Collection = Callable[["Tree"], "Items | None"]
"""Works out the list of a loop; ``None`` where it is not known."""

_SHAPE: Final = "an identifier, a list and an object are needed, and the list must be known"
_REMEDY: Final = "Correct it, or give the parameters that it depends on with --var."


@dataclass(frozen=True, slots=True)
class Loops:
    """Writes the loops of objects out; every loop that cannot be written out is a problem."""

    collection: Collection
    budget: Budget
    remarks: Remarks

    def expand(self, tree: Members, level: int = 0) -> Members:
        """Give an object without loops of its own. Raises ``InputError`` over budget."""
        if not any(name.startswith(LOOP) for name in tree.members):
            return tree
        made: dict[str, Tree] = {}
        for name, member in tree.members.items():
            turns = self._turns(name, member, level) if name.startswith(LOOP) else [(name, member)]
            for key, one in turns:
                if key in made:
                    here(self.remarks, member).problem(
                        key, "a loop makes a key that is there already", _REMEDY
                    )
                made[key] = one
        return Members(made, tree.place)

    def _turns(self, name: str, loop: Tree, level: int) -> list[tuple[str, Tree]]:
        match loop:
            case Items(items=(Leaf(value=str(identifier)), values, Members() as body)) if level < MOST_NESTED:
                known = self.collection(values)
            case _:
                known = None
        if known is None:
            here(self.remarks, loop).problem(name, _SHAPE, _REMEDY)
            return []
        words = [text_of(value.value) if isinstance(value, Leaf) else None for value in known.items]
        if None in words:
            here(self.remarks, loop).problem(name, "a value of the list is no string", _REMEDY)
        turns = (self._with_word(body, identifier, word) for word in words if word is not None)
        return [item for turn in turns for item in self.expand(turn, level + 1).members.items()]

    def _with_word(self, tree: Members, identifier: str, word: str) -> Members:
        members = {
            self._text(key, identifier, word): self._with(one, identifier, word)
            for key, one in tree.members.items()
        }
        return Members(members, tree.place)

    def _with(self, tree: Tree, identifier: str, word: str) -> Tree:
        self.budget.spend()
        match tree:
            case Members(members={"Ref": Leaf(value=str(name))}) if (
                name == identifier and len(tree.members) == 1
            ):
                return Leaf(word, tree.place)
            case Members():
                return self._with_word(tree, identifier, word)
            case Items(items=items):
                return Items(tuple(self._with(item, identifier, word) for item in items), tree.place)
            case Leaf(value=str(text)):
                return Leaf(self._text(text, identifier, word), tree.place)
            case _:
                return tree

    def _text(self, text: str, identifier: str, word: str) -> str:
        """Put a value into ``${Identifier}``; ``&{Identifier}`` leaves out what no logical name may hold."""
        self.budget.spend_text(len(text))
        if identifier not in text:
            return text
        bare = re.sub(r"[^A-Za-z0-9]", "", word)
        made = text.replace(f"${{{identifier}}}", word).replace(f"&{{{identifier}}}", bare)
        self.budget.spend_text(len(made))
        return made
