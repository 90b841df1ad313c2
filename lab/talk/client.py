"""The client: opens conversations, keeps them going, and tells how each fares."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

from lab.talk.values import Do, Kind, What, check
from lab.talk.wires import connect, listen
from lab.talk.witness import Witness, line
from nfw_reconcile.errors import InputError, error

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from lab.talk.values import Command, Conversation, Script
    from lab.talk.wires import Wire
    from lab.talk.witness import Tell


class Client:
    """The client's side of all conversations of a script."""

    def __init__(self, script: Script, patience: float, tell: Tell, group: asyncio.TaskGroup) -> None:
        """Answers are due within ``patience`` seconds; conversations run in the group."""
        self._known = {one.name: one for one in script.conversations}
        self._patience = patience
        self._tell = tell
        self._group = group
        self._turns: dict[str, asyncio.Semaphore] = {}

    def obey(self, command: Command) -> None:
        """Begin what is told; raises ``InputError``, with nothing begun, where that cannot be."""
        opened = self._turns.keys()
        match command.do:
            case Do.OPEN:
                self._open(self._chosen(command, self._known.keys() - opened, "to be opened"))
            case Do.SPEAK:
                idle = {name for name in opened if self._known[name].kind is Kind.IDLE}
                for one in self._chosen(command, idle, "open and idle"):
                    self._turns[one.name].release()
            case Do.REOPEN:
                again = [one.again(command.port_step) for one in self._chosen(command, opened, "open")]
                check([*self._known.values(), *again])
                self._known |= {one.name: one for one in again}
                self._open(again)
            case Do.STOP:
                raise AssertionError  # the process itself stops

    def _chosen(self, command: Command, choice: Container[str], state: str) -> list[Conversation]:
        if not command.names:
            raise InputError(error(f"{command.do}: name at least one conversation."))
        if wrong := [name for name in command.names if name not in choice]:
            raise InputError(error(f"{command.do}: no conversation {state} is named {', '.join(wrong)}."))
        return [self._known[name] for name in dict.fromkeys(command.names)]

    def _open(self, conversations: Iterable[Conversation]) -> None:
        for one in conversations:
            self._turns[one.name] = asyncio.Semaphore(0)
            self._group.create_task(self._converse(one))

    async def _converse(self, conversation: Conversation) -> None:
        later = asyncio.get_running_loop().call_later
        witness = Witness(conversation.name, conversation.kind, self._tell, later)
        try:
            async with asyncio.timeout(self._patience):
                wire = await connect(conversation)
        except TimeoutError:
            witness.end(What.TIMED_OUT)
        except ConnectionError:
            witness.end(What.REFUSED)
        else:
            if not conversation.kind.datagrams:
                witness.open()
            speaking = self._group.create_task(self._speak(conversation, wire, witness))
            try:
                await listen(wire, witness.hear, witness.end)
            finally:
                speaking.cancel()

    async def _speak(self, conversation: Conversation, wire: Wire, witness: Witness) -> None:
        """Send line after line, answered or not, as a client does that knows of no firewall."""
        for number in itertools.count(1):
            wire.send(line(conversation.name, number))
            if conversation.kind.answered:
                witness.expect(number, self._patience)
            if conversation.kind is Kind.IDLE:
                await self._turns[conversation.name].acquire()
            else:
                await asyncio.sleep(conversation.every)
