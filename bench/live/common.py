"""What the three servers of this bench share: the message, the pace, and the words on stdin."""

import asyncio
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

Emit = Callable[[int], None]


def entity(number: int) -> dict[str, Any]:
    """Return a chat message whose frame has about 310 bytes; `t` is when it left."""
    return {
        "id": 9001, "client_id": "0197-aaaa-bbbb", "by": 9, "body": "x" * 150, "rev": number, "t": time.time(),
    }  # fmt: skip


async def emit_at(count: int, rate: float, emit: Emit) -> dict[str, float]:
    """Emit so many messages at a pace; return CPU seconds of this process and how long it took."""
    cpu, began = _cpu(), time.perf_counter()
    for number in range(count):
        emit(number)
        await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.perf_counter()))
    wall = time.perf_counter() - began
    await asyncio.sleep(0.5)
    return {"cpu": _cpu() - cpu, "wall": wall}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def obey(verbs: dict[str, Callable[..., Awaitable[dict[str, Any]]]]) -> None:
    """Answer each line on stdin with a line of JSON, until it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    say({"ready": True})
    while line := await reader.readline():
        verb, *rest = line.decode().split()
        say(await verbs[verb](*(float(one) for one in rest)))


def say(answer: dict[str, Any]) -> None:
    """Write a line of JSON."""
    sys.stdout.write(orjson.dumps(answer).decode() + "\n")
    sys.stdout.flush()


async def rss() -> dict[str, Any]:
    """Return this process's resident memory in bytes."""
    import gc

    import psutil

    gc.collect()
    return {"rss": psutil.Process().memory_info().rss}
