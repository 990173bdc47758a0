"""What the tests of accounts do at the door: write, read the letter, come in."""

import email
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import orjson
from dishka import AsyncContainer
from nats.js.errors import NotFoundError

from omenigen.kit.bus import FACTS, Bus
from omenigen.kit.mail import Postman
from omenigen.kit.outbox import Relay

PASSWORD = "seven blue lagfrogs"
AUTH = "/api/v1/auth"


class Mailbox:
    """The letters that have been carried, by recipient."""

    def __init__(self, container: AsyncContainer, folder: Path) -> None:
        self._container = container
        self._folder = folder

    async def letters(self, to: str) -> list[EmailMessage]:
        """Carry what waits and return all letters to an address, oldest first."""
        postman = await self._container.get(Postman)
        while await postman.carry():
            pass
        found = [
            email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted(self._folder.glob("*.eml"))
        ]
        return [letter for letter in found if isinstance(letter, EmailMessage) and letter["To"] == to]

    async def subjects(self, to: str) -> list[str]:
        """Return the subjects of all letters to an address."""
        return [str(letter["Subject"]) for letter in await self.letters(to)]

    async def token(self, to: str) -> str:
        """Return the token of the newest letter to an address."""
        newest = (await self.letters(to))[-1]
        found = re.search(r"token=([\w-]+)", plain(newest))
        assert found is not None, plain(newest)
        return found[1]


def plain(letter: EmailMessage) -> str:
    """Return a letter's plain text."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@dataclass(kw_only=True)
class Door:
    """A house with a mailbox."""

    client: httpx.AsyncClient
    mailbox: Mailbox

    async def register(
        self, name: str, *, mail: str | None = None, password: str = PASSWORD, **more: Any
    ) -> httpx.Response:
        """Ask for an account."""
        body = {"email": mail or address(name), "username": name, "password": password, "locale": "ru", **more}
        return await self.client.post(f"{AUTH}/register", json=body)

    async def join(self, name: str, *, mail: str | None = None, **more: Any) -> None:
        """Ask, read the letter, confirm."""
        assert (await self.register(name, mail=mail, **more)).status_code == 202
        token = await self.mailbox.token(mail or address(name))
        answer = await self.client.post(f"{AUTH}/confirm", json={"token": token})
        assert answer.status_code == 200, answer.text

    async def sign_in(
        self, browser: httpx.AsyncClient, login: str, password: str = PASSWORD, *, device: str | None = None
    ) -> httpx.Response:
        """Sign in with a browser, whose CSRF header follows its cookie from then on."""
        answer = await browser.post(f"{AUTH}/login", json={"login": login, "password": password, "device": device})
        if answer.status_code == 200:
            browser.headers["X-CSRF-Token"] = browser.cookies["om_csrf"]
        return answer

    async def native(self, login: str, password: str = PASSWORD) -> dict[str, Any]:
        """Sign in as a program that keeps its tokens itself; return them."""
        answer = await self.client.post(
            f"{AUTH}/login", json={"login": login, "password": password}, headers={"X-Client": "native"}
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    @asynccontextmanager
    async def browser(self, ip: str = "127.0.0.1", **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        """Open another browser: its own cookies, the same house."""
        transport = self.client._transport
        assert isinstance(transport, httpx.ASGITransport)
        own = httpx.ASGITransport(app=transport.app, client=(ip, 50001))
        async with httpx.AsyncClient(transport=own, base_url=self.client.base_url, headers=headers) as browser:
            yield browser

    @asynccontextmanager
    async def signed_in(self, name: str, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        """Open a browser in which somebody who joined is signed in."""
        async with self.browser(**headers) as browser:
            assert (await self.sign_in(browser, name)).status_code == 200
            yield browser


def address(name: str) -> str:
    """Return the address of one of the cast."""
    return f"{name}@example.com"


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """Return the header of an access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def code(answer: httpx.Response) -> str:
    """Return the code of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["code"])


async def facts(container: AsyncContainer, subject: str) -> list[dict[str, Any]]:
    """Return the data of all facts told under a subject so far, in order."""
    relay, bus = await container.get(Relay), await container.get(Bus)
    while await relay.waiting():
        await relay.carry()
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        try:
            message = await bus.jetstream.get_msg(FACTS, seq=after + 1, subject=subject, next=True)
        except NotFoundError:
            return found
        assert message.seq is not None
        after = message.seq
        found.append(orjson.loads(message.data or b"")["data"])
