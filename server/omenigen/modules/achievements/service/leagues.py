"""Weekly leagues: everybody who was active last week plays this one with fifty alike, and the next week is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit.auth import Caller, require_user
from omenigen.kit.clock import Clock
from omenigen.kit.db import ReadDb
from omenigen.kit.ids import UserId
from omenigen.modules.accounts.public import Card, Players
from omenigen.modules.achievements.queries import leagues as queries
from omenigen.modules.achievements.queries import sources as source_queries
from omenigen.modules.achievements.rules.boards import Span
from omenigen.modules.achievements.rules.leagues import decide_leagues, end_of, week_before, week_of
from omenigen.modules.achievements.service.snapshots import keep_snapshot

SNAPSHOTS_KEPT = timedelta(days=35)


class LeagueKeeping:
    """Form the leagues of a week once it has begun, and keep how it ended."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def form(self) -> int:
        """Form this week's leagues where there are none; return how many members they have.

        Nothing is reset: who asks first after the week has begun forms them, and nobody forms them twice.
        """
        week = week_of(self._clock.now())
        if not await queries.may_form(self._session, week.name):
            return 0
        players = await queries.players_of_week(self._session, week_before(week).name)
        if players:
            await queries.keep(self._session, week.name, decide_leagues(players))
        return len(players)

    async def snap(self, weeks: Sequence[str]) -> int:
        """Keep the end state of leagues of weeks that are over; return how many there were."""
        ended = await queries.unsnapped(self._session, weeks)
        now = self._clock.now()
        for row in ended:
            places = await queries.places_in(self._session, row["week"], row["league"])
            await keep_snapshot(
                self._session, board=f"league:{row['league']}", window=row["week"], places=places, now=now
            )
        await queries.forget(self._session, taken_before=now - SNAPSHOTS_KEPT)
        return len(ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueLine:
    """One place in a league."""

    rank: int
    card: Card
    value: int
    me: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class League:
    """The caller's league: only those who have points this week are listed, and the caller's own points in any case.

    `size` is None while the caller is in none: they did nothing last week, or asked not to be shown.
    """

    week: Span
    ends_at: datetime
    size: int | None
    lines: Sequence[LeagueLine]
    points: int
    at: datetime


class Leagues:
    """Read leagues."""

    def __init__(self, db: ReadDb, players: Players, clock: Clock) -> None:
        self._db = db
        self._players = players
        self._clock = clock

    async def mine(self, *, caller: Caller) -> League:
        """Read the caller's league of this week. Raises what `require_user` raises."""
        me = int(require_user(caller).user_id)
        now = self._clock.now()
        week = week_of(now)
        number = await queries.league_of(self._db, week.name, me)
        hidden = await source_queries.is_off_boards(self._db, user_id=UserId(me))
        found = [] if number is None or hidden else await queries.places_in(self._db, week.name, number)
        cards = await self._players.cards([UserId(user) for user, _, _ in found])
        return League(
            week=week,
            ends_at=end_of(week),
            size=None if number is None or hidden else await queries.size_of(self._db, week.name, number),
            lines=[
                LeagueLine(rank=rank, card=cards[UserId(user)], value=value, me=user == me)
                for rank, (user, value, _) in enumerate(found, start=1)
                if UserId(user) in cards
            ],
            points=await queries.points_in(self._db, week.name, me),
            at=now,
        )
