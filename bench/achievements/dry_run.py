"""How long does a dry run over a million events take, and is it what a later backfill really grants?

From the root:  .venv/bin/python bench/achievements/dry_run.py [events] [players]
Players and events are filled by SQL (nobody counted them: both walks recount the past); then each rule is tried, made
live, and backfilled by the verbs of the product. Unlocks are compared with what the dry run told.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "server"))

import asyncpg  # noqa: E402
from dishka import AsyncContainer  # noqa: E402

from omenigen.kit.auth import Role, Trust, User  # noqa: E402
from omenigen.kit.bus import Bus  # noqa: E402
from omenigen.kit.edge import unit_of_work  # noqa: E402
from omenigen.kit.embedded import Embedded  # noqa: E402
from omenigen.kit.ids import SessionId, UserId  # noqa: E402
from omenigen.kit.texts import Locale  # noqa: E402
from omenigen.main.container import make_container  # noqa: E402
from omenigen.main.migrations import migrate  # noqa: E402
from omenigen.main.settings import Settings  # noqa: E402
from omenigen.modules.achievements.public import Sources  # noqa: E402
from omenigen.modules.achievements.service.backfill import Backfill  # noqa: E402
from omenigen.modules.achievements.service.dry_run import DryRun  # noqa: E402
from omenigen.modules.achievements.service.rulebook import RuleBook  # noqa: E402
from omenigen.modules.achievements.service.rules import Rules  # noqa: E402
from omenigen.modules.achievements.types import RuleState  # noqa: E402

GOAL_SECONDS = 30.0
OPERATOR = User(user_id=UserId(10**9), session_id=SessionId(1), role=Role.OPERATOR, locale=Locale.EN)

_HEAD = "name: {{ru: {0}, en: {0}}}, description: {{ru: {0}., en: {0}.}}"
RULES = {
    "bench_count": f"{{code: bench_count, {_HEAD.format('Count')}, tiers: [{{at: 20, points: 5}}, "
    "{at: 45, points: 10}], when: {metric: find_secret.count}}",
    "bench_six": f"{{code: bench_six, {_HEAD.format('Six')}, points: 25, when: {{all: ["
    "{metric: find_secret.count, value: 30}, {any: [{metric: complete_level.amount, value: 52}, "
    "{metric: login.count, value: 60}]}, {set: {metric: find_secret.secret, of: [s1, s2, s3, s4, s5], need: 3}}, "
    "{sequence: [quest_failed, quest_done], within: 10h}, {streak: {metric: login.count, unit: day, n: 4}}]}}",
}

_PLAYERS = """
INSERT INTO accounts_users (id, state, username, username_key, skeleton, email, role, display_name, about, time_zone,
                            locale, source_id, created_at)
SELECT n, 'unclaimed', 'p' || n, 'p' || n, 'p' || n, 'p' || n || '@example.com', 'player', '', '', 'UTC', 'en', $1,
       now()
FROM generate_series(1, $2::bigint) AS n
"""
_KNOWN = """
INSERT INTO achievement_player (user_id, made_by, zone, off_boards)
SELECT n, $1, 'UTC', false FROM generate_series(1, $2::bigint) AS n
"""
_SCORES = """
INSERT INTO achievement_score (user_id, event_points, last_activity)
SELECT user_id, sum(points), max(counts_at) FROM achievement_event GROUP BY user_id
"""
_EVENTS = """
INSERT INTO achievement_event (source_id, event_id, user_id, type_code, amount, points, details, at, counts_at,
                               received_at, day, trust, late, content)
SELECT $1, gen_random_uuid(), 1 + (dice ->> 0)::bigint % $3::bigint, type_code, 1, 10,
       CASE type_code WHEN 'find_secret' THEN jsonb_build_object('secret', 's' || (dice ->> 0)::bigint / $3::bigint % 60) END,
       moment, moment, moment, (moment AT TIME ZONE 'UTC')::date, 'server', false, 0
FROM (
    SELECT jsonb_build_array(h1, h2, h3) AS dice,
           now() - make_interval(secs => (h2 % 5184000)::float8) AS moment,
           (ARRAY['login', 'complete_level', 'complete_level', 'find_secret', 'find_secret', 'quest_done',
                  'quest_failed', 'message_posted'])[1 + h3 % 8] AS type_code
    FROM generate_series(1, $2::bigint) AS n,
         LATERAL (SELECT abs(hashint8(n)::bigint) AS h1, abs(hashint8(n * 7919)::bigint) AS h2,
                         abs(hashint8(n * 104729)::bigint) AS h3) AS hashes
) AS drawn
"""


def main() -> int:
    """Print a line per rule; return 1 where a dry run was too slow or did not come true."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    players = int(sys.argv[2]) if len(sys.argv) > 2 else 5_000
    with tempfile.TemporaryDirectory(prefix="omenigen-bench-") as folder, Embedded(Path(folder)) as servers:
        os.environ |= {
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "NATS_URL": servers.nats_url,
            "DATA": folder,
            "LOG_LEVEL": "WARNING",
        }
        settings = Settings.load()
        migrate(settings.database)
        return asyncio.run(measure(settings, events, players))


async def measure(settings: Settings, events: int, players: int) -> int:
    """Fill, try, grant, compare."""
    container = make_container(settings)
    await (await container.get(Bus)).connect()
    await container.get(RuleBook)
    wrong = 0
    try:
        await fill(container, settings.database.dsn, events, players)
        for code, source in RULES.items():
            wrong += await tried_and_granted(container, settings.database.dsn, code, source, events)
    finally:
        await (await container.get(Bus)).close()
        await container.close()
    return wrong


async def fill(container: AsyncContainer, dsn: str, events: int, players: int) -> None:
    """Put players and their past into the tables."""
    async with unit_of_work(container) as scope:
        issued = await (await scope.get(Sources)).issue_key(name="bench", trust=Trust.SERVER)
    began = time.perf_counter()
    db = await asyncpg.connect(dsn)
    await db.execute(_PLAYERS, issued.source_id, players)
    await db.execute(_KNOWN, issued.source_id, players)
    await db.execute(_EVENTS, issued.source_id, events, players)
    await db.execute(_SCORES)
    await db.execute("ANALYZE")
    await db.close()
    print(f"{events:,} events of {players:,} players filled in {time.perf_counter() - began:.0f} s", flush=True)


async def tried_and_granted(container: AsyncContainer, dsn: str, code: str, source: str, events: int) -> int:
    """Try a rule, make it live, backfill it; answer 1 where the goal or the truth was missed."""
    async with unit_of_work(container) as scope:
        rules = await scope.get(Rules)
        rule = rules.read(caller=OPERATOR, body=None, source=source)
        began, cpu = time.perf_counter(), time.process_time()
        state = await (await scope.get(DryRun)).ask(caller=OPERATOR, rule=rule)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if state.result is None:
        print(f"{code}: not done within {GOAL_SECONDS:.0f} s ({cpu:.1f} s of Python, load {os.getloadavg()[0]:.1f})")
        return 1
    told = state.result
    await make_live(container, code, source)
    began = time.perf_counter()
    async with unit_of_work(container) as scope:
        await (await scope.get(Backfill)).start(caller=OPERATOR, code=code)
    worked = True
    while worked:
        async with unit_of_work(container) as scope:
            worked = await (await scope.get(Backfill)).carry_on()
    took = time.perf_counter() - began
    db = await asyncpg.connect(dsn)
    row = await db.fetchrow(
        "SELECT count(DISTINCT user_id) AS players, count(*) AS unlocks, coalesce(sum(points), 0) AS points "
        "FROM achievement_unlock WHERE rule_code = $1",
        code,
    )
    granted = {(one["user_id"], one["tier"]) for one in await db.fetch(
        "SELECT user_id, tier FROM achievement_unlock WHERE rule_code = $1", code)}  # fmt: skip
    await db.close()
    same = all(told[name] == row[name] for name in ("players", "unlocks", "points"))
    same = same and {(one["user_id"], one["tier"]) for one in told["examples"]} <= granted
    print(
        f"{code}: dry run over {events:,} events {seconds:.1f} s (goal ≤ {GOAL_SECONDS:.0f}; Python {cpu:.1f} s, load "
        f"{os.getloadavg()[0]:.1f}): {told['players']:,} of "
        f"{told['looked_at']:,} players, {told['unlocks']:,} unlocks, {told['points']:,} points; "
        f"backfill {took:.1f} s granted {'the same' if same else dict(row)}",
        flush=True,
    )
    return int(not same or seconds > GOAL_SECONDS)


async def make_live(container: AsyncContainer, code: str, source: str) -> None:
    """Keep the rule and let it be judged."""
    book = await container.get(RuleBook)
    async with unit_of_work(container) as scope:
        rules = await scope.get(Rules)
        await rules.create(caller=OPERATOR, rule=rules.read(caller=OPERATOR, body=None, source=source))
    await book.reload()
    async with unit_of_work(container) as scope:
        await (await scope.get(Rules)).change(caller=OPERATOR, code=code, state=RuleState.LIVE, rule=None)
    await book.reload()


if __name__ == "__main__":
    raise SystemExit(main())
