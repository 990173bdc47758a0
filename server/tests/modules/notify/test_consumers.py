"""Facts become notices: each once, unlocks of one moment together, in both languages."""

from collections.abc import Mapping
from typing import Any

import pytest
from dishka import AsyncContainer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.modules.notify.models import NoticeRow
from omenigen.modules.notify.service import NoticeWords
from omenigen.modules.notify.types import Notice
from tests.modules.notify.conftest import Tell

VERA = 7


def unlocked(code: str = "newcomer", *, tier: int = 1, points: int = 5, n: int = 0) -> dict[str, Any]:
    return {"user_id": VERA, "code": code, "tier": tier, "points": points, "n": n, "unlock_id": 1, "source_id": None}


async def notices_of(container: AsyncContainer, user_id: int = VERA) -> list[Notice]:
    async with unit_of_work(container) as scope:
        words = await scope.get(NoticeWords)
        session = await scope.get(AsyncSession)
        rows = await session.scalars(select(NoticeRow).where(NoticeRow.user_id == user_id).order_by(NoticeRow.id))
        return [words.notice(row) for row in rows]


async def test_an_unlock_is_told_in_the_words_of_the_seed(container: AsyncContainer, tell: Tell) -> None:
    await tell("achievements.unlocked", **unlocked())
    (notice,) = await notices_of(container)
    assert notice.text["ru"] == "Поздравляем! Вы получили достижение: Новичок"
    assert notice.text["en"] == "Congratulations! You have earned an achievement: Newcomer"
    assert notice.read_at is None


async def test_the_same_fact_twice_is_one_notice(container: AsyncContainer, tell: Tell) -> None:
    fact = await tell("achievements.unlocked", **unlocked())
    await tell("achievements.unlocked", again=fact)
    (notice,) = await notices_of(container)
    assert notice.params["points"] == 5


async def test_unlocks_within_ten_seconds_are_one_notice(
    container: AsyncContainer, clock: ManualClock, tell: Tell
) -> None:
    await tell("achievements.unlocked", **unlocked())
    clock.advance(10)
    await tell("achievements.unlocked", **unlocked("explorer", points=50))
    (notice,) = await notices_of(container)
    assert notice.title["ru"] == "Новые достижения"
    assert notice.text["ru"] == "Поздравляем! Вы получили достижения: Новичок, Исследователь"
    assert notice.params["points"] == 55

    clock.advance(0.5)
    await tell("achievements.unlocked", **unlocked("master", points=20))
    assert len(await notices_of(container)) == 2


async def test_a_repeat_of_a_repeating_achievement_is_told_again(
    container: AsyncContainer, clock: ManualClock, tell: Tell
) -> None:
    await tell("achievements.unlocked", **unlocked())
    clock.advance(60)
    await tell("achievements.unlocked", **unlocked(n=1))
    assert len(await notices_of(container)) == 2


async def test_a_rule_that_is_gone_is_called_by_its_code(container: AsyncContainer, tell: Tell) -> None:
    await tell("achievements.unlocked", **unlocked("no_such_rule"))
    (notice,) = await notices_of(container)
    assert notice.text["en"].endswith(": no_such_rule")


@pytest.mark.parametrize(
    ("subject", "data", "text"),
    [
        ("achievements.level_reached", {"level": 5}, "Теперь у тебя уровень 5"),
        (
            "accounts.signed_in",
            {"session_id": 3, "device": "Firefox · Linux", "day_first": True, "new_device": True},
            "В учётную запись вошли с устройства «Firefox · Linux».",
        ),
        ("accounts.session_stolen", {"session_id": 3, "device": "Safari"}, "Ключ входа на устройстве «Safari»"),
        ("accounts.password_changed", {"reset": False}, "Пароль твоей учётной записи сменили."),
        ("accounts.email_changed", {}, "Теперь письма и вход на новом адресе."),
        (
            "achievements.key_issued",
            {"source_id": 2, "source": "Лунный бег", "key_id": 9, "prefix": "omk_moon_ab12"},
            "Для игры «Лунный бег» выдан ключ omk_moon_ab12….",
        ),
    ],
)
async def test_what_else_is_told(
    container: AsyncContainer, tell: Tell, subject: str, data: Mapping[str, Any], text: str
) -> None:
    fact = await tell(subject, user_id=VERA, **data)
    await tell(subject, again=fact)
    (notice,) = await notices_of(container)
    assert notice.text["ru"].startswith(text)
    assert all("{" not in said for said in (*notice.text.values(), *notice.title.values()))


async def test_a_known_device_and_the_operators_own_key_are_not_told(container: AsyncContainer, tell: Tell) -> None:
    await tell("accounts.signed_in", user_id=VERA, session_id=3, device="x", day_first=False, new_device=False)
    await tell("achievements.key_issued", user_id=None, source_id=1, source="x", key_id=1, prefix="omk_x")
    assert await notices_of(container) == []


async def test_a_level_is_told_once_even_by_another_fact(container: AsyncContainer, tell: Tell) -> None:
    await tell("achievements.level_reached", user_id=VERA, level=2)
    await tell("achievements.level_reached", user_id=VERA, level=2)
    assert len(await notices_of(container)) == 1


async def test_notices_go_with_the_account(container: AsyncContainer, tell: Tell) -> None:
    await tell("achievements.level_reached", user_id=VERA, level=2)
    await tell("achievements.level_reached", user_id=8, level=2)
    await tell("accounts.deleted", user_id=VERA)
    assert await notices_of(container) == []
    assert len(await notices_of(container, 8)) == 1
