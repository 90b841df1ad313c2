"""Commands that talk to AWS: apply and verify a plan, and take a snapshot of what is live."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nfw_reconcile.cli.options import FILE, aws_options, networks, output_options
from nfw_reconcile.cli.output import now_text, show, write_private
from nfw_reconcile.errors import ExitCode, StalePlan, UsageError, error

if TYPE_CHECKING:
    from nfw_reconcile.cli.options import AwsChoice
    from nfw_reconcile.model.documents import PlanDocument, ResultDocument
