"""The spine's own loop and jobs: carry facts, forget what nobody asks for any more."""

from datetime import timedelta

from dishka import AsyncContainer
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock
from omenigen.kit.consumers import SeenFact
from omenigen.kit.jobs import Job, Loop
from omenigen.kit.outbox import Relay

# JetStream keeps facts for 14 days: a mark older than that can meet no second delivery.
_SEEN_DAYS = 15


async def _carry(container: AsyncContainer) -> None:
    await (await container.get(Relay)).run()


async def _forget_seen(scope: AsyncContainer) -> None:
    session, clock = await scope.get(AsyncSession), await scope.get(Clock)
    await session.execute(delete(SeenFact).where(SeenFact.seen_at < clock.now() - timedelta(days=_SEEN_DAYS)))


RELAY = Loop(name="relay", run=_carry)
JOBS = (Job(name="house.forget-seen", cron="17 4 * * *", run=_forget_seen),)
