"""The doors of media."""

import io
from collections.abc import AsyncIterator

import httpx
import pytest
from dishka import AsyncContainer
from PIL import Image

from omenigen.kit.clock import ManualClock
from omenigen.kit.consumers import Received
from omenigen.kit.edge import unit_of_work
from omenigen.main.settings import Settings
from omenigen.modules.accounts.service import passwords
from omenigen.modules.media import rules
from omenigen.modules.media.consumers import CONSUMERS
from omenigen.modules.media.jobs import JOBS
from tests.modules.accounts.door import Door, Mailbox, code

AVATAR = "/api/v1/me/avatar"


@pytest.fixture
async def vera(
    client: httpx.AsyncClient, container: AsyncContainer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which Vera is signed in."""
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    monkeypatch.setattr(passwords, "PASSES", 1)
    door = Door(client=client, mailbox=Mailbox(container, settings.data.folder / "mailbox"))
    await door.join("vera")
    async with door.signed_in("vera") as browser:
        yield browser


def photo(colour: str = "red") -> bytes:
    """A small photo."""
    file = io.BytesIO()
    Image.new("RGB", (90, 60), colour).save(file, "JPEG")
    return file.getvalue()


async def put(browser: httpx.AsyncClient, content: bytes, name: str = "photo.jpg") -> httpx.Response:
    """Send a picture as a form does."""
    return await browser.put(AVATAR, files={"file": (name, content, "image/jpeg")})


def files(settings: Settings) -> list[str]:
    """Name the files on disk."""
    return sorted(path.name for path in (settings.data.folder / "media").rglob("*") if path.is_file())


async def test_wearing_a_picture_and_taking_it_off(vera: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    answer = await put(vera, photo())
    assert answer.status_code == 200
    assert "user.1=" in answer.headers["live-versions"]
    url = answer.json()["avatar_url"]
    assert (await vera.get("/api/v1/users/1/card")).json()["avatar_url"] == url
    for size, side in (("large", 512), ("small", 128)):
        shown = await client.get(url, params={"size": size})
        assert shown.headers["content-type"] == "image/webp"
        assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert Image.open(io.BytesIO(shown.content)).size == (side, side)
    assert (await vera.delete(AVATAR)).json()["avatar_url"] is None
    assert (await vera.delete(AVATAR)).status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "expected"),
    [
        (b"", 422, "media.empty"),
        (b"not a picture", 422, "media.type"),
        (b"\xff\xd8\xff" + b"\0" * rules.AVATAR_BYTES, 413, "media.too_big"),
        (b"\0" * (6 * 1024 * 1024), 413, "kit.body_too_large"),
    ],
    ids=["empty", "no picture", "5 MB and more", "6 MB and more"],
)
async def test_a_picture_that_is_refused(
    vera: httpx.AsyncClient, settings: Settings, content: bytes, status: int, expected: str
) -> None:
    answer = await put(vera, content)
    assert (answer.status_code, code(answer)) == (status, expected)
    assert files(settings) == []


async def test_a_form_without_a_picture(vera: httpx.AsyncClient) -> None:
    assert (await vera.put(AVATAR)).status_code == 422
    assert (await vera.put(AVATAR, data={"file": "text"})).status_code == 422
    assert (await vera.put(AVATAR, json={"file": "text"})).status_code == 422


async def test_a_name_means_nothing(vera: httpx.AsyncClient, settings: Settings) -> None:
    assert (await put(vera, photo(), name="../../../evil.svg\u202egpj.exe")).status_code == 200
    assert all(name.endswith(".webp") and "evil" not in name for name in files(settings))


async def test_nobody_wears_pictures(client: httpx.AsyncClient) -> None:
    assert code(await put(client, photo())) == "kit.unauthenticated"
    assert code(await client.delete(AVATAR)) == "kit.unauthenticated"


async def test_uploads_are_counted(vera: httpx.AsyncClient) -> None:
    statuses = [(await put(vera, b"no picture")).status_code for _ in range(rules.UPLOADS_BURST + 1)]
    assert statuses == [422] * rules.UPLOADS_BURST + [429]


@pytest.mark.parametrize("key", ["x", "a" * 22, "..%2f..%2f..%2fsecret.key", "%2e%2e", "a" * 60, "%00" * 3])
async def test_a_file_that_is_not_there(client: httpx.AsyncClient, key: str) -> None:
    answer = await client.get(f"/api/v1/media/{key}")
    assert answer.status_code == 404


async def test_an_old_picture_goes_after_a_day_and_strays_with_it(
    vera: httpx.AsyncClient, container: AsyncContainer, settings: Settings, clock: ManualClock
) -> None:
    first = (await put(vera, photo("red"))).json()["avatar_url"]
    second = (await put(vera, photo("blue"))).json()["avatar_url"]
    assert len(files(settings)) == 4
    (job,) = JOBS

    async def sweep() -> None:
        async with unit_of_work(container) as scope:
            await job.run(scope)

    await sweep()
    assert (await vera.get(first)).status_code == 200
    clock.advance(rules.RELEASED_KEPT.total_seconds() + 1)
    await sweep()
    assert (await vera.get(first)).status_code == 404
    assert (await vera.get(second)).status_code == 200
    assert len(files(settings)) == 2
    stray = settings.data.folder / "media" / "zz" / "zz" / ("z" * 22 + ".large.webp")
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left by a crash")
    clock.set(clock.now().replace(year=2030))  # a day after the file's own time
    await sweep()
    assert not stray.exists()
    assert (await vera.get(second)).status_code == 200


async def test_pictures_leave_with_their_owner(
    vera: httpx.AsyncClient, container: AsyncContainer, settings: Settings, clock: ManualClock
) -> None:
    url = (await put(vera, photo())).json()["avatar_url"]
    assert (await vera.get("/api/v1/me/export")).json()["media"][0]["address"] == url
    (consumer,) = CONSUMERS
    fact = Received(id=1, subject="accounts.deleted", at=clock.now(), data={"user_id": 1})
    for _ in range(2):
        async with unit_of_work(container) as scope:
            await consumer.handle(scope, fact)
    assert files(settings) == []
    assert (await vera.get(url)).status_code == 404
