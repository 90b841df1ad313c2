"""Terraform configuration in, the inventory of one revision out: nothing is run, and nothing is guessed."""

from __future__ import annotations

from nfw_reconcile.sources.hcl.configuration import Configured, read_configuration
from nfw_reconcile.sources.hcl.stack.variables import GivenFile, GivenValue, Inputs

__all__ = ["Configured", "GivenFile", "GivenValue", "Inputs", "read_configuration"]
