"""What the tests of notices need: facts that arrive, and what stands in the stream afterwards."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from dishka import AsyncContainer
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.clock import ManualClock
from omenigen.kit.consumers import Received, seen_first
from omenigen.kit.edge import unit_of_work
from omenigen.modules.notify.consumers import CONSUMERS
from tests.modules.accounts.conftest import door, mailbox, quick_hashes, starosta

__all__ = ["door", "mailbox", "quick_hashes", "starosta"]

Tell = Callable[..., Awaitable[Received]]


@pytest.fixture
def tell(container: AsyncContainer, clock: ManualClock) -> Tell:
    """Let every consumer of a subject react to a fact, each in its own transaction, as the bus would."""
    ids = itertools.count(1)

    async def arrive(subject: str, *, again: Received | None = None, **data: Any) -> Received:
        fact = again or Received(id=next(ids), subject=subject, at=clock.now(), data=data)
        for consumer in CONSUMERS:
            if consumer.subject == subject:
                async with unit_of_work(container) as scope:
                    session = await scope.get(AsyncSession)
                    if await seen_first(session, consumer.name, fact.id, clock.now()):
                        await consumer.handle(scope, fact)
        return fact

    return arrive
