"""A CloudFormation template in, an inventory of the stack that it describes out."""

from __future__ import annotations

from nfw_reconcile.sources.cloudformation.document import (
    MOST_BYTES,
    looks_like_template,
    looks_like_yaml_template,
)
from nfw_reconcile.sources.cloudformation.read import NO_PARAMETERS, TemplateSide, read_template

__all__ = [
    "MOST_BYTES",
    "NO_PARAMETERS",
    "TemplateSide",
    "looks_like_template",
    "looks_like_yaml_template",
    "read_template",
]
