"""The facts that players are told of."""

from dishka import AsyncContainer

from omenigen.kit.consumers import Consumer, Received
from omenigen.kit.ids import UserId
from omenigen.modules.achievements.public import AchievementNames
from omenigen.modules.notify.service import Notices
from omenigen.modules.notify.types import NewNotice, NoticeKind, Params, UnlockLine


async def _on_unlocked(scope: AsyncContainer, fact: Received) -> None:
    notices, names = await scope.get(Notices), await scope.get(AchievementNames)
    code = fact.data["code"]
    unlock = UnlockLine(
        code=code,
        tier=fact.data["tier"],
        n=fact.data.get("n", 0),
        points=fact.data["points"],
        name=(await names.of([code]))[code],
    )
    await notices.tell_unlock(user_id=_user(fact), unlock=unlock)


async def _on_level_reached(scope: AsyncContainer, fact: Received) -> None:
    level = fact.data["level"]
    await _tell(scope, fact, NoticeKind.LEVEL_REACHED, key=f"level/{level}", level=level)


async def _on_signed_in(scope: AsyncContainer, fact: Received) -> None:
    if fact.data["new_device"]:
        key = f"device/{fact.data['session_id']}"
        await _tell(scope, fact, NoticeKind.NEW_DEVICE, key=key, device=fact.data["device"])


async def _on_session_stolen(scope: AsyncContainer, fact: Received) -> None:
    key = f"stolen/{fact.data['session_id']}"
    await _tell(scope, fact, NoticeKind.SESSION_STOLEN, key=key, device=fact.data["device"])


async def _on_password_changed(scope: AsyncContainer, fact: Received) -> None:
    await _tell(scope, fact, NoticeKind.PASSWORD_CHANGED, key=f"password/{fact.id}")


async def _on_email_changed(scope: AsyncContainer, fact: Received) -> None:
    await _tell(scope, fact, NoticeKind.EMAIL_CHANGED, key=f"email/{fact.id}")


async def _on_key_issued(scope: AsyncContainer, fact: Received) -> None:
    if fact.data["user_id"] is not None:
        key = f"key/{fact.data['key_id']}"
        named = {"source": fact.data["source"], "prefix": fact.data["prefix"]}
        await _tell(scope, fact, NoticeKind.KEY_ISSUED, key=key, source_id=fact.data["source_id"], **named)


async def _on_account_deleted(scope: AsyncContainer, fact: Received) -> None:
    await (await scope.get(Notices)).forget_player(user_id=_user(fact))


async def _tell(scope: AsyncContainer, fact: Received, kind: NoticeKind, *, key: str, **params: str | int) -> None:
    told: Params = dict(params)
    await (await scope.get(Notices)).tell(notice=NewNotice(user_id=_user(fact), kind=kind, key=key, params=told))


def _user(fact: Received) -> UserId:
    return UserId(fact.data["user_id"])


CONSUMERS = (
    Consumer(name="notify-unlocked", subject="achievements.unlocked", handle=_on_unlocked),
    Consumer(name="notify-level", subject="achievements.level_reached", handle=_on_level_reached),
    Consumer(name="notify-key", subject="achievements.key_issued", handle=_on_key_issued),
    Consumer(name="notify-signed-in", subject="accounts.signed_in", handle=_on_signed_in),
    Consumer(name="notify-stolen", subject="accounts.session_stolen", handle=_on_session_stolen),
    Consumer(name="notify-password", subject="accounts.password_changed", handle=_on_password_changed),
    Consumer(name="notify-email", subject="accounts.email_changed", handle=_on_email_changed),
    Consumer(name="notify-deleted", subject="accounts.deleted", handle=_on_account_deleted),
)
