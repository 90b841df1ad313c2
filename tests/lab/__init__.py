"""The lab, played with root's rights: what it foretells, and that it leaves nothing."""

from __future__ import annotations
