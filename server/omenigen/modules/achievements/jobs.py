"""Loops of intake and of the judge, and what happens by the clock."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from dishka import AsyncContainer
from nats.aio.msg import Msg
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.bus import Bus
from omenigen.kit.clock import Clock
from omenigen.kit.edge import unit_of_work
from omenigen.kit.jobs import Job, Loop
from omenigen.kit.tasks import came
from omenigen.modules.achievements.queries import listing, players
from omenigen.modules.achievements.service.backfill import Backfill
from omenigen.modules.achievements.service.boards import BoardKeeping, Order
from omenigen.modules.achievements.service.directory import Directory
from omenigen.modules.achievements.service.dry_run import DryRun
from omenigen.modules.achievements.service.judging import Judging
from omenigen.modules.achievements.service.keyring import KeyRing
from omenigen.modules.achievements.service.nudges import BOARDS, CATALOG, DUE, KEYS, PLAYERS, Nudges
from omenigen.modules.achievements.service.refused import Refused, RefusedPages
from omenigen.modules.achievements.service.rulebook import RuleBook
from omenigen.modules.achievements.service.rules import Rules
from omenigen.modules.achievements.service.screens import Shown

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
JUDGE_AT_ONCE = 10_000
BOARDS_AT_ONCE = 10_000
"""Marks in one round. Work goes by players, not marks: in a long queue many are of the same player."""

BOARDS_PAUSE = 0.25
JUDGE_REST_MAX = 1.0
BOARDS_REST_MAX = 3.0
CATALOG_SECONDS = 15.0
RAW_EVENTS_KEPT = timedelta(days=400)


@asynccontextmanager
async def _heard(container: AsyncContainer, subject: str, hear: Callable[[bytes], None]) -> AsyncIterator[None]:
    """Hear the knocks on a subject for the length of the block."""
    bus = await container.get(Bus)

    async def on_message(message: Msg) -> None:
        hear(message.data)

    subscription = await bus.client.subscribe(subject, cb=on_message)
    try:
        yield
    finally:
        await subscription.unsubscribe()


async def _wait(knocked: asyncio.Event, seconds: float) -> None:
    await came(knocked, within=seconds)
    knocked.clear()


async def _judge(container: AsyncContainer) -> None:
    """Judge players as long as there are any; then wait for a knock, or a second."""
    knocked = asyncio.Event()
    nudges = await container.get(Nudges)
    async with _heard(container, DUE, lambda _: knocked.set()):
        while True:
            started = time.perf_counter()
            taken = await _judge_some(container)
            if taken:
                nudges.tell(BOARDS)
            # A rest a third as long as the work: meanwhile marks of one player merge, and intake goes first.
            await asyncio.sleep(min(JUDGE_REST_MAX, (time.perf_counter() - started) / 3))
            if taken < JUDGE_AT_ONCE:
                await _wait(knocked, POLL_SECONDS)


async def _judge_some(container: AsyncContainer) -> int:
    shown = await container.get(Shown)
    try:
        async with unit_of_work(container) as scope:
            taken = await (await scope.get(Judging)).judge_due(limit=JUDGE_AT_ONCE)
    except BaseException:
        shown.rolled_back()
        raise
    shown.committed()
    return taken


async def _keep_boards(container: AsyncContainer) -> None:
    """Bring boards and cached answers up to date, a few times a second at most: marks of one player merge."""
    knocked = asyncio.Event()
    order = await container.get(Order)
    async with _heard(container, BOARDS, lambda _: knocked.set()):
        while True:
            started = time.perf_counter()
            async with unit_of_work(container) as scope:
                players_kept, moved = await (await scope.get(BoardKeeping)).keep_due(limit=BOARDS_AT_ONCE)
            await order.move(moved)
            await asyncio.sleep(BOARDS_PAUSE + min(BOARDS_REST_MAX, 2 * (time.perf_counter() - started)))
            if players_kept == 0:
                await _wait(knocked, POLL_SECONDS)


async def _backfill(container: AsyncContainer) -> None:
    """Carry on backfills chunk by chunk, then dry runs, with a breath between, so that intake goes first."""
    while True:
        async with unit_of_work(container) as scope:
            worked = await (await scope.get(Backfill)).carry_on()
        if not worked:
            async with unit_of_work(container) as scope:
                worked = await (await scope.get(DryRun)).carry_on()
        await asyncio.sleep(0.05 if worked else POLL_SECONDS)


async def _listen(container: AsyncContainer) -> None:
    """Hear that keys or players changed."""
    ring, directory = await container.get(KeyRing), await container.get(Directory)

    def forget(body: bytes) -> None:
        if body.isdigit():
            directory.forget(int(body))

    async with _heard(container, KEYS, lambda _: ring.stale()), _heard(container, PLAYERS, forget):
        await asyncio.Event().wait()


async def _follow_catalog(container: AsyncContainer) -> None:
    """Read rules and types anew when told of a change, and every 15 s in case nobody told."""
    knocked = asyncio.Event()
    book = await container.get(RuleBook)
    async with _heard(container, CATALOG, lambda _: knocked.set()):
        while True:
            await _wait(knocked, CATALOG_SECONDS)
            await book.reload()


async def _write_refused(container: AsyncContainer) -> None:
    """Show builders once a second what was refused."""
    refused = await container.get(Refused)
    while True:
        await asyncio.sleep(POLL_SECONDS)
        if refused.any:
            async with unit_of_work(container) as scope:
                await (await scope.get(RefusedPages)).write(refused=refused.take_all())


async def _count_rarity(scope: AsyncContainer) -> None:
    await listing.count_rarity(await scope.get(AsyncSession), now=(await scope.get(Clock)).now())


async def _mark_ended_windows(scope: AsyncContainer) -> None:
    await (await scope.get(Rules)).mark_ended_windows()


async def _snap_boards(scope: AsyncContainer) -> None:
    await (await scope.get(BoardKeeping)).snap()


async def _forget_events(scope: AsyncContainer) -> None:
    session, clock = await scope.get(AsyncSession), await scope.get(Clock)
    while await players.forget_events(session, received_before=clock.now() - RAW_EVENTS_KEPT, limit=10_000):
        await session.commit()


_FOLLOW_CATALOG = Loop(name="achievements.catalog", run=_follow_catalog)
_WRITE_REFUSED = Loop(name="achievements.refused", run=_write_refused)
_LISTEN = Loop(name="achievements.listen", run=_listen)

API_LOOPS = (_FOLLOW_CATALOG, _LISTEN, _WRITE_REFUSED)
WORKER_LOOPS = (
    _FOLLOW_CATALOG,
    _LISTEN,
    _WRITE_REFUSED,
    Loop(name="achievements.judge", run=_judge),
    Loop(name="achievements.boards", run=_keep_boards),
    Loop(name="achievements.backfill", run=_backfill),
)

JOBS: tuple[Job, ...] = (
    Job(name="achievements.rarity", cron="7 3 * * *", run=_count_rarity),
    Job(name="achievements.ended-windows", cron="3 * * * *", run=_mark_ended_windows),
    Job(name="achievements.board-snapshots", cron="12 * * * *", run=_snap_boards),
    Job(name="achievements.forget-events", cron="41 3 * * *", run=_forget_events),
)
