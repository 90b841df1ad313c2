"""The command that repairs missed runs: what lives although the live policy denies it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nfw_reconcile.cli.naming import name_options
from nfw_reconcile.cli.options import aws_options, networks
from nfw_reconcile.cli.output import now_text
from nfw_reconcile.cli.settings import config_option
from nfw_reconcile.cli.showing import OUT, output_options
from nfw_reconcile.errors import ExitCode

if TYPE_CHECKING:
    from nfw_reconcile.cli.naming import NameChoice
    from nfw_reconcile.cli.options import AwsChoice
    from nfw_reconcile.cli.showing import Shown
    from nfw_reconcile.config.settings import Settings
    from nfw_reconcile.model.plan_document import PlanDocument


@click.command("sweep")
@click.option("--firewall", required=True, metavar="ARN", help="The firewall.")
@click.option("--home-net", metavar="CIDR,...", help="HOME_NET, where neither policy nor VPC gives it.")
@click.option(
    "--include-associations", is_flag=True, help="Look at the flows of VPC endpoint associations as well."
)
@name_options
@config_option
@aws_options
@output_options(saves=OUT)
def sweep_command(
    *,
    firewall: str,
    home_net: str | None,
    include_associations: bool,
    names: NameChoice,
    settings: Settings,
    aws: AwsChoice,
    shown: Shown,
) -> int:
    """Find the live flows that the live policy denies, whatever let them through.

    It captures, and flushes nothing: the plan that it writes is a report of drift, and apply brings the flows in
    line. Run it on a schedule, and a missed apply heals. What looks like a blocked attempt is told apart and left
    alone. Exit 6 where flows may be missing from the captures.

    \b
    Examples:
      nfw-reconcile sweep --firewall arn:aws:network-firewall:eu-west-1:111122223333:firewall/main
      nfw-reconcile sweep --firewall ARN --out sweep.plan && nfw-reconcile apply sweep.plan --yes
    """
    from nfw_reconcile.act.options import ActOptions  # noqa: PLC0415 - not for --help
    from nfw_reconcile.cli.clock import SystemClock  # noqa: PLC0415
    from nfw_reconcile.pipeline.names import with_names  # noqa: PLC0415
    from nfw_reconcile.pipeline.sweeping import Sweep, make_sweep  # noqa: PLC0415

    naming = names.naming(settings, aws)
    asked = Sweep(firewall, networks("--home-net", home_net), settings.home_net)
    options = ActOptions(include_associations=include_associations)
    document = make_sweep(asked, aws.service_for, SystemClock(), options, created_at=now_text())
    document = with_names(document, naming)
    shown.by_default(settings).show(document)
    return ExitCode.OK if _complete(document) else ExitCode.UNVERIFIED


def _complete(document: PlanDocument) -> bool:
    """Say whether no flow can be missing from what was looked at."""
    return all(plan.flows is not None and plan.flows.complete for plan in document.firewalls)
