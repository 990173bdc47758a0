"""What notices do by the clock."""

from dishka import AsyncContainer

from omenigen.kit.jobs import Job
from omenigen.modules.notify.service import Notices


async def _forget_old(scope: AsyncContainer) -> None:
    await (await scope.get(Notices)).forget_old()


# Every half hour a handful of players, so that one run stays short and its streams are locked for a moment only.
JOBS = (Job(name="notify.forget-old", cron="11,41 * * * *", run=_forget_old),)
