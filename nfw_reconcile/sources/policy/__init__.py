"""AWS-shaped bodies in, a model policy and diagnostics out; what is not known stays a value."""

from __future__ import annotations

from nfw_reconcile.sources.policy.builder import build_policy
from nfw_reconcile.sources.policy.group import build_group

__all__ = ["build_group", "build_policy"]
