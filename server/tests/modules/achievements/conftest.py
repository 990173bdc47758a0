"""A game with a key, as the tests of achievements meet it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from dishka import AsyncContainer

from omenigen.kit.auth import Trust
from omenigen.kit.clock import ManualClock
from omenigen.kit.edge import unit_of_work
from omenigen.modules.achievements.public import IssuedKey, Sources
from omenigen.modules.achievements.service.boards import BoardKeeping, Order
from omenigen.modules.achievements.service.judging import Judging
from omenigen.modules.achievements.service.rulebook import RuleBook
from omenigen.modules.achievements.service.screens import Shown
from omenigen.modules.achievements.service.vouching import Vouching
from tests.modules.achievements.arena import OPERATOR, Arena

API = "/api/v1"


@dataclass(frozen=True, kw_only=True)
class Game:
    """An external game: its key, and the house's door as it sees it."""

    client: httpx.AsyncClient
    container: AsyncContainer
    issued: IssuedKey

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-Key": self.issued.key}

    async def player(self, name: str) -> int:
        """Bring a player along."""
        answer = await self.post("/users/", {"username": name, "email": f"{name}@example.com"})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def send(self, user_id: int, event_type: str = "login", **more: Any) -> httpx.Response:
        """Say that something happened."""
        return await self.post("/event/", {"user_id": user_id, "event_type": event_type, **more})

    async def batch(self, events: Sequence[dict[str, Any]]) -> httpx.Response:
        """Say much at once."""
        return await self.post("/events/batch", {"events": list(events)})

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.client.post(f"{API}{path}", json=body, headers={**self.headers, **headers})

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(f"{API}{path}", headers={**self.headers, **headers})

    async def stats(self, user_id: int) -> dict[str, Any]:
        answer = await self.get(f"/stats/{user_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def judged(self) -> None:
        """Let the judge and the boards do what waits for them."""
        shown = await self.container.get(Shown)
        while True:
            async with unit_of_work(self.container) as scope:
                taken = await (await scope.get(Judging)).judge_due(limit=1000)
            shown.committed()
            if not taken:
                break
        async with unit_of_work(self.container) as scope:
            _, moved = await (await scope.get(BoardKeeping)).keep_due(limit=10_000)
        await (await self.container.get(Order)).move(moved)


async def connect(
    client: httpx.AsyncClient, container: AsyncContainer, name: str, trust: Trust = Trust.SERVER, **more: Any
) -> Game:
    """Connect a game of the operator's."""
    async with unit_of_work(container) as scope:
        issued = await (await scope.get(Sources)).issue_key(name=name, trust=trust, **more)
    return Game(client=client, container=container, issued=issued)


async def vouch(container: AsyncContainer, source_id: int, *, vouched: bool = True) -> None:
    """Let the operator stand up for a game, or take that back."""
    async with unit_of_work(container) as scope:
        await (await scope.get(Vouching)).change(caller=OPERATOR, source_id=source_id, vouched=vouched)
    await (await container.get(RuleBook)).reload()


@pytest.fixture
async def game(client: httpx.AsyncClient, container: AsyncContainer) -> Game:
    """A game whose word counts, with room for a flood."""
    return await connect(client, container, "racer", rate=100_000, burst=1_000_000)


@pytest.fixture
def arena(container: AsyncContainer, clock: ManualClock) -> Arena:
    """Where things happen to players, by the real intake and the real judge."""
    return Arena(container=container, clock=clock)
