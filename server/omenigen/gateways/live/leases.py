"""One socket's doors: claimed once, kept by pings, lost with the lease."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog

from omenigen.gateways.live import frames
from omenigen.gateways.live.doors import LEASE_SECONDS, Doors, stream_of
from omenigen.gateways.live.errors import NoSuchDoor
from omenigen.gateways.live.refreshing import AWAY
from omenigen.kit.auth import Caller

log = structlog.get_logger(__name__)


class Leases:
    """Do a socket's claims, renewals and acknowledgements one after the other, away from its reading of frames."""

    def __init__(
        self,
        doors: Doors,
        *,
        holder: str,
        caller: Caller,
        send: Callable[[bytes], object],
        lost: Callable[[], None],
        refuse: Callable[[NoSuchDoor], None],
    ) -> None:
        self._doors = doors
        self._holder = holder
        self._caller = caller
        self._send = send
        self._lost = lost
        self._refuse = refuse
        self._held: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def claim(self, door: str) -> None:
        """Ask for a door's lease; the answer comes when it is free."""
        self._spawn(self._claim(door))

    def renew(self) -> None:
        """Keep every lease for another while: the client lives."""
        for door in self._held:
            self._spawn(self._keep(self._doors.renew(door=door, holder=self._holder)))

    def acknowledge(self, stream: str, version: int) -> None:
        """Note how far a door's replies have been sent."""
        door = stream.removeprefix(stream_of(""))
        if door not in self._held:
            raise NoSuchDoor(door=door)
        self._spawn(self._keep(self._doors.acknowledge(door=door, holder=self._holder, version=version)))

    def end(self) -> None:
        """Give every lease back, so that the next process need not wait for its end."""
        for task in self._tasks:
            task.cancel()
        for door in self._held:
            self._spawn(self._release(door))
        self._held.clear()

    async def _claim(self, door: str) -> None:
        if not await self._doors.may_claim(self._caller, door):
            self._refuse(NoSuchDoor(door=door))
            return
        claimed = await self._doors.claim(door=door, holder=self._holder)
        self._held[door] = None
        self._send(frames.frame("claimed", door=door, from_=claimed.version, lease=LEASE_SECONDS))

    async def _keep(self, kept: Coroutine[Any, Any, bool]) -> None:
        async with self._turn:
            if not await kept:
                self._lost()

    async def _release(self, door: str) -> None:
        await self._doors.release(door=door, holder=self._holder)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_patient(work))
        self._tasks.add(task)  # the loop keeps only a weak reference
        task.add_done_callback(self._tasks.discard)


async def _patient(work: Coroutine[Any, Any, None]) -> None:
    """A database that is away loses no reply: the lease runs out, and replies are sent again from the cursor."""
    with suppress(asyncio.CancelledError):
        try:
            await work
        except AWAY as error:
            log.warning("a door waits for the database", error=type(error).__name__)
