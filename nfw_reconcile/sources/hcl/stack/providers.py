"""Which provider configuration a resource has, followed from module to module ("Providers Within Modules")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.syntax import Attr, Body, Literal, Name, ObjectOf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.hcl.expressions.references import ResourceName
    from nfw_reconcile.sources.hcl.stack.expressing import Instance
    from nfw_reconcile.sources.hcl.syntax import Block, Expression
    from nfw_reconcile.sources.tfplan.addresses import ModulePath

Provider = tuple[str, str]
"""A provider's local name, and the alias of one configuration of it; no alias is ``""``."""

FOR_TAGS: Final = frozenset({"default_tags", "ignore_tags"})
"""Blocks of a provider that say what it writes on the objects that it makes."""


@dataclass(frozen=True, slots=True)
class Configured:
    """A ``provider`` block, and the module instance that declares it."""

    block: Block
    at: ModulePath

    @property
    def sees(self) -> Body:
        """Give what decides which objects a provider sees: all but what it writes on those that it makes."""
        body = self.block.body
        return Body(
            tuple(each for each in body.attributes if each.name not in FOR_TAGS),
            tuple(each for each in body.blocks if each.type not in FOR_TAGS),
            place=body.place,
        )


def provider_of(
    resource: ResourceName, block: Block, at: ModulePath, instances: Mapping[ModulePath, Instance]
) -> Configured | None:
    """Give the configuration of a resource's provider; ``None`` where no module declares one."""
    given = block.body.attribute("provider")
    wanted = _provider(given.expression) if given is not None else (resource.kind.partition("_")[0], "")
    while True:
        instance = instances[at]
        for configured in instance.module.providers:
            if (configured.labels[0], _alias(configured)) == wanted:
                return Configured(configured, at)
        if instance.call is None:
            return None
        wanted, at = _passed(instance.call, wanted), at[:-1]


def _provider(expression: Expression) -> Provider:
    match expression:
        case Attr(target=Name(name=name), name=alias):
            return name, alias
        case Name(name=name) | Literal(value=str(name)):
            kind, _, alias = name.partition(".")
            return kind, alias
        case _:
            return "", ""


def _alias(block: Block) -> str:
    attribute = block.body.attribute("alias")
    if attribute is not None and isinstance(attribute.expression, Literal):
        return str(attribute.expression.value)
    return ""


def _passed(call: Block, wanted: Provider) -> Provider:
    """Give what a provider of a called module is called outside: the same, where nothing is said of it."""
    given = call.body.attribute("providers")
    if given is None or not isinstance(given.expression, ObjectOf):
        return wanted
    found = {_provider(item.key): _provider(item.value) for item in given.expression.items}
    return found.get(wanted, wanted)
