"""The built web app as it leaves the server: fresh where it must be, for ever where it may, small where it can."""

import gzip
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from dishka import AsyncContainer

from omenigen.kit.settings import HttpSettings
from omenigen.main.app import make_app
from omenigen.main.settings import Settings

SCRIPT = b"export const words = 'quiet paper';\n" * 200
SMALL = b"export {};\n"


@pytest.fixture
async def web(container: AsyncContainer, settings: Settings, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets.parent / "index.html").write_text("<!doctype html><title>Ωmenigen</title>")
    (assets / "first-a1.js").write_bytes(SCRIPT)
    (assets / "first-a1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "small-b2.js").write_bytes(SMALL)
    built = replace(settings, http=HttpSettings(PORT=8000, WEB_FOLDER=assets.parent))
    transport = httpx.ASGITransport(app=await make_app(container, built))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client


async def ask(web: httpx.AsyncClient, path: str, accepts: str) -> httpx.Response:
    return await web.get(path, headers={"Accept-Encoding": accepts})


async def test_an_asset_travels_compressed_to_who_can_read_it(web: httpx.AsyncClient) -> None:
    answer = await ask(web, "/assets/first-a1.js", "gzip, deflate, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == SCRIPT
    assert int(answer.headers["content-length"]) < len(SCRIPT) / 10
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"] and answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepts", ["identity", "", "gzip;q=0", "gzip; q=0.0, deflate", "br"])
async def test_and_as_it_is_to_everybody_else(web: httpx.AsyncClient, accepts: str) -> None:
    answer = await ask(web, "/assets/first-a1.js", accepts)
    assert "content-encoding" not in answer.headers
    assert answer.content == SCRIPT
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_what_has_no_compressed_copy_travels_as_it_is(web: httpx.AsyncClient) -> None:
    answer = await ask(web, "/assets/small-b2.js", "gzip")
    assert "content-encoding" not in answer.headers and answer.content == SMALL


async def test_a_copy_that_is_here_already_is_not_sent_again(web: httpx.AsyncClient) -> None:
    first = await ask(web, "/assets/first-a1.js", "gzip")
    headers = {"Accept-Encoding": "gzip", "If-None-Match": first.headers["etag"]}
    assert (await web.get("/assets/first-a1.js", headers=headers)).status_code == 304


@pytest.mark.parametrize("path", ["/assets/missing.js", "/assets/..%2f..%2findex.html", "/api/v1/nothing"])
async def test_the_shell_never_answers_for_what_is_not_there(web: httpx.AsyncClient, path: str) -> None:
    assert (await web.get(path, headers={"Accept": "text/html"})).status_code == 404


async def test_the_shell_is_asked_for_anew_each_time(web: httpx.AsyncClient) -> None:
    answer = await web.get("/achievements", headers={"Accept": "text/html"})
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-cache"
