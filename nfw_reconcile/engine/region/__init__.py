"""The newly denied region: the 5-tuples that a change denies and that were allowed, by cause.

``parts`` is what is found, and where to look for it. ``terrain`` holds all headers, ``neighbours`` and ``reach`` those
that share flows with one, ``partition`` the values of fields that they tell apart. ``ranks`` and ``horizon`` say which
headers make a difference to some flows, ``enumeration`` walks them. ``filters`` asks whether flow filters lie in the
region.
"""

from __future__ import annotations

from nfw_reconcile.engine.region.parts import Part, RegionFound, newly_denied

__all__ = ["Part", "RegionFound", "newly_denied"]
