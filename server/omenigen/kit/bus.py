"""NATS: the connection, and the JetStream streams that facts live in."""

import asyncio
from collections.abc import Sequence

import nats
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from omenigen.kit.errors import Unavailable
from omenigen.kit.settings import BusSettings

log = structlog.get_logger(__name__)

FACTS = "FACTS"
DEAD = "DEAD"
DAY = 24 * 3600


class Bus:
    """One process's connection to NATS; it reconnects by itself for as long as the process lives."""

    def __init__(self, settings: BusSettings, modules: Sequence[str]) -> None:
        self._settings = settings
        self._modules = modules
        self._client: Client | None = None

    @property
    def connected(self) -> bool:
        """Whether the connection stands right now."""
        return self._client is not None and self._client.is_connected

    @property
    def client(self) -> Client:
        """The connection. Raises `Unavailable` before `connect`."""
        if self._client is None:
            raise Unavailable(part="nats", retry_after=1)
        return self._client

    @property
    def jetstream(self) -> JetStreamContext:
        """The durable side of the bus."""
        return self.client.jetstream(timeout=5)

    async def connect(self) -> None:
        """Connect and provision, trying again until NATS answers (a start must not hang in silence)."""
        while True:
            try:
                async with asyncio.timeout(5):
                    self._client = await self._open()
                async with asyncio.timeout(10):
                    await self.provision()
                return
            except (OSError, TimeoutError, nats.errors.Error) as error:
                log.warning("waiting for NATS", error=str(error) or type(error).__name__)
                await asyncio.sleep(1)

    async def close(self) -> None:
        """Flush what is on its way and close."""
        if self._client is not None and not self._client.is_closed:
            try:
                async with asyncio.timeout(3):
                    await self._client.drain()
            except (TimeoutError, nats.errors.Error):
                await self._client.close()

    async def publish_fact(self, subject: str, body: bytes, *, message_id: str) -> None:
        """Store a fact in JetStream; return once it is on disk there. A known `message_id` is dropped by the server."""
        await self.jetstream.publish(subject, body, headers={"Nats-Msg-Id": message_id})

    async def provision(self) -> None:
        """Make the two streams be as declared here: facts, and what could not be digested."""
        await self._ensure(
            StreamConfig(
                name=FACTS,
                subjects=[f"{module}.>" for module in self._modules],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                discard=DiscardPolicy.OLD,
                max_age=14 * DAY,
                duplicate_window=20 * 60,
            )
        )
        await self._ensure(
            StreamConfig(
                name=DEAD,
                subjects=["dead.>"],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=90 * DAY,
            )
        )

    async def _ensure(self, config: StreamConfig) -> None:
        assert config.name is not None
        try:
            info = await self.jetstream.stream_info(config.name)
            known = set(info.config.subjects or [])
            # A process of an older version must not take subjects away from a newer one.
            config = config.evolve(subjects=sorted(known | set(config.subjects or [])))
            await self.jetstream.update_stream(config)
        except NotFoundError:
            await self.jetstream.add_stream(config)

    async def _open(self) -> Client:
        async def on_error(error: Exception) -> None:
            log.warning("nats", error=str(error) or type(error).__name__)

        return await nats.connect(
            self._settings.url,
            name="omenigen",
            connect_timeout=3,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.5,
            ping_interval=10,
            max_outstanding_pings=2,
            error_cb=on_error,
        )
