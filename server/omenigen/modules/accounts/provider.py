"""What exists in accounts."""

from collections.abc import AsyncIterator, Sequence

from dishka import AnyOf, Provider, Scope, collect, provide

from omenigen.kit.auth import PeopleAuthenticator
from omenigen.kit.clock import Clock
from omenigen.kit.streams import StreamKind
from omenigen.modules.accounts.service.credentials import Credentials, ProvenOwner
from omenigen.modules.accounts.service.departure import AccountExport, Departure
from omenigen.modules.accounts.service.endings import Endings
from omenigen.modules.accounts.service.knocking import Knocking
from omenigen.modules.accounts.service.letters import LetterWords
from omenigen.modules.accounts.service.living import LiveSessions
from omenigen.modules.accounts.service.operators import Operators, Population
from omenigen.modules.accounts.service.passwords import Passwords
from omenigen.modules.accounts.service.players import Players
from omenigen.modules.accounts.service.profiles import Profiles
from omenigen.modules.accounts.service.registration import Registration
from omenigen.modules.accounts.service.sessions import Sessions
from omenigen.modules.accounts.streams import user_stream
from omenigen.modules.accounts.types import Exporter


class AccountsProvider(Provider):
    """The hasher and the memory of living sessions belong to the process, the verbs to a unit of work."""

    scope = Scope.REQUEST

    living = provide(LiveSessions, scope=Scope.APP, provides=AnyOf[LiveSessions, PeopleAuthenticator])
    knocking = provide(Knocking, scope=Scope.APP)
    words = provide(LetterWords, scope=Scope.APP)
    owner = provide(ProvenOwner)
    endings = provide(Endings)
    registration = provide(Registration)
    sessions = provide(Sessions)
    credentials = provide(Credentials)
    profiles = provide(Profiles)
    players = provide(Players)
    operators = provide(Operators)
    population = provide(Population)
    departure = provide(Departure)
    export = provide(AccountExport, provides=Exporter)
    exporters = collect(Exporter, scope=Scope.REQUEST, provides=Sequence[Exporter])

    @provide(scope=Scope.APP)
    async def passwords(self) -> AsyncIterator[Passwords]:
        passwords = Passwords()
        yield passwords
        passwords.close()

    @provide(scope=Scope.APP)
    def user_stream(self, clock: Clock) -> StreamKind:
        return user_stream(clock)
