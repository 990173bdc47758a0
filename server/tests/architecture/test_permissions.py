"""Who may do what: every route of the OpenAPI × everybody who could knock. A route without a row fails.

Columns: anonymous · stranger (signed in, nothing of this is theirs) · owner (the player it is about, who also owns the
game) · foreign (another game's key) · game (the key of a game that the owner is linked to) · operator.
Two more columns follow by rule. A valid-looking token of somebody who is **unverified** or **suspended** is nobody's
anywhere: 401 wherever a caller is looked at. There are no memberships yet, hence no ex-members.
Within a row the weaker knock first, so that what they must not change is still there for the stronger.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from dishka import AsyncContainer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import AccessClaims, AccessTokens, Role, Trust
from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import SessionId, UserId
from omenigen.kit.texts import Locale
from omenigen.main.app import make_app
from omenigen.main.settings import Settings
from omenigen.modules.achievements.public import Sources
from omenigen.modules.achievements.service.rulebook import RuleBook

API = "/api/v1"
RULE = {
    "code": "five_secrets",
    "name": {"ru": "Пять секретов", "en": "Five secrets"},
    "description": {"ru": "Найти пять секретов.", "en": "Find five secrets."},
    "points": 20,
    "when": {"metric": "find_secret.count", "op": ">=", "value": 5},
}
WRONG = "not the right password"

VERA, LEV, STAROSTA, NINA, KIRA = 1, 2, 3, 4, 5
"""The owner, the stranger, the operator, one who has not confirmed, one who is suspended."""

COLUMNS = ("anonymous", "unverified", "suspended", "stranger", "foreign", "game", "operator", "owner")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One route and what each caller gets. Braces in the path and body name things of the world."""

    route: str
    anonymous: int = 401
    stranger: int
    owner: int
    foreign: int
    game: int
    operator: int
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    open: bool = False
    """Nobody asks who calls: a bad token is not even looked at."""

    def expected(self, caller: str) -> int:
        """Return the status that a caller gets."""
        if caller in {"unverified", "suspended"}:
            return self.anonymous if self.open else 401
        status: int = getattr(self, caller)
        return status


def everybody(route: str, status: int, **more: Any) -> Row:
    """A door for everybody, signed in or not."""
    return Row(route=route, anonymous=status, stranger=status, owner=status, foreign=status, game=status,
               operator=status, **more)  # fmt: skip


def somebody(route: str, status: int, **more: Any) -> Row:
    """For every person and every game, alike."""
    return Row(route=route, stranger=status, owner=status, foreign=status, game=status, operator=status, **more)


def person(route: str, status: int, **more: Any) -> Row:
    """About the calling person alone; a game's key is no person."""
    return Row(route=route, stranger=status, owner=status, foreign=403, game=403, operator=status, **more)


def operator(route: str, status: int, **more: Any) -> Row:
    """For the operator alone."""
    return Row(route=route, stranger=403, owner=403, foreign=403, game=403, operator=status, **more)


def player(route: str, status: int, **more: Any) -> Row:
    """About one player: that player, the operator, games that may see them; for all others there is no such player."""
    return Row(route=route, stranger=404, owner=status, foreign=404, game=status, operator=status, **more)


def source(route: str, status: int, **more: Any) -> Row:
    """About one game: who owns it, and the operator; for all others there is no such game."""
    return Row(route=route, stranger=404, owner=status, foreign=403, game=403, operator=status, **more)


ROWS = [
    # accounts: the door in. What is wrong with the body is 422; that it is looked at shows that the door is open.
    everybody(f"POST {API}/auth/register", 202,
              body={"email": "new{n}@example.com", "username": "newcomer{n}", "password": "seven blue lagfrogs"}),
    everybody(f"POST {API}/auth/confirm", 422, body={"token": "x" * 43}),
    everybody(f"POST {API}/auth/confirm/resend", 202, body={"email": "resend{n}@example.com"}),
    Row(route=f"POST {API}/auth/login", anonymous=401, stranger=401, owner=401, foreign=401, game=401, operator=401,
        body={"login": "nobody{n}", "password": WRONG}),
    Row(route=f"POST {API}/auth/refresh", anonymous=401, stranger=401, owner=401, foreign=401, game=401, operator=401,
        body={"refresh_token": "x" * 43}),
    everybody(f"POST {API}/auth/logout", 204),
    everybody(f"POST {API}/auth/password/forgot", 202, body={"email": "forgot{n}@example.com"}),
    everybody(f"POST {API}/auth/password/reset", 422, body={"token": "x" * 43, "password": "seven blue lagfrogs"}),
    everybody(f"POST {API}/auth/email/confirm", 422, body={"token": "x" * 43}),
    # accounts: oneself. 403 of these three is the wrong password, said only to the person.
    person(f"GET {API}/me", 200),
    person(f"PATCH {API}/me", 200, body={"about": "тут"}),
    person(f"DELETE {API}/me", 403, body={"password": WRONG}),
    person(f"PUT {API}/me/password", 403, body={"current_password": WRONG, "new_password": "eight blue lagfrogs"}),
    person(f"PUT {API}/me/email", 403, body={"email": "moved{n}@example.com", "password": WRONG}),
    person(f"GET {API}/me/sessions", 200),
    person(f"DELETE {API}/me/sessions", 204),
    Row(route=f"DELETE {API}/me/sessions/{{session}}", stranger=404, owner=204, foreign=403, game=403, operator=404),
    person(f"GET {API}/me/export", 200),
    somebody(f"GET {API}/users/{{vera}}/card", 200),
    operator(f"GET {API}/operator/users", 200),
    operator(f"PATCH {API}/operator/users/{{lev}}", 200, body={"role": "player"}),
    # media
    person(f"PUT {API}/me/avatar", 422, body=...),
    person(f"DELETE {API}/me/avatar", 200),
    everybody(f"GET {API}/media/{{key}}", 404, open=True),
    # achievements: players
    Row(route=f"POST {API}/users/", stranger=403, owner=403, foreign=201, game=201, operator=201,
        body={"username": "brought{n}", "email": "brought{n}@example.com"}),
    player(f"GET {API}/users/{{vera}}", 200),
    player(f"GET {API}/users/{{vera}}/score", 200),
    player(f"GET {API}/stats/{{vera}}", 200),
    player(f"GET {API}/stats/{{vera}}/series", 200),
    player(f"GET {API}/stats/{{vera}}/heatmap", 200, query={"year": "2026"}),
    player(f"GET {API}/events/user/{{vera}}", 200),
    player(f"GET {API}/achievements/users/{{vera}}", 200),
    player(f"GET {API}/achievements/users/{{vera}}/progress", 200),
    player(f"GET {API}/achievements/{{rule}}/explain", 200, query={"user": "{vera}"}),
    somebody(f"GET {API}/achievements/", 200),
    person(f"GET {API}/achievements/unlocks/999/credential", 404),
    everybody("GET /.well-known/jwks.json", 200, open=True),
    # achievements: events. A person's own device may not say what only a game may.
    Row(route=f"POST {API}/event/", stranger=404, owner=403, foreign=404, game=201, operator=201,
        body={"user_id": VERA, "event_type": "find_secret", "details": None}),
    # A batch answers item by item: for a foreign game the item is refused inside the 200.
    Row(route=f"POST {API}/events/batch", stranger=404, owner=200, foreign=200, game=200, operator=200,
        body={"events": [{"user_id": VERA, "event_type": "find_secret"}]}),
    # Whoever may speak for the event's game hears that 1 is no correction of 1.
    Row(route=f"POST {API}/events/{{event}}/corrections", stranger=404, owner=409, foreign=404, game=409, operator=409,
        body={"amount": 1, "reason": "counted twice"}),
    # achievements: rules and boards
    operator(f"GET {API}/rules", 200),
    operator(f"POST {API}/rules", 201, body={"rule": RULE}),
    operator(f"PUT {API}/rules/five_secrets", 200, body={"state": "live"}),
    operator(f"POST {API}/rules/dry-run", 200, body={"rule": RULE}),
    operator(f"GET {API}/rules/dry-run/{{dry_run}}", 404),
    operator(f"POST {API}/rules/five_secrets/backfill", 202),
    operator(f"GET {API}/rules/five_secrets/backfill", 200),
    somebody(f"GET {API}/boards", 200),
    somebody(f"GET {API}/boards/score", 200),
    person(f"GET {API}/me/boards", 200),
    person(f"GET {API}/me/league", 200),
    person(f"PUT {API}/me/boards", 200, body={"shown": True}),
    # achievements: the builder
    person(f"GET {API}/sources", 200),
    person(f"POST {API}/sources", 201, body={"name": "game-{n}"}),
    source(f"GET {API}/sources/{{source}}/keys", 200),
    source(f"POST {API}/sources/{{source}}/keys", 409, body={}),  # it has two live keys already
    source(f"DELETE {API}/sources/{{source}}/keys/{{spare_key}}", 204),
    source(f"GET {API}/sources/{{source}}/types", 200),
    source(f"PUT {API}/sources/{{source}}/types/race_won", 200,
           body={"name": {"ru": "Гонка", "en": "Race"}, "points": 1}),
    source(f"GET {API}/sources/{{source}}/intake", 200),
    source(f"POST {API}/sources/{{source}}/links", 422, body={"code": "AAAAAAAA"}),
    Row(route=f"DELETE {API}/sources/{{source}}/links", stranger=404, owner=204, foreign=403, game=403, operator=404),
    person(f"GET {API}/me/link-code", 200),
    # notify
    person(f"GET {API}/notices", 200),
    person(f"POST {API}/notices/read", 200, body={"up_to": 1}),
    # live: what a caller may not follow is `gone` inside a 200, the same as what never was
    somebody(f"POST {API}/live/ticket", 200),
    somebody(f"GET {API}/live/snapshots", 200, query={"streams": "user.{vera}"}),
    somebody(f"POST {API}/live/catch-up", 200, body={"have": {"user.1": None}}),
    # the operator's desk
    operator(f"GET {API}/operator/health", 200),
    operator(f"GET {API}/operator/metrics", 200),
    operator(f"GET {API}/operator/queues", 200),
    operator(f"GET {API}/operator/games", 200),
    operator(f"PUT {API}/operator/games/{{source}}/voucher", 200),
    operator(f"DELETE {API}/operator/games/{{source}}/voucher", 200),
    operator(f"GET {API}/operator/dead-letters", 200),
    operator(f"DELETE {API}/operator/dead-letters/999", 404),
    operator(f"POST {API}/operator/dead-letters/999/replay", 404),
    # health
    everybody("GET /health/live", 200, open=True),
    everybody("GET /health/ready", 200, open=True),
    everybody("GET /metrics", 200, open=True),
]  # fmt: skip


@dataclass(kw_only=True)
class House:
    """A house with the whole cast, and things that belong to them."""

    client: httpx.AsyncClient
    container: AsyncContainer
    clock: ManualClock
    keys: dict[str, str]
    names: dict[str, Any]
    count: int = 0

    async def ask(self, row: Row, caller: str) -> httpx.Response:
        """Knock at a route as somebody, with a session made for this knock alone."""
        self.count += 1
        names = {**self.names, "n": self.count}
        if "{session}" in row.route:
            names["session"] = await self._session(VERA)
        method, path = _filled(row.route, names).split(" ")
        query = {key: _filled(value, names) for key, value in row.query.items()}
        headers = await self._headers(caller)
        if row.body is ...:
            form = {"file": ("a.png", b"no picture", "image/png")}
            return await self.client.request(method, path, files=form, headers=headers)
        body = None if row.body is None else _filled(row.body, names)
        return await self.client.request(method, path, params=query, json=body, headers=headers)

    async def _headers(self, caller: str) -> dict[str, str]:
        if caller == "anonymous":
            return {}
        if caller in self.keys:
            return {"X-API-Key": self.keys[caller]}
        user = {"owner": VERA, "stranger": LEV, "operator": STAROSTA, "unverified": NINA, "suspended": KIRA}[caller]
        tokens = await self.container.get(AccessTokens)
        session = SessionId(await self._session(user))
        claims = AccessClaims(user_id=UserId(user), session_id=session, role=Role.OPERATOR, locale=Locale.RU)
        return {"Authorization": f"Bearer {tokens.issue(claims)}"}  # the role of a token is never believed

    async def _session(self, user_id: int) -> int:
        async with unit_of_work(self.container) as scope:
            session = await scope.get(AsyncSession)
            made = await session.scalar(
                text(
                    "INSERT INTO accounts_sessions (user_id, device, ip, native, made_at, last_seen_at, expires_at) "
                    "VALUES (:user_id, 'test', '127.0.0.1', true, :now, :now, :until) RETURNING id"
                ),
                {"user_id": user_id, "now": self.clock.now(), "until": self.clock.now() + timedelta(hours=1)},
            )
        assert isinstance(made, int)
        return made


def _filled(template: Any, names: dict[str, Any]) -> Any:
    if isinstance(template, str):
        for name, value in names.items():
            template = template.replace(f"{{{name}}}", str(value))
        return template
    if isinstance(template, dict):
        return {key: _filled(value, names) for key, value in template.items()}
    return template


_CAST = text("""
INSERT INTO accounts_users (state, username, username_key, skeleton, email, role, display_name, about, time_zone,
    locale, created_at, confirmed_at, suspended_at)
SELECT state, name, name, name, name || '@example.com', role, '', '', 'UTC', 'ru', :now,
    CASE WHEN state = 'active' THEN CAST(:now AS timestamptz) END,
    CASE WHEN name = 'kira' THEN CAST(:now AS timestamptz) END
FROM (VALUES (1, 'vera', 'active', 'player'), (2, 'lev', 'active', 'player'), (3, 'starosta', 'active', 'operator'),
    (4, 'nina', 'unconfirmed', 'player'), (5, 'kira', 'active', 'player')) AS cast_ (place, name, state, role)
ORDER BY place
""")


@pytest.fixture
async def house(client: httpx.AsyncClient, container: AsyncContainer, clock: ManualClock) -> AsyncIterator[House]:
    """The cast in their places: Vera owns a game that she is linked to; another game knows nobody."""
    async with unit_of_work(container) as scope:
        await (await scope.get(AsyncSession)).execute(_CAST, {"now": clock.now()})
    async with unit_of_work(container) as scope:
        sources = await scope.get(Sources)
        own = await sources.issue_key(name="race", trust=Trust.SERVER, owner=UserId(VERA))
        spare = await sources.issue_key(name="race", trust=Trust.SERVER, owner=UserId(VERA))
        foreign = await sources.issue_key(name="chess", trust=Trust.SERVER, owner=UserId(LEV))
    await (await container.get(RuleBook)).start()
    house = House(
        client=client, container=container, clock=clock,
        keys={"game": own.key, "foreign": foreign.key},
        names={"vera": VERA, "lev": LEV, "source": own.source_id, "spare_key": spare.id, "key": "k" * 22,
               "rule": "newcomer", "dry_run": 999},
    )  # fmt: skip
    await _link(house)
    headers = await house._headers("game")
    event = {"user_id": VERA, "event_type": "find_secret", "details": None}
    house.names["event"] = (await client.post(f"{API}/event/", json=event, headers=headers)).json()["id"]
    yield house


async def _link(house: House) -> None:
    vera = await house._headers("owner")
    code = (await house.client.get(f"{API}/me/link-code", headers=vera)).json()["code"]
    path = f"{API}/sources/{house.names['source']}/links"
    linked = await house.client.post(path, json={"code": code}, headers=vera)
    assert linked.status_code == 201, linked.text


async def test_everybody_gets_what_the_table_says(house: House) -> None:
    wrong = []
    for row in ROWS:
        for caller in COLUMNS:
            answer = await house.ask(row, caller)
            if answer.status_code != row.expected(caller):
                wrong.append(
                    f"{row.route} as {caller}: {answer.status_code}, not {row.expected(caller)}: {answer.text[:160]}"
                )
        if row.route.endswith("/links") and row.route.startswith("DELETE"):
            await _link(house)
    assert wrong == [], "\n" + "\n".join(wrong)


async def test_a_stranger_learns_nothing_from_the_difference_between_foreign_and_nothing(house: House) -> None:
    for row in ROWS:
        if row.stranger != 404:
            continue
        there = await house.ask(row, "stranger")
        absent = {**house.names, "vera": 999, "source": 999, "event": 999, "session": 999}
        nowhere = await House(
            client=house.client, container=house.container, clock=house.clock, keys=house.keys, names=absent
        ).ask(row, "stranger")
        assert (there.status_code, there.json()["code"]) == (nowhere.status_code, nowhere.json()["code"]), row.route


async def test_what_may_not_be_followed_is_gone(house: House) -> None:
    snapshots = f"{API}/live/snapshots"
    for caller, seen in (("owner", True), ("stranger", False), ("operator", False), ("game", False)):
        headers = await house._headers(caller)
        answer = (await house.client.get(snapshots, params={"streams": "user.1"}, headers=headers)).json()
        assert ("user.1" in answer["streams"], answer["gone"]) == (seen, [] if seen else ["user.1"]), caller


async def test_every_route_has_a_row(container: AsyncContainer, settings: Settings) -> None:
    paths = (await make_app(container, settings)).openapi()["paths"]
    routes = [f"{method.upper()} {path}" for path, operations in paths.items() for method in operations]
    bare = [route for route in routes if not any(_matches(row.route, route) for row in ROWS)]
    stale = [row.route for row in ROWS if not any(_matches(row.route, route) for route in routes)]
    assert (bare, stale) == ([], [])


def _matches(row: str, route: str) -> bool:
    """Tell whether a row's path could be the route's: braces of the route stand for one part of the path."""
    mine, theirs = row.split("/"), route.split("/")
    return len(mine) == len(theirs) and all(
        part == other or (other.startswith("{") and part != "") for part, other in zip(mine, theirs, strict=True)
    )
