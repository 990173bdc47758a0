"""Everything that exists, on one page."""

from dishka import AsyncContainer, make_async_container

from omenigen.gateways.live.provider import LiveProvider
from omenigen.kit.bus import Bus
from omenigen.kit.clock import Clock, SystemClock
from omenigen.kit.provider import KitProvider
from omenigen.kit.settings import (
    AuthSettings,
    BusSettings,
    DatabaseSettings,
    DataSettings,
    HttpSettings,
    MailSettings,
    RedisSettings,
)
from omenigen.main.operator.provider import OperatorProvider
from omenigen.main.settings import Settings
from omenigen.main.subscribers import MODULES
from omenigen.modules.accounts.provider import AccountsProvider
from omenigen.modules.achievements.provider import AchievementsProvider
from omenigen.modules.media.provider import MediaProvider
from omenigen.modules.notify.provider import NotifyProvider

PROVIDERS = (
    KitProvider,
    AccountsProvider,
    MediaProvider,
    AchievementsProvider,
    NotifyProvider,
    LiveProvider,
    OperatorProvider,
)


def make_container(settings: Settings, *, clock: Clock | None = None) -> AsyncContainer:
    """Assemble a process's container; connections open when they are first asked for."""
    return make_async_container(
        *(provider() for provider in PROVIDERS),
        context={
            Clock: clock or SystemClock(),
            Bus: Bus(settings.bus, MODULES),
            DatabaseSettings: settings.database,
            RedisSettings: settings.redis,
            BusSettings: settings.bus,
            HttpSettings: settings.http,
            AuthSettings: settings.auth,
            MailSettings: settings.mail,
            DataSettings: settings.data,
        },
    )
