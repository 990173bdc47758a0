"""Five hundred screens in mixed groups, fifty messages a second, minutes long: how late, and are all maps equal?

`python bench/live/mixed.py --minutes 5`. Real door, hub, audit and transactions; see README.md beside this file.
"""

import argparse
import asyncio
import os
import random
import sys
import time
from collections.abc import Sequence
from typing import Any

import clients
from run import HERE, Server, closed, free_port, goal, house, percentile

GROUPS = 20
PING_SECONDS = 20.0


def main() -> int:
    """Parse the arguments, start what is needed, measure, print; 1 where a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second")
    given = parser.parse_args()
    with house() as environment:
        return asyncio.run(measure({**environment, "BENCH_AUDIT": "1"}, given))


async def measure(environment: dict[str, str], given: argparse.Namespace) -> int:
    """Fill the groups, pour messages for so long, compare every map with the table."""
    port = free_port()
    server = Server("ours", [sys.executable, HERE / "ours.py", str(port)], environment)
    try:
        token = server.answer()["token"]
        assert server.answer()["ready"]
        streams: list[str] = (await server.ask("groups", GROUPS))["streams"]
        dice = random.Random(7)  # a load, not a secret
        screens = [await clients.screen(port, token, _groups_of(dice, streams)) for _ in range(given.sockets)]
        sizes = sorted(sum(stream in one.maps for one in screens) for stream in streams)
        print(
            f"{len(screens)} screens in {GROUPS} groups of {sizes[0]} to {sizes[-1]}, {given.rate:.0f} messages/s "
            f"for {given.minutes:g} min; load average {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        pinging = asyncio.create_task(_keep_alive(screens))
        numbers = (stream.partition(".")[2] for stream in streams)
        poured = await server.ask("pour", given.minutes * 60, given.rate, *numbers)
        await asyncio.sleep(5)
        pinging.cancel()
        missed = _judge(screens, await server.ask("truth"), poured)
        await closed(screens)
        return int(missed > 0)
    finally:
        server.stop()


def _groups_of(dice: random.Random, streams: Sequence[str]) -> list[str]:
    """One to three groups of a screen; the first groups are the crowded ones."""
    weights = [1 / place for place in range(1, len(streams) + 1)]
    return sorted(set(dice.choices(streams, weights, k=dice.randint(1, 3))))


async def _keep_alive(screens: Sequence[clients.Screen]) -> None:
    """Ping as clients do, spread over the interval."""
    while True:
        for one in screens:
            if not one.closed:
                one.say('{"op":"ping"}')
            await asyncio.sleep(PING_SECONDS / len(screens))


def _judge(screens: Sequence[clients.Screen], truth: dict[str, Any], poured: dict[str, Any]) -> int:
    """Print what was seen beside the goals; return how many were missed."""
    lags = [lag for one in screens for lag in one.lags]
    differing = sum(
        one.maps[stream] != truth.get(stream, {"entities": {}})["entities"] for one in screens for stream in one.maps
    )
    print(f"  {poured['messages']} messages, {len(lags)} deliveries; their writer at most {poured['late']:.2f} s late")
    return (
        goal("send to screen, p50 ms", percentile(lags, 0.50) * 1000, most=60)
        + goal("send to screen, p95 ms", percentile(lags, 0.95) * 1000, most=200)
        + goal("send to screen, p99 ms", percentile(lags, 0.99) * 1000, most=500)
        + goal("maps that differ from the table", differing, most=0)
        + goal("holes in what a screen was sent", sum(one.holes for one in screens), most=0)
        + goal("sockets lost on the way", sum(one.closed for one in screens), most=0)
    )


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
