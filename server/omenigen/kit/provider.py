"""What the kit offers to every process."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, from_context, provide
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from omenigen.kit import cache
from omenigen.kit.auth import AccessTokens, Caller
from omenigen.kit.bus import Bus
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database, ReadDb
from omenigen.kit.edge import Edge
from omenigen.kit.http import Identify, named
from omenigen.kit.idempotency import IdempotencyKeys
from omenigen.kit.limits import Limits
from omenigen.kit.mail import LetterBox, Mailer, Postman
from omenigen.kit.outbox import Outbox, Relay
from omenigen.kit.settings import (
    AuthSettings,
    BusSettings,
    DatabaseSettings,
    DataSettings,
    HttpSettings,
    MailSettings,
    RedisSettings,
)
from omenigen.kit.streams import Streams
from omenigen.kit.texts import Texts


class KitProvider(Provider):
    """Connections live as long as the process; everything that belongs to one unit of work, as long as that."""

    scope = Scope.APP
    clock = from_context(Clock, scope=Scope.APP)
    database_settings = from_context(DatabaseSettings, scope=Scope.APP)
    redis_settings = from_context(RedisSettings, scope=Scope.APP)
    bus_settings = from_context(BusSettings, scope=Scope.APP)
    http_settings = from_context(HttpSettings, scope=Scope.APP)
    auth_settings = from_context(AuthSettings, scope=Scope.APP)
    mail_settings = from_context(MailSettings, scope=Scope.APP)
    data_settings = from_context(DataSettings, scope=Scope.APP)
    bus = from_context(Bus, scope=Scope.APP)
    request = from_context(Request, scope=Scope.REQUEST)

    relay = provide(Relay)
    limits = provide(Limits)
    mailer = provide(Mailer)
    postman = provide(Postman)
    letter_box = provide(LetterBox, scope=Scope.REQUEST)
    access_tokens = provide(AccessTokens)
    identify = provide(Identify, scope=Scope.REQUEST)
    outbox = provide(Outbox, scope=Scope.REQUEST)
    streams = provide(Streams, scope=Scope.REQUEST)
    edge = provide(Edge, scope=Scope.REQUEST)
    idempotency = provide(IdempotencyKeys, scope=Scope.REQUEST)

    @provide
    async def database(self, settings: DatabaseSettings) -> AsyncIterator[Database]:
        database = Database(settings)
        yield database
        await database.close()

    @provide
    async def redis(self, settings: RedisSettings) -> AsyncIterator[cache.Redis]:
        client = cache.connect(settings)
        yield client
        await client.aclose()

    @provide
    def texts(self, settings: DataSettings) -> Texts:
        return Texts.load(settings.content / "texts")

    @provide(scope=Scope.REQUEST)
    async def session(self, database: Database) -> AsyncIterator[AsyncSession]:
        async for session in database.session():
            yield session

    @provide(scope=Scope.REQUEST)
    async def read(self, database: Database) -> AsyncIterator[ReadDb]:
        async for connection in database.read():
            yield connection

    @provide(scope=Scope.REQUEST)
    async def caller(self, identify: Identify, request: Request) -> Caller:
        return named(await identify.caller(request, request.method), request)
