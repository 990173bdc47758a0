"""Leaderboards: rows are the truth, Redis orders them quickly, ties go to whoever was first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller, User
from omenigen.kit.cache import AWAY, Redis
from omenigen.kit.clock import Clock
from omenigen.kit.db import ReadDb
from omenigen.kit.ids import UserId
from omenigen.modules.accounts.public import Card, Players
from omenigen.modules.achievements.catalog import Catalog, metric_id
from omenigen.modules.achievements.errors import BoardNotFound
from omenigen.modules.achievements.queries import boards as queries
from omenigen.modules.achievements.queries.boards import Place
from omenigen.modules.achievements.rules.boards import (
    BOARDS,
    VALUE_LIMIT,
    Board,
    Span,
    pack,
    span_of,
    spans_over,
    unpack,
    windows_over,
)
from omenigen.modules.achievements.rules.days import day_of
from omenigen.modules.achievements.service.cache import Answers
from omenigen.modules.achievements.service.directory import Directory
from omenigen.modules.achievements.service.leagues import SNAPSHOTS_KEPT, LeagueKeeping
from omenigen.modules.achievements.service.snapshots import keep_snapshot
from omenigen.modules.achievements.types import WindowKind

log = structlog.get_logger(__name__)

TOP = 100
AROUND = 10
_BUILT_FOR = 60


def seasons_of(catalog: Catalog) -> dict[str, tuple[date, date]]:
    """Give the seasons as days, both ends included."""
    return {
        code: (season.since.date(), (season.until - timedelta(microseconds=1)).date())
        for code, season in catalog.seasons.items()
    }


class Order:
    """The order of places in Redis: a sorted set per board and window that somebody looks at, rebuilt each minute."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def move(self, places: Sequence[Place]) -> None:
        """Move players to their new places, in the sets that stand; nobody looks at the others."""
        by_set: dict[str, list[Place]] = defaultdict(list)
        for one in places:
            by_set[f"board:{one.board}:{one.window}"].append(one)
        if not by_set:
            return
        try:
            built = await self._redis.mget([f"{name}:built" for name in by_set])
            pipeline = self._redis.pipeline(transaction=False)
            for (name, moved), stands in zip(by_set.items(), built, strict=True):
                if not stands:
                    continue
                if any(one.value >= VALUE_LIMIT for one in moved):
                    pipeline.set(f"{name}:wide", 1, ex=_BUILT_FOR)
                if standing := {str(one.user_id): pack(one.value, one.first_at) for one in moved if one.value > 0}:
                    pipeline.zadd(name, standing)
                if fallen := [str(one.user_id) for one in moved if one.value == 0]:
                    pipeline.zrem(name, *fallen)
            await pipeline.execute()
        except AWAY as error:
            log.debug("boards are not ordered", error=type(error).__name__)

    async def leave(self, user_id: int, places: Sequence[tuple[str, str]]) -> None:
        """Take a player out of sets."""
        try:
            for board, window in places:
                await self._redis.zrem(f"board:{board}:{window}", str(user_id))
        except AWAY as error:
            log.debug("boards are not ordered", error=type(error).__name__)

    async def stands(self, board: str, window: str) -> bool | None:
        """Say whether a set may be read: True, False where it must be built, None where rows must answer."""
        try:
            built = await self._redis.exists(f"board:{board}:{window}:built")
            wide = await self._redis.exists(f"board:{board}:{window}:wide")
        except AWAY:
            return None
        return None if wide else bool(built)

    async def build(self, board: str, window: str, rows: Sequence[tuple[int, int, datetime]]) -> bool:
        """Build a set from rows; say whether it may be read."""
        name = f"board:{board}:{window}"
        try:
            if any(value >= VALUE_LIMIT for _, value, _ in rows):
                await self._redis.set(f"{name}:wide", 1, ex=_BUILT_FOR)
                return False
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.unlink(name)
            if rows:
                pipeline.zadd(name, {str(user): pack(value, at) for user, value, at in rows})
            pipeline.expire(name, 2 * _BUILT_FOR)
            pipeline.set(f"{name}:built", 1, ex=_BUILT_FOR)
            await pipeline.execute()
        except AWAY:
            return False
        return True

    async def read(self, board: str, window: str, first: int, count: int) -> list[tuple[int, int]] | None:
        """Read places from a rank (from 0): player and value; None while Redis is away."""
        try:
            found = await self._redis.zrevrange(f"board:{board}:{window}", first, first + count - 1, withscores=True)
        except AWAY:
            return None
        return [(int(pair[0]), unpack(int(pair[1]))) for pair in found]

    async def rank(self, board: str, window: str, user_id: int) -> tuple[int, int] | None:
        """Find a player's rank (from 1) and value."""
        try:
            rank = await self._redis.zrevrank(f"board:{board}:{window}", str(user_id))
            packed = await self._redis.zscore(f"board:{board}:{window}", str(user_id))
        except AWAY:
            return None
        return None if not isinstance(rank, int) or packed is None else (rank + 1, unpack(int(packed)))


class BoardKeeping:
    """Bring the board rows of players whose score moved up to date."""

    def __init__(
        self, session: AsyncSession, catalog: Catalog, answers: Answers, leagues: LeagueKeeping, clock: Clock
    ) -> None:
        self._session = session
        self._leagues = leagues
        self._catalog = catalog
        self._answers = answers
        self._clock = clock

    async def keep_due(self, *, limit: int) -> tuple[int, list[Place]]:
        """Bring up to `limit` marks up to date; return how many players that were, and the places that changed.

        Where a week has begun, its leagues are formed on the way.
        """
        await self._leagues.form()
        days = await queries.claim_due(self._session, limit=limit)
        if not days:
            return 0, []
        users = list(days)
        scores = await queries.scores_of(self._session, users)
        # The durable second chance of the cache: a node that died right after its commit dropped nothing.
        await self._answers.moved({user: row["rev"] for user, row in scores.items()})
        await self._answers.moved({user: row["standing_rev"] for user, row in scores.items()}, part="s")
        hidden = await queries.hidden_among(self._session, users)
        shown = [user for user in users if user in scores and user not in hidden]
        places = await self._places(shown, scores, days) if shown else []
        return len(users), await queries.place(self._session, places) if places else []

    async def snap(self) -> int:
        """Keep the end state of windows that are over; return how many there were."""
        now = self._clock.now()
        names = sorted({span.name for span in windows_over(now, seasons_of(self._catalog))})
        leagues = await self._leagues.snap([name for name in names if name.startswith("week:")])
        ended = await queries.unsnapped(self._session, names)
        for board, window in ended:
            places = await queries.rows_of(self._session, board, window, limit=None)
            await keep_snapshot(self._session, board=board, window=window, places=places, now=now)
        await queries.forget_snapped(self._session, taken_before=now - SNAPSHOTS_KEPT)
        return len(ended) + leagues

    async def _places(
        self, users: Sequence[int], scores: Mapping[int, RowMapping], days: Mapping[int, frozenset[date]]
    ) -> list[Place]:
        boards = {metric_id(board.metric): board for board in BOARDS.values() if board.metric is not None}
        everything = await queries.all_values(self._session, users, list(boards))
        seasons = seasons_of(self._catalog)
        spans = {
            (board.code, moved): spans_over(board, moved, seasons)
            for board in boards.values()
            for moved in {days[user] for user in users}
        }
        found: dict[tuple[str, str, int], int] = {}
        for (user, metric), of_days in (await self._by_day(users, list(boards), spans.values())).items():
            board = boards[metric]
            for span in spans[board.code, days[user]]:
                assert span.first is not None and span.last is not None
                value = sum(value for day, value in of_days.items() if span.first <= day <= span.last)
                found[board.code, span.name, user] = value
        for (user, metric), value in everything.items():
            found[boards[metric].code, "all", user] = max(0, value)
        for user in users:
            found["score", "all", user] = int(scores[user]["event_points"])
            found["achievements", "all", user] = int(scores[user]["achievement_points"])
        now = self._clock.now()
        return [
            Place(board=board, window=window, user_id=user, value=value, first_at=scores[user]["last_activity"] or now)
            for (board, window, user), value in sorted(found.items())
        ]

    async def _by_day(
        self, users: Sequence[int], metrics: Sequence[int], spans: Iterable[Sequence[Span]]
    ) -> Mapping[tuple[int, int], Mapping[date, int]]:
        """Read the values of the days that some spans hold: day and value by player and metric."""
        ends = [(span.first, span.last) for some in spans for span in some if span.first and span.last]
        found: dict[tuple[int, int], dict[date, int]] = defaultdict(dict)
        if ends:
            first, last = min(first for first, _ in ends), max(last for _, last in ends)
            for user, metric, day, value in await queries.day_values(self._session, users, metrics, first, last):
                found[user, metric][day] = value
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One place of a board."""

    rank: int
    card: Card
    value: int
    me: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A piece of a board."""

    board: Board
    window: str
    lines: Sequence[Line]
    me: tuple[int, int] | None
    at: datetime


class Boards:
    """Read leaderboards."""

    def __init__(
        self, db: ReadDb, order: Order, players: Players, directory: Directory, catalog: Catalog, clock: Clock
    ) -> None:
        self._db = db
        self._order = order
        self._players = players
        self._directory = directory
        self._catalog = catalog
        self._clock = clock

    def all(self) -> Sequence[tuple[Board, Sequence[WindowKind]]]:
        """List the boards with the windows that they have now."""
        today = self._clock.now().date()
        seasons = seasons_of(self._catalog)
        return [
            (board, [kind for kind in board.windows if span_of(kind, today, seasons) is not None])
            for board in BOARDS.values()
        ]

    async def page(self, *, caller: Caller, code: str, window: str, around_me: bool) -> Page:
        """Read the top of a board, or ten places either side of the caller. Raises `BoardNotFound`."""
        board = BOARDS.get(code)
        if board is None:
            raise BoardNotFound(board=code)
        name = await self._window(caller, board, window)
        me = int(caller.user_id) if isinstance(caller, User) else None
        ordered = await self._ordered(board.code, name)
        mine = None
        if me is not None:
            mine = await (
                self._order.rank(board.code, name, me) if ordered else queries.my_place(self._db, board.code, name, me)
            )
        first = max(0, mine[0] - 1 - AROUND) if around_me and mine is not None else 0
        count = 2 * AROUND + 1 if around_me else TOP
        found = await self._order.read(board.code, name, first, count) if ordered else None
        if found is None:
            rows = await queries.rows_of(self._db, board.code, name, limit=count, offset=first)
            found = [(user, value) for user, value, _ in rows]
        cards = await self._players.cards([UserId(user) for user, _ in found])
        lines = [
            Line(rank=rank, card=cards[UserId(user)], value=value, me=user == me)
            for rank, (user, value) in enumerate(found, start=first + 1)
            if UserId(user) in cards
        ]
        return Page(board=board, window=name, lines=lines, me=mine, at=self._clock.now())

    async def _window(self, caller: Caller, board: Board, window: str) -> str:
        """Name the window asked for: a kind means the present one by the caller's calendar."""
        kind = next(
            (kind for kind in board.windows if window == kind.value or window.startswith(f"{kind.value}:")), None
        )
        if kind is None or len(window) > 64:
            raise BoardNotFound(board=board.code)
        if ":" in window:
            return window
        now = self._clock.now()
        today = now.date()
        if isinstance(caller, User):
            known = await self._directory.find(int(caller.user_id))
            today = day_of(now, known.calendar) if known is not None else today
        span = span_of(kind, today, seasons_of(self._catalog))
        if span is None:
            raise BoardNotFound(board=board.code)
        return span.name

    async def _ordered(self, board: str, window: str) -> bool:
        stands = await self._order.stands(board, window)
        if stands is False:
            return await self._order.build(board, window, await queries.rows_of(self._db, board, window, limit=None))
        return bool(stands)
