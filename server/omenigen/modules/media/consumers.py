"""The facts that media reacts to."""

from dishka import AsyncContainer

from omenigen.kit.consumers import Consumer, Received
from omenigen.kit.ids import UserId
from omenigen.modules.media.service.avatars import Avatars


async def _on_account_deleted(scope: AsyncContainer, fact: Received) -> None:
    await (await scope.get(Avatars)).forget(user_id=UserId(fact.data["user_id"]))


CONSUMERS = (Consumer(name="media-deleted", subject="accounts.deleted", handle=_on_account_deleted),)
