"""Options that several commands share, and the requests that are built from them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nfw_reconcile.cli.adding import adding
from nfw_reconcile.cli.ordering import in_order

if TYPE_CHECKING:
    from nfw_reconcile.act.journal.store import JournalStore
    from nfw_reconcile.act.ports import FlowService
    from nfw_reconcile.aws.client import Access
    from nfw_reconcile.config.settings import Settings
    from nfw_reconcile.model.documents import FirewallIdentity
    from nfw_reconcile.pipeline import Surroundings
    from nfw_reconcile.pipeline.inputs import Request
    from nfw_reconcile.pipeline.names import NameService

FILE = click.Path(path_type=Path)
SOURCES: Final = (
    "plan, state or snapshot JSON, a CloudFormation template, a directory of Terraform configuration, git:REV[:DIR], "
    "git:REV:TEMPLATE or live:FIREWALL_ARN"
)


def request_of(
    *,
    tf_plan: Path | None,
    old: str | None,
    new: str | None,
    context: tuple[str, ...],
    values: tuple[str, ...],
    files: tuple[Path, ...],
    config_dir: Path | None,
    firewall: tuple[str, ...],
    policy: str | None,
    home_net: str | None,
) -> Request:
    """Say what is to be compared; raises ``UsageError`` for words that name no source."""
    from nfw_reconcile.pipeline.inputs import Request  # noqa: PLC0415 - not for --help
    from nfw_reconcile.pipeline.source import parse_source, parse_variables  # noqa: PLC0415
    from nfw_reconcile.sources.assemble import Choice  # noqa: PLC0415

    return Request(
        tf_plan,
        parse_source(old) if old is not None else None,
        parse_source(new) if new is not None else None,
        tuple(map(parse_source, context)),
        Choice(firewall, policy, networks("--home-net", home_net)),
        parse_variables(in_order({"values": values, "files": files})),
        config_dir,
    )


input_options = adding(
    "request",
    request_of,
    click.option("--tf-plan", type=FILE, metavar="FILE", help="A plan as `terraform show -json` prints it."),
    click.option("--old", metavar="SOURCE", help=f"The old side: {SOURCES}."),
    click.option("--new", metavar="SOURCE", help="The new side, likewise."),
    click.option(
        "--context",
        multiple=True,
        metavar="SOURCE",
        help="What the input lacks on both sides: groups, policy or firewall of another stack.",
    ),
    click.option(
        "--var",
        "values",
        multiple=True,
        metavar="NAME=VALUE",
        help="An input variable of Terraform configuration, or a parameter of CloudFormation templates. "
        "What comes later, --var or --var-file, goes before what comes earlier.",
    ),
    click.option(
        "--var-file",
        "files",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help="A file of input variables, read from disk for both sides.",
    ),
    click.option(
        "--config-dir",
        type=FILE,
        metavar="DIR",
        help="The configuration that a plan or state was made from: reports then name file and line of each rule.",
    ),
    click.option(
        "--firewall", multiple=True, metavar="NAME|ARN", help="Only this firewall; or bind a policy to it."
    ),
    click.option("--policy", metavar="NAME|ARN", help="Only this firewall policy."),
    click.option("--home-net", metavar="CIDR,...", help="HOME_NET, where neither policy nor VPC gives it."),
)
"""Adds the options that say what to compare; the command gets one ``request``."""


def configured(request: Request, settings: Settings) -> Request:
    """Give the request with what a configuration file says of HOME_NET."""
    return replace(request, choice=replace(request.choice, configured=settings.home_net))


def networks(option: str, value: str | None) -> tuple[str, ...]:
    """Read a comma-separated list of CIDRs; raises click's usage error for anything else."""
    from nfw_reconcile.model.addresses import Network  # noqa: PLC0415

    words = [word.strip() for word in (value or "").split(",") if word.strip()]
    try:
        return tuple(str(Network.parse(word)) for word in words)
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint=option) from problem


def address_and_port(text: str) -> tuple[str, int]:
    """Read ``ADDRESS[:PORT]`` or ``[IPV6][:PORT]``; port 0 stands for none. Raises ``ValueError``."""
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    else:
        address, port = text, ""
    number = int(port) if port else 0
    if not 0 <= number <= 65535:
        raise ValueError(f"port {number} is not between 0 and 65535")
    return address, number


@dataclass(frozen=True, slots=True)
class AwsChoice:
    """Who calls AWS, and where, as the command line says it."""

    region: str | None
    profile: str | None
    role_arn: str | None
    endpoint_urls: tuple[str, ...]

    def words(self) -> tuple[str, ...]:
        """Give the options that say the same again."""
        named = (("--region", self.region), ("--profile", self.profile), ("--role-arn", self.role_arn))
        given = [*named, *(("--endpoint-url", url) for url in self.endpoint_urls)]
        return tuple(word for name, value in given if value is not None for word in (name, value))

    def service_for(self, region: str | None) -> FlowService:
        """Give the service of a region (``--region`` goes before it); nothing is called yet."""
        from nfw_reconcile.aws.client import make_clients  # noqa: PLC0415 - loads boto3
        from nfw_reconcile.aws.service import AwsFlowService  # noqa: PLC0415

        return AwsFlowService(make_clients(self._access(), region))

    def names_for(self, region: str | None) -> NameService:
        """Give who knows the addresses of a region (``--region`` goes before it); nothing is called yet."""
        from nfw_reconcile.aws.client import make_clients  # noqa: PLC0415 - loads boto3
        from nfw_reconcile.aws.names import Ec2Names  # noqa: PLC0415

        return Ec2Names(make_clients(self._access(), region).ec2)

    def surroundings(self) -> Surroundings:
        """Give what the sources of a command may reach: AWS by these options, git by the environment."""
        from nfw_reconcile.pipeline import Surroundings  # noqa: PLC0415 - not for --help

        return Surroundings(self.service_for, os.environ)

    def service_of(self, identity: FirewallIdentity) -> FlowService:
        """Give the service of a planned firewall."""
        return self.service_for(identity.region)

    def journal_store(self, url: str) -> JournalStore:
        """Give the journal in S3 that a URL names; nothing is called yet. Raises ``UsageError``."""
        from nfw_reconcile.aws.journals import s3_store  # noqa: PLC0415 - loads boto3

        return s3_store(url, self._access())

    def _access(self) -> Access:
        from nfw_reconcile.aws.client import Access  # noqa: PLC0415 - loads boto3
        from nfw_reconcile.aws.endpoints import read_endpoints, refuse_hidden_endpoints  # noqa: PLC0415

        endpoints = read_endpoints(self.endpoint_urls)
        refuse_hidden_endpoints(os.environ, endpoints)
        return Access(self.region, self.profile, self.role_arn, endpoints)


aws_options = adding(
    "aws",
    AwsChoice,
    click.option("--region", metavar="REGION", help="AWS region (default: the plan's, else as configured)."),
    click.option("--profile", metavar="NAME", help="Profile of the AWS configuration."),
    click.option("--role-arn", metavar="ARN", help="Role to assume."),
    click.option(
        "--endpoint-url",
        "endpoint_urls",
        multiple=True,
        metavar="[SERVICE=]URL",
        help="Another endpoint than AWS's own, such as the emulator's. One that only the environment names "
        "is refused.",
    ),
)
"""Adds the options that say who calls AWS; the command gets one ``aws``."""
