"""The verbs of accounts on a real database."""

import asyncio
from datetime import timedelta

import orjson
import pytest
from dishka import AsyncContainer
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from omenigen.kit.auth import Role, User
from omenigen.kit.clock import ManualClock
from omenigen.kit.db import Database
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import SourceId, UserId
from omenigen.kit.streams.types import encode
from omenigen.kit.texts import Locale
from omenigen.modules.accounts.errors import AlreadyExists
from omenigen.modules.accounts.public import (
    AccountState,
    EmailAlreadyExists,
    Operators,
    PlayerRecord,
    Players,
    UsernameAlreadyTaken,
    UserNotFound,
)
from omenigen.modules.accounts.rules import limits
from omenigen.modules.accounts.service.tidying import Tidying
from omenigen.modules.accounts.streams import user_stream
from tests.modules.accounts.door import AUTH, PASSWORD, Door, address, bearer, code, facts, plain

ME = "/api/v1/me"


async def bring(container: AsyncContainer, name: str, *, mail: str | None = None, source: int = 1) -> PlayerRecord:
    """Make a player as an external game does."""
    async with unit_of_work(container) as scope:
        players = await scope.get(Players)
        return await players.create_unclaimed(username=name, email=mail or address(name), source_id=SourceId(source))


# ── players of external games ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_game_brings_a_player(container: AsyncContainer, clock: ManualClock) -> None:
    made = await bring(container, "vera", source=7)
    assert made == PlayerRecord(
        id=UserId(1), username="vera", email=address("vera"), created_at=clock.now(), source_id=SourceId(7),
        state=AccountState.UNCLAIMED, time_zone="UTC",
    )  # fmt: skip
    with pytest.raises(EmailAlreadyExists) as mail_taken:
        await bring(container, "other", mail="VERA@example.com")
    assert mail_taken.value.params == {"email": address("vera")}
    with pytest.raises(UsernameAlreadyTaken) as name_taken:
        await bring(container, "Vеra", mail="other@example.com")
    assert name_taken.value.code == "user_service.username_taken"
    with pytest.raises(UsernameAlreadyTaken):
        await bring(container, "admin")


async def test_a_player_cannot_sign_in_before_claiming(container: AsyncContainer, door: Door) -> None:
    await bring(container, "vera")
    assert code(await door.sign_in(door.client, "vera", "")) == "accounts.wrong_credentials"
    await door.client.post(f"{AUTH}/password/forgot", json={"email": address("vera")})
    assert await door.mailbox.letters(address("vera")) == []


async def test_a_person_claims_their_player_by_letter(container: AsyncContainer, door: Door) -> None:
    await bring(container, "vera")
    await door.join("vera", time_zone="Asia/Omsk")
    me = (await door.native("vera"))["user"]
    assert (me["id"], me["time_zone"], me["email_confirmed"]) == (1, "Asia/Omsk", True)
    async with unit_of_work(container) as scope:
        records = await (await scope.get(Players)).records([UserId(1)])
    assert records[UserId(1)].state is AccountState.ACTIVE
    assert records[UserId(1)].source_id == 1
    assert await facts(container, "accounts.confirmed") == [{"user_id": 1, "claimed": True}]


async def test_a_claim_may_choose_another_name(container: AsyncContainer, door: Door) -> None:
    await bring(container, "vera")
    await door.join("verochka", mail=address("vera"))
    assert (await door.native("verochka"))["user"]["id"] == 1
    assert (await bring(container, "vera", mail="another@example.com")).id != 1


async def test_a_players_name_is_told_by_letter_so_that_its_address_stays_unknown(
    container: AsyncContainer, door: Door
) -> None:
    await bring(container, "vera")
    right, wrong = await door.register("vera"), await door.register("vera", mail="guess@example.com")
    assert (right.status_code, right.content) == (wrong.status_code, wrong.content)
    assert await door.mailbox.subjects("guess@example.com") == ["Имя занято"]
    assert "token=" not in plain((await door.mailbox.letters("guess@example.com"))[0])


async def test_players_come_in_plural(container: AsyncContainer, door: Door) -> None:
    await door.join("vera", time_zone="Asia/Omsk")
    await bring(container, "lev")
    ids = [UserId(1), UserId(2), UserId(99)]
    async with unit_of_work(container) as scope:
        players = await scope.get(Players)
        assert {one.username for one in (await players.cards(ids)).values()} == {"vera", "lev"}
        assert await players.zones(ids) == {1: "Asia/Omsk", 2: "UTC"}
        assert await players.locales(ids) == {1: Locale.RU, 2: Locale.EN}
        assert await players.existing(ids) == {1, 2}
        assert await players.cards([]) == {}
        with pytest.raises(UserNotFound):
            await players.card(user_id=UserId(99))


# ── races ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_of_two_who_want_one_name_at_once_one_gets_it(door: Door) -> None:
    answers = await asyncio.gather(*(door.register("vera", mail=f"vera{n}@example.com") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]


async def test_registering_one_address_twice_at_once_makes_one_account(container: AsyncContainer, door: Door) -> None:
    answers = await asyncio.gather(*(door.register(f"vera_number_{n}", mail=address("vera")) for n in range(4)))
    assert [answer.status_code for answer in answers] == [202] * 4
    async with (await container.get(Database)).sessions() as db:
        assert await db.scalar(text("SELECT count(*) FROM accounts_users")) == 1


async def test_a_reset_link_pressed_twice_at_once_works_once(door: Door) -> None:
    await door.join("vera")
    await door.client.post(f"{AUTH}/password/forgot", json={"email": address("vera")})
    token = await door.mailbox.token(address("vera"))
    answers = await asyncio.gather(
        *(
            door.client.post(f"{AUTH}/password/reset", json={"token": token, "password": f"password number {n}"})
            for n in range(3)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]


async def test_two_claims_of_one_name_meet_at_confirmation(door: Door) -> None:
    await door.join("lev")
    await door.register("lena", mail=address("vera"))
    await door.register("dasha", mail=address("vera"))  # the same address thought of another name
    wants_dasha = await door.mailbox.token(address("vera"))
    await door.join("dasha", mail="other@example.com")
    answer = await door.client.post(f"{AUTH}/confirm", json={"token": wants_dasha})
    assert (answer.status_code, code(answer)) == (409, "accounts.username_taken")


# ── operators ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_operator_is_made_once(container: AsyncContainer, door: Door) -> None:
    async def create(*, promote: bool = False, name: str = "starosta") -> tuple[bool, bool]:
        async with unit_of_work(container) as scope:
            operators = await scope.get(Operators)
            made = await operators.create(username=name, email=address(name), password=PASSWORD, promote=promote)
            return made.created, made.promoted

    async with unit_of_work(container) as scope:
        assert not await (await scope.get(Operators)).exist()
    assert await create() == (True, False)
    assert await create() == (False, False)
    assert (await door.native("starosta"))["user"]["role"] == "operator"
    await door.join("vera")
    with pytest.raises(AlreadyExists):
        await create(name="vera")
    assert (await door.native("vera"))["user"]["role"] == "player"
    assert await create(name="vera", promote=True) == (False, True)
    assert (await door.native("vera"))["user"]["role"] == "operator"
    async with unit_of_work(container) as scope:
        assert await (await scope.get(Operators)).exist()


# ── leaving ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def everything_written(db: AsyncConnection) -> str:
    """Return every value of every table as text, less letters on their way and facts that hold ids only."""

    def tables(connection: object) -> list[str]:
        return list(inspect(connection).get_table_names())  # type: ignore[call-overload] # SQLAlchemy's own signature

    found = []
    for table in await db.run_sync(tables):
        rows = await db.execute(text(f'SELECT to_jsonb(t)::text FROM "{table}" AS t'))
        found += [f"{table}: {row[0]}" for row in rows]
    return "\n".join(found)


async def test_nothing_personal_stays_behind(door: Door, container: AsyncContainer) -> None:
    await door.join("vera")
    async with door.signed_in("vera", **{"User-Agent": "Verin-Brauser/1.0"}) as browser:
        await browser.patch(ME, json={"display_name": "Вера Лебедева", "about": "Ловлю светлячков"})
        await browser.put(f"{ME}/email", json={"email": "new-vera@example.com", "password": PASSWORD})
        await browser.post(f"{AUTH}/password/forgot", json={"email": address("vera")})
        async with (await container.get(Database)).engine.connect() as db:
            before = await everything_written(db)
        assert (await browser.request("DELETE", ME, json={"password": PASSWORD})).status_code == 204
    await door.mailbox.letters(address("vera"))  # the goodbye has been carried
    async with (await container.get(Database)).engine.connect() as db:
        after = await everything_written(db)
    assert "accounts_users" in after
    for personal in ("vera", "Вера", "светлячков", "argon2", "Verin-Brauser", "new-vera"):
        assert personal in before, personal
        kept = [line for line in after.splitlines() if personal in line and "accounts.signed_in" not in line]
        assert kept == [], personal
    async with unit_of_work(container) as scope:
        card = (await (await scope.get(Players)).cards([UserId(1)]))[UserId(1)]
    assert (card.username, card.display_name, card.avatar_url) == ("gone-1", "", None)


async def test_leaving_tells_the_other_modules(door: Door, container: AsyncContainer) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    answer = await door.client.request("DELETE", ME, json={"password": PASSWORD}, headers=bearer(tokens))
    assert answer.status_code == 204
    assert await facts(container, "accounts.deleted") == [{"user_id": 1}]


# ── the stream user.<id> ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_changed_profile_equals_a_fresh_snapshot(
    door: Door, container: AsyncContainer, clock: ManualClock
) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    await door.client.patch(ME, json={"display_name": "Вера", "time_zone": "Asia/Omsk"}, headers=bearer(tokens))
    async with (await container.get(Database)).sessions() as db:
        last = await db.scalar(text("SELECT value FROM live_patches WHERE key = 'me' ORDER BY version DESC LIMIT 1"))
        fresh = (await user_stream(clock).snapshot(db, ["user.1"], None, 50))["user.1"]["me"]
    assert last == orjson.loads(encode(fresh))
    me = (await door.client.get(ME, headers=bearer(tokens))).json()
    assert {**last, "created_at": None} == {**me, "created_at": None}


async def test_only_a_living_session_of_the_person_may_follow(
    door: Door, container: AsyncContainer, clock: ManualClock
) -> None:
    await door.join("vera")
    await door.join("lev")
    tokens = await door.native("vera")
    gate = user_stream(clock).gate
    vera = User(user_id=UserId(1), session_id=1, role=Role.PLAYER, locale=Locale.RU)  # type: ignore[arg-type] # an id
    async with (await container.get(Database)).sessions() as db:
        assert await gate(db, vera, ["user.1", "user.2"]) == {"user.1"}
        assert await gate(db, vera, ["user.2", "user.11", "user.x"]) == set()
    await door.client.post(f"{AUTH}/logout", headers=bearer(tokens))
    async with (await container.get(Database)).sessions() as db:
        assert await gate(db, vera, ["user.1"]) == set()


# ── tidying ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_past_its_time_is_forgotten(door: Door, container: AsyncContainer, clock: ManualClock) -> None:
    await door.join("vera")
    tokens = await door.native("vera")
    await door.client.post(f"{AUTH}/refresh", json={"refresh_token": tokens["refresh_token"]})
    await door.register("dasha")
    await door.client.post(f"{AUTH}/password/forgot", json={"email": "nobody@example.com"})

    async def tidy() -> dict[str, int]:
        async with unit_of_work(container) as scope:
            session = await scope.get(AsyncSession)
            await Tidying(session, clock).forget_old()
            names = ("users", "registrations", "tickets", "sessions", "refreshes")
            return {n: await session.scalar(text(f"SELECT count(*) FROM accounts_{n}")) or 0 for n in names}

    assert await tidy() == {"users": 2, "registrations": 2, "tickets": 1, "sessions": 1, "refreshes": 2}
    clock.advance(limits.CONFIRM_FOR.total_seconds() + 1)
    assert await tidy() == {"users": 2, "registrations": 0, "tickets": 0, "sessions": 1, "refreshes": 2}
    clock.advance((limits.PENDING_FOR - limits.CONFIRM_FOR).total_seconds())
    assert (await tidy())["users"] == 1
    assert (await door.register("dasha", mail="other@example.com")).status_code == 202  # the name is free again
    clock.advance((limits.SESSION_IDLE + limits.ENDED_KEPT + timedelta(days=1)).total_seconds())
    kept = await tidy()
    assert (kept["users"], kept["sessions"], kept["refreshes"]) == (1, 0, 0)
