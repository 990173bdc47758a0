"""What the live gateway offers: a hub for whoever commits, a door for whoever listens."""

from collections.abc import Sequence

from dishka import AsyncContainer, Provider, Scope, alias, collect, provide

from omenigen.gateways.live.audit import Audit
from omenigen.gateways.live.catching_up import CatchingUp
from omenigen.gateways.live.door import Door
from omenigen.gateways.live.doors import Doors
from omenigen.gateways.live.hub import Hub
from omenigen.gateways.live.refreshing import Refresher
from omenigen.gateways.live.resuming import Resumer
from omenigen.gateways.live.sockets import Sockets
from omenigen.gateways.live.tickets import Tickets
from omenigen.gateways.live.wire import NatsWire
from omenigen.kit.cache import Redis
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.kit.settings import HttpSettings
from omenigen.kit.streams import Announcer, StreamKind, StreamKinds, StreamPart


class LiveProvider(Provider):
    """One of each per process. A process without a door has the hub too: it publishes what it commits."""

    scope = Scope.APP
    wire = provide(NatsWire)
    refresher = provide(Refresher)
    resumer = provide(Resumer)
    sockets = provide(Sockets)
    doors = provide(Doors)
    catching_up = provide(CatchingUp)
    announcer = alias(source=Hub, provides=Announcer)
    every_kind = collect(StreamKind, scope=Scope.APP, provides=Sequence[StreamKind])
    every_part = collect(StreamPart, scope=Scope.APP, provides=Sequence[StreamPart])

    @provide
    def kinds(self, kinds: Sequence[StreamKind], parts: Sequence[StreamPart]) -> StreamKinds:
        return StreamKinds(kinds, parts)

    @provide
    def hub(self, wire: NatsWire, clock: Clock) -> Hub:
        return Hub(wire, clock)

    @provide
    def audit(self, hub: Hub, wire: NatsWire, database: Database, clock: Clock, sockets: Sockets) -> Audit:
        return Audit(hub, wire, database, clock, on_epoch=sockets.begin_epoch, on_state=sockets.tell_state)

    @provide
    def tickets(self, redis: Redis) -> Tickets:
        return Tickets(redis)

    @provide
    def door(
        self,
        settings: HttpSettings,
        sockets: Sockets,
        tickets: Tickets,
        hub: Hub,
        audit: Audit,
        container: AsyncContainer,
    ) -> Door:
        return Door(settings, sockets, tickets, hub, audit, container)
