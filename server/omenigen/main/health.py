"""Is the process alive, may it be used, and what does it count?"""

import asyncio
from collections.abc import Awaitable
from typing import Any

import orjson
from dishka import AsyncContainer
from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from omenigen import __version__
from omenigen.kit.bus import Bus
from omenigen.kit.cache import Redis
from omenigen.kit.db import Database
from omenigen.kit.metrics import exposition

router = APIRouter(tags=["health"])

PATIENCE = 2.0
"""Seconds that a part has to answer before it counts as away."""


async def check_parts(container: AsyncContainer) -> dict[str, str]:
    """Return `ok` or what is wrong, by part."""
    database, redis, bus = await container.get(Database), await container.get(Redis), await container.get(Bus)
    checks = {"database": _database(database), "redis": _redis(redis), "nats": _nats(bus)}
    states = await asyncio.gather(*(_state(check) for check in checks.values()))
    return dict(zip(checks, states, strict=True))


def may_be_used(parts: dict[str, str]) -> bool:
    """Without the database nothing works; without Redis or NATS the house is slower, and still right."""
    return parts["database"] == "ok"


async def _state(check: Awaitable[None]) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await check
    except Exception as error:  # noqa: BLE001 # a health check reports whatever is wrong
        return f"{type(error).__name__}: {error}"[:200].strip(": ")
    return "ok"


async def _database(database: Database) -> None:
    async with database.reads.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def _redis(redis: Redis) -> None:
    await redis.ping()


async def _nats(bus: Bus) -> None:
    if not bus.connected:
        raise ConnectionError("not connected")


@router.get("/health/live", summary="Is this process alive?")
@router.get("/health", include_in_schema=False)
async def live() -> dict[str, str]:
    return {"status": "ok", "name": "Ωmenigen", "version": __version__}


@router.get("/health/ready", summary="May this process be used, and what is wrong with which part?")
async def ready(request: Request) -> Response:
    parts = await check_parts(request.app.state.dishka_container)
    usable = may_be_used(parts)
    body: dict[str, Any] = {"status": "ok" if usable else "unavailable", "parts": parts}
    return Response(orjson.dumps(body), status_code=200 if usable else 503, media_type="application/json")


@router.get("/metrics", summary="Prometheus metrics of this process", response_class=Response)
async def metrics() -> Response:
    body, content_type = exposition()
    return Response(body, media_type=content_type)
