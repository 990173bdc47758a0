"""Settings by concern, read from the environment; a class asks for its own group only."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parents[3]
_ENVIRONMENT = SettingsConfigDict(env_file=REPOSITORY / ".env", extra="ignore", frozen=True, env_ignore_empty=True)


class DatabaseSettings(BaseSettings):
    """Where PostgreSQL is and how many connections one process may hold."""

    model_config = _ENVIRONMENT
    url: str = Field(default="", validation_alias="DATABASE_URL")
    pool_size: int = Field(default=10, validation_alias="DATABASE_POOL", ge=2, le=100)

    @field_validator("url")
    @classmethod
    def _use_asyncpg(cls, url: str) -> str:
        for scheme in ("postgres://", "postgresql://"):
            if url.startswith(scheme):
                return "postgresql+asyncpg://" + url.removeprefix(scheme)
        return url

    @property
    def dsn(self) -> str:
        """The address as asyncpg and psycopg themselves read it."""
        return self.url.replace("postgresql+asyncpg://", "postgresql://", 1)


class RedisSettings(BaseSettings):
    """Where Redis (or Valkey) is."""

    model_config = _ENVIRONMENT
    url: str = Field(default="", validation_alias="REDIS_URL")


class BusSettings(BaseSettings):
    """Where NATS with JetStream is."""

    model_config = _ENVIRONMENT
    url: str = Field(default="", validation_alias="NATS_URL")


class HttpSettings(BaseSettings):
    """The web door: address, public name, who may call from a browser."""

    model_config = _ENVIRONMENT
    host: str = Field(default="127.0.0.1", validation_alias="HOST")
    port: int = Field(default=8000, validation_alias="PORT", ge=1, le=65535)
    public_url: str = Field(default="", validation_alias="PUBLIC_URL")
    extra_origins: str = Field(default="", validation_alias="ALLOWED_ORIGINS")
    trusted_proxies: str = Field(default="127.0.0.1", validation_alias="TRUSTED_PROXIES")
    open_intake: bool = Field(default=False, validation_alias="OPEN_INTAKE")
    web_folder: Path = Field(default=REPOSITORY / "web" / "dist", validation_alias="WEB_FOLDER")

    @property
    def address(self) -> str:
        """What a browser types: PUBLIC_URL, else the loopback address."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by HTTPS, so that cookies may demand it."""
        return self.address.startswith("https://")

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach us."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def origins(self) -> frozenset[str]:
        """The origins (scheme, host, port) whose pages may act with a browser's cookies."""
        listed = {origin.strip().rstrip("/") for origin in self.extra_origins.split(",") if origin.strip()}
        own = {self.address}
        if not self.public_url:
            own |= {f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}"}
        return frozenset(listed | own)


class AuthSettings(BaseSettings):
    """The secret that signs access tokens; made once and kept in the data folder when not given."""

    model_config = _ENVIRONMENT
    secret: SecretStr = Field(default=SecretStr(""), validation_alias="SECRET_KEY")
    access_minutes: int = 10


class MailSettings(BaseSettings):
    """How letters leave: by SMTP, or into the data folder's `mailbox/`."""

    model_config = _ENVIRONMENT
    smtp_url: str = Field(default="", validation_alias="SMTP_URL")
    sender: str = Field(default="Ωmenigen <omenigen@localhost>", validation_alias="MAIL_FROM")


class DataSettings(BaseSettings):
    """Folders: what we keep, and the content we are made of."""

    model_config = _ENVIRONMENT
    folder: Path = Field(default=REPOSITORY / "data", validation_alias="DATA")
    content: Path = Field(default=REPOSITORY / "content", validation_alias="CONTENT")

    @field_validator("folder", "content")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()


class LogSettings(BaseSettings):
    """How we speak to the operator's log."""

    model_config = _ENVIRONMENT
    format: Literal["text", "json"] = Field(default="text", validation_alias="LOG_FORMAT")
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", validation_alias="LOG_LEVEL")
