"""Sending a client's writes: one after the other, each until the server has answered."""

import asyncio
import random
from collections.abc import Callable

from omenigen.kit.streams.client.commands import Accepted, Commands, Refused, Row, Standing, Undelivered
from omenigen.kit.streams.client.lines import Dial

LONGEST_WAIT_SECONDS = 30.0
RESTORE_PAUSE_SECONDS = 1.0


class Sender:
    """Take the oldest write from the outbox and send it, again and again with the same `client_id`, until it holds."""

    def __init__(
        self, dial: Dial, rng: random.Random, commands: Commands, *, on_answer: Callable[[Row, Accepted], None]
    ) -> None:
        self._dial = dial
        self._rng = rng
        self._commands = commands
        self._on_answer = on_answer
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that there may be something to send."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            row = self._commands.next()
            if row is None:
                self._woken.clear()
                await self._woken.wait()
                continue
            await self._deliver(row)
            if row.restored:
                await asyncio.sleep(RESTORE_PAUSE_SECONDS)

    async def _deliver(self, row: Row) -> None:
        failures = 0
        while row.standing is not Standing.ACCEPTED and row.command.client_id in self._commands.rows:
            row.standing = Standing.SENDING
            try:
                self._on_answer(row, await self._dial.send(row.command))
            except Refused:
                self._commands.refused(row)
            except Undelivered:
                self._commands.failed(row)
                failures += 1
                await asyncio.sleep(self._rng.uniform(0, min(LONGEST_WAIT_SECONDS, 2.0**failures)))
