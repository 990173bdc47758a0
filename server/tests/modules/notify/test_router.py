"""The door of notices: the list in the reader's language, reading, and who is refused."""

import httpx
import pytest
from dishka import AsyncContainer

from omenigen.kit.auth import Trust
from omenigen.kit.edge import unit_of_work
from omenigen.kit.ids import UserId
from omenigen.modules.achievements.public import Sources
from omenigen.modules.notify.service import Notices
from omenigen.modules.notify.types import NewNotice, NoticeKind


async def tell_level(container: AsyncContainer, user_id: int, level: int) -> None:
    async with unit_of_work(container) as scope:
        notice = NewNotice(
            user_id=UserId(user_id), kind=NoticeKind.LEVEL_REACHED, key=f"level/{level}", params={"level": level}
        )
        await (await scope.get(Notices)).tell(notice=notice)


async def test_the_list_is_in_the_readers_language_and_reading_counts_down(
    container: AsyncContainer, starosta: httpx.AsyncClient
) -> None:
    me = (await starosta.get("/api/v1/me")).json()["id"]
    await tell_level(container, me, 2)
    await tell_level(container, me, 3)
    await tell_level(container, me + 1, 9)
    listed = (await starosta.get("/api/v1/notices")).json()
    assert [item["text"] for item in listed["items"]] == ["Теперь у тебя уровень 3", "Теперь у тебя уровень 2"]
    assert (listed["unread"], listed["next"]) == (2, None)
    english = (await starosta.get("/api/v1/notices", headers={"Accept-Language": "en"})).json()
    assert [item["text"] for item in english["items"]] == ["You are now level 3", "You are now level 2"]

    answer = await starosta.post("/api/v1/notices/read", json={"up_to": listed["items"][1]["id"]})
    assert answer.json() == {"unread": 1}
    assert answer.headers["live-versions"].startswith(f"user.{me}=")
    again = (await starosta.get("/api/v1/notices", params={"limit": 1})).json()
    assert (again["unread"], again["next"]) == (1, again["items"][0]["id"])


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/notices"), ("POST", "/api/v1/notices/read")])
async def test_strangers_and_games_have_no_notices(
    container: AsyncContainer, client: httpx.AsyncClient, method: str, path: str
) -> None:
    async with unit_of_work(container) as scope:
        issued = await (await scope.get(Sources)).issue_key(name="demo", trust=Trust.SERVER)
    stranger = await client.request(method, path, json={"up_to": 1})
    assert (stranger.status_code, stranger.json()["code"]) == (401, "kit.unauthenticated")
    game = await client.request(method, path, json={"up_to": 1}, headers={"X-API-Key": issued.key})
    assert (game.status_code, game.json()["code"]) == (403, "kit.people_only")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "before=0", "before=x", f"before={2**63}"])
async def test_pages_out_of_bounds_are_refused_by_their_field(starosta: httpx.AsyncClient, query: str) -> None:
    answer = await starosta.get(f"/api/v1/notices?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "kit.validation")
    assert answer.json()["params"]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("body", [{}, {"up_to": 0}, {"up_to": "x"}, {"up_to": 2**63}])
async def test_reading_needs_the_id_of_a_notice(starosta: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await starosta.post("/api/v1/notices/read", json=body)
    assert (answer.status_code, answer.json()["params"]["field"]) == (422, "up_to")
