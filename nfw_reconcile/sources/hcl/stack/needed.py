"""Which modules hold anything that is read: the others are not expanded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.stack.schemas import matters
from nfw_reconcile.sources.tfplan.addresses import Step

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.stack.loading import Loader
    from nfw_reconcile.sources.hcl.stack.modules import Module
    from nfw_reconcile.sources.tfplan.addresses import ModulePath


@dataclass(slots=True)
class Needed:
    """Looks through modules and those that they call, each directory once."""

    loader: Loader
    _known: dict[str, bool] = field(default_factory=dict)

    def of(self, module: Module, at: ModulePath) -> bool:
        """Say whether a module, called at a path, or one that it calls holds anything that is read."""
        if module.directory not in self._known:
            self._known[module.directory] = False  # what calls itself adds nothing that is not there already
            self._known[module.directory] = self._looked(module, at)
        return self._known[module.directory]

    def _looked(self, module: Module, at: ModulePath) -> bool:
        called = [(self.loader.called(module, at, name), (*at, Step(name))) for name in module.calls]
        inner = [self.of(each, path) for each, path in called if each is not None]
        return any(map(matters, module.resources)) or any(inner)
