"""The region of a resource's provider, followed from module to module ("Providers Within Modules")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.expressions.references import references
from nfw_reconcile.sources.hcl.stack.nodes import ONCE
from nfw_reconcile.sources.hcl.syntax import Attr, Literal, Name, ObjectOf

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.expressions.references import ResourceName
    from nfw_reconcile.sources.hcl.stack.evaluation import Evaluation
    from nfw_reconcile.sources.hcl.syntax import Block, Expression
    from nfw_reconcile.sources.tfplan.addresses import ModulePath

Provider = tuple[str, str]
"""A provider's local name, and the alias of one configuration of it; no alias is ``""``."""


def region_of(resource: ResourceName, block: Block, at: ModulePath, evaluation: Evaluation) -> str | None:
    """Give the region that the provider of a resource is configured for; ``None`` where it is not known."""
    given = block.body.attribute("provider")
    wanted = _provider(given.expression) if given is not None else (resource.kind.partition("_")[0], "")
    while True:
        instance = evaluation.expressing.instances[at]
        for configured in instance.module.providers:
            if (configured.labels[0], _alias(configured)) == wanted:
                return _region(configured, at, evaluation)
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


def _region(block: Block, at: ModulePath, evaluation: Evaluation) -> str | None:
    attribute = block.body.attribute("region")
    if attribute is None:
        return None
    found = evaluation.found(at, references(attribute.expression))
    names = evaluation.expressing.names(at, found, ONCE)
    value = evaluation.expressing.now(attribute.expression, names).value
    known = values.to_plain(value) if values.is_wholly_known(value) else None
    return known if isinstance(known, str) else None
