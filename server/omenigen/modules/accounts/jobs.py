"""What accounts do by the clock, and the postman's round."""

from dishka import AsyncContainer
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import Clock
from omenigen.kit.jobs import Job, Loop
from omenigen.kit.mail import Postman
from omenigen.modules.accounts.service.tidying import Tidying


async def _tidy(scope: AsyncContainer) -> None:
    await Tidying(await scope.get(AsyncSession), await scope.get(Clock)).forget_old()


async def _carry_letters(container: AsyncContainer) -> None:
    await (await container.get(Postman)).run()


JOBS = (Job(name="accounts.tidy", cron="23 * * * *", run=_tidy),)
WORKER_LOOPS = (Loop(name="postman", run=_carry_letters),)
