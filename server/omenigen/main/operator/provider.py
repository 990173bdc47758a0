"""What the operator's desk is made of."""

from dishka import Provider, Scope, provide

from omenigen.kit.bus import Bus
from omenigen.kit.clock import Clock
from omenigen.kit.db import Database
from omenigen.main.operator.checks import Checks
from omenigen.main.operator.dead_letters import DeadLetters
from omenigen.main.operator.queues import Queues
from omenigen.main.subscribers import CONSUMERS


class OperatorProvider(Provider):
    """Everything here only looks, so it lives as long as the process."""

    scope = Scope.APP

    checks = provide(Checks)
    letters = provide(DeadLetters)

    @provide
    def queues(self, bus: Bus, database: Database, clock: Clock) -> Queues:
        return Queues(bus, database, clock, CONSUMERS)
