"""Intake itself: counted once whatever the order and however often, in the right day, within the caps."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from dishka import AsyncContainer

from omenigen.kit.auth import Trust
from omenigen.kit.clock import ManualClock
from omenigen.kit.consumers import Received
from omenigen.kit.edge import unit_of_work
from omenigen.kit.embedded import Embedded
from omenigen.kit.ids import new_uuid
from omenigen.main.settings import Settings
from omenigen.modules.achievements.consumers import CONSUMERS
from omenigen.modules.achievements.queries.writing import NewEvent
from omenigen.modules.achievements.service.gathering import Gather
from omenigen.modules.achievements.service.intake import Intake
from omenigen.modules.achievements.service.keyring import KeyRing
from omenigen.modules.achievements.service.looking import Told
from omenigen.modules.achievements.service.writing import Taken, Writer
from tests.modules.achievements.conftest import Game, connect

TABLES = {
    "achievement_counter": 'SELECT user_id, metric_id, "window", value FROM achievement_counter ORDER BY 1, 2, 3',
    "achievement_member": 'SELECT user_id, metric_id, "window", value FROM achievement_member ORDER BY 1, 2, 3, 4',
    "achievement_score": "SELECT user_id, event_points, last_activity FROM achievement_score ORDER BY 1",
    "achievement_standing": "SELECT user_id, achievement_points, achievements_count, level "
    "FROM achievement_standing ORDER BY 1",
    "achievement_unlock": "SELECT user_id, rule_code, tier, n, points FROM achievement_unlock ORDER BY 1, 2, 3, 4",
}


async def _state(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    connection = await asyncpg.connect(settings.database.dsn)
    try:
        return {name: [tuple(row) for row in await connection.fetch(query)] for name, query in TABLES.items()}
    finally:
        await connection.close()


def _story(players: list[int], count: int, rng: random.Random, now: datetime) -> list[dict[str, Any]]:
    kinds = [
        ("login", {}),
        ("complete_level", {"level": 1}),
        ("find_secret", {"secret": "a"}),
        ("game_won", {"game": "dice", "score": 1}),
        ("creature_met", {"species": "lagfrog"}),
    ]
    found: list[dict[str, Any]] = []
    for n in range(count):
        kind, details = rng.choice(kinds)
        details = {
            name: rng.choice(["a", "b", "c", "lagfrog"]) if isinstance(value, str) else rng.randint(1, 30)
            for name, value in details.items()
        }
        found.append(
            {
                "user_id": rng.choice(players),
                "event_type": kind,
                "details": details,
                "event_id": str(new_uuid()),
                "at": (now - timedelta(minutes=rng.randint(0, 40 * 60), seconds=n % 60)).isoformat(),
                "amount": rng.randint(1, 3) if kind == "find_secret" else 1,
            }
        )
    return found


async def test_three_times_shuffled_by_sixteen_senders_equals_one_run_in_order(
    game: Game, settings: Settings, clock: ManualClock
) -> None:
    rng = random.Random(2026)
    twins = [(await game.player(f"first{n}"), await game.player(f"second{n}")) for n in range(6)]
    story = _story([first for first, _ in twins], 400, rng, clock.now())
    for event in sorted(story, key=lambda one: str(one["at"])):
        assert (await game.send(**event)).status_code == 201
    await game.judged()
    expected = await _state(settings)

    other = dict(twins)
    again = [{**event, "user_id": other[event["user_id"]], "event_id": str(new_uuid())} for event in story]
    flood = again * 3
    rng.shuffle(flood)

    async def sender(part: list[dict[str, Any]]) -> None:
        for start in range(0, len(part), 10):
            if start % 20:
                assert (await game.batch(part[start : start + 10])).status_code == 200
            else:
                for event in part[start : start + 10]:
                    assert (await game.send(**event)).status_code in {200, 201}

    await asyncio.gather(*(sender(flood[n::16]) for n in range(16)))
    await game.judged()
    found = await _state(settings)
    back = {second: first for first, second in twins}
    for name, rows in found.items():
        mine = sorted((back[row[0]], *row[1:]) for row in rows if row[0] in back)
        assert mine == [row for row in expected[name] if row[0] in other], name
    connection = await asyncpg.connect(settings.database.dsn)
    assert await connection.fetchval("SELECT count(*) FROM achievement_event") == 2 * len(story)
    await connection.close()


async def test_late_and_early(game: Game, clock: ManualClock) -> None:
    user = await game.player("vera")
    in_time = (await game.send(user, at=(clock.now() - timedelta(hours=48)).isoformat())).json()
    late = (await game.send(user, at=(clock.now() - timedelta(hours=48, seconds=1)).isoformat())).json()
    early = await game.send(user, at=(clock.now() + timedelta(minutes=5)).isoformat())
    assert (in_time["late"], late["late"], early.status_code) == (False, True, 201)
    days = (await game.get(f"/stats/{user}/series?days=3")).json()["days"]
    assert [(day["day"], day["by_type"].get("login", 0)) for day in days] == [
        ("2026-04-29", 1),
        ("2026-04-30", 0),
        ("2026-05-01", 2),
    ]


async def test_points_by_ones_own_word_are_capped_per_day(game: Game, clock: ManualClock) -> None:
    user = await game.player("vera")
    answers = await asyncio.gather(*(game.send(user, "task_done") for _ in range(20)))
    assert sorted(answer.json()["points"] for answer in answers) == [0] * 5 + [2] * 15
    more = (
        await game.batch([{"user_id": user, "event_type": "habit_kept"}, {"user_id": user, "event_type": "login"}])
    ).json()
    assert more["new"] == 2
    stats = await game.stats(user)
    assert stats["total_score"] == 30 + 5
    assert stats["by_type"] == {"habit_kept": 1, "login": 1, "task_done": 20}
    clock.advance(86_400)
    assert (await game.send(user, "task_done")).json()["points"] == 2


async def test_one_bad_row_hurts_its_sender_only(container: AsyncContainer, game: Game) -> None:
    user = await game.player("vera")
    writer = await container.get(Writer)
    now = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)

    async def write(events: Any) -> list[Any]:
        return (await writer.write(events))[0]

    def event(details: str | None) -> NewEvent:
        return NewEvent(
            source_id=game.issued.source_id,
            event_id=new_uuid(),
            user_id=user,
            type_code="login",
            amount=1,
            points=5,
            details=details,
            at=now,
            counts_at=now,
            day=now.date(),
            trust="server",
            late=False,
            content=1,
        )

    gather = Gather(write)
    outcomes = await asyncio.gather(
        gather.put([event(None)]), gather.put([event("not json")]), gather.put([event("{}"), event(None)])
    )
    codes = [[type(one).__name__ for one in group] for group in outcomes]
    assert codes == [["Taken"], ["DatabaseAway"], ["Taken", "Taken"]]
    assert (await game.stats(user))["login_count"] == 3


async def test_the_database_is_away(game: Game, servers: Embedded) -> None:
    user = await game.player("vera")
    assert (await game.send(user)).status_code == 201
    servers.stop("postgres")
    try:
        answers = [
            await game.send(user),
            await game.batch([{"user_id": user, "event_type": "login"}] * 3),
            await game.get(f"/events/user/{user}?limit=3"),
        ]
    finally:
        servers.restart("postgres")
    assert answers[0].status_code == 503
    assert (answers[0].json()["code"], answers[0].headers["retry-after"]) == ("kit.unavailable", "1")
    assert {one["code"] for one in answers[1].json()["results"]} == {"kit.unavailable"}
    assert answers[2].status_code == 503
    assert (await game.send(user)).status_code == 201
    assert (await game.stats(user))["login_count"] == 2


async def test_first_sign_in_of_a_day_is_a_login_once(game: Game, container: AsyncContainer) -> None:
    user = await game.player("vera")
    consumer = next(one for one in CONSUMERS if one.subject == "accounts.signed_in")
    for day_first, times in ((True, 2), (False, 1)):
        for _ in range(times):
            fact = Received(
                id=77 if day_first else 78,
                subject="accounts.signed_in",
                at=datetime(2026, 5, 1, 11, 0, tzinfo=UTC),
                data={"user_id": user, "session_id": 1, "device": "x", "day_first": day_first, "new_device": False},
            )
            async with unit_of_work(container) as scope:
                await consumer.handle(scope, fact)
    assert (await game.stats(user))["login_count"] == 1


async def test_a_player_who_left_is_forgotten(game: Game, container: AsyncContainer, settings: Settings) -> None:
    user, other = await game.player("vera"), await game.player("lev")
    for one in (user, other):
        await game.send(one, "find_secret", details={"secret": "a"})
    await game.judged()
    consumer = next(one for one in CONSUMERS if one.subject == "accounts.deleted")
    fact = Received(id=1, subject="accounts.deleted", at=datetime(2026, 5, 1, tzinfo=UTC), data={"user_id": user})
    async with unit_of_work(container) as scope:
        await consumer.handle(scope, fact)
    kept = await _state(settings)
    assert {row[0] for rows in kept.values() for row in rows} == {other}


async def test_a_devices_word(client: httpx.AsyncClient, container: AsyncContainer) -> None:
    phone = await connect(client, container, "phone", Trust.CLIENT)
    user = await phone.player("vera")
    assert (await phone.send(user, "habit_kept")).status_code == 201
    login = await phone.send(user, "login")
    assert (login.status_code, login.json()["code"]) == (403, "achievement.trust_too_low")


async def test_every_amount_is_worth_its_points(game: Game) -> None:
    user = await game.player("vera")
    assert (await game.send(user, "complete_level", amount=10)).json()["points"] == 200
    stats = await game.stats(user)
    assert (stats["total_score"], stats["levels_completed"]) == (200, 1)


async def test_own_facts_need_no_key(container: AsyncContainer, game: Game) -> None:
    user = await game.player("vera")
    intake = await container.get(Intake)
    told = Told(
        user_id=user, event_type="creature_level", details={"level": 3}, at=datetime(2026, 5, 1, 11, tzinfo=UTC)
    )
    first, again = await intake.take_own(told=told, outbox_id=5), await intake.take_own(told=told, outbox_id=5)
    assert (first.new, again.new) == (True, False)
    own = await (await container.get(KeyRing)).own_key()
    assert isinstance(first, Taken)
    assert first.event.source_id == own.game.source_id


@pytest.mark.parametrize("count", [1, 300, 700])
async def test_a_gather_keeps_groups_whole_and_answers_in_order(count: int) -> None:
    seen: list[int] = []

    async def write(events: Any) -> list[Any]:
        seen.append(len(events))
        await asyncio.sleep(0.001)
        return list(events)

    gather = Gather(write)
    groups = [[f"{n}.{part}" for part in range(1 + n % 3)] for n in range(count)]
    answers = await asyncio.gather(*(gather.put(group) for group in groups))  # type: ignore[arg-type] # any tokens do
    assert [list(answer) for answer in answers] == groups
    assert sum(seen) == sum(len(group) for group in groups)
    assert max(seen) <= 256
