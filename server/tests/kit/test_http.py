"""The HTTP edge: commits before answering, refuses in one form and two languages, repeats answers by key."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar

import httpx
import pytest
from dishka import AsyncContainer
from dishka.integrations.fastapi import FromDishka
from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller, User
from omenigen.kit.edge import unit_of_work
from omenigen.kit.errors import Conflict, Forbidden
from omenigen.kit.http import Envelope, api_router, away, install_problems
from omenigen.kit.idempotency import KeptAnswer
from omenigen.kit.outbox import Fact, Outbox, OutboxRow
from omenigen.kit.texts import Locale, Texts
from omenigen.main.app import make_app
from omenigen.main.settings import Settings
from omenigen.modules.accounts.public import Operators

ADDRESS = "http://localhost:8000"
PASSWORD = "seven blue lagfrogs sing"


@dataclass(frozen=True, slots=True, kw_only=True)
class LampLit(Fact):
    """A lamp was lit: a fact of the tests."""

    subject: ClassVar[str] = "notify.lamp_lit"
    n: int


class LampIsBroken(Conflict):
    """The lamp is broken: a refusal of the tests."""

    code = "kit.conflict"


class AlarmRang(Forbidden):
    """What was written stays although it is refused."""

    code = "kit.forbidden"
    commits = True


class Lamp(BaseModel):
    n: int = Field(ge=1, le=9)


router = api_router(prefix="/lamps", tags=["tests"])


@router.post("", status_code=201)
async def light(lamp: Lamp, outbox: FromDishka[Outbox]) -> Lamp:
    outbox.record(LampLit(n=lamp.n))
    if lamp.n == 7:
        raise LampIsBroken
    if lamp.n == 8:
        raise AlarmRang
    if lamp.n == 9:
        raise RuntimeError("the secret of the lamp")
    return lamp


@router.get("/who")
async def who(caller: FromDishka[Caller]) -> dict[str, str]:
    return {"caller": type(caller).__name__} | ({"locale": caller.locale} if isinstance(caller, User) else {})


@router.get("/slow")
async def slow(db: FromDishka[AsyncSession]) -> None:
    await db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.fixture
async def app(container: AsyncContainer) -> FastAPI:
    app = FastAPI()
    app.state.dishka_container = container
    app.state.texts = await container.get(Texts)
    install_problems(app)
    app.include_router(router)
    app.add_middleware(Envelope, body_max={}, secure=False)
    return app


@pytest.fixture
async def lamps(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


@pytest.fixture
async def as_vera(container: AsyncContainer, settings: Settings, lamps: httpx.AsyncClient) -> None:
    """Let Vera, whose account is Russian, sign in and light the lamps."""
    async with unit_of_work(container) as scope:
        operators = await scope.get(Operators)
        await operators.create(username="vera", email="vera@example.com", password=PASSWORD, locale=Locale.RU)
    # The whole house, but without its loops: the relay would carry away the facts that are looked at here.
    house = httpx.ASGITransport(app=await make_app(container, settings))
    async with httpx.AsyncClient(transport=house, base_url=ADDRESS) as client:
        answer = await client.post("/api/v1/auth/login", json={"login": "vera", "password": PASSWORD})
    lamps.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


async def facts(db: AsyncSession) -> list[dict[str, int]]:
    return list(await db.scalars(select(OutboxRow.payload).where(OutboxRow.subject == LampLit.subject)))


async def test_an_answered_write_is_committed(lamps: httpx.AsyncClient, db: AsyncSession) -> None:
    answer = await lamps.post("/lamps", json={"n": 3})
    assert (answer.status_code, answer.json()) == (201, {"n": 3})
    assert await facts(db) == [{"n": 3}]
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_refusal_leaves_nothing_behind(lamps: httpx.AsyncClient, db: AsyncSession) -> None:
    answer = await lamps.post("/lamps", json={"n": 7}, headers={"Accept-Language": "ru"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "kit.conflict"
    assert answer.json()["detail"] == "Это противоречит тому, что уже есть."
    assert await facts(db) == []


@pytest.mark.parametrize(
    ("asked", "answered"), [("en", "en"), ("ru", "ru"), ("de, en;q=0.1", "en"), ("de", "ru"), ("*", "ru"), (None, "ru")]
)
async def test_a_page_is_answered_in_its_own_language_and_else_in_the_accounts(
    lamps: httpx.AsyncClient, as_vera: None, asked: str | None, answered: str
) -> None:
    headers = {} if asked is None else {"Accept-Language": asked}
    refused = await lamps.post("/lamps", json={"n": 7}, headers=headers)
    assert refused.headers["content-language"] == answered
    assert (await lamps.get("/lamps/who", headers=headers)).json() == {"caller": "User", "locale": answered}


async def test_a_refusal_may_keep_its_work_on_purpose(lamps: httpx.AsyncClient, db: AsyncSession) -> None:
    assert (await lamps.post("/lamps", json={"n": 8})).status_code == 403
    assert await facts(db) == [{"n": 8}]


async def test_a_fault_of_ours_shows_nothing_of_its_cause(lamps: httpx.AsyncClient, db: AsyncSession) -> None:
    answer = await lamps.post("/lamps", json={"n": 9})
    assert answer.status_code == 500
    assert answer.json()["code"] == "kit.internal"
    assert "secret of the lamp" not in answer.text
    assert await facts(db) == []


@pytest.mark.parametrize(
    ("body", "status", "code", "detail"),
    [
        (b"{", 422, "kit.broken_body", "Тело запроса не читается как JSON."),
        (b"[]", 422, "kit.validation", "Ошибка валидации: body – нужен объект"),
        (b"{}", 422, "kit.validation", "Ошибка валидации: n – не указано"),
        (b'{"n": "x"}', 422, "kit.validation", "Ошибка валидации: n – нужно целое число"),
        (b'{"n": 1.5}', 422, "kit.validation", "Ошибка валидации: n – нужно целое число"),
        (b'{"n": 0}', 422, "kit.validation", "Ошибка валидации: n – должно быть не меньше 1"),
        (b'{"n": 10}', 422, "kit.validation", "Ошибка валидации: n – должно быть не больше 9"),
        (b" " * (1024 * 1024 + 1), 413, "kit.body_too_large", "Тело запроса больше 1048576 байт."),
    ],
)
async def test_bad_bodies_are_named(lamps: httpx.AsyncClient, body: bytes, status: int, code: str, detail: str) -> None:
    answer = await lamps.post(
        "/lamps", content=body, headers={"Accept-Language": "ru", "Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (status, code, detail)


async def test_a_body_that_hides_its_length_is_counted(lamps: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    answer = await lamps.post("/lamps", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


async def test_unknown_addresses_and_methods_are_problems_too(lamps: httpx.AsyncClient) -> None:
    assert (await lamps.get("/nowhere")).json()["code"] == "kit.no_such_route"
    answer = await lamps.delete("/lamps")
    assert (answer.status_code, answer.json()["code"]) == (405, "kit.method_not_allowed")


async def test_a_page_of_others_may_not_write(lamps: httpx.AsyncClient) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:8000.evil.example", "https://localhost:8000"):
        answer = await lamps.post("/lamps", json={"n": 1}, headers={"Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "kit.origin")
    assert (await lamps.post("/lamps", json={"n": 1}, headers={"Origin": ADDRESS})).status_code == 201


async def test_a_wrong_header_credential_is_refused_and_a_stale_cookie_is_nobody(lamps: httpx.AsyncClient) -> None:
    for headers in ({"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}, {"X-API-Key": "omk_x_y"}):
        assert (await lamps.get("/lamps/who", headers=headers)).status_code == 401
    answer = await lamps.get("/lamps/who", headers={"Cookie": "om_access=stale"})
    assert answer.json() == {"caller": "Anonymous"}


async def test_a_repeated_key_gets_the_first_answer(
    app: FastAPI, lamps: httpx.AsyncClient, db: AsyncSession, as_vera: None
) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = await lamps.post("/lamps", json={"n": 2}, headers=headers)
    again = await lamps.post("/lamps", json={"n": 2}, headers=headers)
    other = await lamps.post("/lamps", json={"n": 3}, headers=headers)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert other.json()["code"] == "kit.idempotency"
    assert await facts(db) == [{"n": 2}]


async def test_a_refused_request_may_use_its_key_again(lamps: httpx.AsyncClient, as_vera: None) -> None:
    headers = {"Idempotency-Key": "k2"}
    assert (await lamps.post("/lamps", json={"n": 7}, headers=headers)).json()["code"] == "kit.conflict"
    assert (await lamps.post("/lamps", json={"n": 2}, headers=headers)).status_code == 201


async def test_twenty_equal_requests_at_once_happen_once(
    lamps: httpx.AsyncClient, db: AsyncSession, as_vera: None
) -> None:
    answers = await asyncio.gather(
        *(lamps.post("/lamps", json={"n": 4}, headers={"Idempotency-Key": "k3"}) for _ in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert await facts(db) == [{"n": 4}]
    assert await db.scalar(select(func.count()).select_from(KeptAnswer)) == 1


async def test_a_lost_connection_is_a_503_with_a_time_to_wait(lamps: httpx.AsyncClient) -> None:
    answer = await lamps.get("/lamps/slow")
    assert (answer.status_code, answer.json()["code"]) == (503, "kit.unavailable")
    assert answer.headers["retry-after"] == "1"


def test_a_mistake_in_sql_is_not_taken_for_an_outage() -> None:
    class Syntax(Exception):
        sqlstate = "42601"

    assert away(DBAPIError("SELEC 1", {}, Syntax())) is None
    assert away(OperationalError("SELECT 1", {}, OSError())) is not None
