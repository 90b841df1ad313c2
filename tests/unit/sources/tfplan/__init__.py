"""Terraform plans and states in, inventories out."""

from __future__ import annotations
