"""The doors of rules over HTTP: why, how far, what if, and who may write."""

import httpx
import pytest
from dishka import AsyncContainer

from omenigen.kit.edge import unit_of_work
from omenigen.kit.texts import Locale
from omenigen.main.settings import Settings
from omenigen.modules.accounts.public import Operators
from omenigen.modules.achievements.service.backfill import Backfill
from omenigen.modules.achievements.service.keyring import EVERY_SCOPE
from omenigen.modules.achievements.service.rulebook import RuleBook
from tests.modules.accounts.door import PASSWORD, Door, Mailbox
from tests.modules.achievements.conftest import API, Game, connect

YAML = """
- code: five
  name: {ru: Пять секретов, en: Five secrets}
  description: {ru: Найти пять секретов., en: Find five secrets.}
  points: 20
  when: {metric: find_secret.count, op: ">=", value: 5}
"""


@pytest.fixture
async def starosta(container: AsyncContainer, client: httpx.AsyncClient, settings: Settings):  # type: ignore[no-untyped-def]  # an async generator fixture
    """A browser in which the operator is signed in."""
    async with unit_of_work(container) as scope:
        operators = await scope.get(Operators)
        await operators.create(username="starosta", email="starosta@example.com", password=PASSWORD, locale=Locale.RU)
    door = Door(client=client, mailbox=Mailbox(container, settings.data.folder / "mailbox"))
    async with door.signed_in("starosta") as browser:
        yield browser


async def test_why_over_http_in_the_language_asked_for(game: Game) -> None:
    vera = await game.player("vera")
    for _ in range(2):
        assert (await game.send(vera, "find_secret")).status_code == 201
    await game.judged()
    answer = await game.client.get(
        f"{API}/achievements/explorer/explain", params={"user": vera}, headers={**game.headers, "Accept-Language": "ru"}
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["name"], body["tier"], body["done"]) == ("Исследователь", 1, False)
    tree = body["tree"]
    assert tree["text"] == "Секрет найден: не меньше 3"
    assert (tree["met"], tree["value"], tree["target"], tree["missing"]) == (False, 2, 3, 1)
    assert len(tree["events"]) == 2 and tree["children"] == [] and tree["refused"] == []
    english = await game.client.get(
        f"{API}/achievements/explorer/explain", params={"user": vera}, headers={**game.headers, "Accept-Language": "en"}
    )
    assert english.json()["tree"]["text"] == "Secret found: at least 3"


async def test_a_wall_over_http(game: Game) -> None:
    vera = await game.player("vera")
    await game.send(vera, "login")
    await game.judged()
    items = (await game.get(f"/achievements/users/{vera}/progress", **{"Accept-Language": "ru"})).json()["items"]
    by_code = {one["code"]: one for one in items}
    newcomer = by_code["newcomer"]
    assert (newcomer["name"], newcomer["state"], newcomer["tier"], newcomer["share"]) == ("Новичок", "earned", 1, 1.0)
    assert by_code["still_here"]["value"] == 1 and by_code["still_here"]["target"] == 7
    assert len(by_code["still_here"]["tiers"]) == 4
    assert by_code["attic"]["name"] == "" and by_code["attic"]["hidden"] and by_code["attic"]["state"] == "closed"
    assert "doorkeeper" not in by_code
    near = (await game.client.get(f"{API}/achievements/users/{vera}/progress?order=next", headers=game.headers)).json()[
        "items"
    ]
    assert near[0]["share"] == max(one["share"] for one in near) > 0


async def test_strangers_see_nothing(game: Game, client: httpx.AsyncClient, container: AsyncContainer) -> None:
    vera = await game.player("vera")
    other = await connect(client, container, "other")
    for path in (f"/achievements/explorer/explain?user={vera}", f"/achievements/users/{vera}/progress"):
        assert (await client.get(API + path)).status_code == 401
        answer = await client.get(API + path, headers=other.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "user_service.user_not_found")
    hidden = await game.get(f"/achievements/doorkeeper/explain?user={vera}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "achievement.not_found")
    assert (await game.get("/achievements/explorer/explain?user=0")).status_code == 422


async def test_the_operator_writes_a_rule_from_draft_to_backfill(
    starosta: httpx.AsyncClient, game: Game, container: AsyncContainer
) -> None:
    vera = await game.player("vera")
    for _ in range(5):
        await game.send(vera, "find_secret")
    await game.judged()
    tried = await starosta.post(f"{API}/rules/dry-run", json={"source": YAML})
    assert tried.status_code == 200, tried.text
    assert tried.json()["result"]["players"] == 1 and tried.json()["result"]["points"] == 20
    made = await starosta.post(f"{API}/rules", json={"source": YAML})
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["version"], made.json()["from_pack"]) == ("draft", 1, False)
    again = await starosta.post(f"{API}/rules", json={"source": YAML})
    assert (again.status_code, again.json()["code"]) == (409, "achievement.rule_taken")
    early = await starosta.post(f"{API}/rules/five/backfill")
    assert (early.status_code, early.json()["code"]) == (409, "achievement.rule_is_not_live")
    live = await starosta.put(f"{API}/rules/five", json={"state": "live"})
    assert live.status_code == 200 and live.json()["state"] == "live"
    before = await starosta.get(f"{API}/rules/five/backfill")
    assert (before.status_code, before.json()) == (200, None)
    assert (await starosta.get(f"{API}/rules/no_such/backfill")).status_code == 404
    started = await starosta.post(f"{API}/rules/five/backfill")
    assert started.status_code == 202 and started.json()["state"] == "running"
    await (await container.get(RuleBook)).reload()
    worked = True
    while worked:
        async with unit_of_work(container) as scope:
            worked = await (await scope.get(Backfill)).carry_on()
    done = (await starosta.get(f"{API}/rules/five/backfill")).json()
    assert (done["state"], done["unlocked"], done["points"]) == ("done", 1, 20)
    listed = (await starosta.get(f"{API}/rules")).json()["items"]
    assert {"five", "newcomer"} <= {one["code"] for one in listed}


async def test_what_is_wrong_with_a_rule_is_told_with_its_line(starosta: httpx.AsyncClient) -> None:
    answer = await starosta.post(
        f"{API}/rules/dry-run", json={"source": YAML.replace("find_secret.count", "find_secrt.count")}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "achievement.rule_refused")
    problem = answer.json()["params"]["problems"][0]
    assert (problem["line"], problem["reason"]) == (6, "unknown_metric")
    assert problem["text"] == "Неизвестная метрика find_secrt.count"
    assert answer.json()["detail"] == "rule, строка 6: Неизвестная метрика find_secrt.count"
    hopeless = "{all: [{metric: login.count, op: '>', value: 5}, {metric: login.count, op: '<', value: 3}]}"
    never = YAML.replace('{metric: find_secret.count, op: ">=", value: 5}', hopeless)
    assert (await starosta.post(f"{API}/rules", json={"source": never})).json()["params"]["problems"][0][
        "reason"
    ] == "never_true"
    assert (await starosta.post(f"{API}/rules", json={})).status_code == 422
    assert (await starosta.put(f"{API}/rules/newcomer", json={"source": YAML.replace("five", "newcomer")})).json()[
        "code"
    ] == ("achievement.rule_from_pack")
    assert (await starosta.put(f"{API}/rules/nobody", json={"state": "live"})).status_code == 404


async def test_a_game_writes_rules_about_itself_only(
    game: Game, client: httpx.AsyncClient, container: AsyncContainer, starosta: httpx.AsyncClient
) -> None:
    plain = await game.post("/rules", {"source": YAML})
    assert (plain.status_code, plain.json()["code"]) == (403, "achievement.scope_missing")
    author = await connect(client, container, "author", scopes=sorted(EVERY_SCOPE))
    foreign = await author.post("/rules", {"source": YAML})
    assert (foreign.status_code, foreign.json()["code"]) == (422, "achievement.rule_over_foreign_types")
    declared = await starosta.put(
        f"{API}/sources/{author.issued.source_id}/types/lap",
        json={"name": {"ru": "Круг", "en": "Lap"}, "points": 2},
    )
    assert declared.status_code in (200, 201), declared.text
    await (await container.get(RuleBook)).reload()
    own = YAML.replace("find_secret.count", "lap.count").replace("value: 5", "value: 2")
    made = await author.post("/rules", {"source": own})
    assert made.status_code == 201 and made.json()["source_id"] == author.issued.source_id
    assert (
        await author.client.put(f"{API}/rules/five", json={"state": "live"}, headers=author.headers)
    ).status_code == 200
    await (await container.get(RuleBook)).reload()
    racer = await author.player("racer")
    for _ in range(2):
        assert (await author.send(racer, "lap")).status_code == 201
    await author.judged()
    had = await author.get(f"/achievements/users/{racer}/progress")
    assert {one["code"]: one["state"] for one in had.json()["items"]}["five"] == "earned"
    other = await connect(client, container, "other", scopes=sorted(EVERY_SCOPE))
    stolen = await other.client.put(f"{API}/rules/five", json={"state": "retired"}, headers=other.headers)
    assert stolen.status_code == 404
    assert [one["code"] for one in (await author.get("/rules")).json()["items"]] == ["five"]
    assert (await other.get("/rules")).json()["items"] == []
    pack = await author.client.put(f"{API}/rules/newcomer", json={"state": "retired"}, headers=author.headers)
    assert pack.status_code == 404


async def test_a_correction_puts_an_unlock_in_doubt_visibly(game: Game) -> None:
    vera = await game.player("vera")
    ids = [(await game.send(vera, "find_secret")).json()["id"] for _ in range(3)]
    await game.judged()
    answer = await game.post(f"/events/{ids[0]}/corrections", {"amount": 0, "reason": "a bug in level 4"})
    assert answer.status_code in (200, 201), answer.text
    await game.judged()
    body = (await game.get(f"/achievements/explorer/explain?user={vera}")).json()
    assert body["disputed"] is not None and "a bug in level 4" in body["disputed"]
    assert body["done"] and body["tree"]["value"] == 2 and not body["tree"]["met"]
    assert {one["event_id"]: one["reason"] for one in body["tree"]["refused"]} == {ids[0]: "corrected"}
    wall = {one["code"]: one for one in (await game.get(f"/achievements/users/{vera}/progress")).json()["items"]}
    assert wall["explorer"]["disputed"] and wall["explorer"]["state"] == "earned"
    assert wall["explorer"]["tiers"][0]["state"] == "disputed"
