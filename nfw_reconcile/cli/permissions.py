"""The command that says what a command has to be permitted in AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from nfw_reconcile.cli.talk import say
from nfw_reconcile.errors import UsageError, error

if TYPE_CHECKING:
    from nfw_reconcile.aws.permissions import Bucket


@click.command("iam-policy")
@click.option("--for", "command", required=True, metavar="COMMAND", help="The command, or 'plan --capture'.")
@click.option("--firewall", metavar="ARN", help="Only this firewall (default: any).")
@click.option("--journal", metavar="s3://BUCKET/PREFIX", help="With the permissions for a journal in S3.")
@click.option("--with-names", is_flag=True, help="With what --aws-names asks EC2.")
@click.option("--with-resource-groups", is_flag=True, help="With what rules on resource groups ask.")
def iam_policy_command(
    *, command: str, firewall: str | None, journal: str | None, with_names: bool, with_resource_groups: bool
) -> None:
    """Print the least privilege that a command needs, as an IAM policy.

    What EC2 is asked for addresses is optional: without it HOME_NET or the members of a prefix list may be undecided.
    So is each of the calls that name addresses (--with-names), and of those that read the members of resource groups
    to which rules refer (--with-resource-groups).

    \b
    Examples:
      nfw-reconcile iam-policy --for apply --firewall arn:aws:network-firewall:eu-west-1:111122223333:firewall/main
      nfw-reconcile iam-policy --for 'plan --capture' --with-names
      nfw-reconcile iam-policy --for apply --journal s3://audit/nfw
    """
    from nfw_reconcile.aws.permissions import iam_policy  # noqa: PLC0415 - not for --help

    document = iam_policy(command, firewall, _bucket(journal), names=with_names, groups=with_resource_groups)
    if not document["Statement"]:
        say(f"{command} calls nothing in AWS; sources such as live:ARN need what snapshot needs.")
    click.echo(json.dumps(document, indent=2))


def _bucket(journal: str | None) -> Bucket | None:
    from nfw_reconcile.aws.permissions import Bucket  # noqa: PLC0415 - not for --help

    if journal is None:
        return None
    name, _, prefix = journal.removeprefix("s3://").partition("/")
    if not journal.startswith("s3://") or not name:
        summary = f"--journal {journal} is not s3://BUCKET/PREFIX."
        raise UsageError(error(summary, None, "A journal in a directory needs no permission in AWS."))
    return Bucket(name, prefix.strip("/"))
