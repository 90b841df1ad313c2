"""How fast nfw-reconcile is, each figure beside that of a peer, measured in the same call: ``make bench``."""

from __future__ import annotations
