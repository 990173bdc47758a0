"""Whoever is told to end, ends: also in the very turn of the loop in which what was waited for comes."""

import asyncio
from typing import Any

from dishka import AsyncContainer

from omenigen.gateways.live.hub import Hub
from omenigen.kit.outbox import Relay
from omenigen.kit.tasks import came, end
from omenigen.main.process import loops
from omenigen.main.schedule import API_LOOPS, WORKER_LOOPS
from omenigen.modules.achievements.service.nudges import BOARDS, CATALOG, DUE, Nudges


async def waits(event: asyncio.Event) -> None:
    while True:
        await came(event, within=30)
        event.clear()


async def test_a_waiter_ends_in_whichever_turn_it_is_told_to() -> None:
    for turns in range(6):
        event = asyncio.Event()
        task = asyncio.create_task(waits(event))
        await asyncio.sleep(0)
        event.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task}, timeout=1)
        assert task.cancelled(), f"after {turns} turns"


async def test_an_event_comes_or_does_not() -> None:
    event = asyncio.Event()
    assert not await came(event, within=0.01)
    event.set()
    assert await came(event, within=0.01)


async def test_one_who_did_not_hear_is_told_again() -> None:
    heard: list[int] = []

    async def deaf() -> None:
        while True:
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                heard.append(len(heard))
                if len(heard) == 2:
                    raise

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled() and heard == [0, 1]


async def test_ending_returns_whatever_was_raised() -> None:
    async def fails(error: type[BaseException]) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            raise error

    async def done() -> None:
        pass

    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(fails(ValueError)), asyncio.create_task(done())]
    await asyncio.sleep(0)
    await end(*tasks)
    await end()
    assert all(task.done() for task in tasks)


async def test_the_loops_of_a_process_end_while_everybody_knocks(container: AsyncContainer) -> None:
    relay, nudges, hub = await container.get(Relay), await container.get(Nudges), await container.get(Hub)
    for turns in range(12):
        async with asyncio.timeout(20):
            async with loops(container, (*API_LOOPS, *WORKER_LOOPS)):
                await asyncio.sleep(0.05)
                for subject in (DUE, BOARDS, CATALOG):
                    nudges.tell(subject)
                relay.nudge()
                hub.doubted.set()
                for _ in range(turns):
                    await asyncio.sleep(0)
