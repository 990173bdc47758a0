"""What media does by the clock."""

from dishka import AsyncContainer

from omenigen.kit.jobs import Job
from omenigen.modules.media.service.avatars import Avatars


async def _sweep(scope: AsyncContainer) -> None:
    await (await scope.get(Avatars)).sweep()


JOBS = (Job(name="media.sweep", cron="41 3 * * *", run=_sweep),)
