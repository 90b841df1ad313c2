"""The command line: parse, call one use case, print, return its exit code. Results on stdout, talk on stderr."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from typing import Final, NoReturn

import click

from nfw_reconcile import __version__
from nfw_reconcile.errors import Diagnostic, ExitCode, NfwReconcileError

EPILOG = """\b
Exit codes: 0 done, 1 error, 2 something is newly denied (plan --detailed-exitcode),
3 refused, 4 partly done, 5 outcome unknown, 6 denied flows survive or absence not proven,
8 busy, 64 usage.
"""


class _Group(click.Group):
    """A group whose commands are imported when they are run, so that ``--version`` loads none of them."""

    _COMMANDS = {  # noqa: RUF012 - a constant
        "plan": "nfw_reconcile.cli.offline",
        "classify": "nfw_reconcile.cli.offline",
        "explain": "nfw_reconcile.cli.offline",
        "show": "nfw_reconcile.cli.offline",
        "apply": "nfw_reconcile.cli.acting",
        "resume": "nfw_reconcile.cli.resuming",
        "status": "nfw_reconcile.cli.resuming",
        "verify": "nfw_reconcile.cli.acting",
        "sweep": "nfw_reconcile.cli.sweeping",
        "snapshot": "nfw_reconcile.cli.acting",
        "emulator": "nfw_reconcile.cli.local",
        "demo": "nfw_reconcile.cli.local",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        from importlib import import_module  # noqa: PLC0415

        module = self._COMMANDS.get(cmd_name)
        if module is None:
            return None
        found = getattr(import_module(module), f"{cmd_name}_command")
        return found if isinstance(found, click.Command) else None


@click.group(cls=_Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nfw-reconcile", message="%(prog)s %(version)s")
def cli() -> None:
    """Flush exactly the AWS Network Firewall flows that a tightened policy now denies.

    AWS applies a changed stateful rule to new flows only: connections that the old rules let through
    live on. nfw-reconcile compares the old and the new policy, works out which 5-tuples were allowed
    and are denied now, and, after terraform apply, captures the flows in question, flushes only those,
    and looks again to prove that they are gone.

    Start with: nfw-reconcile demo
    """


def main() -> NoReturn:
    """Run the command line and end the process with one of the documented exit codes."""
    # A policy is a million objects that live as long as the process: looking for garbage among them
    # would take a third of the time.
    gc.set_threshold(100_000, 50, 1000)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code; every problem is printed on stderr, never a traceback."""
    try:
        outcome = cli.main(arguments, prog_name="nfw-reconcile", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        return ExitCode.ERROR
    except click.exceptions.NoArgsIsHelpError as problem:
        problem.show()
        return ExitCode.USAGE
    except click.UsageError as problem:
        problem.show()
        return ExitCode.USAGE
    except click.ClickException as problem:
        problem.show()
        return ExitCode.ERROR
    except NfwReconcileError as problem:
        for found in problem.problems:
            report(found)
        return problem.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return ExitCode.ERROR
    except (OSError, RecursionError, MemoryError) as problem:
        click.echo(f"error: {printable(str(problem) or type(problem).__name__)}", err=True)
        return ExitCode.ERROR
    except Exception as problem:  # noqa: BLE001 - no traceback ever reaches a user
        name = f"{type(problem).__name__}: {problem}"
        click.echo(f"error: this is a defect of nfw-reconcile, please report it: {printable(name)}", err=True)
        return ExitCode.ERROR
    return outcome if isinstance(outcome, int) else ExitCode.OK


def report(found: Diagnostic) -> None:
    """Print one diagnostic on stderr, on one line: where, what, and what to do next, each cut where it is endless."""
    where = found.where
    if where is not None and len(where.source) > _LONGEST_PLACE:
        where = replace(where, source=f"{where.source[:_LONGEST_PLACE]}…")
    whole = replace(found, where=where, summary=printable(found.summary))
    click.echo(f"{found.severity}: {printable(str(whole))}", err=True)


_LONGEST: Final = 2_000
_LONGEST_PLACE: Final = 500


def printable(text: str) -> str:
    """Make text from an input safe for a terminal and a CI log: what it would act on is shown, not obeyed."""
    from nfw_reconcile.report.neutral import visible  # noqa: PLC0415 - only where there is something to say

    return visible(text, 2 * _LONGEST)
