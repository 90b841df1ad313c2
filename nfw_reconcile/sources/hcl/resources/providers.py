"""The region of a resource's provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.cty import forms, values
from nfw_reconcile.sources.hcl.expressions.references import references
from nfw_reconcile.sources.hcl.stack.nodes import ONCE
from nfw_reconcile.sources.hcl.stack.providers import provider_of

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.expressions.references import ResourceName
    from nfw_reconcile.sources.hcl.stack.evaluation import Evaluation
    from nfw_reconcile.sources.hcl.syntax import Block
    from nfw_reconcile.sources.tfplan.addresses import ModulePath


def region_of(resource: ResourceName, block: Block, at: ModulePath, evaluation: Evaluation) -> str | None:
    """Give the region that the provider of a resource is configured for; ``None`` where it is not known."""
    expressing = evaluation.expressing
    provider = provider_of(resource, block, at, expressing.instances)
    attribute = provider.block.body.attribute("region") if provider is not None else None
    if provider is None or attribute is None:
        return None
    found = evaluation.found(provider.at, references(attribute.expression))
    names = expressing.names(provider.at, found, ONCE)
    value = expressing.now(attribute.expression, names).value
    known = forms.to_plain(value) if values.is_wholly_known(value) else None
    return known if isinstance(known, str) else None
