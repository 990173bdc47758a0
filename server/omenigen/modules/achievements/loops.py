"""The doors that time opens for rules: judges that never stop, walks over the past, and what happens by the clock."""

import asyncio

import structlog
from dishka import AsyncContainer
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from omenigen.kit.bus import Bus
from omenigen.kit.edge import unit_of_work
from omenigen.kit.errors import Unavailable
from omenigen.kit.jobs import Job, Loop
from omenigen.modules.achievements.catalog import Catalog, Known, Rule
from omenigen.modules.achievements.service.backfill import Backfill
from omenigen.modules.achievements.service.dry_run import DryRun
from omenigen.modules.achievements.service.judging import Judging
from omenigen.modules.achievements.service.nudges import DUE
from omenigen.modules.achievements.service.rulebook import checked
from omenigen.modules.achievements.service.rules import Rules
from omenigen.modules.achievements.service.screens import Shown

log = structlog.get_logger(__name__)

MARKS_AT_ONCE = 1000
POLL_SECONDS = 1.0
WALK_SECONDS = 2.0


async def judge_once(container: AsyncContainer, *, limit: int = MARKS_AT_ONCE) -> int:
    """Judge one batch of due players in a transaction of its own; return how many marks it took."""
    shown = await container.get(Shown)
    try:
        async with unit_of_work(container) as scope:
            taken = await (await scope.get(Judging)).judge_due(limit=limit)
    except BaseException:
        shown.rolled_back()
        raise
    shown.committed()
    return taken


async def judge_all(container: AsyncContainer) -> int:
    """Judge until nobody waits; return how many marks there were."""
    marks = 0
    while taken := await judge_once(container):
        marks += taken
    return marks


async def judge_for_ever(container: AsyncContainer) -> None:
    """Judge whenever somebody knocks, and each second in case a knock was lost."""
    woken = asyncio.Event()

    async def wake(_: Msg) -> None:
        woken.set()

    subscription = None
    try:
        bus = await container.get(Bus)
        subscription = await bus.client.subscribe(DUE, cb=wake)
    except (NatsError, Unavailable, OSError, TimeoutError) as error:
        log.warning("judges poll only", error=type(error).__name__)
    try:
        while True:
            woken.clear()
            await judge_all(container)
            try:
                await asyncio.wait_for(woken.wait(), POLL_SECONDS)
            except TimeoutError:
                pass
    finally:
        if subscription is not None:
            await subscription.unsubscribe()


async def walk_once(container: AsyncContainer) -> bool:
    """Do one chunk of a backfill, or one dry run that waits; False: there is nothing to do."""
    async with unit_of_work(container) as scope:
        if await (await scope.get(Backfill)).carry_on():
            return True
    catalog = await container.get(Catalog)

    def rule_of(body: object) -> Rule:
        assert isinstance(body, dict)
        known = Known.of(catalog.types.values(), catalog.seasons.values())
        return checked(body, known, file="dry run")

    async with unit_of_work(container) as scope:
        return await (await scope.get(DryRun)).carry_on(rule_of=rule_of)


async def walk_for_ever(container: AsyncContainer) -> None:
    """Carry on what walks over all players."""
    while True:
        if not await walk_once(container):
            await asyncio.sleep(WALK_SECONDS)


async def mark_ended_windows(scope: AsyncContainer) -> None:
    """Wake the rules that waited for the end of a day, week or month."""
    await (await scope.get(Rules)).mark_ended_windows()


JUDGE = Loop(name="judge", run=judge_for_ever)
WALK = Loop(name="walk", run=walk_for_ever)
RULE_LOOPS: tuple[Loop, ...] = (JUDGE, WALK)
"""What a worker runs for rules."""

RULE_JOBS: tuple[Job, ...] = (Job(name="achievements.ended-windows", cron="5 * * * *", run=mark_ended_windows),)
