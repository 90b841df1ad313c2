"""The command line: parse, call one use case, print, return its exit code. Results on stdout, talk on stderr."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from typing import NoReturn

import click

from nfw_reconcile import __version__
from nfw_reconcile.cli.talk import UNHEARD, let_go, report, say, unexpected
from nfw_reconcile.errors import ExitCode, NfwReconcileError

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
        "comment": "nfw_reconcile.cli.commenting",
        "iam-policy": "nfw_reconcile.cli.permissions",
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
        found = getattr(import_module(module), f"{cmd_name.replace('-', '_')}_command")
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


def collect_rarely() -> None:
    """Look for garbage seldom: a policy is a million objects that stay, and a third of the time would go there."""
    gc.set_threshold(100_000, 50, 1000)


def main() -> NoReturn:
    """Run the command line and end the process with one of the documented exit codes."""
    collect_rarely()
    code = run(sys.argv[1:])
    # Python looks for garbage once more at its end: a tenth of a long run, for memory that is given back anyway.
    gc.freeze()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code; every problem is printed on stderr, never a traceback.

    A broken stdout or stderr does not change the code any more once it is given.
    """
    try:
        return _outcome(arguments)
    finally:
        let_go()


def _outcome(arguments: list[str]) -> int:
    try:
        outcome = cli.main(arguments, prog_name="nfw-reconcile", standalone_mode=False)
    except click.exceptions.Abort:
        say("Stopped.")
        return ExitCode.ERROR
    except click.ClickException as problem:
        with suppress(*UNHEARD):
            problem.show()
        return ExitCode.USAGE if isinstance(problem, click.UsageError) else ExitCode.ERROR
    except NfwReconcileError as problem:
        for found in problem.problems:
            report(found)
        return problem.exit_code
    except BrokenPipeError:
        return ExitCode.ERROR
    except Exception as problem:  # noqa: BLE001 - no traceback ever reaches a user
        say(f"error: {unexpected(problem)}")
        return ExitCode.ERROR
    return outcome if isinstance(outcome, int) else ExitCode.OK
