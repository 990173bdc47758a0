"""All settings of a process, one group per concern."""

import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from omenigen.kit.settings import (
    AuthSettings,
    BusSettings,
    DatabaseSettings,
    DataSettings,
    HttpSettings,
    LogSettings,
    MailSettings,
    RedisSettings,
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every group; only `main` ever holds the whole."""

    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    redis: RedisSettings = field(default_factory=RedisSettings)
    bus: BusSettings = field(default_factory=BusSettings)
    http: HttpSettings = field(default_factory=HttpSettings)
    auth: AuthSettings = field(default_factory=AuthSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    data: DataSettings = field(default_factory=DataSettings)
    log: LogSettings = field(default_factory=LogSettings)

    @classmethod
    def load(cls) -> Self:
        """Read the environment and `.env`; make the signing secret on first use and keep it in the data folder."""
        settings = cls()
        if settings.auth.secret.get_secret_value():
            return settings
        secret = _kept_secret(settings.data.folder / "secret.key")
        return replace(settings, auth=settings.auth.model_copy(update={"secret": SecretStr(secret)}))

    def with_servers(self, *, database_url: str, redis_url: str, nats_url: str) -> Self:
        """Return the same settings pointed at other servers."""
        return replace(
            self,
            database=DatabaseSettings(DATABASE_URL=database_url, DATABASE_POOL=self.database.pool_size),
            redis=RedisSettings(REDIS_URL=redis_url),
            bus=BusSettings(NATS_URL=nats_url),
        )


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()
