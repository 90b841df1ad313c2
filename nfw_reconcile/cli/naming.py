"""The options that say what addresses are called: the user's own names, AWS's published ranges, and EC2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nfw_reconcile.cli.adding import adding
from nfw_reconcile.cli.options import FILE
from nfw_reconcile.cli.talk import say

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.cli.options import AwsChoice
    from nfw_reconcile.config.settings import Settings
    from nfw_reconcile.pipeline.names import NameService, Naming


@dataclass(frozen=True, slots=True)
class NameChoice:
    """Where names come from, as the command line says it; without any of it nobody is asked."""

    file: Path | None
    ranges: Path | None
    ask: bool

    def naming(self, settings: Settings, aws: AwsChoice, *, has_flows: bool = True) -> Naming:
        """Read the files, and say whom to ask; names of ``--names`` go before those of the configuration file.

        Options without flows to be named are told on stderr. Nothing is called yet. Raises ``InputError`` with all
        that is wrong about a file.
        """
        from nfw_reconcile.pipeline.names import Naming  # noqa: PLC0415 - not for --help
        from nfw_reconcile.sources.ipranges import read_ip_ranges  # noqa: PLC0415
        from nfw_reconcile.sources.namefile import read_names  # noqa: PLC0415

        if not has_flows and (self.file or self.ranges or self.ask):
            say("No flows are looked at, so there are no addresses to name. Give --flows or --capture.")
        given = read_names(self.file) if self.file else ()
        ranges = read_ip_ranges(self.ranges) if self.ranges else ()

        def service_of(region: str | None) -> NameService:
            return aws.names_for(region)

        return Naming((*given, *settings.names), ranges, service_of if self.ask else None)


name_options = adding(
    "names",
    NameChoice,
    click.option(
        "--names",
        "file",
        type=FILE,
        metavar="FILE",
        help="Your own names for addresses: CSV with cidr,name[,owner].",
    ),
    click.option(
        "--ip-ranges", "ranges", type=FILE, metavar="FILE", help="AWS's ip-ranges.json, to name its services."
    ),
    click.option(
        "--aws-names", "ask", is_flag=True, help="Ask EC2 whose addresses those of the flows are; reads only."
    ),
)
"""Adds the options that name addresses; the command gets one ``names``."""
