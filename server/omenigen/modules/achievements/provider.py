"""What exists in achievements."""

from collections.abc import AsyncIterator, Mapping, Sequence

from dishka import AnyOf, AsyncContainer, Provider, Scope, provide

from omenigen.kit.auth import GameAuthenticator
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.ids import UserId
from omenigen.kit.settings import DatabaseSettings, DataSettings
from omenigen.kit.streams import StreamKind, StreamPart
from omenigen.modules.accounts.public import Exporter, PlayerRecord, Players
from omenigen.modules.achievements.catalog import Catalog, load_catalog
from omenigen.modules.achievements.service.backfill import Backfill
from omenigen.modules.achievements.service.badges import BadgeKey, Badges
from omenigen.modules.achievements.service.boards import BoardKeeping, Boards, Order
from omenigen.modules.achievements.service.cache import Answers
from omenigen.modules.achievements.service.corrections import Corrections
from omenigen.modules.achievements.service.directory import Directory
from omenigen.modules.achievements.service.dry_run import DryRun
from omenigen.modules.achievements.service.explaining import Explaining
from omenigen.modules.achievements.service.export import AchievementsExport, Forgetting
from omenigen.modules.achievements.service.intake import Intake
from omenigen.modules.achievements.service.judging import Judging
from omenigen.modules.achievements.service.keyring import KeyRing
from omenigen.modules.achievements.service.leagues import LeagueKeeping, Leagues
from omenigen.modules.achievements.service.listing import Listing
from omenigen.modules.achievements.service.names import AchievementNames
from omenigen.modules.achievements.service.nudges import Nudges
from omenigen.modules.achievements.service.own import OwnDevices
from omenigen.modules.achievements.service.players import GamePlayers
from omenigen.modules.achievements.service.pool import Pool
from omenigen.modules.achievements.service.refused import Refused, RefusedPages
from omenigen.modules.achievements.service.rulebook import RuleBook
from omenigen.modules.achievements.service.rules import Rules
from omenigen.modules.achievements.service.screens import Shown
from omenigen.modules.achievements.service.sight import Sight
from omenigen.modules.achievements.service.sources import Sources
from omenigen.modules.achievements.service.statistics import Statistics
from omenigen.modules.achievements.service.vouching import Vouching
from omenigen.modules.achievements.service.writing import Writer
from omenigen.modules.achievements.streams import app_stream, player_part


class AchievementsProvider(Provider):
    """Intake and what it remembers belong to the process; the verbs to a unit of work."""

    scope = Scope.APP

    keys = provide(KeyRing, provides=AnyOf[KeyRing, GameAuthenticator])
    sight = provide(Sight)
    nudges = provide(Nudges)
    answers = provide(Answers)
    order = provide(Order)
    refused = provide(Refused)
    shown = provide(Shown)
    writer = provide(Writer)
    own_devices = provide(OwnDevices)
    names = provide(AchievementNames)
    badge_key = provide(BadgeKey)

    players = provide(GamePlayers, scope=Scope.REQUEST)
    sources = provide(Sources, scope=Scope.REQUEST)
    vouching = provide(Vouching, scope=Scope.REQUEST)
    statistics = provide(Statistics, scope=Scope.REQUEST)
    listing = provide(Listing, scope=Scope.REQUEST)
    boards = provide(Boards, scope=Scope.REQUEST)
    badges = provide(Badges, scope=Scope.REQUEST)
    leagues = provide(Leagues, scope=Scope.REQUEST)
    league_keeping = provide(LeagueKeeping, scope=Scope.REQUEST)
    board_keeping = provide(BoardKeeping, scope=Scope.REQUEST)
    corrections = provide(Corrections, scope=Scope.REQUEST)
    judging = provide(Judging, scope=Scope.REQUEST)
    explaining = provide(Explaining, scope=Scope.REQUEST)
    dry_run = provide(DryRun, scope=Scope.REQUEST)
    backfill = provide(Backfill, scope=Scope.REQUEST)
    rules = provide(Rules, scope=Scope.REQUEST)
    refused_pages = provide(RefusedPages, scope=Scope.REQUEST)
    forgetting = provide(Forgetting, scope=Scope.REQUEST)
    export = provide(AchievementsExport, scope=Scope.REQUEST, provides=Exporter)

    @provide
    def directory(self, database: Database, container: AsyncContainer, clock: Clock) -> Directory:
        async def read_records(user_ids: Sequence[UserId]) -> Mapping[UserId, PlayerRecord]:
            async with container(scope=Scope.REQUEST) as scope:
                return await (await scope.get(Players)).records(user_ids)

        return Directory(database, read_records, clock)

    @provide
    async def rule_book(self, database: Database, clock: Clock, data: DataSettings) -> RuleBook:
        book = RuleBook(database, load_catalog(data.content / "achievements"), clock)
        await book.start()
        return book

    @provide
    def catalog(self, book: RuleBook) -> Catalog:
        return book.catalog

    @provide
    async def pool(self, settings: DatabaseSettings) -> AsyncIterator[Pool]:
        pool = Pool(settings)
        yield pool
        await pool.close()

    @provide
    async def intake(
        self,
        writer: Writer,
        catalog: Catalog,
        directory: Directory,
        keys: KeyRing,
        answers: Answers,
        nudges: Nudges,
        refused: Refused,
        clock: Clock,
    ) -> AsyncIterator[Intake]:
        intake = Intake(
            writer=writer,
            catalog=catalog,
            directory=directory,
            keys=keys,
            answers=answers,
            nudges=nudges,
            refused=refused,
            clock=clock,
        )
        yield intake
        await intake.stop()

    @provide
    def player_part(self, catalog: Catalog, clock: Clock) -> StreamPart:
        return player_part(catalog, clock)

    @provide
    def app_stream(self, clock: Clock) -> StreamKind:
        return app_stream(clock)
