"""Our own facts that are events, and players who leave."""

from dishka import AsyncContainer
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.consumers import Consumer, Received
from omenigen.modules.achievements.queries import judging
from omenigen.modules.achievements.service.export import Forgetting
from omenigen.modules.achievements.service.intake import Intake
from omenigen.modules.achievements.service.looking import Told


async def _on_signed_in(scope: AsyncContainer, fact: Received) -> None:
    if fact.data["day_first"]:
        intake = await scope.get(Intake)
        told = Told(user_id=int(fact.data["user_id"]), event_type="login", details=None, at=fact.at)
        await intake.take_own(told=told, outbox_id=fact.id)


async def _on_confirmed(scope: AsyncContainer, fact: Received) -> None:
    if fact.data["claimed"]:
        # A judge that took this player for unclaimed a moment ago has left their open screen as it was.
        await judging.mark_screen(await scope.get(AsyncSession), int(fact.data["user_id"]))


async def _on_deleted(scope: AsyncContainer, fact: Received) -> None:
    await (await scope.get(Forgetting)).forget(user_id=int(fact.data["user_id"]))


CONSUMERS = (
    Consumer(name="achievements-signed-in", subject="accounts.signed_in", handle=_on_signed_in),
    Consumer(name="achievements-confirmed", subject="accounts.confirmed", handle=_on_confirmed),
    Consumer(name="achievements-deleted", subject="accounts.deleted", handle=_on_deleted),
)
