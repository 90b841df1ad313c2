"""Commands that need no AWS: the demo, and the emulator as a server."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import click

from nfw_reconcile.cli.options import FILE
from nfw_reconcile.cli.output import color_wanted, terminal_width


@click.command("demo")
@click.option(
    "--dir", "folder", type=FILE, metavar="DIR", help="Where its files go (default: a new temporary folder)."
)
def demo_command(*, folder: Path | None) -> int:
    """Play the whole story on the emulator.

    It takes seconds, and needs no AWS account.
    """
    from nfw_reconcile.cli.demo import play  # noqa: PLC0415 - loads boto3

    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="nfw-reconcile-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    return play(folder, click.echo, color=color_wanted(), width=terminal_width())


@click.command("emulator")
@click.option("--snapshot", type=FILE, required=True, metavar="FILE", help="The firewalls to begin with.")
@click.option("--flows", type=FILE, metavar="FILE", help="Connections that are alive (JSON Lines or CSV).")
@click.option(
    "--firewall", metavar="ARN", help="Whose flows they are, where the snapshot holds several firewalls."
)
@click.option(
    "--zone", "zones", multiple=True, metavar="NAME", help="Zones, where the snapshot does not list them."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default="a free one")
def emulator_command(
    *, snapshot: Path, flows: Path | None, firewall: str | None, zones: tuple[str, ...], port: int
) -> None:
    """Serve a local stand-in for AWS Network Firewall.

    boto3, the AWS CLI and apply can talk to it.

    \b
    Examples:
      nfw-reconcile emulator --snapshot live.json --flows flows.jsonl --port 4599
      nfw-reconcile apply nfw.plan --endpoint-url http://127.0.0.1:4599
    """
    from nfw_reconcile.cli.offline import read_flow_file  # noqa: PLC0415
    from nfw_reconcile.emulator.http_server import serve  # noqa: PLC0415
    from nfw_reconcile.emulator.judging import EngineJudge  # noqa: PLC0415
    from nfw_reconcile.emulator.seed import from_snapshot  # noqa: PLC0415
    from nfw_reconcile.sources.jsonfile import read_json  # noqa: PLC0415

    data = read_json(snapshot)
    emulator = from_snapshot(
        data if isinstance(data, dict) else {"firewalls": data},
        read_flow_file(flows) if flows else (),
        clock=time.time,
        judge=EngineJudge(),
        zones=zones,
        firewall=firewall,
        source=snapshot.name,
    )
    with serve(emulator, port) as url:
        click.echo(url)
        click.echo("Serving until interrupted (Ctrl-C).", err=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
