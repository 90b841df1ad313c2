"""``python -m lab.talk client|server``: one of the two peers, run where its addresses are.

It reads a script of conversations from the first line of stdin (a pipe), then a command a line, and ends
when it is told to stop or stdin is closed. Events go to stdout, one a line, at once; a server says
``{"ready": true}`` when it listens. It ends with 64 where a line cannot be followed, and with 1 where an
address cannot be had. Connections are cut off at the end, so that what the other side then sees tells
nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import stat
import sys
import time
from typing import Final

from lab.talk.client import Client
from lab.talk.server import Server
from lab.talk.values import READY, Do, Event, Side, What, read_command, read_script
from nfw_reconcile.errors import ExitCode, NfwReconcileError, UsageError, error
from nfw_reconcile.model.codec import canonical, to_json

LONGEST_LINE: Final = 1 << 24
"""Bytes of the longest script."""


def main(arguments: list[str]) -> int:
    """Be a peer until it is told to stop; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lab.talk", description=__doc__)
    parser.add_argument("side", type=Side, choices=list(Side))
    parser.add_argument("--patience", type=float, default=2.0, help="seconds within which an answer is due")
    chosen = parser.parse_args(arguments)
    code = ExitCode.OK
    try:
        asyncio.run(_talk(chosen.side, chosen.patience))
    except* NfwReconcileError as wrong:
        code = _complain(chosen.side, wrong, ExitCode.USAGE)
    except* OSError as wrong:
        code = _complain(chosen.side, wrong, ExitCode.ERROR)
    return code


async def _talk(side: Side, patience: float) -> None:
    def tell(name: str, what: What, count: int) -> None:
        _write(to_json(Event(time.monotonic(), name, side, what, count)))

    lines = await _stdin()
    script = read_script(await lines.readline())
    async with asyncio.TaskGroup() as group:
        match side:
            case Side.CLIENT:
                obey = Client(script, patience, tell, group).obey
            case Side.SERVER:
                server = Server(script, patience, tell, group)
                await server.start()
                _write(READY)
                obey = server.obey
        while (text := await lines.readline()) and (command := read_command(text)).do is not Do.STOP:
            obey(command)
        while others := asyncio.all_tasks() - {asyncio.current_task()}:  # also those that begin meanwhile
            for task in others:
                task.cancel()
            await asyncio.wait(others)


async def _stdin() -> asyncio.StreamReader:
    if not stat.S_ISFIFO(os.fstat(0).st_mode):
        raise UsageError(error("stdin is no pipe."))
    lines = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    return lines


def _write(said: object) -> None:
    try:
        os.write(1, canonical(said))
    except BrokenPipeError:
        # Nobody listens any more. Let through, the error would pass for that of a connection.
        os._exit(ExitCode.ERROR)


def _complain(side: Side, wrong: BaseExceptionGroup[Exception], code: ExitCode) -> ExitCode:
    for each in wrong.exceptions:
        sys.stderr.write(f"{side}: {each}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
