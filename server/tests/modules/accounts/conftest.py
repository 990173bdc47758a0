"""The door of a house with nobody in it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from dishka import AsyncContainer

from omenigen.kit.edge import unit_of_work
from omenigen.kit.texts import Locale
from omenigen.main.settings import Settings
from omenigen.modules.accounts.public import Operators
from omenigen.modules.accounts.service import passwords
from tests.modules.accounts.door import PASSWORD, Door, Mailbox


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash at a small cost: the doors are tested here, not argon2. A test that asks for `slow_hashes` pays in full."""
    if "slow_hashes" not in request.fixturenames:
        monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
        monkeypatch.setattr(passwords, "PASSES", 1)


@pytest.fixture
def slow_hashes() -> None:
    """Keep the real cost of a hash."""


@pytest.fixture
def mailbox(container: AsyncContainer, settings: Settings) -> Mailbox:
    """Where letters arrive."""
    return Mailbox(container, settings.data.folder / "mailbox")


@pytest.fixture
def door(client: httpx.AsyncClient, mailbox: Mailbox) -> Door:
    """Where people come in."""
    return Door(client=client, mailbox=mailbox)


@pytest.fixture
async def starosta(container: AsyncContainer, door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which the operator is signed in (player 1 of the house)."""
    async with unit_of_work(container) as scope:
        operators = await scope.get(Operators)
        await operators.create(username="starosta", email="starosta@example.com", password=PASSWORD, locale=Locale.RU)
    async with door.signed_in("starosta") as browser:
        yield browser
