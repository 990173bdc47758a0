"""The demo's open intake: the seed's curl without a key, on this machine only."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from omenigen.kit.bus import Bus
from omenigen.kit.clock import ManualClock
from omenigen.kit.settings import HttpSettings
from omenigen.main.app import make_app
from omenigen.main.container import make_container
from omenigen.main.settings import Settings

API = "/api/v1"


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])  # nothing listens here
async def demo(
    request: pytest.FixtureRequest, settings: Settings, clock: ManualClock
) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """A house with OPEN_INTAKE, by the address it is bound to."""
    http = HttpSettings(PORT=8000, HOST=request.param, OPEN_INTAKE=True)
    own = replace(settings, http=http)
    container = make_container(own, clock=clock)
    bus = await container.get(Bus)
    await bus.connect()
    app = await make_app(container, own)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8000") as client:
        yield request.param, client
    await bus.close()
    await container.close()


async def test_open_on_loopback_closed_elsewhere(demo: tuple[str, httpx.AsyncClient]) -> None:
    host, client = demo
    made = await client.post(f"{API}/users/", json={"username": "testuser", "email": "test@example.com"})
    if host != "127.0.0.1":
        assert made.status_code == 401
        assert (await client.post(f"{API}/event/", json={"user_id": 1, "event_type": "login"})).status_code == 401
        return
    assert made.status_code == 201
    user = made.json()["id"]
    event = await client.post(f"{API}/event/", json={"user_id": user, "event_type": "login"})
    assert event.status_code == 201
    assert (await client.get(f"{API}/stats/{user}")).json()["total_score"] == 5
    for path in (f"/users/{user}", f"/events/user/{user}", "/achievements/", f"/achievements/users/{user}"):
        assert (await client.get(f"{API}{path}")).status_code == 200, path
    assert (await client.get(f"{API}/users/{user}")).json()["email"] == "test@example.com"
    for path in ("/rules", "/sources", "/me"):
        assert (await client.get(f"{API}{path}")).status_code == 401, path
