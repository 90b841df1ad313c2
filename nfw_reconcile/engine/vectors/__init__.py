"""The effect of a change on many flows at once: flows as columns in, the effect on each out.

It says for every flow what :meth:`nfw_reconcile.engine.effect.Comparison.effect` says, which stays the
specification. ``columns`` holds flows by field; ``field`` and ``table`` find the headers that flows match;
``rosters`` turns these into what an effect depends on; ``settled`` and ``classify`` give the answers.
"""

from __future__ import annotations

from nfw_reconcile.engine.vectors.classify import Classifier, Effects
from nfw_reconcile.engine.vectors.columns import AddressColumn, FlowColumns

__all__ = ["AddressColumn", "Classifier", "Effects", "FlowColumns"]
